//! `cargo xtask interop`: the router against a foreign QUIC stack.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::sh::{self, cargo, cmd, root, target, works};

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
    let requirements = root().join("xtask/interop/requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let venv = target().join("interop-venv");
    let python = venv.join("bin/python");
    let stamp = venv.join("installed.txt");
    if works(cmd(&python).args(["-c", "import aioquic"]))
        && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
    {
        return Ok(python);
    }
    if !works(cmd("python3").args(["-m", "venv", "--clear"]).arg(&venv)) {
        // Debian leaves this module out of its Python.
        sh::apt_install(&["python3", "python3-venv"])?;
        sh::run(cmd("python3").args(["-m", "venv", "--clear"]).arg(&venv)).context(
            "creating a virtual environment takes Python 3.10 or newer with the module venv",
        )?;
    }
    sh::run(
        cmd(&python)
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(&requirements),
    )?;
    fs::write(stamp, wanted)?;
    Ok(python)
}
