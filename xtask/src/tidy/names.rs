//! Names of types, which must be unique in the workspace.

use std::collections::BTreeMap;
use std::path::Path;

/// Names that describe an action instead of a thing.
const FORBIDDEN: &[&str] = &[
    "Asked",
    "AtWork",
    "Brought",
    "Commanded",
    "Door",
    "Heed",
    "Look",
    "Newcomer",
    "Said",
    "Told",
];

/// Names that occur twice, and the reason.
const ALLOWED: &[(&str, &str)] = &[(
    "Backend",
    "the gateway makes the plugins' backend of the router's",
)];

/// The written form of a configuration: its types are private to that crate, named as the sections of the file are, and
/// read into the types that the rest of the workspace has.
const WRITTEN_FORM: &str = "crates/config/src/model";

/// The public and crate-public types of all files seen.
#[derive(Default)]
pub(super) struct TypeNames(BTreeMap<String, Vec<String>>);

impl TypeNames {
    /// Adds the types of a file.
    pub(super) fn add(&mut self, file: &Path, text: &str, faults: &mut Vec<String>) {
        let is_test = file.components().any(|part| {
            ["tests", "benches", "tests.rs"]
                .iter()
                .any(|name| part.as_os_str() == *name)
        });
        if is_test || file.starts_with(WRITTEN_FORM) {
            return;
        }
        // Tests are at the end of a file.
        let lines = text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]");
        for (number, name) in lines
            .enumerate()
            .filter_map(|(at, line)| Some((at + 1, declared(line)?)))
        {
            let place = format!("{}:{number}", file.display());
            if FORBIDDEN.iter().any(|word| has_word(name, word)) {
                faults.push(format!(
                    "{place}: {name} is not a noun; name the type by the thing that it is"
                ));
            }
            self.0.entry(name.to_owned()).or_default().push(place);
        }
    }

    /// Finds the names that more than one type has.
    pub(super) fn check(&self, faults: &mut Vec<String>) {
        for (name, places) in &self.0 {
            let is_allowed = ALLOWED.iter().any(|(allowed, _)| allowed == name);
            if places.len() > 1 && !is_allowed {
                faults.push(format!(
                    "{name} is the name of {} types: {}",
                    places.len(),
                    places.join(", ")
                ));
            }
        }
    }
}

/// Returns whether a name in camel case has this word, or these.
fn has_word(name: &str, word: &str) -> bool {
    let mut places = name.match_indices(word);
    places.any(|(at, _)| {
        let next = name[at + word.len()..].chars().next();
        next.is_none_or(|next| !next.is_lowercase())
    })
}

/// Returns the name of the type that a line declares for other files.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line
        .strip_prefix("pub ")
        .or_else(|| line.strip_prefix("pub(crate) "))?;
    let kinds = ["struct ", "enum ", "trait ", "type ", "union "];
    let name = kinds.iter().find_map(|kind| rest.strip_prefix(kind))?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(files: &[(&str, &str)]) -> usize {
        let (mut names, mut faults) = (TypeNames::default(), Vec::new());
        for (file, text) in files {
            names.add(Path::new(file), text, &mut faults);
        }
        names.check(&mut faults);
        faults.len()
    }

    #[test]
    fn a_name_means_one_thing() {
        let one = ("crates/router/src/pool.rs", "pub struct Pool {\n");
        let cases: [(&[(&str, &str)], usize); 9] = [
            (&[one], 0),
            (
                &[
                    one,
                    ("crates/proxy/src/pool.rs", "pub(crate) enum Pool<T> {\n"),
                ],
                1,
            ),
            (&[one, ("crates/proxy/src/pool.rs", "struct Pool;\n")], 0),
            (
                &[one, ("crates/proxy/src/pool.rs", "pub struct Pools;\n")],
                0,
            ),
            (
                &[one, ("crates/proxy/tests/it/pool.rs", "pub struct Pool;\n")],
                0,
            ),
            (
                &[
                    one,
                    (
                        "crates/config/src/model/pool.rs",
                        "pub(crate) struct Pool;\n",
                    ),
                ],
                0,
            ),
            (
                &[("crates/app/src/x.rs", "pub(crate) struct Told(u8);\n")],
                1,
            ),
            (&[("crates/app/src/x.rs", "pub struct KeysAtWork;\n")], 1),
            (&[("crates/app/src/x.rs", "pub struct Lookup;\n")], 0),
        ];
        for (files, count) in cases {
            assert_eq!(faults(files), count, "{files:?}");
        }
    }
}
