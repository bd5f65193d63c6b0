//! Token that authorizes requests.

use std::fmt;
use std::path::Path;

use hyrouter_files::{
    ExposeSecret as _, SecretFileError, SecretProblem, SecretRules, SecretString, read_secret_file,
};
use subtle::ConstantTimeEq as _;

/// Shorter tokens could be guessed over the network.
const RULES: SecretRules = SecretRules::token(16);

/// Shared secret that clients send as `Authorization: Bearer ...`.
///
/// Tokens can be compared, but not read or printed.
#[derive(Clone)]
pub struct AdminToken(SecretString);

impl AdminToken {
    /// Parses a token: 16 to 4,096 bytes of printable ASCII. Surrounding white space is removed.
    ///
    /// # Errors
    /// Fails if the text is shorter or longer, or has other characters.
    pub fn parse(text: &str) -> Result<Self, SecretProblem> {
        RULES.check(text).map(Self)
    }

    /// Reads a token from a file.
    ///
    /// # Errors
    /// Fails if the file cannot be read, or its text is not a token.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SecretFileError> {
        read_secret_file(path.as_ref(), RULES).map(Self)
    }

    #[cfg(feature = "server")]
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.is(other.0.expose_secret().as_bytes())
    }

    /// Returns whether the token equals `given`. The comparison takes constant time.
    pub fn is(&self, given: &[u8]) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(given).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AdminToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::AdminToken;

    #[test]
    fn surrounding_white_space_is_removed() {
        let token = AdminToken::parse("  0123456789abcdef\r\n").unwrap();
        assert!(token.is(b"0123456789abcdef"));
        assert!(!token.is(b"0123456789abcdeF"));
        assert!(!token.is(b"0123456789abcde"));
        assert!(!token.is(b""));
        assert_eq!(format!("{token:?}"), "AdminToken(..)");
    }

    #[test]
    fn a_token_that_can_be_guessed_is_refused() {
        for text in ["0123456789abcde", "", "0123456789 abcdef"] {
            assert!(AdminToken::parse(text).is_err(), "{text}");
        }
    }
}
