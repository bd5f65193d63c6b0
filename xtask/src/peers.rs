//! Peers for the tests of gRPC plugins: programs with foreign gRPC libraries.

use std::{env, fs};

use anyhow::ensure;

use crate::go::{go, is_there};
use crate::interop::python_with_aioquic;
use crate::sh::{self, cargo, root, say, target};

/// Prepares Python with grpcio, the example plugin, and the Go peer where there is Go.
pub(crate) fn set_up() -> anyhow::Result<()> {
    python_with_aioquic()?;
    // With the features of the tests, which therefore compile nothing of it again.
    sh::run(cargo().args([
        "build",
        "--workspace",
        "--all-features",
        "--bin",
        "example-grpc-plugin",
    ]))?;
    if let Err(missing) = is_there() {
        return left_out(&format!("{missing}; tests with the Go peer are skipped"));
    }
    let folder = target().join("peers");
    fs::create_dir_all(&folder)?;
    sh::run(
        go().current_dir(root().join("crates/plugin-grpc/tests/peers/go"))
            .args(["build", "-trimpath", "-buildvcs=false", "-o"])
            .arg(folder.join("grpc-go"))
            .arg("."),
    )
}

/// Prints that a test is skipped. Fails if `REQUIRE_PEERS=1`, so that no test is skipped unnoticed on a machine with
/// all peers.
pub(crate) fn left_out(what: &str) -> anyhow::Result<()> {
    let required = env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
    ensure!(!required, "{what}, and REQUIRE_PEERS=1 forbids that");
    say(what);
    Ok(())
}
