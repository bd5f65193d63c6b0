//! The verifiers of `examples/`, built by `cargo xtask test`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// A program that opens envelopes.
pub(crate) struct Verifier(Vec<PathBuf>);

/// Both of them, as far as they are built.
pub(crate) fn both() -> [(&'static str, Option<Verifier>); 2] {
    let peers = hyrouter_testing::target().join("peers");
    let go = peers.join("verify-go");
    let java = peers.join("verify-java");
    let java = java
        .join("Verify.class")
        .exists()
        .then(|| Verifier(vec!["java".into(), "-cp".into(), java, "Verify".into()]));
    [
        ("go", go.exists().then(|| Verifier(vec![go]))),
        ("java", java),
    ]
}

/// Says that a verifier is not built here, which is a failure where all have to be.
#[expect(
    clippy::print_stderr,
    reason = "a test that leaves something out says so"
)]
pub(crate) fn left_out(name: &str) {
    assert!(
        std::env::var_os("REQUIRE_PEERS").is_none(),
        "the {name} verifier is not built; run `cargo xtask test`"
    );
    eprintln!("the {name} verifier is not built here, so it is left out");
}

impl Verifier {
    /// What it prints, whatever it ends with.
    pub(crate) fn run(&self, args: &[&str]) -> Value {
        let (program, before) = self.0.split_first().unwrap();
        let output = Command::new(program)
            .args(before)
            .args(args)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!(
                "{error}: {text} {}",
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }
}
