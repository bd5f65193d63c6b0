//! The plugins in Go.

use crate::sh::{self, cmd, root, say};

use super::{CONFIGURED, Product, V0, builds};

/// First version with `//go:wasmexport`.
const NEEDED: (u32, u32) = (1, 24);

const LOBBY: Product = Product {
    name: "wasm-plugin-go.wasm",
    exports: CONFIGURED,
    logs: false,
};
const ORIGINAL: Product = Product {
    name: "original-go.wasm",
    exports: V0,
    logs: false,
};

pub(super) fn build() -> anyhow::Result<()> {
    if let Err(missing) = is_there() {
        say(&format!(
            "left out {} and {}: {missing}",
            LOBBY.name, ORIGINAL.name
        ));
        return Ok(());
    }
    build_one(&LOBBY, "examples/wasm-plugin-go")?;
    build_one(&ORIGINAL, "crates/plugin-wasm/tests/guests/original-go")
}

fn build_one(product: &Product, source: &str) -> anyhow::Result<()> {
    let built = builds().join(product.name);
    sh::run(
        cmd("go")
            .arg("-C")
            .arg(root().join(source))
            // Reproducible in every checkout, without information from the repository.
            .args(["build", "-trimpath", "-buildvcs=false"])
            .args(["-ldflags=-s -w", "-buildmode=c-shared", "-o"])
            .arg(&built)
            .arg(".")
            .envs([("GOOS", "wasip1"), ("GOARCH", "wasm")])
            // Uses the installed Go only: by default, Go downloads a newer one.
            .env("GOTOOLCHAIN", "local"),
    )?;
    product.deliver(&built)
}

/// Checks that Go is installed and new enough. The error names the required version.
fn is_there() -> Result<(), String> {
    let (major, minor) = NEEDED;
    let needs = format!("building them takes Go {major}.{minor} or newer");
    let mut command = cmd("go");
    command
        .args(["env", "GOVERSION"])
        .env("GOTOOLCHAIN", "local");
    let version = sh::output(&mut command).map_err(|error| format!("{needs}: {error:#}"))?;
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
