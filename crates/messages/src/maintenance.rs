//! Texts of a route under maintenance.

use std::collections::BTreeMap;

use crate::language::{base, same_tag};

/// The key of the text for all languages that have none of their own.
const DEFAULT: &str = "default";

/// Texts for players who are refused because of maintenance, by language tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaintenanceTexts(BTreeMap<String, String>);

impl MaintenanceTexts {
    /// Returns the text for a player whose client reports `language`: that of the exact tag, else of its base
    /// language, else of `default`. Case does not count in tags, and `_` equals `-`. `None` if there is no such text.
    pub fn text(&self, language: Option<&str>) -> Option<&str> {
        let tags = [language, language.map(base), Some(DEFAULT)];
        tags.into_iter().flatten().find_map(|tag| self.of_tag(tag))
    }

    /// Returns all texts by language; `default` is for the languages that have none.
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
