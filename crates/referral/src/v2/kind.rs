use std::fmt;
use std::str::FromStr;

use super::name::{UnknownName, is};

/// Which way an envelope goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// From the entrypoint to a backend.
    Referral,
    /// From a backend back to the entrypoint.
    Ticket,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Referral, Self::Ticket];

    /// Its name: `referral` or `ticket`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::Ticket => "ticket",
        }
    }

    pub(super) const fn to_byte(self) -> u8 {
        match self {
            Self::Referral => 1,
            Self::Ticket => 2,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_byte() == byte)
    }

    /// Whether a target is one: a referral leads somewhere, a ticket may leave open where it is shown.
    pub(super) fn allows_target(self, host: &str, port: u16) -> bool {
        match self {
            Self::Referral => !host.is_empty() && port != 0,
            Self::Ticket => true,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the name in any case.
impl FromStr for Kind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| is(text, kind.as_str()))
            .ok_or_else(|| UnknownName {
                what: "kind of envelope",
                known: "referral and ticket",
                name: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(kind.as_str().to_uppercase().parse(), Ok(kind));
            assert_eq!(Kind::from_byte(kind.to_byte()), Some(kind));
        }
        assert_eq!(
            "tickets".parse::<Kind>().unwrap_err().to_string(),
            "`tickets` is no kind of envelope; there are referral and ticket"
        );
    }
}
