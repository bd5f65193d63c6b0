//! Container engines for tests: Podman, and Docker beside it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::peers::left_out;
use crate::sh::{self, cmd, target, works};

/// Packages for Podman, and the programs that both engines run.
const PODMAN: &[&str] = &[
    "podman",
    "runc",
    "conmon",
    "containernetworking-plugins",
    "iptables",
    "iproute2",
    "ca-certificates",
];
/// Packages that are unpacked, not installed: an installed Docker starts with the machine.
const UNPACKED: &[&str] = &["docker.io", "containerd", "tini", "busybox-static"];

/// Prepares `target/engines/`: Docker's programs and the root file system of containers. Does nothing if it is there.
pub(crate) fn set_up() -> anyhow::Result<()> {
    let folder = target().join("engines");
    if folder.join("rootfs.tar").exists() {
        return Ok(());
    }
    // Without a file in it, tests are skipped.
    let folder = sh::empty_folder(folder)?;
    if !sh::is_root()? {
        return left_out("containers are tested as root only; tests with containers are skipped");
    }
    install_podman()?;
    if !works(cmd("podman").arg("--version")) || !works(cmd("apt-get").arg("--version")) {
        return left_out("there is neither Podman nor apt; tests with containers are skipped");
    }
    let downloads = sh::empty_folder(folder.join("downloads"))?;
    sh::run(cmd("apt-get").args(["update", "--quiet"]))?;
    sh::run(
        cmd("apt-get")
            .current_dir(&downloads)
            .args(["download", "--quiet"])
            .args(UNPACKED),
    )?;
    let programs = folder.join("docker");
    for package in fs::read_dir(&downloads)? {
        sh::run(
            cmd("dpkg")
                .arg("--extract")
                .arg(package?.path())
                .arg(&programs),
        )?;
    }
    fs::remove_dir_all(&downloads)?;
    let root = sh::empty_folder(folder.join("rootfs"))?;
    fill(&root, &programs.join("bin/busybox"))?;
    // The last step: this file shows that all is there.
    let archive = folder.join("unfinished.tar");
    sh::run(
        cmd("tar")
            .arg("--create")
            .arg("--file")
            .arg(&archive)
            .arg("--directory")
            .arg(&root)
            .arg("."),
    )?;
    fs::rename(&archive, folder.join("rootfs.tar"))?;
    Ok(())
}

/// Installs Podman by apt, if it is missing.
pub(crate) fn install_podman() -> anyhow::Result<()> {
    if works(cmd("podman").arg("--version")) && works(cmd("runc").arg("--version")) {
        return Ok(());
    }
    sh::apt_install(PODMAN)
}

/// Makes the files of a container: a shell and the commands that tests run in it.
fn fill(root: &Path, busybox: &Path) -> anyhow::Result<()> {
    let programs = root.join("bin");
    fs::create_dir(&programs)?;
    fs::copy(busybox, programs.join("busybox"))?;
    for name in ["rm", "sh", "sleep", "test", "touch"] {
        symlink("busybox", programs.join(name))?;
    }
    Ok(())
}
