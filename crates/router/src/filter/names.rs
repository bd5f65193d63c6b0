//! Host name patterns in a value of a backend.

use crate::{
    HostPattern,
    pattern::{Shape, normalise},
};

/// Maximum number of patterns of a backend. The rest is ignored, so that one backend cannot slow down every decision.
const MAX_PATTERNS: usize = 100;

/// The patterns of a backend that can be read.
#[derive(Debug)]
pub(crate) struct NamePatterns(Box<[Shape]>);

impl NamePatterns {
    /// Reads comma-separated patterns; none when no pattern can be used.
    pub(super) fn read(text: &str) -> Option<Self> {
        let readable = entries(text).take(MAX_PATTERNS).filter_map(|entry| {
            let pattern = HostPattern::of_names(entry).ok()?;
            Some(pattern.shape().clone())
        });
        let shapes: Box<[_]> = readable.collect();
        (!shapes.is_empty()).then_some(Self(shapes))
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.0
    }

    /// Returns whether a pattern matches the host. As in routes, `*` does not match a client without a host name.
    pub(super) fn match_host(&self, host: &str) -> bool {
        normalise(host)
            .is_some_and(|host| !host.is_empty() && self.0.iter().any(|shape| shape.matches(&host)))
    }
}

/// Returns the entries of a value for [`Filter::Hostname`](crate::Filter::Hostname) that are ignored: malformed patterns,
/// and those beyond the first 100.
pub fn unusable_patterns(text: &str) -> Vec<&str> {
    let numbered = entries(text).enumerate();
    let unusable = numbered
        .filter(|(place, entry)| *place >= MAX_PATTERNS || HostPattern::of_names(entry).is_err());
    unusable.map(|(_, entry)| entry).collect()
}

/// Empty entries come from stray commas. A client without a host name passes no backend of the filter.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{MAX_PATTERNS, NamePatterns, unusable_patterns};

    fn matches(text: &str, host: &str) -> bool {
        NamePatterns::read(text).is_some_and(|patterns| patterns.match_host(host))
    }

    #[test]
    fn patterns_are_those_of_routes() {
        for (text, host, expected) in [
            ("a.example.com", "a.example.com", true),
            ("A.example.com.", "a.EXAMPLE.com.", true),
            (" x.example.com , a.example.com,", "a.example.com", true),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "example.com", false),
            ("a?.example.com", "ab.example.com", true),
            (
                "*.münchen.example.com",
                "a.xn--mnchen-3ya.example.com",
                true,
            ),
            ("*", "anything", true),
            ("*", "", false),
            ("", "", false),
            (",", "", false),
        ] {
            assert_eq!(matches(text, host), expected, "{text:?} {host:?}");
        }
    }

    #[test]
    fn a_malformed_pattern_spoils_no_other() {
        let text = "[a, 10.0.0.1, a.example.com:5520, \u{1b}[2J, b.example.com, \\";
        assert!(matches(text, "b.example.com"));
        assert!(!matches(text, "a"));
        assert_eq!(
            unusable_patterns(text),
            ["[a", "10.0.0.1", "a.example.com:5520", "\u{1b}[2J", "\\"]
        );
        assert!(NamePatterns::read("[a,[b").is_none());
    }

    #[test]
    fn patterns_beyond_the_maximum_are_ignored() {
        let names: Vec<_> = (0..=MAX_PATTERNS)
            .map(|n| format!("s{n}.example.com"))
            .collect();
        let text = names.join(",");
        assert!(matches(&text, "s99.example.com"));
        assert!(!matches(&text, "s100.example.com"));
        assert_eq!(unusable_patterns(&text), ["s100.example.com"]);
    }
}
