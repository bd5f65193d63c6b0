//! `cargo xtask interop`: the router against a foreign QUIC stack.

use std::path::PathBuf;

use crate::python;
use crate::sh::{self, cargo, cmd, root, target};

pub(crate) fn run(filter: Option<&str>) -> anyhow::Result<()> {
    sh::run(cargo().args(["build", "--package", "hyrouter"]))?;
    run_built(filter)
}

/// Runs with the existing binary. In CI, `cargo test` has just built it with other features of its dependencies than
/// `cargo build` uses, and another build takes minutes.
pub(crate) fn run_built(filter: Option<&str>) -> anyhow::Result<()> {
    let python = python_with_aioquic()?;
    let mut command = cmd(python);
    command
        .arg("xtask/interop/run.py")
        .arg("--router")
        .arg(target().join("debug/hyrouter"));
    if let Some(filter) = filter {
        command.args(["--filter", filter]);
    }
    sh::run(&mut command)
}

/// Returns a Python in a virtual environment with the packages of `requirements.txt`.
pub(crate) fn python_with_aioquic() -> anyhow::Result<PathBuf> {
    python::venv(
        "interop-venv",
        &root().join("xtask/interop/requirements.txt"),
    )
}
