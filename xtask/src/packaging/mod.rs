//! `cargo xtask packaging`: checks what is under `examples` for operators, without a cluster or a Prometheus. A document
//! of YAML is read by the types of the API that it is for, a query by a parser of its language. The files of the image
//! are laid out and run, and the recipe for containers in `docs/deployment.md` is run by podman.

mod configs;
mod docker;
mod kubernetes;
mod observability;
mod recipe;
mod systemd;
#[cfg(test)]
mod tests;
mod yaml;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::sh::{self, cargo, root, target};

/// With a fresh router.
pub(crate) fn run() -> anyhow::Result<()> {
    sh::run(cargo().args(["build", "--package", "hyrouter"]))?;
    run_built()
}

/// With the binary that is there: see `interop::run_built`.
pub(crate) fn run_built() -> anyhow::Result<()> {
    let faults = faults_of_files()?;
    if !faults.is_empty() {
        bail!("packaging found:\n  {}", faults.join("\n  "));
    }
    let router = target().join("debug/hyrouter");
    docker::run(&router)?;
    recipe::run(&router)?;
    systemd::run(&router)?;
    kubernetes::run()
}

/// Checks that a binary needs no libraries beyond the C library.
pub(crate) fn has_few_libraries(binary: &Path) -> anyhow::Result<()> {
    docker::has_few_libraries(binary)
}

/// Returns the faults that are found without running anything.
fn faults_of_files() -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    configs::check(&mut faults)?;
    docker::check(&mut faults)?;
    systemd::check(&mut faults)?;
    kubernetes::check(&mut faults)?;
    observability::check(&mut faults)?;
    Ok(faults)
}

/// The text of a file of the repository.
fn read(file: &str) -> anyhow::Result<String> {
    fs::read_to_string(root().join(file)).with_context(|| format!("reading {file}"))
}

/// A folder of our own for one of the checks, empty.
fn scratch(name: &str) -> anyhow::Result<PathBuf> {
    let folder = target().join("packaging").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}
