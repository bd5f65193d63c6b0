//! What reaches the terminal.

use std::fmt::Display;

use hyrouter_config::ConfigError;
use hyrouter_outgoing::Causes;
use hyrouter_plugin_wasm::OutputLevel;
use hyrouter_text::{Shown, shown, shown_json};
use serde_json::Value;

/// Says on standard error what went wrong, with its causes.
#[expect(
    clippy::print_stderr,
    reason = "the one place where errors reach the terminal"
)]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("hyrouter: {}", text(Causes(error.as_ref())));
}

/// Lists on standard error what is wrong with a configuration, a line a mistake.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_config(error: &ConfigError) {
    let shown = text(error);
    match error.mistakes() {
        [] => eprintln!("hyrouter: {shown}"),
        [_] => eprintln!("hyrouter: the configuration has a mistake:\n{shown}"),
        all => eprintln!(
            "hyrouter: the configuration has {} mistakes:\n{shown}",
            all.len()
        ),
    }
}

/// Shows on standard error what a guest printed before it failed.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_output(lines: &[(OutputLevel, String)]) {
    for (level, line) in lines {
        eprintln!("printed ({}): {}", level.as_str(), shown(line));
    }
}

/// Writes text to standard output, with control characters escaped other than those of its layout.
pub(crate) fn print(lines: &str) {
    write(text(lines));
}

/// Writes one line to standard output.
pub(crate) fn print_line(line: impl Display) {
    write(shown(line).whole());
}

/// Writes JSON to standard output, with control characters as JSON escapes them.
pub(crate) fn print_json(json: &Value) {
    write(shown_json(&json.to_string()));
}

/// A reader that went away is not an error worth a word.
fn write(text: impl Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

fn text<T>(text: T) -> Shown<T> {
    shown(text).whole().in_lines()
}
