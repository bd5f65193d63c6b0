//! Enums with names: one table gives the text and the list.

/// Implements `ALL`, `as_str` and `Display` for an enum without fields.
macro_rules! named {
    ($type:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// All values in their order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the canonical name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use named;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::{CompareOp, RouteFailure, SortOrder, SortType, Strategy, WhitelistSubject};

    #[test]
    fn all_values_have_distinct_names() {
        fn check<T: Copy>(all: &[T], name: fn(T) -> &'static str) {
            let names: BTreeSet<_> = all.iter().map(|value| name(*value)).collect();
            assert_eq!(names.len(), all.len(), "{names:?}");
        }
        check(RouteFailure::ALL, RouteFailure::as_str);
        check(CompareOp::ALL, CompareOp::as_str);
        check(WhitelistSubject::ALL, WhitelistSubject::as_str);
        check(SortOrder::ALL, SortOrder::as_str);
        check(SortType::ALL, SortType::as_str);
        check(Strategy::ALL, Strategy::as_str);
        assert_eq!(Strategy::ALL.len(), 5);
    }
}
