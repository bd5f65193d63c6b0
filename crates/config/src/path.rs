use std::borrow::Borrow;
use std::fmt;

/// The place of a value, from the top of the configuration: `routing.routes[2].pool.backends[0].port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    Key(String),
    Index(usize),
}

impl Path {
    /// Returns the path of a text of keys with dots between them.
    pub(crate) fn of(keys: &str) -> Self {
        Self(
            keys.split('.')
                .map(|key| Segment::Key(key.to_owned()))
                .collect(),
        )
    }

    pub(crate) fn key(&self, key: &str) -> Self {
        self.with(Segment::Key(key.to_owned()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// Returns whether the path is `other` or below it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Returns the path without the numbers of list entries: `routing.routes[].pool.backends[].port`.
    pub(crate) fn pattern(&self) -> String {
        let mut pattern = String::new();
        for segment in &self.0 {
            match segment {
                Segment::Index(_) => pattern.push_str("[]"),
                Segment::Key(key) if pattern.is_empty() => pattern.push_str(key),
                Segment::Key(key) => pattern.extend([".", key]),
            }
        }
        pattern
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Returns the path and all paths above it, from the inside out.
    pub(crate) fn and_above(&self) -> impl Iterator<Item = &[Segment]> {
        (0..=self.0.len()).rev().filter_map(|len| self.0.get(..len))
    }

    fn with(&self, segment: Segment) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment);
        Self(segments)
    }
}

/// Allows to search a map of paths for a part of a path without a copy.
impl Borrow<[Segment]> for Path {
    fn borrow(&self) -> &[Segment] {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("(top level)");
        }
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if !is_plain(key) => write!(f, "[{key:?}]")?,
                Segment::Key(key) if at == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// Returns whether a key needs no quotes in a path. Keys of maps can be any text.
fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_printed_as_operators_write_them() {
        let backend = Path::of("routing.routes")
            .index(2)
            .key("pool")
            .key("backends")
            .index(0);
        let cases = [
            (Path::default(), "(top level)"),
            (Path::of("listen"), "listen"),
            (
                backend.key("port"),
                "routing.routes[2].pool.backends[0].port",
            ),
            (
                backend.key("meta").key("label.a\n"),
                r#"routing.routes[2].pool.backends[0].meta["label.a\n"]"#,
            ),
        ];
        for (path, text) in cases {
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn routes_sort_by_number() {
        assert!(Path::of("routes").index(2) < Path::of("routes").index(10));
    }
}
