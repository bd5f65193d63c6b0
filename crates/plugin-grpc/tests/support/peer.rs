//! Plugin servers in processes of their own, in Python, Go and Rust. With std alone, for tests of other crates to take
//! it in by `#[path]`.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "shared by tests, each of which takes what it needs and fails by panic"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

/// How long a peer may take to say its address, on a machine that is busy with other tests.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A free port of an address that nobody else uses, so that it is still free after its owner was killed.
pub(crate) fn anywhere() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if !cfg!(target_os = "linux") {
        return "127.0.0.1:0".into();
    }
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let count = COUNT.fetch_add(1, Ordering::Relaxed) % 254;
    // 127.0.x.y is left to those who want 127.0.0.1.
    format!("127.{}.{low}.{}:0", high | 128, count + 1)
}

/// A plugin server in a process of its own. It is killed when dropped.
pub(crate) struct Peer {
    program: Vec<PathBuf>,
    address: String,
    child: Child,
}

impl Peer {
    /// A server with grpcio alone.
    pub(crate) fn python() -> Self {
        Self::python_at(&anywhere(), &[])
    }

    /// A server with grpcio alone, at an address and with more arguments (`--tls-cert` and so on).
    pub(crate) fn python_at(address: &str, more: &[&Path]) -> Self {
        let mut program = vec![python(), script("server.py")];
        program.extend(more.iter().map(|&path| path.to_owned()));
        Self::start(program, address)
    }

    /// A server with grpc-go, if this machine has Go.
    pub(crate) fn go() -> Option<Self> {
        Self::go_at(&anywhere())
    }

    /// A server with grpc-go at an address, if this machine has Go.
    pub(crate) fn go_at(address: &str) -> Option<Self> {
        Some(Self::start(vec![go_peer()?], address))
    }

    /// `examples/grpc-plugin`.
    pub(crate) fn rust_example() -> Self {
        Self::rust_example_at(&anywhere(), &[])
    }

    /// `examples/grpc-plugin` at an address and with more arguments.
    pub(crate) fn rust_example_at(address: &str, more: &[&Path]) -> Self {
        let mut program = vec![there(target().join("debug/example-grpc-plugin"))];
        program.extend(more.iter().map(|&path| path.to_owned()));
        Self::start(program, address)
    }

    /// Where it listens, as the router's configuration wants it.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name without `SIG`. After `STOP` it has stopped.
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}")).arg(self.id().to_string());
        assert!(kill.status().unwrap().success(), "{kill:?}");
        let started = Instant::now();
        while name == "STOP" && !self.has_stopped() {
            assert!(started.elapsed() < START_TIMEOUT, "it does not stop");
            std::thread::yield_now();
        }
    }

    /// Whether all of its threads have stopped, where the system tells.
    fn has_stopped(&self) -> bool {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", self.id())) else {
            return true;
        };
        let mut states = threads.flatten().map(|thread| {
            let state = std::fs::read_to_string(thread.path().join("status"));
            // A thread may have ended meanwhile.
            state.unwrap_or_default()
        });
        states.all(|state| state.is_empty() || state.contains("State:\tT"))
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for it to end by itself, and says whether it was content.
    pub(crate) fn wait(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// Starts one that was killed, at the address that it had.
    pub(crate) fn start_again(&mut self) {
        let (child, address) = start(&self.program, &self.address);
        assert_eq!(address, self.address);
        self.child = child;
    }

    fn start(program: Vec<PathBuf>, address: &str) -> Self {
        let (child, address) = start(&program, address);
        Self {
            program,
            address,
            child,
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts it and reads the first line that it writes, which ends with its address.
fn start(program: &[PathBuf], address: &str) -> (Child, String) {
    let (name, arguments) = program.split_first().unwrap();
    let mut command = Command::new(name);
    command.args(arguments).args(["--listen", address]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let (tx, rx) = sync_channel(1);
    std::thread::spawn(move || {
        let mut line = String::new();
        let said = output.read_line(&mut line).map(|_| line);
        tx.send(said).unwrap();
        // What else it says must not fill the pipe.
        std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    });
    let Ok(Ok(line)) = rx.recv_timeout(START_TIMEOUT) else {
        drop(child.kill());
        panic!("{command:?} said nothing");
    };
    let address = line.trim_end().rsplit(' ').next().unwrap_or_default();
    assert!(!address.is_empty(), "{command:?} ended");
    (child, address.to_owned())
}

/// The Python that has grpcio.
pub(crate) fn python() -> PathBuf {
    there(target().join("interop-venv/bin/python"))
}

/// A script of the Python peer.
pub(crate) fn script(name: &str) -> PathBuf {
    crate_folder().join("tests/peers/python").join(name)
}

/// The Go peer's program, if this machine has Go.
pub(crate) fn go_peer() -> Option<PathBuf> {
    let has_go = Command::new("go").arg("version").output().is_ok();
    if !has_go {
        eprintln!("skipped: there is no Go on this machine");
        return None;
    }
    Some(there(target().join("peers/grpc-go")))
}

/// `crates/plugin-grpc`, from any crate that takes this in.
fn crate_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/plugin-grpc")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn there(path: PathBuf) -> PathBuf {
    let shown = path.display();
    assert!(
        path.exists(),
        "there is no {shown}; run `cargo xtask test`, which sets this up"
    );
    path
}
