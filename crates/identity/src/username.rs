use std::fmt;

/// Maximum length of a name in bytes.
const MAX: usize = 16;

/// Name of a player: 1 to 16 of `A-Z`, `a-z`, `0-9` and `_`, as in the game. Copied, never allocated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username {
    /// Padded with zeros, so that equal names are equal bytes.
    bytes: [u8; MAX],
    len: u8,
}

impl Username {
    /// Returns the name as a text.
    pub fn as_str(&self) -> &str {
        let name = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }
}

impl TryFrom<&str> for Username {
    type Error = UsernameError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if text.is_empty() || !text.bytes().all(allowed) {
            return Err(UsernameError);
        }
        let mut bytes = [0; MAX];
        let place = bytes.get_mut(..text.len()).ok_or(UsernameError)?;
        place.copy_from_slice(text.as_bytes());
        let len = u8::try_from(text.len()).map_err(|_| UsernameError)?;
        Ok(Self { bytes, len })
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Username").field(&self.as_str()).finish()
    }
}

/// A text is not the name of a player. Holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 16 of A-Z, a-z, 0-9 and _")]
#[non_exhaustive]
pub struct UsernameError;

#[cfg(test)]
mod tests {
    use super::{Username, UsernameError};

    #[test]
    fn names_are_kept_as_they_are() {
        for text in ["A", "z_9", "Sixteen_Letters_", "________________"] {
            let name = Username::try_from(text).unwrap();
            assert_eq!(name.as_str(), text);
            assert_eq!(name.to_string(), text);
            assert_eq!(format!("{name:?}"), format!("Username({text:?})"));
        }
        assert_ne!(Username::try_from("a"), Username::try_from("A"));
        assert!(Username::try_from("a").unwrap() < Username::try_from("aa").unwrap());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            " ",
            "a b",
            "a-b",
            "a.b",
            "\0",
            "a\n",
            "ä",
            "\u{ff21}",
            "seventeen_letters",
        ] {
            assert_eq!(Username::try_from(text), Err(UsernameError), "{text:?}");
        }
        assert!(Username::try_from("x".repeat(8192).as_str()).is_err());
    }
}
