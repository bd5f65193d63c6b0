//! What the tests of gRPC plugins talk to: programs that nobody here wrote the gRPC of.

use std::fs;

use crate::interop::python_with_aioquic;
use crate::sh::{self, cargo, cmd, root, say, target, works};

/// Prepares Python with grpcio, the example plugin, and the Go peer where there is Go.
pub(crate) fn set_up() -> anyhow::Result<()> {
    python_with_aioquic()?;
    sh::run(cargo().args(["build", "--package", "example-grpc-plugin"]))?;
    if !works(cmd("go").arg("version")) {
        say("no Go here; the tests with the Go peer say that they are skipped");
        return Ok(());
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
