//! A Dockerfile as instructions.

pub(super) struct Instruction {
    /// Number of its first line, from 1.
    pub(super) line: usize,
    pub(super) word: String,
    /// Everything after the word, continued lines joined.
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

/// Returns the instructions, or the number of a line and what is wrong there.
pub(super) fn parse(text: &str) -> Result<Vec<Instruction>, String> {
    joined(text)
        .into_iter()
        .map(|(line, text)| {
            let (word, rest) = text
                .split_once(char::is_whitespace)
                .ok_or_else(|| format!("{line}: {text} has no argument"))?;
            if !WORDS.contains(&word) {
                return Err(format!("{line}: {word} is no instruction"));
            }
            Ok(Instruction {
                line,
                word: word.to_owned(),
                rest: rest.trim().to_owned(),
            })
        })
        .collect()
}

/// Lines with those that continue them, without comments.
fn joined(text: &str) -> Vec<(usize, String)> {
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
    fn instructions_with_continued_lines() {
        let text = "# x\nARG A=1\nRUN one \\\n  # two\n  && three\n\nCOPY /x /y\n";
        let found: Vec<_> = parse(text)
            .unwrap()
            .into_iter()
            .map(|i| (i.line, i.word, i.rest))
            .collect();
        let expected = [
            (2, "ARG", "A=1"),
            (3, "RUN", "one && three"),
            (7, "COPY", "/x /y"),
        ];
        assert_eq!(
            found,
            expected.map(|(line, word, rest)| (line, word.to_owned(), rest.to_owned()))
        );
    }

    #[test]
    fn what_is_no_dockerfile() {
        for (text, fault) in [
            ("FROM a\n\nRNU x", "3: RNU is no instruction"),
            ("FROM", "1: FROM has no argument"),
        ] {
            assert_eq!(parse(text).err().as_deref(), Some(fault), "{text}");
        }
    }
}
