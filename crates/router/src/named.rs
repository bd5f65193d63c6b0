//! Enums with names: one table gives the text, the parser and the list.

/// A text that is none of the names of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {given:?}, allowed: {}", .allowed.join(", "))]
pub struct UnknownVariant {
    /// The kind of name, `strategy` for example.
    pub what: &'static str,
    /// The text as given.
    pub given: String,
    /// All names of this kind in their canonical form.
    pub allowed: &'static [&'static str],
}

/// Compares case-insensitively; `-` equals `_`.
pub(crate) fn same_name(left: &str, right: &str) -> bool {
    let fold = |byte: u8| match byte {
        b'-' => b'_',
        other => other.to_ascii_lowercase(),
    };
    left.bytes().map(fold).eq(right.bytes().map(fold))
}

/// Implements `ALL`, `as_str`, `Display` and `FromStr` for an enum without fields.
macro_rules! named {
    ($type:ident, $what:literal, { $($variant:ident => $name:literal),+ $(,)? }) => {
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

        /// Reads a name. Case does not count, and `-` equals `_`.
        impl std::str::FromStr for $type {
            type Err = $crate::UnknownVariant;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $(if $crate::named::same_name(text, $name) {
                    return Ok(Self::$variant);
                })+
                Err($crate::UnknownVariant {
                    what: $what,
                    given: text.to_owned(),
                    allowed: &[$($name),+],
                })
            }
        }
    };
}

pub(crate) use named;

#[cfg(test)]
mod tests {
    use crate::{
        CompareOp, RouteFailure, SortOrder, SortType, Strategy, UnknownVariant, WhitelistSubject,
    };

    #[test]
    fn every_canonical_name_reads_back() {
        for name in ["round_robin", "random", "weighted", "least_loaded", "p2c"] {
            assert_eq!(name.parse::<Strategy>().unwrap().as_str(), name);
        }
        for name in ["lt", "lte", "gt", "gte", "eq", "neq"] {
            assert_eq!(name.parse::<CompareOp>().unwrap().as_str(), name);
        }
        for name in ["asc", "desc"] {
            assert_eq!(name.parse::<SortOrder>().unwrap().as_str(), name);
        }
        for name in ["string", "number"] {
            assert_eq!(name.parse::<SortType>().unwrap().as_str(), name);
        }
        for name in ["uuid", "username"] {
            assert_eq!(name.parse::<WhitelistSubject>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn every_value_has_a_name_of_its_own() {
        for failure in RouteFailure::ALL {
            assert_eq!(failure.as_str().parse(), Ok(*failure));
        }
        assert_eq!(Strategy::ALL.len(), 5);
    }

    #[test]
    fn case_and_dash_do_not_count() {
        for text in ["ROUND_ROBIN", "round-robin", "Round-Robin"] {
            assert_eq!(text.parse(), Ok(Strategy::RoundRobin), "{text}");
        }
        assert_eq!("Least-Loaded".parse(), Ok(Strategy::LeastLoaded));
        assert_eq!("P2C".parse(), Ok(Strategy::P2c));
    }

    #[test]
    fn an_unknown_name_tells_what_is_allowed() {
        let error: UnknownVariant = "roundrobin".parse::<Strategy>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown strategy \"roundrobin\", allowed: round_robin, random, weighted, least_loaded, p2c"
        );
        assert!("".parse::<Strategy>().is_err());
        assert!(" random".parse::<Strategy>().is_err());
        assert!("<".parse::<CompareOp>().is_err());
    }
}
