//! Finds earlier patterns that match every host name of a later one.

use std::{collections::HashMap, sync::Arc};

use crate::{
    HostPattern,
    glob::{Glob, GlobToken},
    pattern::Shape,
};

/// Maximum number of patterns with inner wildcards. Each is compared with each later pattern, so the number bounds a
/// quadratic cost.
const MAX_GLOBS: usize = 256;

/// Finds patterns that match every host name that another pattern matches.
///
/// Each pattern found is right, but not every such pattern is found: patterns are not combined, and only the first 256
/// patterns with inner wildcards are kept.
#[derive(Debug, Default)]
pub struct PatternCover {
    exact: HashMap<Arc<str>, usize>,
    suffixes: HashMap<Arc<str>, usize>,
    any: Option<usize>,
    globs: Vec<(usize, Glob)>,
}

impl PatternCover {
    /// Adds a pattern. Each number must be at least as high as the one before it.
    pub fn add(&mut self, number: usize, pattern: &HostPattern) {
        match pattern.shape() {
            Shape::Exact(name) => {
                self.exact.entry(Arc::clone(name)).or_insert(number);
            }
            Shape::Suffix(text) => {
                self.suffixes.entry(Arc::clone(text)).or_insert(number);
            }
            Shape::Any => {
                self.any.get_or_insert(number);
            }
            Shape::Glob(glob) if self.globs.len() < MAX_GLOBS => {
                self.globs.push((number, glob.clone()));
            }
            Shape::Glob(_) => {}
        }
    }

    /// Returns the number of the first pattern that matches every host name which `pattern` matches.
    pub fn first(&self, pattern: &HostPattern) -> Option<usize> {
        let shape = pattern.shape();
        let exact = match shape {
            Shape::Exact(name) => self.exact.get(name).copied(),
            _ => None,
        };
        // Clients without a host name match only the empty pattern.
        if pattern.is_empty() {
            return exact;
        }
        let tokens = shape.tokens();
        let end = literal_end(&tokens);
        let glob = self
            .globs
            .iter()
            .find(|(_, glob)| takes_all(glob.tokens(), &tokens));
        let found = exact
            .into_iter()
            .chain(self.any)
            .chain(self.suffixes_of(&end))
            .chain(glob.map(|(number, _)| *number));
        found.min()
    }

    /// Returns the numbers of the suffixes that follow a dot of the text.
    fn suffixes_of<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        let dots = text.match_indices('.');
        dots.filter_map(|(dot, _)| self.suffixes.get(text.get(dot + 1..)?).copied())
    }
}

/// Returns the literal text at the end of every match.
fn literal_end(tokens: &[GlobToken]) -> String {
    let end = tokens.iter().rev().map_while(|token| match token {
        GlobToken::Literal(c) => Some(*c),
        _ => None,
    });
    let end: Vec<_> = end.collect();
    end.into_iter().rev().collect()
}

/// Returns whether `general` certainly matches every host name that `special` matches. It matches the tokens of
/// `special`, in which a wildcard stands for an unknown character or an unknown run of characters. Host names have no
/// `/`.
fn takes_all(general: &[GlobToken], special: &[GlobToken]) -> bool {
    let (mut at, mut place) = (0, 0);
    // The place after the last run in `general`, and the place in `special` where the run begins.
    let mut run: Option<(usize, usize)> = None;
    loop {
        match (general.get(at), special.get(place)) {
            (Some(GlobToken::Run), _) => {
                at += 1;
                run = Some((at, place));
                continue;
            }
            (Some(token), Some(other)) if takes(token, other) => {
                (at, place) = (at + 1, place + 1);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after, from)) = run.filter(|(_, from)| *from < special.len()) else {
            return false;
        };
        run = Some((after, from + 1));
        (at, place) = (after, from + 1);
    }
}

/// Returns whether a token that is no run matches every character that the other stands for.
fn takes(token: &GlobToken, other: &GlobToken) -> bool {
    match (token, other) {
        (_, GlobToken::Run) => false,
        (GlobToken::One, _) => true,
        (GlobToken::Class(_), GlobToken::Literal(c)) => token.matches(*c),
        _ => token == other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::PatternCover;
    use crate::HostPattern;

    fn first(earlier: &[&str], later: &str) -> Option<usize> {
        let mut cover = PatternCover::default();
        for (number, text) in earlier.iter().enumerate() {
            cover.add(number, &text.parse().unwrap());
        }
        cover.first(&later.parse::<HostPattern>().unwrap())
    }

    #[test]
    fn the_first_that_takes_all_is_found() {
        for (earlier, later, found) in [
            (&["*.example.com"][..], "x.example.com", Some(0)),
            (&["a", "*.example.com"], "*.eu.example.com", Some(1)),
            (&["*.example.com"], "*.Example.com.", Some(0)),
            (&["*.example.com"], "lobby-*.example.com", Some(0)),
            (&["*.example.com"], "example.com", None),
            (&["x.example.com"], "*.example.com", None),
            (&["*.example.com"], "*example.com", None),
            (&["*example.com"], "*.example.com", Some(0)),
            (&["*example.com"], "example.com", Some(0)),
            (&["*"], "lobby-?.example.com", Some(0)),
            (&["*"], "", None),
            (&["*", ""], "", Some(1)),
            (&["lobby-?.net"], "lobby-1.net", Some(0)),
            (&["lobby-?.net"], "lobby-[ab].net", Some(0)),
            (&["lobby-?.net"], "lobby-*.net", None),
            (&["lobby-*.net"], "lobby-?.net", Some(0)),
            (&["lobby-[ab].net"], "lobby-a.net", Some(0)),
            (&["lobby-[ab].net"], "lobby-c.net", None),
            (&["a.b", "a.b"], "A.B", Some(0)),
            (&["*.b", "*"], "x.b", Some(0)),
        ] {
            assert_eq!(first(earlier, later), found, "{earlier:?} {later:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// A pattern matches every host of a pattern that it covers.
        #[test]
        fn what_is_covered_matches(
            general in vec(select(&["*", "?", "a", "b", ".", "[ab]"][..]), 1..6),
            special in vec(select(&["*", "?", "a", "b", ".", "[ab]"][..]), 1..6),
            host in "[ab.]{1,8}",
        ) {
            let (general, special) = (general.concat(), special.concat());
            if first(&[&general], &special).is_some() {
                let matches = |text: &str| text.parse::<HostPattern>().unwrap().matches(&host);
                let is_name = !host.ends_with('.');
                prop_assert!(!is_name || !matches(&special) || matches(&general), "{general} {special} {host}");
            }
        }
    }
}
