//! Phrases that the project no longer writes, each with its replacement. Their counts go down, and not up again.

use std::path::Path;

/// Phrase, replacement, and maximum number in the code. The documentation must have none.
const PHRASES: &[(&str, &str, usize)] = &[
    ("a third of", "a percentage or a ratio", 0),
    ("all else", "all others", 3),
    ("all the same", "anyway, still", 3),
    ("anybody", "any client, anyone", 5),
    ("are told", "receive, print, report", 0),
    ("as you like", "at your option", 0),
    ("at work", "active, in use", 1),
    ("at worst", "at most", 10),
    ("be told", "receive, print, report", 0),
    ("belongs into", "belongs in", 0),
    ("brings", "has, carries, includes", 8),
    ("brought", "sent, carried", 2),
    ("by itself", "automatically, alone", 2),
    ("can not", "cannot", 0),
    ("everybody", "all clients, anyone", 5),
    ("for ever", "forever, without end", 1),
    ("for good", "permanently", 1),
    ("goes on", "continues", 7),
    ("had to", "needed to", 1),
    ("has to", "must", 5),
    ("have to", "must", 1),
    ("heed", "apply, respect", 1),
    ("heeded", "applied, respected", 0),
    ("in force", "active", 8),
    ("in so far", "as far as", 0),
    ("is away", "is unreachable", 2),
    ("is told", "receives, prints, reports", 0),
    ("it took", "the duration", 2),
    ("let in", "admitted", 0),
    ("lets in", "admits", 3),
    ("likewise", "the same applies to", 0),
    ("looked at", "checked, read", 2),
    ("may not", "must not, cannot; might not", 2),
    ("newcomer", "new client", 13),
    ("newcomers", "new clients", 1),
    ("nobody", "no client, no one", 17),
    ("of its own", "its own, separate", 45),
    ("of its own accord", "automatically", 0),
    ("of no use", "has no effect, cannot be used", 1),
    ("of their own", "their own, separate", 8),
    ("of whom", "if a value is known", 3),
    ("one's own", "your own", 0),
    ("says so", "logs it, reports it", 3),
    ("so many", "the number of, that many", 10),
    ("somebody", "a client, someone", 6),
    ("speak of", "mention, contain", 1),
    ("speaks of", "mentions, contains", 0),
    ("take back", "undo", 0),
    ("taken back", "undone", 1),
    ("those who", "clients that, players who", 1),
    ("turned away", "refused, denied", 1),
    ("turns away", "refuses, denies", 1),
    ("unless told", "by default", 0),
    ("what is", "a noun", 22),
    ("whoever", "a client that, anyone who", 9),
    ("whom", "a shorter sentence", 15),
];

/// Counts phrases in all files.
pub(crate) struct Wording {
    /// Places of each phrase, in the documentation and in the code.
    found: Vec<[Vec<String>; 2]>,
}

impl Default for Wording {
    fn default() -> Self {
        Self {
            found: PHRASES.iter().map(|_| Default::default()).collect(),
        }
    }
}

impl Wording {
    /// Counts the phrases of one file.
    pub(crate) fn add(&mut self, file: &Path, text: &str) {
        let Some(is_code) = is_code(file) else {
            return;
        };
        let (joined, starts) = joined(text);
        for ((phrase, _, _), [docs, code]) in PHRASES.iter().zip(&mut self.found) {
            let found = if is_code { code } else { docs };
            found.extend(places(&joined, phrase).map(|at| {
                let line = starts.partition_point(|start| *start <= at);
                format!("{}:{line}", file.display())
            }));
        }
    }

    /// Reports phrases above their ceilings and ceilings above the count as faults.
    pub(crate) fn check(&self, faults: &mut Vec<String>) {
        for ((phrase, better, ceiling), [docs, code]) in PHRASES.iter().zip(&self.found) {
            for (places, ceiling) in [(docs, 0), (code, *ceiling)] {
                let count = places.len();
                if count > ceiling {
                    faults.push(format!(
                        "wording: \"{phrase}\" occurs {count} times, {ceiling} allowed; write: {better}. Found at {}",
                        places.join(", ")
                    ));
                } else if count < ceiling {
                    faults.push(format!(
                        "wording: \"{phrase}\" occurs {count} times; lower its ceiling of {ceiling} in \
                         xtask/src/tidy/wording.rs"
                    ));
                }
            }
        }
    }
}

/// Returns whether a file is code (Rust and the status page) or documentation. The list of phrases itself is neither.
fn is_code(file: &Path) -> Option<bool> {
    if file.ends_with("tidy/wording.rs") {
        return None;
    }
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("md" | "yaml" | "yml" | "toml" | "service" | "proto" | "wit" | "go" | "java") => {
            Some(false)
        }
        Some("rs" | "html" | "js") => Some(true),
        _ => file.ends_with("Dockerfile").then_some(false),
    }
}

/// Returns a text in lower case as one line, without the marks of comments, and the offset of each of its lines in
/// that: a phrase may go over the end of a line.
fn joined(text: &str) -> (String, Vec<usize>) {
    let (mut joined, mut starts) = (String::with_capacity(text.len()), Vec::new());
    for line in text.lines() {
        starts.push(joined.len());
        let line = line.trim_start().trim_start_matches(['/', '!', '#', '*']);
        joined.push_str(&line.trim_end_matches('\\').trim().to_lowercase());
        joined.push(' ');
    }
    (joined, starts)
}

/// Returns the offsets at which whole words of a text are the phrase.
fn places(text: &str, phrase: &str) -> impl Iterator<Item = usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(phrase)
        .filter(move |(at, phrase)| {
            !text[..*at].ends_with(is_word) && !text[at + phrase.len()..].starts_with(is_word)
        })
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, text: &str) -> Vec<String> {
        let mut wording = Wording::default();
        wording.add(Path::new(file), text);
        let at = PHRASES.iter().position(|(phrase, ..)| *phrase == "can not");
        wording.found.swap_remove(at.unwrap()).concat()
    }

    #[test]
    fn a_phrase_is_found_over_the_end_of_a_line_and_as_whole_words() {
        assert_eq!(found("docs/x.md", "One.\nIt Can\nnot.\n"), ["docs/x.md:2"]);
        assert_eq!(found("src/x.rs", "/// It can\n/// not.\n"), ["src/x.rs:1"]);
        assert_eq!(found("src/x.rs", "\"it can \\\n   not\"\n"), ["src/x.rs:1"]);
        assert_eq!(found("docs/x.md", "can nothing, scan not, cannot"), [""; 0]);
        assert_eq!(found("x.png", "can not"), [""; 0]);
    }

    #[test]
    fn each_phrase_is_listed_once_in_order() {
        assert!(PHRASES.is_sorted_by(|(one, ..), (other, ..)| one < other));
    }
}
