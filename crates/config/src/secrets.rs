//! Sources of the secrets of keys.

use std::ffi::{OsStr, OsString};
use std::path::Path as FilePath;

use hyrouter_files::{ExposeSecret as _, SecretRules, SecretString, read_secret_file};
use hyrouter_referral::Secret;

use crate::path::Path;
use crate::problem::Problems;
use crate::source::PREFIX;

/// Maximum length of a file with a secret in bytes, far more than a secret has. A wrong path may lead to any file.
const MAX_FILE: usize = 64 * 1024;

/// Reads secrets from files and variables.
pub(crate) struct Secrets<'a> {
    variables: &'a [(OsString, OsString)],
    is_elsewhere: bool,
}

/// Source of a key's secret, as written.
pub(crate) struct SecretSource<'k> {
    pub(crate) value: Option<&'k Secret>,
    pub(crate) file: Option<&'k FilePath>,
    pub(crate) env: Option<&'k str>,
}

impl SecretSource<'_> {
    pub(crate) fn is_given(&self) -> bool {
        self.value.is_some() || self.file.is_some() || self.env.is_some()
    }
}

impl<'a> Secrets<'a> {
    pub(crate) fn new(variables: &'a [(OsString, OsString)]) -> Self {
        Self {
            variables,
            is_elsewhere: false,
        }
    }

    /// Opens no file. Secrets of files and of variables that are not set count as present and good: they are on another
    /// machine.
    pub(crate) fn elsewhere(mut self, is_elsewhere: bool) -> Self {
        self.is_elsewhere = is_elsewhere;
        self
    }

    /// The secret of the key at `path`. `None` when it has none that can be used, which is a problem then.
    pub(crate) fn read(
        &self,
        path: &Path,
        place: &SecretSource<'_>,
        problems: &mut Problems,
    ) -> Option<Secret> {
        let (at, text) = match (place.value, place.file, place.env) {
            (Some(value), None, None) => return Some(value.clone()),
            (None, Some(file), None) => (path.key("secret_file"), self.file(file)),
            (None, None, Some(name)) => (path.key("secret_env"), self.variable(name)),
            _ => {
                let what = if place.is_given() {
                    "more than one secret"
                } else {
                    "no secret"
                };
                problems.add_if_clear(
                    path,
                    format!("{what}; allowed: one of `secret`, `secret_file` and `secret_env`"),
                );
                return None;
            }
        };
        let secret = text.and_then(|text| {
            Secret::parse(text.expose_secret())
                .map_err(|error| format!("{error}; allowed: plain text, base64:... or hex:..."))
        });
        secret
            .map_err(|message| problems.add_if_clear(&at, message))
            .ok()
    }

    fn variable(&self, name: &str) -> Result<SecretString, String> {
        if name.to_ascii_uppercase().starts_with(PREFIX) {
            return Err(format!(
                "{name:?} begins with {PREFIX}, which is reserved for keys; allowed: another name"
            ));
        }
        let found = self
            .variables
            .iter()
            .find(|(known, _)| known == OsStr::new(name));
        let Some((_, value)) = found else {
            if self.is_elsewhere {
                return Ok(stand_in());
            }
            return Err(format!("the environment variable {name:?} does not exist"));
        };
        match value.to_str() {
            Some(text) => Ok(text.into()),
            None => Err(format!("the value of {name:?} is not UTF-8")),
        }
    }

    fn file(&self, file: &FilePath) -> Result<SecretString, String> {
        if self.is_elsewhere {
            return Ok(stand_in());
        }
        read_secret_file(file, SecretRules::text(MAX_FILE)).map_err(|error| {
            format!(
                "cannot read {:?}: {}",
                file.to_string_lossy(),
                error.problem
            )
        })
    }
}

/// A secret that is long enough for every algorithm.
fn stand_in() -> SecretString {
    ("hex:".to_owned() + &"5a".repeat(32)).into()
}
