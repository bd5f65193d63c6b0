//! Backends of a provider, and the limits on them.

use std::{collections::BTreeMap, fmt, sync::Arc, time::SystemTime};

use hyrouter_router::{Backend, check_host};
use hyrouter_text::shown;

/// Maximum length of the name of a backend, in bytes.
pub const MAX_ID: usize = 256;
/// Maximum number of facts (`meta`) of a backend.
pub const MAX_META_ENTRIES: usize = 128;
/// Maximum length of all facts of a backend together, in bytes. Lists of players are the longest facts.
pub const MAX_META_BYTES: usize = 64 << 10;

/// A backend that a provider found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DiscoveredBackend {
    /// Name, unique within its provider.
    pub id: Arc<str>,
    /// The backend, with the facts that the source has about it.
    pub backend: Arc<Backend>,
    /// End of its lease; none for a backend that stays until its source removes it.
    pub expires_at: Option<SystemTime>,
}

impl DiscoveredBackend {
    /// Creates a backend without a lease.
    pub fn new(id: impl Into<Arc<str>>, backend: Backend) -> Self {
        Self {
            id: id.into(),
            backend: Arc::new(backend),
            expires_at: None,
        }
    }

    /// Sets the end of its lease.
    #[must_use]
    pub fn until(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Returns the reason why it cannot be used, if there is one.
    pub fn problem(&self) -> Option<String> {
        let Backend {
            host, port, meta, ..
        } = &*self.backend;
        if self.id.is_empty() || self.id.len() > MAX_ID {
            let length = self.id.len();
            return Some(format!(
                "its id has {length} bytes; allowed: 1 to {MAX_ID} bytes"
            ));
        }
        if let Err(problem) = check_host(host) {
            return Some(format!("invalid host \"{}\": {problem}", shown(host)));
        }
        if *port == 0 {
            return Some("its port is 0; allowed: 1 to 65535".to_owned());
        }
        meta_problem(meta)
    }
}

fn meta_problem(meta: &BTreeMap<String, String>) -> Option<String> {
    if meta.len() > MAX_META_ENTRIES {
        let count = meta.len();
        return Some(format!(
            "{count} meta entries; allowed: at most {MAX_META_ENTRIES}"
        ));
    }
    let bytes: usize = meta
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    (bytes > MAX_META_BYTES).then(|| {
        format!("its meta has {bytes} bytes; allowed: at most {MAX_META_BYTES} bytes in all")
    })
}

/// An entry of a source that cannot be used. The other entries are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryProblem {
    /// Name or place of the entry, such as `lobby-1` or `backends[3]`.
    pub entry: String,
    /// The reason, without control characters.
    pub problem: String,
}

impl EntryProblem {
    /// Creates a problem. Control characters of both texts are escaped, and long texts are cut.
    pub fn new(entry: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self {
            entry: shown(entry).within(MAX_ID).to_string(),
            problem: shown(problem).to_string(),
        }
    }
}

impl fmt::Display for EntryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.entry, self.problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(change: impl FnOnce(&mut String, &mut Backend)) -> Option<String> {
        let (mut id, mut backend) = ("a".to_owned(), Backend::new("10.0.0.1", 5520));
        change(&mut id, &mut backend);
        DiscoveredBackend::new(id, backend).problem()
    }

    #[test]
    fn limits_are_checked() {
        type Change = fn(&mut String, &mut Backend);

        assert_eq!(problem(|_, _| {}), None);
        let cases: [(Change, &str); 6] = [
            (|id, _| id.clear(), "1 to 256 bytes"),
            (|id, _| *id = "x".repeat(257), "has 257 bytes"),
            (
                |_, backend| backend.host = "$1.example.com".to_owned(),
                "invalid host",
            ),
            (|_, backend| backend.port = 0, "1 to 65535"),
            (
                |_, backend| {
                    let entries = (0..=128).map(|n| (n.to_string(), String::new()));
                    backend.meta = entries.collect();
                },
                "129 meta entries",
            ),
            (
                |_, backend| {
                    let long = "x".repeat(64 << 10);
                    backend.meta = [("k".to_owned(), long)].into();
                },
                "65537 bytes",
            ),
        ];
        for (change, expected) in cases {
            let found = problem(change).unwrap();
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn texts_of_a_source_are_escaped() {
        let problem = EntryProblem::new("a\nb", "\u{1b}[2J");
        assert_eq!(problem.to_string(), r"a\nb: \u{1b}[2J");
    }
}
