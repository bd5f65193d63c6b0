//! The installed Go.

use std::process::Command;

use crate::sh::{self, cmd};

/// First version with `//go:wasmexport`, which the example plugins need.
const NEEDED: (u32, u32) = (1, 24);

/// Returns a command of Go. It uses the installed Go only: by default, Go downloads a newer one.
pub(crate) fn go() -> Command {
    let mut go = cmd("go");
    go.env("GOTOOLCHAIN", "local");
    go
}

/// Checks that Go is installed and new enough. The error names the required version.
pub(crate) fn is_there() -> Result<(), String> {
    let (major, minor) = NEEDED;
    let needs = format!("Go {major}.{minor} or newer is not installed");
    let version = sh::output(go().args(["env", "GOVERSION"]));
    let version = version.map_err(|error| format!("{needs}: {error:#}"))?;
    if parse(&version).is_some_and(|version| version >= NEEDED) {
        return Ok(());
    }
    Err(format!("{needs}, this is {}", version.trim()))
}

/// Returns major and minor of `go1.26.8`, `go1.25rc1` or `devel go1.27-0123abc`.
fn parse(version: &str) -> Option<(u32, u32)> {
    let numbers = version.split("go").nth(1)?;
    let mut numbers = numbers.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn versions_of_go() {
        for (text, version) in [
            ("go1.26.8\n", Some((1, 26))),
            ("go1.24", Some((1, 24))),
            ("go1.25rc1", Some((1, 25))),
            ("devel go1.27-0123abc", Some((1, 27))),
            ("gopher", None),
            ("", None),
        ] {
            assert_eq!(parse(text), version, "{text}");
        }
    }
}
