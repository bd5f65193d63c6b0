//! Tokens of a provider, read from their files.

use std::sync::{Mutex, PoisonError};

use hyrouter_files::{
    ExposeSecret as _, SecretFileError, SecretRules, SecretString, read_secret_file,
};
use subtle::ConstantTimeEq as _;

use crate::PushToken;

/// Shorter tokens could be guessed over the network.
const RULES: SecretRules = SecretRules::token(16);

/// Tokens with the prefixes that they may change.
#[derive(Debug)]
pub(super) struct PushTokens {
    settings: Vec<PushToken>,
    /// In the order of the settings.
    secrets: Mutex<Vec<SecretString>>,
}

impl PushTokens {
    /// Reads all tokens.
    pub(super) fn open(settings: Vec<PushToken>) -> Result<Self, SecretFileError> {
        let read = settings
            .iter()
            .map(|token| read_secret_file(&token.file, RULES));
        let secrets = read.collect::<Result<_, _>>()?;
        Ok(Self {
            secrets: Mutex::new(secrets),
            settings,
        })
    }

    /// Reads all tokens again. A file that cannot be read keeps its last token. Returns the first problem.
    pub(super) fn refresh(&self) -> Result<(), SecretFileError> {
        let mut result = Ok(());
        for (index, token) in self.settings.iter().enumerate() {
            match read_secret_file(&token.file, RULES) {
                Ok(secret) => {
                    let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(place) = secrets.get_mut(index) {
                        *place = secret;
                    }
                }
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }

    /// Returns the prefixes of ids that `given` may change; none if it is no token of the provider. All tokens are
    /// compared, each in constant time.
    pub(super) fn prefixes(&self, given: &[u8]) -> Vec<String> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut prefixes = Vec::new();
        for (token, secret) in self.settings.iter().zip(secrets.iter()) {
            if secret.expose_secret().as_bytes().ct_eq(given).into() {
                prefixes.push(token.prefix.clone());
            }
        }
        prefixes
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn tokens_have_prefixes_and_rotate() {
        let folder = tempfile::tempdir().unwrap();
        let token = |name: &str, prefix: &str| PushToken {
            file: folder.path().join(name),
            prefix: prefix.to_owned(),
        };
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let settings = vec![token("all", ""), token("eu", "eu-")];
        assert!(PushTokens::open(settings.clone()).is_err());
        write("all", "all-0123456789abcdef\n");
        write("eu", "eu-0123456789abcdef\n");
        let tokens = PushTokens::open(settings).unwrap();
        assert_eq!(tokens.prefixes(b"all-0123456789abcdef"), [""]);
        assert_eq!(tokens.prefixes(b"eu-0123456789abcdef"), ["eu-"]);
        for wrong in ["", "eu-0123456789abcdee", "eu-0123456789abcdef\n"] {
            assert_eq!(tokens.prefixes(wrong.as_bytes()), [""; 0], "{wrong:?}");
        }
        write("all", "short");
        write("eu", "next-0123456789abcdef");
        let problem = tokens.refresh().unwrap_err().to_string();
        assert!(
            problem.contains("all: has 5 bytes; the minimum is 16"),
            "{problem}"
        );
        assert_eq!(tokens.prefixes(b"all-0123456789abcdef"), [""]);
        assert_eq!(tokens.prefixes(b"next-0123456789abcdef"), ["eu-"]);
        assert!(tokens.prefixes(b"eu-0123456789abcdef").is_empty());
    }
}
