//! A Dockerfile as stages of instructions.

/// What begins with `FROM`.
pub(super) struct Stage {
    pub(super) line: usize,
    pub(super) base: String,
    /// Empty when it has none.
    pub(super) name: String,
    instructions: Vec<Instruction>,
}

pub(super) struct Instruction {
    /// Of its first line, from 1.
    pub(super) line: usize,
    word: String,
    /// All behind the word, continued lines joined.
    pub(super) rest: String,
}

/// All that may begin a line.
const WORDS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

impl Stage {
    pub(super) fn all(&self, word: &str) -> impl Iterator<Item = &Instruction> {
        self.instructions
            .iter()
            .filter(move |instruction| instruction.word == word)
    }
}

impl Instruction {
    /// The value of `--name=value`.
    pub(super) fn flag(&self, name: &str) -> Option<&str> {
        let start = format!("--{name}=");
        self.rest
            .split_whitespace()
            .find_map(|word| word.strip_prefix(&start))
    }

    /// What is no flag.
    pub(super) fn words(&self) -> Vec<String> {
        self.rest
            .split_whitespace()
            .filter(|word| !word.starts_with("--"))
            .map(ToOwned::to_owned)
            .collect()
    }
}

/// The stages, or a line and what is wrong there.
pub(super) fn parse(text: &str) -> Result<Vec<Stage>, String> {
    let mut stages: Vec<Stage> = Vec::new();
    for (line, instruction) in instructions(text) {
        let (word, rest) = instruction
            .split_once(char::is_whitespace)
            .ok_or_else(|| format!("{line}: {instruction} says nothing"))?;
        if !WORDS.contains(&word) {
            return Err(format!("{line}: {word} is no instruction"));
        }
        let rest = rest.trim().to_owned();
        if word == "FROM" {
            let words: Vec<_> = rest.split_whitespace().collect();
            let (base, name) = match words.as_slice() {
                [base] => (*base, ""),
                [base, "AS", name] => (*base, *name),
                _ => return Err(format!("{line}: FROM {rest} is no stage")),
            };
            stages.push(Stage {
                line,
                base: base.to_owned(),
                name: name.to_owned(),
                instructions: Vec::new(),
            });
        } else if let Some(stage) = stages.last_mut() {
            let word = word.to_owned();
            stage.instructions.push(Instruction { line, word, rest });
        } else if word != "ARG" {
            return Err(format!("{line}: {word} before the first FROM"));
        }
    }
    if stages.is_empty() {
        return Err("1: no FROM".to_owned());
    }
    Ok(stages)
}

/// Lines with those that continue them, without comments.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (part, more) = match line.strip_suffix('\\') {
            Some(part) => (part.trim_end(), true),
            None => (line, false),
        };
        match found.last_mut() {
            Some((_, last)) if goes_on => {
                last.push(' ');
                last.push_str(part);
            }
            _ => found.push((number, part.to_owned())),
        }
        goes_on = more;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn stages_and_what_is_in_them() {
        let text = "# x\nARG A=1\nFROM a:1 AS b\nRUN one \\\n  # two\n  && three\n\n\
                    FROM scratch\nCOPY --from=b /x /y\n";
        let stages = parse(text).unwrap();
        let [first, last] = stages.as_slice() else {
            panic!("two stages")
        };
        assert_eq!((first.base.as_str(), first.name.as_str()), ("a:1", "b"));
        let run = first.all("RUN").next().unwrap();
        assert_eq!((run.line, run.rest.as_str()), (4, "one && three"));
        let copy = last.all("COPY").next().unwrap();
        assert_eq!(copy.flag("from"), Some("b"));
        assert_eq!(copy.words(), ["/x", "/y"]);
    }

    #[test]
    fn what_is_no_dockerfile() {
        for (text, fault) in [
            ("", "1: no FROM"),
            ("RUN x", "1: RUN before the first FROM"),
            ("FROM a\n\nRNU x", "3: RNU is no instruction"),
            ("FROM a b", "1: FROM a b is no stage"),
            ("FROM", "1: FROM says nothing"),
        ] {
            assert_eq!(parse(text).err().as_deref(), Some(fault), "{text}");
        }
    }
}
