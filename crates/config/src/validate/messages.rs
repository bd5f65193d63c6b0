use std::collections::BTreeMap;

use hyrouter_messages::{LocaleTexts, MessageKind, Messages, same_tag};

use crate::model;
use crate::path::Path;
use crate::problem::Problems;

pub(super) fn build(messages: model::Messages, problems: &mut Problems) -> Messages {
    if let Some(locales) = &messages.disconnect_locales {
        check_languages(&Path::of("messages.disconnect_locales"), locales, problems);
    }
    let locales = messages.disconnect_locales.map(|locales| {
        let texts = locales.into_iter();
        texts
            .map(|(tag, texts)| (tag, build_texts(texts)))
            .collect()
    });
    Messages::new(build_texts(messages.disconnect), locales)
}

/// Reports a language that occurs twice in different spellings, since one of its texts would never be shown.
pub(crate) fn check_languages<T>(
    path: &Path,
    texts: &BTreeMap<String, T>,
    problems: &mut Problems,
) {
    for (at, tag) in texts.keys().enumerate() {
        let mut earlier = texts.keys().take(at);
        if let Some(earlier) = earlier.find(|earlier| same_tag(earlier, tag)) {
            problems.add_if_clear(
                &path.key(tag),
                format!("the same language as {earlier:?}; allowed: each language once"),
            );
        }
    }
}

fn build_texts(texts: model::Texts) -> LocaleTexts {
    let model::Texts {
        no_route,
        no_backends,
        routing_error,
        discovery_error,
        identity,
    } = texts;
    [
        (MessageKind::NoRoute, no_route),
        (MessageKind::NoBackends, no_backends),
        (MessageKind::RoutingError, routing_error),
        (MessageKind::DiscoveryError, discovery_error),
        (MessageKind::Identity, identity),
    ]
    .into_iter()
    .fold(LocaleTexts::default(), |texts, (kind, text)| {
        texts.with_text(kind, text.unwrap_or_default())
    })
}
