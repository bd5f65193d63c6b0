//! Reads a document.

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::{BackendEntry, DocumentFormat};
use crate::{DiscoveredBackend, EntryProblem};

/// Largest number of parts of a YAML document, and of repetitions of anchors in it.
const MAX_YAML_NODES: usize = 2_000_000;
/// Maximum depth of a YAML document. The JSON parser has a limit of 128.
const MAX_YAML_DEPTH: usize = 64;
/// Maximum number of problems that are kept of a document. Each takes more memory than a bad entry of two bytes.
const MAX_FOUND_PROBLEMS: usize = 1_000;

/// A text is no document for backends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is no JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The text is no YAML.
    #[error("not YAML: {0}")]
    Yaml(String),
    /// The text has another content.
    #[error("{0}; expected an object with `backends`, a list")]
    Content(String),
}

/// The entries of a document.
#[derive(Debug, Default)]
pub struct Found {
    /// Entries that can be read, in their order.
    pub backends: Vec<DiscoveredBackend>,
    /// The other entries. Beyond 1,000, the last problem has their number.
    pub problems: Vec<EntryProblem>,
}

/// Reads a document. Entries that cannot be read become problems.
///
/// # Errors
/// The text is not of this format, or is no object with a list `backends`.
pub fn read(text: &str, format: DocumentFormat) -> Result<Found, DocumentError> {
    let value = match format {
        DocumentFormat::Json => serde_json::from_str(text)?,
        DocumentFormat::Yaml => yaml(text)?,
    };
    let mut found = Found::default();
    let mut more = 0_usize;
    for (index, entry) in entries(value)?.into_iter().enumerate() {
        let id = entry.get("id").and_then(Value::as_str);
        let place = id.map_or_else(|| format!("backends[{index}]"), str::to_owned);
        match BackendEntry::deserialize(entry) {
            Ok(entry) => found.backends.push(entry.discovered()),
            Err(_) if found.problems.len() == MAX_FOUND_PROBLEMS => more += 1,
            Err(problem) => found.problems.push(EntryProblem::new(place, problem)),
        }
    }
    if more > 0 {
        let problem = format_args!("{more} more entries cannot be read");
        found.problems.push(EntryProblem::new("backends", problem));
    }
    Ok(found)
}

fn yaml(text: &str) -> Result<Value, DocumentError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: MAX_YAML_NODES,
            max_nodes: MAX_YAML_NODES,
            max_depth: MAX_YAML_DEPTH,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_YAML_NODES,
        },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        // Its text quotes the lines around the place on several lines.
        let message = error.to_string();
        let first = message.lines().next().unwrap_or_default();
        DocumentError::Yaml(first.to_owned())
    })
}

fn entries(value: Value) -> Result<Vec<Value>, DocumentError> {
    let content = |text: &str| DocumentError::Content(text.to_owned());
    let Value::Object(mut document) = value else {
        return Err(content("the document is no object"));
    };
    let entries = match document.remove("backends") {
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(content("`backends` is no list")),
        None => return Err(content("the document has no `backends`")),
    };
    no_other_keys(&document)?;
    Ok(entries)
}

fn no_other_keys(rest: &Map<String, Value>) -> Result<(), DocumentError> {
    match rest.keys().next() {
        Some(key) => Err(DocumentError::Content(format!("unknown key {key:?}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        read(text, DocumentFormat::Yaml).unwrap()
    }

    #[test]
    fn every_key_is_read() {
        let text = "backends:
  - id: lobby-1
    host: lobby-1.example.com
    port: 5520
    weight: 3
    meta: { region: eu }
    drained: true
    priority: 1
    players: 12
    max_players: 100
  - { host: '[2001:db8::1]', port: 5521 }
";
        let Found { backends, problems } = found(text);
        assert_eq!(problems, []);
        let ids: Vec<_> = backends.iter().map(|one| &*one.id).collect();
        assert_eq!(ids, ["lobby-1", "[2001:db8::1]:5521"]);
        let backend = &*backends[0].backend;
        assert_eq!(backend.to_string(), "lobby-1.example.com:5520");
        assert_eq!((backend.weight, backend.drained), (3, true));
        let meta: Vec<_> = backend
            .meta
            .iter()
            .map(|(key, value)| (&**key, &**value))
            .collect();
        let expected = [
            ("max_players", "100"),
            ("players", "12"),
            ("priority", "1"),
            ("region", "eu"),
        ];
        assert_eq!(meta, expected);
        assert_eq!(backends[1].backend.host, "2001:db8::1");
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_reported_with_its_name_or_place() {
        let text = r#"{"backends": [
            {"port": 1},
            {"id": "b", "host": "b", "port": 70000},
            {"id": "c", "host": "c", "port": 1, "wieght": 2},
            7,
            {"id": "e", "host": "e", "port": 1}
        ]}"#;
        let Found { backends, problems } = found(text);
        assert_eq!(backends.len(), 1);
        let places: Vec<_> = problems.iter().map(|one| &*one.entry).collect();
        assert_eq!(places, ["backends[0]", "b", "c", "backends[3]"]);
        let texts = [
            "missing field `host`",
            "70000",
            "unknown field `wieght`",
            "integer `7`",
        ];
        for (problem, text) in problems.iter().zip(texts) {
            assert!(problem.problem.contains(text), "{problem}");
        }
    }

    #[test]
    fn problems_of_a_document_are_bounded() {
        let text = format!(r#"{{"backends": [{}0]}}"#, "0,".repeat(99_999));
        let Found { backends, problems } = read(&text, DocumentFormat::Json).unwrap();
        assert_eq!((backends.len(), problems.len()), (0, 1_001));
        let last = problems.last().unwrap().to_string();
        assert_eq!(last, "backends: 99000 more entries cannot be read");
    }

    #[test]
    fn other_documents_are_refused() {
        for (text, problem) in [
            ("[]", "the document is no object; expected"),
            ("{}", "the document has no `backends`; expected"),
            ("backends: {}", "`backends` is no list; expected"),
            (
                "backends: []\nbackend: []",
                "unknown key \"backend\"; expected",
            ),
            ("backends: [", "not YAML: "),
            ("a: &a [*a]", "not YAML: "),
        ] {
            let error = read(text, DocumentFormat::Yaml).unwrap_err().to_string();
            assert!(error.starts_with(problem), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        let deep = format!("backends: {}{}", "[".repeat(100_000), "]".repeat(100_000));
        for format in [DocumentFormat::Yaml, DocumentFormat::Json] {
            read(&deep, format).unwrap_err();
        }
        let laughs = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
            let before = n - 1;
            format!("{text}a{n}: &a{n} [*a{before}, *a{before}]\n")
        });
        read(&laughs, DocumentFormat::Yaml).unwrap_err();
    }

    #[test]
    fn the_schema_knows_every_key() {
        let schema = super::super::schema();
        let entry = &schema["$defs"]["BackendEntry"]["properties"];
        for key in [
            "id",
            "host",
            "port",
            "weight",
            "meta",
            "drained",
            "priority",
            "players",
            "max_players",
        ] {
            assert!(entry[key]["description"].is_string(), "{key}");
        }
    }
}
