//! The built binary, in processes of its own.

pub(crate) mod admin;
#[cfg(target_os = "linux")]
pub(crate) mod attackers;
pub(crate) mod keys;
pub(crate) mod players;
pub(crate) mod referral;
pub(crate) mod replaced;
pub(crate) mod verifiers;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Maximum time to wait for a log line on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Maximum number of unread log lines.
const KEPT_LINES: usize = 100_000;

/// Held by tests that load the machine, one at a time: others have deadlines and run beside them.
pub(crate) static LOAD: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A folder with files, in which `hyrouter` runs.
pub(crate) struct Folder(TempDir);

pub(crate) fn folder() -> Folder {
    Folder(tempfile::tempdir().unwrap())
}

impl Folder {
    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        fs::write(self.path(name), content).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The binary, with nothing of this process's environment that could configure it.
    pub(crate) fn hyrouter(&self, args: &[&str]) -> Command {
        hyrouter_in(self.0.path(), args)
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.hyrouter(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs it to its end with that on standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut child = self
            .hyrouter(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        Ran::from(output)
    }

    /// Starts a router that has an admin server, and waits until it is ready.
    pub(crate) fn serve_with_admin(&self, args: &[&str]) -> (Router, admin::Admin) {
        let mut router = Router::begin(self.hyrouter(args));
        let admin = router.ready_with_admin();
        (router, admin)
    }

    /// Starts a router and waits until it is ready.
    pub(crate) fn serve(&self, args: &[&str]) -> Router {
        let mut router = Router::begin(self.hyrouter(args));
        router.ready();
        router
    }
}

fn hyrouter_in(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hyrouter"));
    command.args(args).current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HYROUTER_") {
            command.env_remove(name);
        }
    }
    command
}

/// The file of an example plugin, built by `cargo xtask plugin-wasm`.
pub(crate) fn example_plugin(name: &str) -> String {
    let file = Path::new("plugins").join(name);
    hyrouter_testing::built(file).display().to_string()
}

/// Output and exit code of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A router that serves. Its log is read as JSON lines.
pub(crate) struct Router {
    child: Child,
    log: Receiver<String>,
    pub(crate) address: String,
}

impl Router {
    /// Starts it and reads nothing of its log yet.
    pub(crate) fn begin(mut command: Command) -> Self {
        let mut child = command
            .args(["--log-format", "json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = lines(child.stdout.take().unwrap());
        Self {
            child,
            log,
            address: String::new(),
        }
    }

    /// Waits until it serves, and gives its admin server.
    pub(crate) fn ready_with_admin(&mut self) -> admin::Admin {
        let line = self.until("admin server listening");
        self.ready();
        admin::Admin::at(line["listen"].as_str().unwrap())
    }

    /// Memory of the process that is in use, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let file = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(file).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.unwrap().split_whitespace().nth(1).unwrap();
        kib.parse::<u64>().unwrap() * 1024
    }

    /// Processes that it started and that have not ended.
    pub(crate) fn children(&self) -> Vec<u32> {
        let parent = format!("PPid:\t{}\n", self.child.id());
        let processes = fs::read_dir("/proc").unwrap();
        let ids = processes.filter_map(|process| process.ok()?.file_name().to_str()?.parse().ok());
        ids.filter(|id: &u32| {
            let status = fs::read_to_string(format!("/proc/{id}/status"));
            status.is_ok_and(|status| status.contains(&parent) && !status.contains("State:\tZ"))
        })
        .collect()
    }

    pub(crate) fn threads(&self) -> usize {
        self.listed("task")
    }

    pub(crate) fn threads_named(&self, name: &str) -> usize {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let names =
            threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("comm")).ok());
        names.filter(|found| found.trim_end() == name).count()
    }

    pub(crate) fn open_files(&self) -> usize {
        self.listed("fd")
    }

    fn listed(&self, folder: &str) -> usize {
        let folder = format!("/proc/{}/{folder}", self.child.id());
        fs::read_dir(folder).unwrap().count()
    }

    /// Waits until it serves, and learns where.
    pub(crate) fn ready(&mut self) {
        let ready = self.until("ready for players");
        let port = ready["listen"]
            .as_str()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap();
        self.address = format!("127.0.0.1:{port}");
    }

    /// The next log line with that message.
    pub(crate) fn until(&mut self, message: &str) -> Value {
        loop {
            let line = self
                .line()
                .unwrap_or_else(|| panic!("the log ended before {message:?}"));
            if line["message"]
                .as_str()
                .is_some_and(|found| found.contains(message))
            {
                return line;
            }
        }
    }

    /// The next log line; `None` when the process has ended.
    pub(crate) fn line(&mut self) -> Option<Value> {
        match self.log.recv_timeout(PATIENCE) {
            Ok(line) => Some(serde_json::from_str(&line).unwrap()),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no log line within {PATIENCE:?}"),
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([&format!("-{name}"), &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// What `hyrouter probe --json` prints for this router, with more arguments.
    pub(crate) fn probe(&self, args: &[&str]) -> Value {
        let all = [&["probe", &self.address, "--json"], args].concat();
        Ran::from(hyrouter_in(Path::new("."), &all).output().unwrap()).json()
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a process, read by a thread, so that waiting for one has an end.
fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, lines) = sync_channel(KEPT_LINES);
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}
