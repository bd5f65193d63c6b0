//! Pods, as a test wants them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A pod that a test creates: it is assigned to a node, runs and is ready.
#[derive(Debug, Clone)]
pub struct PodDraft {
    name: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    ports: Vec<Value>,
    ip: Option<String>,
    phase: String,
    is_ready: bool,
}

impl PodDraft {
    /// Creates a pod with an address, without labels and ports.
    pub fn new(name: &str, ip: &str) -> Self {
        Self {
            name: name.to_owned(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            ports: Vec::new(),
            ip: (!ip.is_empty()).then(|| ip.to_owned()),
            phase: "Running".to_owned(),
            is_ready: true,
        }
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Adds an annotation.
    #[must_use]
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Adds a UDP port of its only container.
    #[must_use]
    pub fn port(mut self, name: &str, number: u16) -> Self {
        let port = json!({"name": name, "containerPort": number, "protocol": "UDP"});
        self.ports.push(port);
        self
    }

    /// Sets the phase.
    #[must_use]
    pub fn phase(mut self, phase: &str) -> Self {
        phase.clone_into(&mut self.phase);
        self
    }

    /// Makes it not ready.
    #[must_use]
    pub fn unready(mut self) -> Self {
        self.is_ready = false;
        self
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the object that is created.
    pub(super) fn object(&self) -> Value {
        json!({
            "metadata": {"name": self.name, "labels": self.labels, "annotations": self.annotations},
            "spec": {
                "nodeName": "node-1",
                "containers": [{"name": "server", "image": "server", "ports": self.ports}],
            },
        })
    }

    /// Returns the status that is written afterwards.
    pub(super) fn status(&self) -> Value {
        let mut status = json!({"phase": self.phase, "conditions": conditions(self.is_ready)});
        if let Some(ip) = &self.ip {
            status["podIP"] = ip.as_str().into();
        }
        status
    }
}

/// Returns the conditions of a pod that is ready or not.
pub(super) fn conditions(is_ready: bool) -> Value {
    let status = if is_ready { "True" } else { "False" };
    json!([{"type": "Ready", "status": status}])
}
