//! Servers that are measured, and the clients that load them.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::sh::{cmd, target};

/// Ticks of CPU time per second: fixed for user space on Linux, independent of the kernel's configuration.
const TICKS: f64 = 100.0;

/// Measured server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The minimum of a QUIC server.
    Floor,
    /// The router with its defaults: one log line per decision.
    Router,
    /// The router without these lines.
    QuietRouter,
}

impl Subject {
    pub(crate) const ALL: [Self; 3] = [Self::Floor, Self::Router, Self::QuietRouter];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Router => "hyrouter",
            Self::QuietRouter => "hyrouter, log level warn",
        }
    }
}

/// A running server, on a core of its own where there are two.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    child: Child,
    address: String,
}

/// Returns the path of a binary of the profile `dist`.
pub(crate) fn built(name: &str) -> PathBuf {
    target().join("dist").join(name)
}

impl ServerProcess {
    /// Starts the server with `wrapper` in front of its command line, such as valgrind.
    pub(crate) fn start(subject: Subject, wrapper: &[&str], config: &str) -> anyhow::Result<Self> {
        let mut words: Vec<String> = wrapper.iter().map(ToString::to_string).collect();
        match subject {
            Subject::Floor => words.push(built("floor").display().to_string()),
            Subject::Router | Subject::QuietRouter => {
                let file = target().join("bench-config.yaml");
                fs::write(&file, config)?;
                words.push(built("hyrouter").display().to_string());
                words.extend(["--config".to_owned(), file.display().to_string()]);
                if subject == Subject::QuietRouter {
                    words.extend(["--log-level".to_owned(), "warn".to_owned()]);
                }
            }
        }
        let (program, rest) = words.split_first().context("no command")?;
        // A real file takes the log, as journald or a container's log driver would.
        let log = target().join("bench-server.log");
        let output = fs::File::create(&log)?;
        let child = cmd(program)
            .args(rest)
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Self {
            child,
            address: String::new(),
        };
        server.address = server.wait_for_address()?;
        Ok(server)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the address that its process listens on, from the kernel, since quiet servers do not print it.
    fn wait_for_address(&mut self) -> anyhow::Result<String> {
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            if let Some(port) = self.udp_port() {
                return Ok(format!("127.0.0.1:{port}"));
            }
            pause(50);
        }
        bail!("the server does not listen")
    }

    fn udp_port(&self) -> Option<u16> {
        let table = fs::read_to_string("/proc/net/udp").ok()?;
        let files = fs::read_dir(format!("/proc/{}/fd", self.child.id())).ok()?;
        let targets: Vec<_> = files
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok())
            .collect();
        table.lines().skip(1).find_map(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            let socket = format!("socket:[{}]", columns.get(9)?);
            let owned = targets
                .iter()
                .any(|target| target.as_os_str() == socket.as_str());
            let port = columns.get(1)?.rsplit(':').next()?;
            owned.then(|| u16::from_str_radix(port, 16).ok()).flatten()
        })
    }

    /// Returns the user and system time of all its threads so far, in seconds.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name, in parentheses, can have blanks; user and system time are fields 14 and 15.
        let rest = stat.rsplit(')').next().context("no stat")?;
        let ticks: f64 = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|n| n.parse::<f64>().ok())
            .sum();
        Ok(ticks / TICKS)
    }

    /// Returns the resident memory in bytes.
    pub(crate) fn resident(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024.0)
    }

    /// Stops the server and waits for its end.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        ensure!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()?
                .success(),
            "kill {pid}"
        );
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the load generator to its end and returns its report.
pub(crate) fn load(
    server: &ServerProcess,
    wrapper: &[&str],
    args: &[&str],
) -> anyhow::Result<Value> {
    let program = built("load").display().to_string();
    let words: Vec<&str> = wrapper
        .iter()
        .copied()
        .chain([program.as_str(), server.address()])
        .collect();
    let (first, rest) = words.split_first().context("no command")?;
    let output = cmd(first)
        .args(rest)
        .args(args)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the load generator failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Clients that hold connections until they are stopped.
#[derive(Debug)]
pub(crate) struct Held {
    child: Child,
    stdin: Option<ChildStdin>,
    _stdout: BufReader<ChildStdout>,
}

/// Connects `count` silent clients, and returns when all are connected.
pub(crate) fn hold(server: &ServerProcess, count: usize) -> anyhow::Result<Held> {
    let mut child = cmd(built("load"))
        .args([
            server.address(),
            "--hold",
            "--sources",
            "16",
            "--connections",
            &count.to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdin = child.stdin.take();
    let mut stdout = BufReader::new(child.stdout.take().context("no output")?);
    let mut line = String::new();
    stdout.read_line(&mut line)?;
    let report: Value = serde_json::from_str(&line)?;
    ensure!(
        report.get("failed") == Some(&0.into()),
        "some clients could not connect: {report}"
    );
    Ok(Held {
        child,
        stdin,
        _stdout: stdout,
    })
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.stdin.take() {
            let _ = stdin.flush();
        }
        let _ = self.child.wait();
    }
}

/// Polls until a condition is true.
#[expect(
    clippy::disallowed_methods,
    reason = "a build task may block; it polls another process"
)]
pub(crate) fn pause(milliseconds: u64) {
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
}
