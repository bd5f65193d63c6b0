//! Helpers of the tests.

use std::ffi::OsStr;
use std::time::Duration;

use hyrouter_plugin_api::{Plugin as _, PluginError};
use hyrouter_plugin_grpc::{
    BoundServer, ConnectEvent, ConnectRequest, ConnectResponse, GrpcPlugin, GrpcSettings,
    OnConnect, PluginAddress, PluginFailure, PluginServer, PluginServerError,
};
use serde_json::Value;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

use hyrouter_testing::peer;

/// Limit that ends a test that hangs; far longer than any test takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Enough for many attempts to connect to this machine.
pub(crate) const SHORT: Duration = Duration::from_millis(200);

pub(crate) type Answer = Result<ConnectResponse, PluginError>;

pub(crate) fn settings(address: &str) -> GrpcSettings {
    GrpcSettings::new(PluginAddress::parse(address).unwrap())
}

pub(crate) fn plugin(address: &str) -> GrpcPlugin {
    GrpcPlugin::new(&settings(address)).unwrap()
}

pub(crate) fn request(name: &str) -> ConnectRequest {
    ConnectRequest {
        event: ConnectEvent {
            username: Some(name.into()),
            ..ConnectEvent::default()
        },
        ..ConnectRequest::default()
    }
}

/// Calls with more time than needed.
pub(crate) async fn ask(plugin: &GrpcPlugin, name: &str) -> Answer {
    ask_within(plugin, name, PATIENCE).await
}

pub(crate) async fn ask_within(plugin: &GrpcPlugin, name: &str, left: Duration) -> Answer {
    // The plugin keeps the time itself; this limit ends a hang.
    timeout(left + PATIENCE, plugin.on_connect(&request(name), left))
        .await
        .unwrap()
        .map(|answer| answer.response)
}

/// Calls until there is a response.
pub(crate) async fn ask_until_answered(plugin: &GrpcPlugin, name: &str) -> ConnectResponse {
    timeout(PATIENCE, async {
        let mut interval = interval(Duration::from_millis(20));
        loop {
            if let Ok(response) = ask(plugin, name).await {
                return response;
            }
            interval.tick().await;
        }
    })
    .await
    .unwrap()
}

/// Returns the response of every peer for most names.
pub(crate) fn upper(name: &str) -> ConnectResponse {
    ConnectResponse {
        referral_data: Some(name.to_uppercase().into_bytes()),
        ..ConnectResponse::default()
    }
}

pub(crate) fn message(answer: &Answer) -> String {
    answer.as_ref().unwrap_err().to_string()
}

pub(crate) fn code(answer: &Answer) -> &'static str {
    answer.as_ref().unwrap_err().code().as_str()
}

/// Responds as the peers in other languages do.
pub(crate) async fn peer_like(request: ConnectRequest) -> Result<ConnectResponse, PluginFailure> {
    let name = request.event.username.unwrap_or_default();
    match name.as_str() {
        "deny" => Ok(ConnectResponse::deny("denied by rust peer")),
        "error" => Err(PluginFailure::unavailable("the database is down ü")),
        "panic" => panic!("asked to"),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Ok(upper(&name))
        }
        _ => Ok(upper(&name)),
    }
}

/// A server of this crate in this process.
pub(crate) struct Running {
    pub(crate) address: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), PluginServerError>>,
}

impl Running {
    pub(crate) async fn new<P: OnConnect>(server: PluginServer<P>) -> Self {
        Self::at("127.0.0.1:0", server).await
    }

    pub(crate) async fn at<P: OnConnect>(address: &str, server: PluginServer<P>) -> Self {
        Self::run(server.bind(address).await.unwrap())
    }

    pub(crate) fn run<P: OnConnect>(bound: BoundServer<P>) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self {
            address: bound.address().to_owned(),
            stop,
            served: tokio::spawn(bound.run_until(async { drop(stopped.await) })),
        }
    }

    /// Stops the server and returns its result.
    pub(crate) fn stop(self) -> JoinHandle<Result<(), PluginServerError>> {
        drop(self.stop);
        self.served
    }
}

/// Runs the Python client and returns the lines of JSON that it prints.
pub(crate) async fn python_client<A: AsRef<OsStr>>(arguments: &[A]) -> Vec<Value> {
    let mut command = Command::new(peer::python());
    command.arg(peer::script("client.py")).args(arguments);
    lines(command).await
}

/// Runs the Go client, if this machine has Go.
pub(crate) async fn go_client(arguments: &[&str]) -> Option<Value> {
    let mut command = Command::new(peer::go_peer()?);
    command.args(arguments);
    lines(command).await.pop()
}

async fn lines(mut command: Command) -> Vec<Value> {
    command.kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
