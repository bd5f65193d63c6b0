//! Peers for the tests of gRPC plugins: programs with foreign gRPC libraries.

use std::{env, fs};

use anyhow::ensure;

use crate::interop::python_with_aioquic;
use crate::sh::{self, cargo, cmd, root, say, target, works};

/// Prepares Python with grpcio, the example plugin, and the Go peer where there is Go.
pub(crate) fn set_up() -> anyhow::Result<()> {
    python_with_aioquic()?;
    sh::run(cargo().args(["build", "--package", "example-grpc-plugin"]))?;
    if !works(cmd("go").arg("version")) {
        return left_out("no Go here; the tests with the Go peer say that they are skipped");
    }
    let folder = target().join("peers");
    fs::create_dir_all(&folder)?;
    sh::run(
        cmd("go")
            .current_dir(root().join("crates/plugin-grpc/tests/peers/go"))
            .args(["build", "-trimpath", "-buildvcs=false", "-o"])
            .arg(folder.join("grpc-go"))
            .arg("."),
    )
}

/// Prints that something cannot be tested here. With `REQUIRE_PEERS=1` that is a failure: on a machine with all
/// peers, no test must be skipped unnoticed.
pub(crate) fn left_out(what: &str) -> anyhow::Result<()> {
    let required = env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
    ensure!(!required, "{what}; REQUIRE_PEERS=1 asks for it");
    say(what);
    Ok(())
}
