use std::fmt;
use std::str::FromStr;

use crate::name::{UnknownEnvelopeName, is};

/// Signature algorithm of an envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// One secret signs and verifies, so every verifier can forge.
    #[default]
    HmacSha256,
    /// A seed signs, a public key verifies.
    Ed25519,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Self; 2] = [Self::HmacSha256, Self::Ed25519];

    /// Returns the name: `hmac-sha256` or `ed25519`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::Ed25519 => "ed25519",
        }
    }

    /// Returns the length of a signature in bytes.
    pub const fn signature_len(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::Ed25519 => 64,
        }
    }

    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::HmacSha256 => 1,
            Self::Ed25519 => 2,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.to_byte() == byte)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the name in any ASCII case, with `_` or `-`.
impl FromStr for Algorithm {
    type Err = UnknownEnvelopeName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| is(text, algorithm.as_str()))
            .ok_or_else(|| UnknownEnvelopeName {
                what: "algorithm",
                known: "hmac-sha256, ed25519",
                name: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_with_either_line() {
        for (text, algorithm) in [
            ("hmac-sha256", Algorithm::HmacSha256),
            ("HMAC_SHA256", Algorithm::HmacSha256),
            ("Ed25519", Algorithm::Ed25519),
        ] {
            assert_eq!(text.parse(), Ok(algorithm));
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            assert_eq!(Algorithm::from_byte(algorithm.to_byte()), Some(algorithm));
        }
        for text in ["", "hmac", "hmacsha256", "ed25519 ", "ed-25519"] {
            assert!(text.parse::<Algorithm>().is_err(), "{text}");
        }
        assert_eq!(
            "rsa".parse::<Algorithm>().unwrap_err().to_string(),
            "unknown algorithm `rsa`; allowed: hmac-sha256, ed25519"
        );
    }
}
