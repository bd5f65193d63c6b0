//! Token that authorizes requests.

use std::fmt;
use std::path::Path;

use hyrouter_files::read_text;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::error::AdminTokenError;

/// Minimum length in bytes. Shorter tokens could be guessed over the network.
const LEAST: usize = 16;
/// Maximum length in bytes, also of the file.
const MOST: usize = 4096;

/// Shared secret that clients send as `Authorization: Bearer ...`.
///
/// Tokens can be compared, but not read or printed.
#[derive(Clone)]
pub struct AdminToken(Zeroizing<Vec<u8>>);

impl AdminToken {
    /// Parses a token: 16 to 4,096 bytes of printable ASCII. Surrounding white space is removed.
    ///
    /// # Errors
    /// Fails if the text is shorter or longer, or has other characters.
    pub fn parse(text: &str) -> Result<Self, AdminTokenError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AdminTokenError::Characters);
        }
        if text.len() > MOST {
            return Err(AdminTokenError::Long { most: MOST });
        }
        if text.len() < LEAST {
            return Err(AdminTokenError::Short {
                length: text.len(),
                least: LEAST,
            });
        }
        Ok(Self(Zeroizing::new(text.as_bytes().to_vec())))
    }

    /// Reads a token from a file of at most 4,096 bytes.
    ///
    /// # Errors
    /// Fails if the file cannot be read, or its text is not a token.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, AdminTokenError> {
        Self::parse(&read_text(path.as_ref(), MOST)?)
    }

    #[cfg(feature = "server")]
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.is(&other.0)
    }

    /// Returns whether the token equals `given`. The comparison takes constant time.
    pub fn is(&self, given: &[u8]) -> bool {
        self.0.as_slice().ct_eq(given).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AdminToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrounding_white_space_is_removed() {
        let token = AdminToken::parse("  0123456789abcdef\r\n").unwrap();
        assert!(token.is(b"0123456789abcdef"));
        assert!(!token.is(b"0123456789abcdeF"));
        assert!(!token.is(b"0123456789abcde"));
        assert!(!token.is(b""));
    }

    #[test]
    fn invalid_tokens_are_refused() {
        assert!(matches!(
            AdminToken::parse("0123456789abcde"),
            Err(AdminTokenError::Short { length: 15, .. })
        ));
        assert!(matches!(
            AdminToken::parse(""),
            Err(AdminTokenError::Short { length: 0, .. })
        ));
        for text in [
            "0123456789 abcdef",
            "0123456789\nabcdef",
            "0123456789abcdefé",
        ] {
            assert!(
                matches!(AdminToken::parse(text), Err(AdminTokenError::Characters)),
                "{text}"
            );
        }
        assert!(AdminToken::parse(&"a".repeat(MOST)).is_ok());
        assert!(matches!(
            AdminToken::parse(&"a".repeat(MOST + 1)),
            Err(AdminTokenError::Long { .. })
        ));
    }

    #[test]
    fn files_are_read_up_to_the_maximum_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "0123456789abcdef\n").unwrap();
        assert!(AdminToken::read(&path).unwrap().is(b"0123456789abcdef"));
        std::fs::write(&path, "a".repeat(1 << 20)).unwrap();
        assert!(matches!(
            AdminToken::read(&path),
            Err(AdminTokenError::Read(_))
        ));
        std::fs::write(&path, [0xff; 32]).unwrap();
        assert!(matches!(
            AdminToken::read(&path),
            Err(AdminTokenError::Read(_))
        ));
        let missing = AdminToken::read(folder.path().join("missing")).unwrap_err();
        assert!(missing.to_string().contains("missing"), "{missing}");
    }

    #[test]
    fn a_token_is_not_printed() {
        let token = AdminToken::parse("0123456789abcdef").unwrap();
        assert_eq!(format!("{token:?}"), "AdminToken(..)");
    }
}
