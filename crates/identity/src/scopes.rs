use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

const CLIENT: &str = "hytale:client";
const EDITOR: &str = "hytale:editor";

/// Scopes of a token that this crate knows. Others are not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    client: bool,
    editor: bool,
}

impl Scopes {
    /// Returns whether `hytale:client` is there: playing the game.
    pub fn client(self) -> bool {
        self.client
    }

    /// Returns whether `hytale:editor` is there: the editor.
    pub fn editor(self) -> bool {
        self.editor
    }

    /// Adds a scope by its exact name.
    fn add(&mut self, name: &str) {
        self.client |= name == CLIENT;
        self.editor |= name == EDITOR;
    }
}

/// One text with blanks between names (RFC 8693, section 4.2), or a list of names.
impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Scopes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scopes, E> {
        let mut scopes = Scopes::default();
        text.split(' ').for_each(|name| scopes.add(name));
        Ok(scopes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scopes, A::Error> {
        let mut scopes = Scopes::default();
        while let Some(name) = list.next_element::<super::json::Text<'de>>()? {
            scopes.add(&name);
        }
        Ok(scopes)
    }
}
