//! The process of the stand-in for the allocation service.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::generate_simple_self_signed;
use serde_json::json;

use super::super::{ApiClient, ApiServer};

/// Name of the service in the cluster.
const SERVICE: &str = "agones-controller-service";

/// A stand-in for the allocation service of Agones, in a separate process behind the real aggregation of an API server.
/// It is killed when dropped.
pub struct AllocationService {
    command: Vec<String>,
    child: Child,
}

impl AllocationService {
    /// Starts the service for a server, registers it and waits until the server uses it.
    pub async fn start(server: &ApiServer) -> Self {
        let folder = server.folder();
        let name = format!("{SERVICE}.agones-system.svc");
        let made = generate_simple_self_signed(vec![name]).unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let certificate = file("allocation.crt", &made.cert.pem());
        let key = file("allocation.key", &made.signing_key.serialize_pem());
        // The port stays the same after a restart.
        let listener = TcpListener::bind("localhost:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("src/kubernetes/agones/allocation_service.py");
        let ca = folder.join("pki/ca.crt").display().to_string();
        let host = server.url().trim_start_matches("https://");
        let command = [
            &script.display().to_string(),
            "--server",
            host,
            "--ca",
            &ca,
            "--token",
            &server.admin_token(),
            "--certificate",
            &certificate,
            "--key",
            &key,
            "--port",
            &port.to_string(),
        ];
        let command: Vec<_> = command.map(str::to_owned).into();
        let service = Self {
            child: spawn(&command),
            command,
        };
        register(&server.admin().await, port).await;
        service
    }

    /// Ends the process.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again after it was killed.
    pub fn start_again(&mut self) {
        self.child = spawn(&self.command);
    }

    /// Stops the process, so that it hangs, or lets it go on.
    pub fn set_stopped(&self, is_stopped: bool) {
        let signal = if is_stopped { "-STOP" } else { "-CONT" };
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([signal, &id]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for AllocationService {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(command: &[String]) -> Child {
    let mut python = Command::new("python3");
    let mut child = python.args(command).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert!(line.starts_with("READY "), "{line:?}");
    child
}

/// Registers the service with the API server and waits until it answers.
async fn register(api: &ApiClient, port: u16) {
    let namespace = "agones-system";
    api.namespace(namespace).await;
    let service = json!({
        "metadata": {"name": SERVICE},
        "spec": {"type": "ExternalName", "externalName": "localhost"},
    });
    let services = format!("/api/v1/namespaces/{namespace}/services");
    api.create(&services, &service).await;
    let registration = json!({
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1.allocation.agones.dev"},
        "spec": {
            "group": "allocation.agones.dev",
            "version": "v1",
            "groupPriorityMinimum": 1000,
            "versionPriority": 15,
            "service": {"name": SERVICE, "namespace": namespace, "port": port},
            "insecureSkipTLSVerify": true,
        },
    });
    let registrations = "/apis/apiregistration.k8s.io/v1/apiservices";
    api.create(registrations, &registration).await;
    loop {
        let found = api.get(registrations, "v1.allocation.agones.dev").await;
        let conditions = found["status"]["conditions"].as_array();
        let mut conditions = conditions.into_iter().flatten();
        if conditions.any(|one| one["type"] == "Available" && one["status"] == "True") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
