//! Container engines: Docker and Podman, each in separate namespaces.

mod namespaces;

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use std::{env, fs, thread};

use tempfile::TempDir;

use self::namespaces::Namespaces;
use crate::target;

/// Maximum time until an engine answers, on a machine that is busy with other tests.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// Name of the image of all containers: a static busybox.
const IMAGE: &str = "game:1";

/// A container engine that was started for a test. Its containers have a network that only they can reach; its API is
/// at a unix socket. All processes end when it is dropped.
pub struct ContainerEngine {
    client: &'static str,
    folder: TempDir,
    namespaces: Namespaces,
    path: OsString,
}

impl ContainerEngine {
    /// Starts Podman, if this machine can run containers.
    pub fn podman() -> Option<Self> {
        Self::start("podman")
    }

    /// Starts Docker, if this machine can run containers.
    pub fn docker() -> Option<Self> {
        Self::start("docker")
    }

    fn start(client: &'static str) -> Option<Self> {
        let prepared = prepared()?;
        let folder = tempfile::tempdir().unwrap();
        write_settings(folder.path());
        let path = path(&prepared);
        let engine = Self {
            client,
            folder,
            namespaces: Namespaces::new(&path),
            path,
        };
        engine.start_api();
        let root = prepared.join("rootfs.tar");
        engine.call(&["import", root.to_str().unwrap(), IMAGE]);
        Some(engine)
    }

    /// Returns the path of the socket of its API.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("api.sock")
    }

    /// Returns whether the engine is Podman.
    pub fn is_podman(&self) -> bool {
        self.client == "podman"
    }

    /// Starts a container with these options in the background. It sleeps, and ignores `SIGTERM`.
    pub fn run(&self, name: &str, options: &[&str]) {
        let before: &[&str] = &["run", "--detach", "--name", name];
        self.call(&[before, options, &[IMAGE, "/bin/sleep", "1000"]].concat());
    }

    /// Runs the client of the engine, and returns its output.
    pub fn call(&self, arguments: &[&str]) -> String {
        let output = self.client(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns a command that runs the client of the engine.
    pub fn client(&self, arguments: &[&str]) -> Command {
        let mut client = self.inside(self.client);
        client.args(arguments);
        client
    }

    /// Kills the process that serves the API. Containers of Podman keep running; Docker ends its containers when it
    /// starts again.
    pub fn kill_api(&self) {
        let mut connection = UnixStream::connect(self.socket()).unwrap();
        let id = fs::read_to_string(self.pid_file()).unwrap();
        let kill = self.inside("kill").args(["-9", id.trim()]).status();
        assert!(kill.unwrap().success());
        // The connection ends with the process.
        connection.set_read_timeout(Some(START_TIMEOUT)).unwrap();
        connection.read_to_end(&mut Vec::new()).unwrap();
    }

    /// Starts the process that serves the API, and waits until it accepts connections.
    pub fn start_api(&self) {
        let folder = self.folder.path().display();
        let socket = self.socket();
        let socket = socket.display();
        let serve = if self.is_podman() {
            format!("podman --log-level info system service --time 0 unix://{socket}")
        } else {
            format!(
                "dockerd --host unix://{socket} --data-root {folder}/data --exec-root {folder}/exec \
                 --storage-driver vfs --default-ulimit nofile=1024:1024 --pidfile {folder}/docker.pid"
            )
        };
        // The shell becomes the engine, so that its id is that of the engine. A killed Docker leaves its file.
        let pid_file = self.pid_file();
        let serve = format!(
            "rm -f {folder}/docker.pid; echo $$ > {}; exec {serve}",
            pid_file.display()
        );
        let mut api = self.inside("sh");
        api.args(["-c", &serve])
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut api = api.spawn().unwrap();
        let line = if self.is_podman() {
            "API service listening on"
        } else {
            "API listen on"
        };
        wait_for_line(api.stderr.take().unwrap(), line);
        // The API ends by its namespaces, or is killed by its id.
        thread::spawn(move || api.wait());
    }

    /// Returns a command that runs a program in the namespaces, with the settings of the engine.
    fn inside(&self, program: &str) -> Command {
        let folder = self.folder.path();
        let mut command = self.namespaces.command(program);
        command
            .env("PATH", &self.path)
            .env("CONTAINERS_CONF", folder.join("containers.conf"))
            .env("CONTAINERS_STORAGE_CONF", folder.join("storage.conf"))
            .env("DOCKER_HOST", format!("unix://{}", self.socket().display()));
        command
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.path().join("api.pid")
    }
}

impl Drop for ContainerEngine {
    fn drop(&mut self) {
        // So that no control groups of containers are left. The API may have ended.
        let script = if self.is_podman() {
            "podman rm --all --force --time 0"
        } else {
            "docker rm --force $(docker ps --all --quiet)"
        };
        let mut removal = self.inside("timeout");
        removal.args(["20", "sh", "-c", script]);
        drop(removal.output());
    }
}

/// Waits for a line that contains a text, and reads the rest of the output, so that the pipe does not fill.
fn wait_for_line(output: impl Read + Send + 'static, text: &'static str) {
    let (sender, receiver) = sync_channel(1);
    thread::spawn(move || {
        let mut before = Vec::new();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if line.contains(text) {
                drop(sender.try_send(Ok(())));
            }
            if before.len() < 100 {
                before.push(line);
            }
        }
        drop(sender.try_send(Err(before)));
    });
    let found = receiver.recv_timeout(START_TIMEOUT);
    assert!(matches!(found, Ok(Ok(()))), "no {text:?}: {found:?}");
}

/// Returns the folder that `cargo xtask test` prepared, if this machine can run containers.
fn prepared() -> Option<PathBuf> {
    let folder = target().join("engines");
    assert!(
        folder.exists(),
        "there is no {}; run `cargo xtask test`, which makes it",
        folder.display()
    );
    let is_usable = folder.join("rootfs.tar").exists();
    if !is_usable {
        eprintln!("skipped: this machine cannot run containers");
    }
    is_usable.then_some(folder)
}

/// Returns the directories of programs: those of the unpacked Docker, and those of the system.
fn path(prepared: &Path) -> OsString {
    let docker = prepared.join("docker/usr");
    let own = [docker.join("bin"), docker.join("sbin")];
    let system = env::var_os("PATH").unwrap_or_default();
    let system: Vec<_> = env::split_paths(&system).collect();
    let last = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    env::join_paths(own.into_iter().chain(system).chain(last)).unwrap()
}

/// Writes settings that keep images and networks of a test apart from those of the machine.
fn write_settings(folder: &Path) {
    let shown = folder.display();
    // Some machines cannot raise these limits to the defaults, and their control groups are not for crun.
    let settings = format!(
        "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1000:1000\"]\n\
         [engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n\
         [network]\nnetwork_config_dir = \"{shown}/networks\"\n"
    );
    fs::write(folder.join("containers.conf"), settings).unwrap();
    // The only driver that works on every file system.
    let storage = format!(
        "[storage]\ndriver = \"vfs\"\ngraphroot = \"{shown}/images\"\nrunroot = \"{shown}/state\"\n"
    );
    fs::write(folder.join("storage.conf"), storage).unwrap();
}
