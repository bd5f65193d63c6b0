//! Texts for refused players of a Hytale network.
#![doc = include_str!("../README.md")]

mod built_in;
mod language;
mod maintenance;
mod template;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use self::language::same_tag;
pub use self::maintenance::MaintenanceTexts;

/// Texts that players read when they are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    fallback: LocaleTexts,
    locales: Vec<(String, LocaleTexts)>,
}

/// Subject of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// No route takes the host name.
    NoRoute,
    /// The pool has no backend left for this player.
    NoBackends,
    /// The decision failed or took too long.
    RoutingError,
    /// Discovery offers no backend.
    DiscoveryError,
    /// The identity token is missing or was refused.
    Identity,
}

/// The texts of one language. An empty text counts as absent, and so does one of blanks, which a player cannot see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocaleTexts([String; MessageKind::COUNT]);

impl MessageKind {
    const COUNT: usize = 5;

    /// All kinds, in the order in which they are declared.
    pub const ALL: [Self; Self::COUNT] = [
        Self::NoRoute,
        Self::NoBackends,
        Self::RoutingError,
        Self::DiscoveryError,
        Self::Identity,
    ];
}

impl LocaleTexts {
    /// Sets the text of one kind.
    #[must_use]
    pub fn with_text(mut self, kind: MessageKind, text: impl Into<String>) -> Self {
        if let Some(place) = self.0.get_mut(kind as usize) {
            *place = text.into();
        }
        self
    }

    fn get(&self, kind: MessageKind) -> Option<&str> {
        let text = self.0.get(kind as usize)?;
        Some(text.as_str()).filter(|text| !text.trim().is_empty())
    }
}

/// The built-in texts.
impl Default for Messages {
    fn default() -> Self {
        Self::new(LocaleTexts::default(), None)
    }
}

impl Messages {
    /// Combines the texts for all languages with those of single languages, by tag. Without `locales` the built-in
    /// languages are used.
    pub fn new(fallback: LocaleTexts, locales: Option<Vec<(String, LocaleTexts)>>) -> Self {
        Self {
            fallback,
            locales: locales.unwrap_or_else(built_in::locales),
        }
    }

    /// Returns the text for a player whose client reports `language`: that of the exact tag, else of its base
    /// language, else of the fallback, else built-in English. Case does not count in tags, and `_` equals `-`.
    ///
    /// `${sni}` and `${error}` in the text are replaced. Both values may come from the network: control characters
    /// are removed, and at most 255 bytes of `sni` and 512 bytes of `error` are used.
    pub fn text(
        &self,
        kind: MessageKind,
        language: Option<&str>,
        sni: &str,
        error: &str,
    ) -> Cow<'_, str> {
        let localized = language.and_then(|language| self.localized(kind, language));
        let text = localized
            .or_else(|| self.fallback.get(kind))
            .unwrap_or_else(|| built_in::english(kind));
        template::fill(text, sni, error)
    }

    fn localized(&self, kind: MessageKind, language: &str) -> Option<&str> {
        [language, language::base(language)]
            .into_iter()
            .find_map(|tag| {
                let mut locales = self.locales.iter();
                let (_, texts) = locales.find(|(known, _)| same_tag(known, tag))?;
                texts.get(kind)
            })
    }
}
