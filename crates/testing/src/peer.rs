//! Servers in separate processes, in Python, Go and Rust.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use crate::built;

/// Maximum time until a peer prints its address, on a machine that is busy with other tests.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Returns a free port of an address that no other test uses, so that it is still free after its owner was killed.
pub fn anywhere() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if !cfg!(target_os = "linux") {
        return "127.0.0.1:0".into();
    }
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let count = COUNT.fetch_add(1, Ordering::Relaxed) % 254;
    // 127.0.x.y is reserved for tests that need 127.0.0.1.
    format!("127.{}.{low}.{}:0", high | 128, count + 1)
}

/// A plugin server in a separate process. It is killed when dropped.
pub struct PeerProcess {
    program: Vec<PathBuf>,
    address: String,
    child: Child,
}

impl PeerProcess {
    /// Starts a server with grpcio.
    pub fn python() -> Self {
        Self::python_at(&anywhere(), &[])
    }

    /// Starts a server with grpcio at an address and with more arguments (`--tls-cert` and so on).
    pub fn python_at(address: &str, more: &[&Path]) -> Self {
        let mut program = vec![python(), script("server.py")];
        program.extend(more.iter().map(|&path| path.to_owned()));
        Self::start(program, address)
    }

    /// Starts a script with grpcio, with these arguments.
    pub fn python_script(script: &Path, arguments: &[&str]) -> Self {
        let mut program = vec![python(), script.to_owned()];
        program.extend(arguments.iter().map(PathBuf::from));
        Self::start(program, &anywhere())
    }

    /// Starts a script that needs the standard library alone.
    pub(crate) fn system_python_script(script: &Path) -> Self {
        Self::start(vec!["python3".into(), script.to_owned()], &anywhere())
    }

    /// Starts a server with grpc-go, if this machine has Go.
    pub fn go() -> Option<Self> {
        Self::go_at(&anywhere())
    }

    /// Starts a server with grpc-go at an address, if this machine has Go.
    pub fn go_at(address: &str) -> Option<Self> {
        Some(Self::start(vec![go_peer()?], address))
    }

    /// Starts `examples/grpc-plugin`.
    pub fn rust_example() -> Self {
        Self::rust_example_at(&anywhere(), &[])
    }

    /// Starts `examples/grpc-plugin` at an address and with more arguments.
    pub fn rust_example_at(address: &str, more: &[&Path]) -> Self {
        let mut program = vec![built("debug/example-grpc-plugin")];
        program.extend(more.iter().map(|&path| path.to_owned()));
        Self::start(program, address)
    }

    /// Returns its address in the form of the router's configuration.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name without `SIG`. After `STOP` it has stopped.
    pub fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}")).arg(self.id().to_string());
        assert!(kill.status().unwrap().success(), "{kill:?}");
        let started = Instant::now();
        while name == "STOP" && !self.has_stopped() {
            assert!(started.elapsed() < START_TIMEOUT, "the peer does not stop");
            std::thread::yield_now();
        }
    }

    /// Returns whether all of its threads have stopped, as far as the system shows it.
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
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end, and returns whether it succeeded.
    pub fn wait(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// Starts it again at the same address after it was killed.
    pub fn start_again(&mut self) {
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

impl Drop for PeerProcess {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts the program and reads its first line, which ends with its address.
fn start(program: &[PathBuf], address: &str) -> (Child, String) {
    let (name, arguments) = program.split_first().unwrap();
    let mut command = Command::new(name);
    command.args(arguments).args(["--listen", address]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let (tx, rx) = sync_channel(1);
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = output.read_line(&mut line).map(|_| line);
        tx.send(read).unwrap();
        // Its other output must not fill the pipe.
        std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    });
    let Ok(Ok(line)) = rx.recv_timeout(START_TIMEOUT) else {
        drop(child.kill());
        panic!("{command:?} printed nothing");
    };
    let address = line.trim_end().rsplit(' ').next().unwrap_or_default();
    assert!(!address.is_empty(), "{command:?} ended");
    (child, address.to_owned())
}

/// Returns the path of the Python that has grpcio.
pub fn python() -> PathBuf {
    built("interop-venv/bin/python")
}

/// Returns the path of a script of the Python peer.
pub fn script(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../plugin-grpc/tests/peers/python").join(name)
}

/// Returns the path of the Go peer, if this machine has Go.
pub fn go_peer() -> Option<PathBuf> {
    let has_go = Command::new("go").arg("version").output().is_ok();
    if !has_go {
        eprintln!("skipped: there is no Go on this machine");
        return None;
    }
    Some(built("peers/grpc-go"))
}
