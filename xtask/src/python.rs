//! Virtual environments with packages of `PyPI`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::sh::{self, cmd, target, works};

/// Returns the Python of a virtual environment with the packages of a requirements file. The environment is a folder of
/// this name in the target directory; it is made anew when the file changes.
pub(crate) fn venv(name: &str, requirements: &Path) -> anyhow::Result<PathBuf> {
    let wanted = fs::read_to_string(requirements)
        .with_context(|| format!("reading {}", requirements.display()))?;
    let venv = target().join(name);
    let python = venv.join("bin/python");
    let stamp = venv.join("installed.txt");
    if works(cmd(&python).arg("--version"))
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
            .arg(requirements),
    )?;
    fs::write(stamp, wanted)?;
    Ok(python)
}
