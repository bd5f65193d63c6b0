mod built_in;
mod template;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// Texts that players see when they are sent nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    fallback: LocaleTexts,
    locales: Vec<(String, LocaleTexts)>,
}

/// What a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// No route takes the host name.
    NoRoute,
    /// The pool has no backend left for this player.
    NoBackends,
    /// The decision failed or took too long.
    RoutingError,
    /// Discovery has nothing to offer.
    DiscoveryError,
    /// The identity token is missing or not good.
    Identity,
}

/// The texts of one language. An empty one is absent, and so is one of blanks, which a player could not see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LocaleTexts {
    pub(crate) no_route: String,
    pub(crate) no_backends: String,
    pub(crate) routing_error: String,
    pub(crate) discovery_error: String,
    pub(crate) identity: String,
}

impl LocaleTexts {
    fn get(&self, kind: MessageKind) -> Option<&str> {
        let text = match kind {
            MessageKind::NoRoute => &self.no_route,
            MessageKind::NoBackends => &self.no_backends,
            MessageKind::RoutingError => &self.routing_error,
            MessageKind::DiscoveryError => &self.discovery_error,
            MessageKind::Identity => &self.identity,
        };
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
    /// Without `locales`: the built-in ones.
    pub(crate) fn new(fallback: LocaleTexts, locales: Option<Vec<(String, LocaleTexts)>>) -> Self {
        Self {
            fallback,
            locales: locales.unwrap_or_else(built_in::locales),
        }
    }

    /// The text for a player whose client reports `language`: the exact tag, else its base language, else
    /// `messages.disconnect`, else built-in English. Case does not count in tags, and `_` equals `-`.
    ///
    /// `${sni}` and `${error}` in the text are replaced. Both values may come from the network: control characters
    /// are taken out of them, and of `sni` at most 255 and of `error` at most 512 bytes are used.
    ///
    /// ```
    /// use hyrouter_config::{MessageKind, Messages};
    ///
    /// let messages = Messages::default();
    /// let text = messages.text(MessageKind::NoRoute, Some("pt_br"), "play.example.com", "");
    /// assert_eq!(text, "Este servidor está indisponível no momento.");
    /// ```
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
        let base = language.split(['-', '_']).next().unwrap_or(language);
        [language, base].into_iter().find_map(|tag| {
            let (_, texts) = self
                .locales
                .iter()
                .find(|(known, _)| same_tag(known, tag))?;
            texts.get(kind)
        })
    }
}

/// Whether two language tags are the same. Case does not count, and `_` equals `-`.
pub(crate) fn same_tag(left: &str, right: &str) -> bool {
    let fold = |byte: u8| match byte {
        b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    };
    left.bytes().map(fold).eq(right.bytes().map(fold))
}
