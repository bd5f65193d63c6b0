use std::fmt;

use crate::TemplateError;

/// The name of a project. It is a valid name of a package in every language that has a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectName(String);

impl ProjectName {
    /// Maximum length in bytes.
    pub const MAX_LEN: usize = 64;

    /// Checks a name.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or has a character that is not allowed.
    pub fn parse(name: &str) -> Result<Self, TemplateError> {
        let is_inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        let problem = if name.is_empty() {
            "is empty"
        } else if name.len() > Self::MAX_LEN {
            "is too long"
        } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            "does not begin with a lower-case letter"
        } else if !name.chars().all(is_inside) {
            "has a character that is not allowed"
        } else {
            return Ok(Self(name.to_owned()));
        };
        Err(TemplateError::Name {
            name: name.to_owned(),
            problem,
        })
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Replaces `{name}` by the name, and `{snake}` by the name with `_` in place of `-`.
    pub fn fill(&self, text: &str) -> String {
        let snake = self.0.replace('-', "_");
        text.replace("{name}", &self.0).replace("{snake}", &snake)
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ProjectName;

    #[test]
    fn names_are_checked() {
        let long = "a".repeat(65);
        for (name, problem) in [
            ("demo", None),
            ("d", None),
            ("vip-lobby_2", None),
            ("", Some("is empty")),
            ("Demo", Some("does not begin with a lower-case letter")),
            ("2demo", Some("does not begin with a lower-case letter")),
            ("-demo", Some("does not begin with a lower-case letter")),
            ("../demo", Some("does not begin with a lower-case letter")),
            ("de/mo", Some("has a character that is not allowed")),
            ("de mo", Some("has a character that is not allowed")),
            ("de\"mo", Some("has a character that is not allowed")),
            ("dé", Some("has a character that is not allowed")),
            (long.as_str(), Some("is too long")),
        ] {
            let error = ProjectName::parse(name).err();
            let found = error.map(|error| error.to_string());
            let matches = match (&found, problem) {
                (None, None) => true,
                (Some(found), Some(problem)) => found.contains(problem),
                _ => false,
            };
            assert!(matches, "{name}: {found:?}");
        }
    }

    #[test]
    fn both_forms_are_filled_in() {
        let name = ProjectName::parse("vip-lobby").unwrap();
        assert_eq!(name.fill("{name} {snake}.wasm"), "vip-lobby vip_lobby.wasm");
    }
}
