//! What reaches the terminal.

use hyrouter_config::ConfigError;
use hyrouter_outgoing::Causes;
use hyrouter_plugin_wasm::OutputLevel;

/// Says on standard error what went wrong, with its causes.
#[expect(
    clippy::print_stderr,
    reason = "the one place where errors reach the terminal"
)]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("hyrouter: {}", Causes(error.as_ref()));
}

/// Lists on standard error what is wrong with a configuration, a line a mistake.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_config(error: &ConfigError) {
    match error.mistakes() {
        [] => eprintln!("hyrouter: {error}"),
        [_] => eprintln!("hyrouter: the configuration has a mistake:\n{error}"),
        all => eprintln!(
            "hyrouter: the configuration has {} mistakes:\n{error}",
            all.len()
        ),
    }
}

/// Shows on standard error what a guest printed before it failed.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_output(lines: &[(OutputLevel, String)]) {
    for (level, line) in lines {
        eprintln!("printed ({}): {line}", level.as_str());
    }
}

/// Writes to standard output; a reader that went away is not an error worth a word.
pub(crate) fn print(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
