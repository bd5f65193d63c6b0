use std::fmt;

/// Maximum number of misnamed fields that are kept of an object, and of an answer.
pub(crate) const MAX_MISNAMED: usize = 8;
/// Maximum length of a name that is kept in bytes.
const MAX_NAME: usize = 64;

/// Words that authors use for a field, and the name of the field.
const SYNONYMS: &[(&str, &str)] = &[
    ("block", "deny"),
    ("blocked", "deny"),
    ("denied", "deny"),
    ("reject", "deny"),
    ("rejected", "deny"),
    ("disconnect_message", "deny_reason"),
    ("kick_message", "deny_reason"),
    ("message", "deny_reason"),
    ("reason", "deny_reason"),
    ("text", "deny_reason"),
    ("index", "selected_index"),
    ("selected", "selected_index"),
    ("backends", "candidates"),
    ("servers", "candidates"),
    ("server", "backend"),
    ("target", "backend"),
    ("data", "referral_data"),
    ("payload", "referral_data"),
    ("referral", "referral_data"),
    ("address", "host"),
    ("hostname", "host"),
    ("ip", "host"),
    ("metadata", "meta"),
    ("cache", "cache_ttl"),
    ("cache_seconds", "cache_ttl"),
    ("max_age", "cache_ttl"),
    ("ttl", "cache_ttl"),
    ("cache_by", "cache_key"),
    ("cache_fields", "cache_key"),
    ("cache_keys", "cache_key"),
    ("vary", "cache_key"),
];

/// Field of an answer whose name is not exactly one of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisnamedField {
    /// Place of the field, such as `backend.` or `candidates[3].`; empty at the top level.
    place: String,
    name: String,
    read_as: Option<&'static str>,
    known: &'static [&'static str],
}

impl MisnamedField {
    pub(crate) fn new(
        name: &str,
        read_as: Option<&'static str>,
        known: &'static [&'static str],
    ) -> Self {
        let end = (0..=name.len().min(MAX_NAME)).rev();
        let end = end.into_iter().find(|end| name.is_char_boundary(*end));
        Self {
            place: String::new(),
            name: name.get(..end.unwrap_or(0)).unwrap_or_default().to_owned(),
            read_as,
            known,
        }
    }

    pub(crate) fn at(mut self, place: &str) -> Self {
        place.clone_into(&mut self.place);
        self
    }

    /// Returns where the field stands and its name, such as `backend.hostname`. The name is the plugin's and may hold
    /// control characters; at most 64 bytes of it are kept.
    pub fn field(&self) -> String {
        format!("{}{}", self.place, self.name)
    }

    /// Returns the name that it was read as: it differs from that in upper and lower case only. `None`: it was ignored.
    pub fn read_as(&self) -> Option<&'static str> {
        self.read_as
    }

    /// Returns the name that was probably meant.
    pub fn nearest(&self) -> Option<&'static str> {
        if self.read_as.is_some() {
            return self.read_as;
        }
        let folded = fold(&self.name);
        let is_meant = |known: &&'static str| {
            let mut synonyms = SYNONYMS.iter();
            fold(known) == folded
                || synonyms.any(|(word, meant)| meant == known && fold(word) == folded)
        };
        self.known.iter().copied().find(is_meant)
    }

    /// Returns whether the field holds a whole answer, such as `response`, whose fields belong one level up.
    pub fn is_wrapper(&self) -> bool {
        let wrappers = [
            "answer",
            "connectresponse",
            "decision",
            "response",
            "result",
        ];
        self.place.is_empty() && wrappers.contains(&&*fold(&self.name))
    }
}

/// Returns a name without case and word separators, which languages write differently.
fn fold(name: &str) -> String {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' '));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// Writes the treatment of the field, with its name escaped.
impl fmt::Display for MisnamedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field();
        match (self.read_as, self.nearest()) {
            (Some(name), _) => write!(f, "field {field:?} was read as {name:?}"),
            (None, Some(name)) => {
                write!(
                    f,
                    "unknown field {field:?} was ignored; did you mean {name:?}?"
                )
            }
            (None, None) if self.is_wrapper() => write!(
                f,
                "unknown field {field:?} was ignored; the fields of an answer stand at its top level"
            ),
            (None, None) => write!(f, "unknown field {field:?} was ignored"),
        }
    }
}
