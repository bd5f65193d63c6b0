//! Enums in a configuration.

use std::fmt::Display;

use hyrouter_plugins::{Mode, OnError, OverridePolicy, Stage};
use hyrouter_referral::Algorithm;
use hyrouter_router::{CompareOp, SortOrder, SortType, Strategy, WhitelistSubject};
use serde_json::{Map, Value};

use super::TextForm;

/// An enum that a configuration names by text.
pub(crate) trait Name: Copy + PartialEq + 'static {
    /// All values, in the order of the documentation.
    const ALL: &'static [Self];

    fn name(self) -> &'static str;
}

/// Declares an enum with the names of its values in a configuration.
macro_rules! names {
    (
        $(#[$of_type:meta])*
        $vis:vis enum $type:ident { $($(#[$of_value:meta])* $value:ident = $name:literal,)+ }
    ) => {
        $(#[$of_type])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $type {
            $($(#[$of_value])* $value,)+
        }

        impl $type {
            /// Returns the name in a configuration.
            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)+
                }
            }
        }

        impl $crate::text_form::Name for $type {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn name(self) -> &'static str {
                self.as_str()
            }
        }
    };
}
pub(crate) use names;

macro_rules! names_of_other_crates {
    ($($type:ty),+) => {$(
        impl Name for $type {
            const ALL: &'static [Self] = <$type>::ALL;

            fn name(self) -> &'static str {
                self.as_str()
            }
        }
    )+};
}

names_of_other_crates!(
    Strategy,
    CompareOp,
    SortOrder,
    SortType,
    WhitelistSubject,
    Stage,
    OnError,
    Mode,
    OverridePolicy
);

impl Name for Algorithm {
    const ALL: &'static [Self] = &Self::ALL;

    /// With `_`, unlike the names of the standards.
    fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac_sha256",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl<N: Name> TextForm for N {
    type Value = Self;

    fn keywords() -> Map<String, Value> {
        let names = Self::ALL.iter().map(|value| value.name());
        Map::from_iter([("enum".to_owned(), names.collect())])
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == text)
    }

    fn write(value: &Self) -> impl Display {
        value.name()
    }
}
