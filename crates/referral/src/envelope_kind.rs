use std::fmt;
use std::str::FromStr;

use crate::name::{UnknownEnvelopeName, is};

/// Direction of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EnvelopeKind {
    /// From the entrypoint to a backend.
    Referral,
    /// From a backend back to the entrypoint.
    Ticket,
}

impl EnvelopeKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Referral, Self::Ticket];

    /// Returns the name: `referral` or `ticket`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::Ticket => "ticket",
        }
    }

    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Referral => 1,
            Self::Ticket => 2,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_byte() == byte)
    }

    /// Returns whether the kind allows this target. A referral needs one; a ticket may leave it open.
    pub(crate) fn allows_target(self, host: &str, port: u16) -> bool {
        match self {
            Self::Referral => !host.is_empty() && port != 0,
            Self::Ticket => true,
        }
    }
}

impl fmt::Display for EnvelopeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the name in any ASCII case.
impl FromStr for EnvelopeKind {
    type Err = UnknownEnvelopeName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| is(text, kind.as_str()))
            .ok_or_else(|| UnknownEnvelopeName {
                what: "kind of envelope",
                known: "referral, ticket",
                name: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for kind in EnvelopeKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(kind.as_str().to_uppercase().parse(), Ok(kind));
            assert_eq!(EnvelopeKind::from_byte(kind.to_byte()), Some(kind));
        }
        assert_eq!(
            "tickets".parse::<EnvelopeKind>().unwrap_err().to_string(),
            "unknown kind of envelope `tickets`; allowed: referral, ticket"
        );
    }
}
