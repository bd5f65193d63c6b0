//! A real DNS server in a separate process: Knot DNS.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use crate::peer::anywhere;

/// Maximum time until the server prints a line, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);
/// Debian's folder is not in every user's `PATH`.
const PROGRAMS: [&str; 2] = ["knotd", "/usr/sbin/knotd"];

/// An authoritative DNS server of the zone `example.test`. For names of the zone `broken.test` it answers SERVFAIL, and
/// it refuses all other names. It is killed when dropped.
pub struct NameServer {
    folder: TempDir,
    program: &'static str,
    address: SocketAddr,
    serial: u32,
    child: Child,
    lines: Receiver<String>,
}

impl NameServer {
    /// Starts a server with these records. Returns `None` if Knot DNS is not installed, and prints this; panics if
    /// `REQUIRE_PEERS` is set.
    pub fn start(records: &str) -> Option<Self> {
        let is_here = |program: &&str| Command::new(program).arg("--version").output().is_ok();
        let Some(program) = PROGRAMS.into_iter().find(is_here) else {
            assert!(
                std::env::var_os("REQUIRE_PEERS").is_none(),
                "Knot DNS (knotd) is not installed, and REQUIRE_PEERS is set"
            );
            eprintln!("skipped: Knot DNS (knotd) is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let address = UdpSocket::bind(anywhere()).unwrap().local_addr().unwrap();
        write_config(&folder, address);
        write_zone(&folder, 1, records);
        let (child, lines) = spawn(program, &folder);
        let server = Self {
            folder,
            program,
            address,
            serial: 1,
            child,
            lines,
        };
        server.wait_for("server started");
        Some(server)
    }

    /// Returns its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Replaces all records of the zone, and waits until the server has them.
    pub fn set_records(&mut self, records: &str) {
        self.serial += 1;
        write_zone(&self.folder, self.serial, records);
        let mut kill = Command::new("kill");
        kill.arg("-HUP").arg(self.child.id().to_string());
        assert!(kill.status().unwrap().success(), "{kill:?}");
        let serial = self.serial;
        self.wait_for(&format!(
            "[example.test.] loaded, serial {} -> {serial},",
            serial - 1
        ));
    }

    /// Ends it by SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again with the same records after it was killed.
    pub fn start_again(&mut self) {
        (self.child, self.lines) = spawn(self.program, &self.folder);
        self.wait_for("server started");
    }

    fn wait_for(&self, text: &str) {
        let mut log = String::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("the DNS server does not print {text:?}, but:\n{log}");
            };
            writeln!(log, "{line}").unwrap();
            if line.contains(text) {
                return;
            }
        }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn write_config(folder: &TempDir, address: SocketAddr) {
    let (path, ip, port) = (folder.path().display(), address.ip(), address.port());
    // No zone file of `broken.test` exists.
    let text = format!(
        "server:
    rundir: {path}
    listen: {ip}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stdout
    any: info
database:
    storage: {path}
zone:
  - domain: example.test
    file: {path}/example.test.zone
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
  - domain: broken.test
    file: {path}/broken.test.zone
"
    );
    fs::write(folder.path().join("knot.conf"), text).unwrap();
}

fn write_zone(folder: &TempDir, serial: u32, records: &str) {
    let text = format!(
        "$ORIGIN example.test.
$TTL 1
@ SOA ns admin {serial} 1h 1h 1w 1
@ NS ns
ns A 127.0.0.1
{records}
"
    );
    fs::write(folder.path().join("example.test.zone"), text).unwrap();
}

fn spawn(program: &str, folder: &TempDir) -> (Child, Receiver<String>) {
    let mut command = Command::new(program);
    command.arg("-c").arg(folder.path().join("knot.conf"));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            // Its later output must not fill the pipe.
            drop(sender.send(line));
        }
    });
    (child, lines)
}
