//! `cargo xtask packaging`: checks the files for operators in `examples`, without a cluster or a Prometheus. podman
//! runs the image, kustomize builds the manifests, and promtool and systemd-analyze check their own files. This task
//! compares the files with each other.

mod configs;
mod containers;
mod image;
mod kubernetes;
mod observability;
mod systemd;
#[cfg(test)]
mod tests;
mod yaml;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

pub(crate) use image::has_few_libraries;

use crate::sh::{self, cargo, root, target};

/// Runs with a newly built router.
pub(crate) fn run() -> anyhow::Result<()> {
    sh::run(cargo().args(["build", "--package", "hyrouter"]))?;
    run_built()
}

/// Runs with the existing binary: see `interop::run_built`.
pub(crate) fn run_built() -> anyhow::Result<()> {
    let faults = faults_of_files()?;
    if !faults.is_empty() {
        bail!("packaging found:\n  {}", faults.join("\n  "));
    }
    let router = target().join("debug/hyrouter");
    containers::run(&router)?;
    systemd::run(&router)?;
    observability::run()?;
    kubernetes::run()
}

/// Returns the faults that are found without running anything.
fn faults_of_files() -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    configs::check(&mut faults)?;
    systemd::check(&mut faults)?;
    observability::check(&mut faults)?;
    Ok(faults)
}

/// Returns the text of a file of the repository.
fn read(file: &str) -> anyhow::Result<String> {
    fs::read_to_string(root().join(file)).with_context(|| format!("reading {file}"))
}

/// Returns an empty folder for one of the checks.
fn scratch(name: &str) -> anyhow::Result<PathBuf> {
    sh::empty_folder(target().join("packaging").join(name))
}
