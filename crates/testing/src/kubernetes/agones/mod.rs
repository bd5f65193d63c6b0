//! Game servers of Agones: their definition, objects, and a stand-in for the allocation service behind the real
//! aggregation of the API server.

mod allocation_service;

pub use self::allocation_service::AllocationService;

use serde_json::{Value, json};

use super::ApiClient;

/// Returns the path of the game servers of a namespace.
pub fn game_servers(namespace: &str) -> String {
    format!("/apis/agones.dev/v1/namespaces/{namespace}/gameservers")
}

/// Returns a game server without a controller, in a state, at `10.0.0.1:port`.
pub fn game_server(name: &str, state: &str, port: u16) -> Value {
    json!({
        "apiVersion": "agones.dev/v1",
        "kind": "GameServer",
        "metadata": {"name": name, "labels": {"agones.dev/fleet": "hytale"}},
        "spec": {"ports": [{"name": "game", "containerPort": 5520, "protocol": "UDP"}]},
        "status": {
            "state": state,
            "nodeName": "node-1",
            "address": "10.0.0.1",
            "ports": [{"name": "game", "port": port}],
            "counters": {"players": {"count": 0, "capacity": 2}},
        },
    })
}

impl ApiClient {
    /// Defines game servers, if no other test has done it.
    pub async fn define_game_servers(&self) {
        let version = json!({
            "name": "v1", "served": true, "storage": true,
            "selectableFields": [{"jsonPath": ".status.state"}],
            "schema": {"openAPIV3Schema": {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": true,
                "properties": {"status": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                    "properties": {"state": {"type": "string"}},
                }},
            }},
        });
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "gameservers.agones.dev"},
            "spec": {
                "group": "agones.dev",
                "scope": "Namespaced",
                "names": {"kind": "GameServer", "plural": "gameservers", "singular": "gameserver"},
                "versions": [version],
            },
        });
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        // Another test may define it at the same time.
        let _ = self.try_create(definitions, &definition).await;
        self.until_listed(&game_servers("default")).await;
    }

    /// Creates a game server.
    pub async fn game_server(&self, namespace: &str, object: &Value) {
        self.create(&game_servers(namespace), object).await;
    }

    /// Changes the status of a game server. The definition has no resource for it.
    pub async fn set_game_server(&self, namespace: &str, name: &str, status: Value) {
        let patch = json!({"status": status});
        self.patch(&game_servers(namespace), name, patch).await;
    }

    /// Sets what the allocation service does with the requests of a namespace: `wait_ms` is the time that it gathers
    /// requests, `steps` lists what happens to them in turn.
    pub async fn script_allocations(&self, namespace: &str, wait_ms: u32, steps: &str) {
        let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
        let script = json!({
            "metadata": {"name": "allocation-script"},
            "data": {"wait_ms": wait_ms.to_string(), "steps": steps},
        });
        self.create(&maps, &script).await;
    }
}
