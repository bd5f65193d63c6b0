//! The process of the API server.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use tempfile::TempDir;

use crate::built;

/// Maximum time of a start, on a machine that is busy with other tests. On a quiet one it takes 3 s.
const START_TIMEOUT: Duration = Duration::from_mins(2);

/// A Kubernetes API server with its etcd. It is killed when dropped, and stops when the process of the test ends.
pub struct ApiServer {
    folder: TempDir,
    flags: Vec<String>,
    running: Option<Running>,
    url: String,
}

struct Running {
    child: Child,
    lines: Mutex<Receiver<String>>,
    /// The server stops when this is closed.
    _stdin: ChildStdin,
}

impl ApiServer {
    /// Returns the server of this test program, if this machine has Go. Tests share it: each uses its own namespaces.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<ApiServer>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Starts a server for one test, if this machine has Go.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts a server with more flags of the API server, if this machine has Go.
    pub fn start_with(flags: &[&str]) -> Option<Self> {
        if Command::new("go").arg("version").output().is_err() {
            eprintln!("skipped: there is no Go on this machine");
            return None;
        }
        let mut server = Self {
            // A short path: etcd's socket is in it.
            folder: tempfile::tempdir_in("/tmp").unwrap(),
            flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            running: None,
            url: String::new(),
        };
        server.start_again();
        Some(server)
    }

    /// Returns the folder with all state of the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns its URL, which stays the same after a restart.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the path of the administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder().join("kubeconfig")
    }

    /// Ends it by SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.child.kill().unwrap();
            running.child.wait().unwrap();
        }
    }

    /// Starts it again after it was killed, at the same address and with its objects.
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "the server runs already");
        let log = self.folder().join("log");
        let mut command = Command::new(built("kubernetes-test-server/kubernetes-test-server"));
        command
            .arg("-dir")
            .arg(self.folder())
            .arg("-stop-with-stdin");
        command.arg("--").args(&self.flags);
        let files = File::options().create(true).append(true).open(&log);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(files.unwrap()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(16);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // The test no longer reads; the output must not fill the pipe.
                let _ = sender.send(line);
            }
        });
        let line = lines.recv_timeout(START_TIMEOUT).unwrap_or_default();
        let Some(url) = line.strip_prefix("READY ") else {
            drop(child.kill());
            let log = fs::read_to_string(&log).unwrap_or_default();
            let tail: Vec<_> = log.lines().rev().take(20).collect();
            panic!("the API server is not ready; the end of its log, newest first: {tail:#?}");
        };
        url.clone_into(&mut self.url);
        self.running = Some(Running {
            child,
            lines: Mutex::new(lines),
            _stdin: stdin,
        });
    }

    /// Deletes all objects of a killed server, as after a cluster was built anew behind the same address.
    pub fn wipe(&mut self) {
        assert!(self.running.is_none(), "the server runs");
        fs::remove_dir_all(self.folder().join("etcd")).unwrap();
    }

    /// Removes the history of all objects. Older versions are 410 then, with the flag `--watch-cache=false`.
    pub fn compact(&self) {
        let running = self.running.as_ref().unwrap();
        let mut kill = Command::new("kill");
        kill.arg("-USR1").arg(running.child.id().to_string());
        assert!(kill.status().unwrap().success());
        let line = running
            .lines
            .lock()
            .unwrap()
            .recv_timeout(START_TIMEOUT)
            .unwrap();
        assert!(line.starts_with("COMPACTED "), "{line}");
    }

    /// Returns the id of its process.
    pub fn id(&self) -> u32 {
        self.running.as_ref().unwrap().child.id()
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        self.kill();
    }
}
