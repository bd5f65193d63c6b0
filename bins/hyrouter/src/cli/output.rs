//! Output to the terminal.

use std::fmt::{self, Display};
use std::io;

use hyrouter_config::{ConfigError, Warning};
use hyrouter_text::Causes;
use hyrouter_text::{Shown, shown, shown_json};
use serde_json::Value;

use crate::captured_output::OutputLine;

/// Prints an error and its causes on standard error.
#[expect(
    clippy::print_stderr,
    reason = "the one place where errors reach the terminal"
)]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("hyrouter: {}", text(Causes(error.as_ref())));
}

/// Prints a notice on standard error.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn note(text: &str) {
    eprintln!("hyrouter: {text}");
}

/// Prints the mistakes of a configuration on standard error, one a line.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_config(error: &ConfigError) {
    let shown = text(error);
    match error.problems() {
        [] => eprintln!("hyrouter: {shown}"),
        [_] => eprintln!("hyrouter: the configuration has a mistake:\n{shown}"),
        all => eprintln!(
            "hyrouter: the configuration has {} mistakes:\n{shown}",
            all.len()
        ),
    }
}

/// Prints on standard error the output of a guest that failed.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_output(lines: &[OutputLine]) {
    for (level, line) in lines {
        eprintln!("printed ({}): {}", level, shown(line));
    }
}

/// Prints the warnings of a configuration on standard error, one a line.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_warnings(warnings: &[Warning]) {
    for warning in warnings {
        eprintln!("warning: {}", shown(warning).whole());
    }
}

/// Writes text to standard output. Escapes control characters, except line breaks and tabs.
pub(crate) fn print(lines: &str) -> Result<(), Unwritten> {
    write(text(lines))
}

/// Writes one line to standard output.
pub(crate) fn print_line(line: impl Display) -> Result<(), Unwritten> {
    write(shown(line).whole())
}

/// Writes JSON to standard output, with control characters as JSON escapes them.
pub(crate) fn print_json(json: &Value) -> Result<(), Unwritten> {
    write(shown_json(&json.to_string()))
}

fn write(text: impl Display) -> Result<(), Unwritten> {
    use std::io::Write as _;
    // A line is flushed by its end.
    writeln!(io::stdout().lock(), "{text}").map_err(Unwritten)
}

/// Standard output could not be written.
#[derive(Debug)]
pub(crate) struct Unwritten(pub(crate) io::Error);

impl Unwritten {
    /// Returns whether the reader closed the pipe, as `head` does once it has enough lines. This is not an error.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

impl Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write to standard output: {}", self.0)
    }
}

impl std::error::Error for Unwritten {}

fn text<T>(text: T) -> Shown<T> {
    shown(text).whole().in_lines()
}
