//! A token that authenticates the router to a service.

use std::path::Path;

use http::HeaderValue;
use hyrouter_files::{
    ExposeSecret as _, SecretFileError, SecretProblem, SecretRules, SecretString, read_secret_file,
};
use zeroize::Zeroizing;

const RULES: SecretRules = SecretRules::token(1);

/// A bearer token, as the value of its header. `Debug` does not print it.
#[derive(Debug, Clone)]
pub struct BearerToken(HeaderValue);

impl BearerToken {
    /// Takes a token from a text. Blanks and line ends around it do not count.
    ///
    /// # Errors
    ///
    /// Fails if it is empty, longer than 4096 bytes, or has characters other than printable ASCII.
    pub fn new(text: &str) -> Result<Self, SecretProblem> {
        Self::of(&RULES.check(text)?)
    }

    /// Reads a token from a file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, or contains no token.
    pub fn read(path: &Path) -> Result<Self, SecretFileError> {
        let secret = read_secret_file(path, RULES)?;
        Self::of(&secret).map_err(|problem| problem.in_file(path))
    }

    fn of(secret: &SecretString) -> Result<Self, SecretProblem> {
        let text = Zeroizing::new(format!("Bearer {}", secret.expose_secret()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| SecretProblem::Characters)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// Returns the value of the header. It is not printed with other headers.
    pub fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::BearerToken;

    #[test]
    fn it_is_sent_and_not_printed() {
        let token = BearerToken::new("  hunter2\r\n").unwrap();
        let header = token.to_header();
        assert_eq!(header, "Bearer hunter2");
        let printed = format!("{token:?} {header:?}");
        assert_eq!(printed, "BearerToken(Sensitive) Sensitive");
        for text in ["", "hunter2 hunter2", "hunter2\nX: y"] {
            assert!(BearerToken::new(text).is_err(), "{text}");
        }
    }
}
