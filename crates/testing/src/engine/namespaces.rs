//! Namespaces of Linux that hide the state which engines share on a machine.

use std::ffi::OsStr;
use std::fs;
use std::process::{Child, Command, Stdio};

use super::wait_for_line;

/// The first commands in the namespaces. The first process stays until it is killed, which kills all others.
const COMMANDS: &str = "
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mkdir -p /var/lib/cni
mount -t tmpfs tmpfs /var/lib/cni
ip link set lo up
echo ready
exec docker-init -- sleep infinity
";

/// Separate network, processes and mounts. All processes in them end when this is dropped.
pub(super) struct Namespaces {
    process: Child,
    /// Id of the first process.
    first: u32,
}

impl Namespaces {
    /// Makes namespaces with these directories of programs.
    pub(super) fn new(path: &OsStr) -> Self {
        let mut unshare = Command::new("unshare");
        unshare
            .args([
                "--net",
                "--pid",
                "--mount",
                "--fork",
                "--kill-child",
                "--mount-proc",
            ])
            .args(["sh", "-ec", COMMANDS])
            .env("PATH", path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut process = unshare.spawn().unwrap();
        wait_for_line(process.stdout.take().unwrap(), "ready");
        let id = process.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        let first = children.trim().parse().unwrap();
        Self { process, first }
    }

    /// Returns a command that runs a program in the namespaces.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg("--target")
            .arg(self.first.to_string())
            .args(["--net", "--pid", "--mount", program])
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
