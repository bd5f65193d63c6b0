//! A plugin server in its own process group.

use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context as _, bail, ensure};

use crate::sh::{cmd, works};

/// Maximum time until a server listens. Some commands compile it first.
const START: Duration = Duration::from_mins(3);
/// Maximum time from SIGTERM to the end: 10 s for running calls, and the end of the process.
const STOP: Duration = Duration::from_secs(20);
/// Start of the line that a server prints when it accepts calls.
const LISTENING: &str = "listening on ";

/// A running server. It is killed when dropped.
pub(super) struct PluginServerProcess {
    child: Child,
    pub(super) address: String,
}

impl PluginServerProcess {
    /// Starts a server and waits until it listens.
    pub(super) fn start(mut command: Command) -> anyhow::Result<Self> {
        command
            .env("PLUGIN_ADDRESS", "127.0.0.1:0")
            .stdout(Stdio::piped())
            // npm and go start the server as their child.
            .process_group(0);
        let mut child = command.spawn().context("starting the server")?;
        let output = child.stdout.take().context("the server has no output")?;
        // Dropped on failure, which ends it.
        let mut server = Self {
            child,
            address: String::new(),
        };
        server.address = address(output)?;
        Ok(server)
    }

    /// Returns the resident memory of all processes of the server, in bytes.
    pub(super) fn memory(&self) -> anyhow::Result<u64> {
        let mut kilobytes = 0;
        for process in self.processes()? {
            let status = fs::read_to_string(format!("/proc/{process}/status"));
            // A process may have ended meanwhile.
            let status = status.unwrap_or_default();
            let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let resident = resident.and_then(|text| text.trim().strip_suffix(" kB"));
            kilobytes += resident
                .and_then(|number| number.parse::<u64>().ok())
                .unwrap_or(0);
        }
        Ok(kilobytes * 1024)
    }

    /// Sends SIGTERM and waits until all processes have ended.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        self.signal("TERM");
        let started = Instant::now();
        while !self.processes()?.is_empty() {
            ensure!(
                started.elapsed() < STOP,
                "the server has not ended {} s after SIGTERM",
                STOP.as_secs()
            );
            // A child that has ended stays until its status is read.
            self.child.try_wait()?;
            pause();
        }
        Ok(())
    }

    /// Returns the processes of the group that have not ended.
    fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let Some(id) = entry?
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            else {
                continue;
            };
            let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else {
                continue;
            };
            // Behind the name in parentheses: state, parent, group.
            let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
            let mut fields = fields.split_whitespace();
            let state = fields.next();
            let group = fields.nth(1).and_then(|group| group.parse().ok());
            if group == Some(self.child.id()) && state != Some("Z") {
                found.push(id);
            }
        }
        Ok(found)
    }

    fn signal(&self, name: &str) {
        let group = format!("-{}", self.child.id());
        // Fails if all have ended.
        let _ = works(cmd("kill").args([&format!("-{name}"), "--", &group]));
    }
}

impl Drop for PluginServerProcess {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.child.wait();
    }
}

/// Returns the address that the server prints. Its further output is read and dropped, so that the pipe does not fill.
fn address(output: impl Read + Send + 'static) -> anyhow::Result<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(address) = line.strip_prefix(LISTENING) {
                // Fails if the receiver does not wait anymore.
                let _ = send.send(address.trim().to_owned());
            }
        }
    });
    match receive.recv_timeout(START) {
        Ok(address) => Ok(address),
        Err(RecvTimeoutError::Disconnected) => {
            bail!("the server ended before it printed `{LISTENING}ADDRESS`")
        }
        Err(RecvTimeoutError::Timeout) => bail!(
            "the server did not print `{LISTENING}ADDRESS` within {} s",
            START.as_secs()
        ),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build task may block; it polls other processes"
)]
fn pause() {
    thread::sleep(Duration::from_millis(50));
}
