//! Secrets in texts and files.

use std::path::{Path, PathBuf};

use crate::{FileProblem, SecretString, read_text};

/// Rules of a secret in a text. Blanks and line ends around it do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretRules {
    least: usize,
    most: usize,
    is_token: bool,
}

impl SecretRules {
    /// Rules of a token that is sent in a header: `least` to 4096 bytes of printable ASCII, in a file of at most 8192
    /// bytes. Servers refuse longer headers.
    pub const fn token(least: usize) -> Self {
        Self {
            least,
            most: 4096,
            is_token: true,
        }
    }

    /// Rules of any other text of at most `most` bytes, with the blanks around it. It can be empty: the caller has its
    /// own rules.
    pub const fn text(most: usize) -> Self {
        Self {
            least: 0,
            most,
            is_token: false,
        }
    }

    /// Returns the maximum length of a file with the secret in bytes. The file of a token has as much room for blanks
    /// and line ends as for the token.
    pub const fn max_file(self) -> usize {
        if self.is_token {
            2 * self.most
        } else {
            self.most
        }
    }

    /// Returns the secret of a text.
    ///
    /// # Errors
    ///
    /// The text breaks a rule. The error contains nothing of it.
    pub fn check(self, text: &str) -> Result<SecretString, SecretProblem> {
        let text = text.trim();
        if self.is_token && !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretProblem::Characters);
        }
        if text.len() > self.most {
            return Err(SecretProblem::Long { most: self.most });
        }
        if text.len() < self.least {
            return Err(SecretProblem::Short {
                bytes: text.len(),
                least: self.least,
            });
        }
        Ok(text.into())
    }
}

/// Reads a secret from a regular file, as UTF-8.
///
/// # Errors
///
/// The file cannot be read as by [`read_text`], or its text breaks a rule. The error contains nothing of it.
pub fn read_secret_file(path: &Path, rules: SecretRules) -> Result<SecretString, SecretFileError> {
    let read = read_text(path, rules.max_file())
        .map_err(|error| SecretProblem::File(error.problem))
        .and_then(|text| rules.check(&text));
    read.map_err(|problem| problem.in_file(path))
}

/// A file without a secret that can be used, and the reason. Contains nothing of the secret.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
#[non_exhaustive]
pub struct SecretFileError {
    /// The file.
    pub path: PathBuf,
    /// Problem of the file or the secret. The text of this error contains it, so it is not its source.
    pub problem: SecretProblem,
}

/// Problem of a secret or of its file: the end of a sentence.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretProblem {
    /// The file cannot be read.
    #[error(transparent)]
    File(FileProblem),
    /// The secret is so short that it can be guessed, or empty.
    #[error("has {bytes} bytes; the minimum is {least}")]
    Short {
        /// Its length in bytes, without blanks around it.
        bytes: usize,
        /// Minimum length in bytes.
        least: usize,
    },
    /// The secret is too long.
    #[error("is longer than {most} bytes")]
    Long {
        /// Maximum length in bytes.
        most: usize,
    },
    /// A token has a character that cannot be sent.
    #[error("has a character that is not allowed; allowed: printable ASCII without white space")]
    Characters,
}

impl SecretProblem {
    /// Returns the error of the file that has this problem.
    pub fn in_file(self, path: &Path) -> SecretFileError {
        SecretFileError {
            path: path.to_owned(),
            problem: self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SecretRules, read_secret_file};
    use crate::ExposeSecret as _;

    const TOKEN: SecretRules = SecretRules::token(7);
    const CHARACTERS: &str =
        "has a character that is not allowed; allowed: printable ASCII without white space";

    #[test]
    fn blanks_around_a_secret_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let longest = "x".repeat(4096);
        for (text, rules) in [
            ("hunter2", TOKEN),
            ("  hunter2\r\n", TOKEN),
            (&format!("{longest}\n"), TOKEN),
            ("\u{feff}gr\u{fc}n gr\u{fc}n\n", SecretRules::text(4096)),
            ("", SecretRules::text(4096)),
        ] {
            std::fs::write(&path, text).unwrap();
            let wanted = text.trim_start_matches('\u{feff}').trim();
            let secret = read_secret_file(&path, rules).unwrap();
            assert_eq!(secret.expose_secret(), wanted);
            assert!(!format!("{secret:?}").contains("hunter2"));
            assert_eq!(rules.check(wanted).unwrap().expose_secret(), wanted);
        }
    }

    #[test]
    fn errors_contain_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let (long, file) = ("hunter2".repeat(600), "hunter2".repeat(2000));
        for (text, problem) in [
            (" \n", "has 0 bytes; the minimum is 7"),
            ("hunter", "has 6 bytes; the minimum is 7"),
            (&long, "is longer than 4096 bytes"),
            (&file, "has 14000 bytes or more; at most 8192 are allowed"),
            ("hunter2 hunter2", CHARACTERS),
            ("hunter2\nX: y", CHARACTERS),
            ("h\u{fc}nter2", CHARACTERS),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read_secret_file(&path, TOKEN).unwrap_err();
            assert_eq!(error.to_string(), format!("{}: {problem}", path.display()));
            assert!(!format!("{error:?}").contains("nter2"), "{error:?}");
            assert!(TOKEN.check(text).is_err());
        }
        std::fs::write(&path, [0xff; 32]).unwrap();
        for (path, problem) in [
            (folder.path(), "is a directory"),
            (&folder.path().join("no"), "os error"),
            (&path, "is not UTF-8"),
        ] {
            let error = read_secret_file(path, TOKEN).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
