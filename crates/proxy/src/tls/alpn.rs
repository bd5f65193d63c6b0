//! Accepted application protocols, in order of preference.

/// The wildcard entry of a list.
const WILDCARD: &str = "hytale/*";

/// An ordered list of ALPN names (RFC 7301); the first that the client offers is taken.
///
/// The entry `hytale/*` stands for every `hytale/<n>` from 255 down to 0, so that the highest that
/// the client offers wins, also for versions that do not exist yet. All other entries are
/// literal. A client that offers none of them is refused with TLS alert 120.
///
/// ```
/// let list = hyrouter_proxy::AlpnList::parse(["hytale/*"])?;
/// assert_eq!(list.protocols().len(), 256);
/// assert_eq!(list.protocols()[0], b"hytale/255");
/// # Ok::<(), hyrouter_proxy::AlpnError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlpnList(Vec<Vec<u8>>);

impl AlpnList {
    /// Reads entries as they stand in a configuration.
    ///
    /// # Errors
    ///
    /// An empty list, or an entry that is empty or longer than the 255 bytes that ALPN allows.
    pub fn parse<I>(entries: I) -> Result<Self, AlpnError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut protocols: Vec<Vec<u8>> = Vec::new();
        for entry in entries {
            let entry = entry.as_ref();
            if entry == WILDCARD {
                protocols.extend(
                    (0..=u8::MAX)
                        .rev()
                        .map(|n| format!("hytale/{n}").into_bytes()),
                );
            } else if entry.is_empty() || entry.len() > 255 {
                return Err(AlpnError::Length {
                    entry: entry.chars().take(40).collect(),
                });
            } else {
                protocols.push(entry.as_bytes().to_vec());
            }
        }
        if protocols.is_empty() {
            return Err(AlpnError::Empty);
        }
        Ok(Self(protocols))
    }

    /// Returns the names, the most preferred first.
    pub fn protocols(&self) -> &[Vec<u8>] {
        &self.0
    }
}

impl Default for AlpnList {
    /// `hytale/*` alone.
    fn default() -> Self {
        Self(
            (0..=u8::MAX)
                .rev()
                .map(|n| format!("hytale/{n}").into_bytes())
                .collect(),
        )
    }
}

/// Error of an invalid list of ALPN names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlpnError {
    /// No entry at all: no client could connect.
    #[error("the ALPN list is empty; `hytale/*` accepts every version of the game")]
    Empty,
    /// An entry that a TLS hello cannot have.
    #[error("ALPN entry {entry:?} must be 1 to 255 bytes long")]
    Length {
        /// The entry, shortened.
        entry: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wildcard_prefers_higher_numbers_and_keeps_its_place() {
        let list = AlpnList::parse(["custom", "hytale/*"]).unwrap();
        assert_eq!(list.protocols()[0], b"custom");
        assert_eq!(list.protocols()[1], b"hytale/255");
        assert_eq!(list.protocols().last().unwrap(), b"hytale/0");
    }

    #[test]
    fn only_the_exact_wildcard_expands() {
        let list = AlpnList::parse(["hytale/2*"]).unwrap();
        assert_eq!(list.protocols(), [b"hytale/2*".to_vec()]);
    }

    #[test]
    fn default_is_the_wildcard() {
        assert_eq!(AlpnList::default(), AlpnList::parse([WILDCARD]).unwrap());
    }

    #[test]
    fn unusable_lists_are_refused() {
        assert_eq!(AlpnList::parse::<[&str; 0]>([]), Err(AlpnError::Empty));
        assert!(matches!(
            AlpnList::parse([""]),
            Err(AlpnError::Length { .. })
        ));
        assert!(matches!(
            AlpnList::parse(["x".repeat(256)]),
            Err(AlpnError::Length { .. })
        ));
    }
}
