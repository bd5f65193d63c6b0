//! Keys that name a value of a backend.

use std::{borrow::Cow, fmt, str::FromStr};

use crate::{Backend, number::Number};

/// Name of a value of a backend.
///
/// | text | value |
/// |---|---|
/// | `host`, `port`, `weight` | that field |
/// | `label:<k>` | meta entry `label.<k>` |
/// | `annotation:<k>` | meta entry `annotation.<k>` |
/// | `counter:<k>` | meta entry `counter.<k>` |
/// | anything else | the meta entry of that name |
///
/// Keys are case-sensitive. For a host with captures, `host` is the template. As a number, a value must be finite
/// decimal text without blanks (`-12.5`, `1e3`). Any other text counts as missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BackendKey {
    text: Box<str>,
    field: Field,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Field {
    Host,
    Port,
    Weight,
    /// The text of the key is the name of the entry.
    Text,
    Meta(Box<str>),
}

/// The text of a key is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key must not be empty")]
pub struct EmptyKey;

impl BackendKey {
    /// Returns the text that the key was made from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the value that the key names; none when the backend has no such meta entry.
    pub fn value<'b>(&self, backend: &'b Backend) -> Option<Cow<'b, str>> {
        let entry = match &self.field {
            Field::Host => return Some(Cow::Borrowed(&backend.host)),
            Field::Port => return Some(Cow::Owned(backend.port.to_string())),
            Field::Weight => return Some(Cow::Owned(backend.weight.to_string())),
            Field::Text => &self.text,
            Field::Meta(entry) => entry,
        };
        backend
            .meta
            .get(&**entry)
            .map(|value| Cow::Borrowed(&**value))
    }

    /// Returns the meta entry whose name is the text of the key, else the [value](Self::value). Switches, lists and
    /// times of the original read only entries, so an entry takes precedence.
    pub fn entry_or_value<'b>(&self, backend: &'b Backend) -> Option<Cow<'b, str>> {
        let entry = backend.meta.get(&*self.text);
        entry
            .map(|value| Cow::Borrowed(&**value))
            .or_else(|| self.value(backend))
    }

    pub(crate) fn number(&self, backend: &Backend) -> Option<Number> {
        match self.field {
            Field::Port => Some(u32::from(backend.port).into()),
            Field::Weight => Some(backend.weight.into()),
            Field::Host | Field::Text | Field::Meta(_) => Number::parse(&self.value(backend)?),
        }
    }
}

/// The empty text names the meta entry with the empty name. [`FromStr`] refuses it.
impl From<&str> for BackendKey {
    fn from(text: &str) -> Self {
        let field = match text {
            "host" => Field::Host,
            "port" => Field::Port,
            "weight" => Field::Weight,
            _ => match text.split_once(':') {
                Some((kind @ ("label" | "annotation" | "counter"), name)) => {
                    Field::Meta(format!("{kind}.{name}").into())
                }
                _ => Field::Text,
            },
        };
        Self {
            text: text.into(),
            field,
        }
    }
}

impl FromStr for BackendKey {
    type Err = EmptyKey;

    fn from_str(text: &str) -> Result<Self, EmptyKey> {
        if text.is_empty() {
            return Err(EmptyKey);
        }
        Ok(text.into())
    }
}

impl fmt::Display for BackendKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{BackendKey, EmptyKey};
    use crate::Backend;

    fn backend() -> Backend {
        let meta = [
            ("label.zone", "eu"),
            ("annotation.start", "-1"),
            ("counter.players.count", "12"),
            ("label:zone", "never read"),
            ("players", "inf"),
            ("other:thing", "kept"),
            ("", "nameless"),
        ];
        Backend {
            host: "10".to_owned(),
            port: 5520,
            weight: 3,
            meta: meta
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            ..Backend::default()
        }
    }

    #[test]
    fn every_form_reads_its_value() {
        let backend = backend();
        for (key, text, number) in [
            ("host", Some("10"), Some(10.0)),
            ("port", Some("5520"), Some(5520.0)),
            ("weight", Some("3"), Some(3.0)),
            ("label:zone", Some("eu"), None),
            ("label.zone", Some("eu"), None),
            ("annotation:start", Some("-1"), Some(-1.0)),
            ("counter:players.count", Some("12"), Some(12.0)),
            ("counter:players", None, None),
            ("players", Some("inf"), None),
            ("other:thing", Some("kept"), None),
            ("Host", None, None),
            ("label:", None, None),
            ("absent", None, None),
            ("", Some("nameless"), None),
        ] {
            let named = BackendKey::from(key);
            assert_eq!(named.value(&backend).as_deref(), text, "{key}");
            assert_eq!(
                named.number(&backend).map(super::Number::get),
                number,
                "{key}"
            );
            assert_eq!(named.to_string(), key);
        }
    }

    #[test]
    fn only_the_empty_text_is_no_key() {
        assert_eq!("".parse::<BackendKey>(), Err(EmptyKey));
        assert_eq!(" ".parse::<BackendKey>().unwrap().as_str(), " ");
    }
}
