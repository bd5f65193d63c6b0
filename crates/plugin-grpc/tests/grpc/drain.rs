//! Shutdown of a server.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyrouter_plugin_grpc::{
    ConnectRequest, ConnectResponse, OnConnect, PluginFailure, PluginServer,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::support::{PATIENCE, Running, SHORT, ask, ask_within, code, plugin, upper};
use hyrouter_testing::peer;

/// A plugin that reports its calls, and responds when the test lets it.
#[derive(Clone)]
struct Gate {
    entered: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    async fn serve() -> (Self, Running) {
        Self::serve_with(|server| server).await
    }

    async fn serve_with(
        configure: impl FnOnce(PluginServer<Handler>) -> PluginServer<Handler>,
    ) -> (Self, Running) {
        let gate = Self {
            entered: Arc::new(Semaphore::new(0)),
            open: Arc::new(Semaphore::new(0)),
        };
        let server = configure(PluginServer::new(Handler(gate.clone())));
        (gate, Running::new(server).await)
    }

    async fn entered(&self) {
        self.entered.acquire().await.unwrap().forget();
    }
}

struct Handler(Gate);

impl OnConnect for Handler {
    async fn on_connect(&self, request: ConnectRequest) -> Result<ConnectResponse, PluginFailure> {
        self.0.entered.add_permits(1);
        self.0.open.acquire().await?.forget();
        Ok(upper(&request.event.username.unwrap_or_default()))
    }
}

/// The Python client that watches the health of the server.
struct Watcher {
    _child: Child,
    lines: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
}

impl Watcher {
    fn new(address: &str) -> Self {
        let mut command = Command::new(peer::python());
        command.arg(peer::script("client.py"));
        command.args(["--address", address, "--watch", "hyrouter.Plugin"]);
        let mut child = command
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            _child: child,
            lines,
        }
    }

    async fn next(&mut self) -> Value {
        let line = timeout(PATIENCE, self.lines.next_line()).await;
        serde_json::from_str(&line.unwrap().unwrap().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_running_call_is_finished_and_no_other_begins() {
    let (gate, server) = Gate::serve().await;
    let address = server.address.clone();
    let mut watcher = Watcher::new(&address);
    assert_eq!(watcher.next().await, json!({ "serving": 1 }));

    let plugin = plugin(&address);
    let stopping = async {
        gate.entered().await;
        let ended = server.stop();
        // Watchers of the health are notified, and not waited for.
        assert_eq!(watcher.next().await, json!({ "serving": 2 }));
        assert_eq!(watcher.next().await, json!({ "code": 0 }));
        until_refused(&address).await;
        let answer = ask_within(&crate::support::plugin(&address), "b", SHORT).await;
        assert_eq!(code(&answer), "unreachable", "{answer:?}");
        assert!(!ended.is_finished());
        gate.open.add_permits(1);
        timeout(PATIENCE, ended).await.unwrap().unwrap().unwrap();
    };
    let (answer, ()) = tokio::join!(ask(&plugin, "a"), stopping);
    assert_eq!(answer, Ok(upper("a")));
}

async fn until_refused(address: &str) {
    let refused = async {
        let mut interval = tokio::time::interval(Duration::from_millis(5));
        while TcpStream::connect(address).await.is_ok() {
            interval.tick().await;
        }
    };
    timeout(PATIENCE, refused).await.unwrap();
}

#[tokio::test]
async fn a_server_without_calls_ends_at_once() {
    let (gate, server) = Gate::serve().await;
    gate.open.add_permits(1);
    let plugin = plugin(&server.address);
    assert_eq!(ask(&plugin, "a").await, Ok(upper("a")));
    let started = Instant::now();
    let ended = timeout(PATIENCE, server.stop()).await.unwrap().unwrap();
    assert!(ended.is_ok());
    // Calls may continue for 10 s.
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_silent_client_delays_the_end_no_longer_than_a_call() {
    let (_, server) =
        Gate::serve_with(|server| server.with_drain_timeout(Duration::from_millis(100))).await;
    let silent = TcpStream::connect(&server.address).await.unwrap();
    let ended = timeout(PATIENCE, server.stop()).await.unwrap().unwrap();
    assert!(ended.is_ok());
    drop(silent);
}

#[tokio::test]
async fn endless_calls_are_dropped() {
    let (gate, server) =
        Gate::serve_with(|server| server.with_drain_timeout(Duration::from_millis(100))).await;
    let plugin = plugin(&server.address);
    let call = tokio::spawn(async move { ask(&plugin, "a").await });
    gate.entered().await;
    let ended = timeout(PATIENCE, server.stop()).await.unwrap().unwrap();
    assert!(ended.is_ok());
    call.abort();
}
