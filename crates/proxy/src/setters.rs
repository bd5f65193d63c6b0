//! Chained setters for non-exhaustive structs with public fields.

/// Makes a setter for each field.
macro_rules! setters {
    ($($setter:ident $field:ident: $kind:ty;)*) => {$(
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $setter(mut self, $field: $kind) -> Self {
            self.$field = $field;
            self
        }
    )*};
}

pub(crate) use setters;
