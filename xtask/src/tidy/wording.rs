//! Phrases that the project no longer writes, each with its replacement. Their counts may only go down.

use std::path::Path;

/// Phrase, replacement, and the most that the documentation and the code may still have of it.
const PHRASES: &[(&str, &str, [usize; 2])] = &[
    ("a third of", "a percentage or a ratio", [0, 0]),
    ("all else", "all others", [0, 4]),
    ("all the same", "anyway, still", [0, 6]),
    ("anybody", "any client, anyone", [0, 19]),
    ("are told", "receive, print, report", [0, 2]),
    ("as you like", "at your option", [0, 0]),
    ("at work", "active, in use", [0, 5]),
    ("at worst", "at most", [0, 10]),
    ("be told", "receive, print, report", [0, 8]),
    ("belongs into", "belongs in", [0, 0]),
    ("brings", "has, carries, includes", [0, 11]),
    ("brought", "sent, carried", [0, 2]),
    ("by itself", "automatically, alone", [0, 19]),
    ("can not", "cannot", [0, 15]),
    ("everybody", "all clients, anyone", [0, 12]),
    ("for ever", "forever, without end", [0, 6]),
    ("for good", "permanently", [0, 1]),
    ("goes on", "continues", [0, 11]),
    ("had to", "needed to", [0, 3]),
    ("has to", "must", [0, 26]),
    ("have to", "must", [0, 2]),
    ("heed", "apply, respect", [0, 1]),
    ("heeded", "applied, respected", [0, 0]),
    ("in force", "active", [0, 18]),
    ("in so far", "as far as", [0, 0]),
    ("is away", "is unreachable", [0, 8]),
    ("is told", "receives, prints, reports", [0, 14]),
    ("it took", "the duration", [0, 3]),
    ("let in", "admitted", [0, 1]),
    ("lets in", "admits", [0, 3]),
    ("likewise", "the same applies to", [0, 2]),
    ("looked at", "checked, read", [0, 8]),
    ("may not", "must not, cannot; might not", [0, 6]),
    ("newcomer", "new client", [0, 15]),
    ("newcomers", "new clients", [0, 1]),
    ("nobody", "no client, no one", [0, 81]),
    ("of its own", "its own, separate", [0, 68]),
    ("of its own accord", "automatically", [0, 0]),
    ("of no use", "has no effect, cannot be used", [0, 1]),
    ("of their own", "their own, separate", [0, 12]),
    ("of whom", "if ... is known", [0, 3]),
    ("one's own", "your own", [0, 1]),
    ("says so", "logs it, reports it", [0, 5]),
    ("so many", "the number of, that many", [0, 17]),
    ("somebody", "a client, someone", [0, 9]),
    ("speak of", "mention, contain", [0, 1]),
    ("speaks of", "mentions, contains", [0, 0]),
    ("take back", "undo", [0, 1]),
    ("taken back", "undone", [0, 1]),
    ("those who", "clients that, players who", [0, 5]),
    ("turned away", "refused, denied", [0, 4]),
    ("turns away", "refuses, denies", [0, 1]),
    ("unless told", "by default", [0, 2]),
    ("what is", "a noun", [0, 86]),
    ("whoever", "a client that, anyone who", [0, 20]),
    ("whom", "a shorter sentence", [0, 18]),
];

/// Columns of the counts: everything that is written for readers, and Rust and the status page.
const DOCS: usize = 0;
const CODE: usize = 1;

/// Counts phrases in all files.
pub(crate) struct Wording {
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
        let Some(column) = column(file) else {
            return;
        };
        let (joined, starts) = joined(text);
        for ((phrase, _, _), found) in PHRASES.iter().zip(&mut self.found) {
            for at in places(&joined, phrase) {
                let line = starts.partition_point(|start| *start <= at);
                found[column].push(format!("{}:{line}", file.display()));
            }
        }
    }

    /// Reports phrases above their ceilings as faults, and prints a note about ceilings that can go down.
    pub(crate) fn check(&self, faults: &mut Vec<String>) {
        for ((phrase, better, ceilings), found) in PHRASES.iter().zip(&self.found) {
            for (name, column) in [("docs", DOCS), ("code", CODE)] {
                let (count, ceiling) = (found[column].len(), ceilings[column]);
                if count > ceiling {
                    faults.push(format!(
                        "wording: \"{phrase}\" occurs {count} times in {name}, {ceiling} allowed; write: {better}. \
                         Found at {}",
                        found[column].join(", ")
                    ));
                } else if count < ceiling {
                    println!(
                        "note: wording: \"{phrase}\" occurs {count} times in {name}; lower its ceiling of {ceiling} \
                         in xtask/src/tidy/wording.rs"
                    );
                }
            }
        }
    }
}

/// Returns the column in which a file counts. The list of phrases itself has none.
fn column(file: &Path) -> Option<usize> {
    if file.ends_with("tidy/wording.rs") {
        return None;
    }
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("md" | "yaml" | "yml" | "toml" | "service" | "proto" | "wit" | "go" | "java") => {
            Some(DOCS)
        }
        Some("rs" | "html" | "js") => Some(CODE),
        _ => file.ends_with("Dockerfile").then_some(DOCS),
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
