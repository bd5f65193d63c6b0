//! Texts of a route under maintenance.

use std::collections::BTreeMap;

use crate::language::{base, same_tag};

/// Key of the text for all other languages.
const DEFAULT: &str = "default";

/// Maintenance texts for refused players, by language tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaintenanceTexts(BTreeMap<String, String>);

impl MaintenanceTexts {
    /// Returns the text for the exact tag `language`, else for its base language, else for `default`. `None` if there
    /// is no such text. Tags are case-insensitive, and `_` equals `-`.
    pub fn text(&self, language: Option<&str>) -> Option<&str> {
        let tags = [language, language.map(base), Some(DEFAULT)];
        tags.into_iter().flatten().find_map(|tag| self.of_tag(tag))
    }

    /// Returns all texts by language tag. `default` is for all other languages.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self.0.iter();
        texts.map(|(language, text)| (language.as_str(), text.as_str()))
    }

    fn of_tag(&self, tag: &str) -> Option<&str> {
        let mut texts = self.0.iter();
        let (_, text) = texts.find(|(known, _)| same_tag(known, tag))?;
        Some(text.as_str())
    }
}

/// Texts by language tag; `default` names the text for all other languages.
impl From<BTreeMap<String, String>> for MaintenanceTexts {
    fn from(texts: BTreeMap<String, String>) -> Self {
        Self(texts)
    }
}
