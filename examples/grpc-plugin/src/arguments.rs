//! The command line.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

pub(crate) const USAGE: &str = "\
A ban list for Hyrouter

Usage: example-grpc-plugin [--listen ADDRESS] [--bans FILE]

  --listen ADDRESS  host:port or unix:PATH [default: 127.0.0.1:7777]
  --bans FILE       a line for each player: UUID or name, and a reason if there is one";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) listen: String,
    pub(crate) bans: Option<PathBuf>,
}

impl Arguments {
    /// `None` where only the usage is wanted.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Option<Self>> {
        let mut arguments = Self {
            listen: "127.0.0.1:7777".into(),
            bans: None,
        };
        while let Some(word) = words.next() {
            let mut value = || {
                let value = words.next();
                value.with_context(|| format!("{word} wants a value\n\n{USAGE}"))
            };
            match word.as_str() {
                "--listen" => arguments.listen = value()?,
                "--bans" => arguments.bans = Some(value()?.into()),
                "--help" | "-h" => return Ok(None),
                _ => bail!("{word} is not known\n\n{USAGE}"),
            }
        }
        Ok(Some(arguments))
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn parse(line: &str) -> anyhow::Result<Option<Arguments>> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn reads_its_command_line() {
        let arguments = parse("--bans bans.txt --listen unix:/run/bans.sock");
        let arguments = arguments.unwrap().unwrap();
        assert_eq!(arguments.listen, "unix:/run/bans.sock");
        assert_eq!(arguments.bans, Some("bans.txt".into()));
        assert_eq!(parse("").unwrap().unwrap().listen, "127.0.0.1:7777");
        assert_eq!(parse("--help").unwrap(), None);
    }

    #[test]
    fn says_what_it_does_not_know() {
        for (line, problem) in [
            ("--port 1", "--port is not known"),
            ("--bans", "--bans wants"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
