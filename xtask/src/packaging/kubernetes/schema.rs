//! Documents against the types of the API. A document is read into its type and written again. Unknown fields are
//! missing then, missing required fields are present, and misread values differ.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::title;
use crate::packaging::yaml::text;

type ReadBack = fn(&Value) -> Result<Value, String>;

const RBAC: &str = "rbac.authorization.k8s.io/v1";

const KINDS: &[(&str, &str, ReadBack)] = &[
    ("v1", "ConfigMap", read_back::<ConfigMap>),
    ("v1", "Namespace", read_back::<Namespace>),
    ("v1", "Service", read_back::<Service>),
    ("v1", "ServiceAccount", read_back::<ServiceAccount>),
    ("apps/v1", "Deployment", read_back::<Deployment>),
    (
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        read_back::<HorizontalPodAutoscaler>,
    ),
    (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        read_back::<NetworkPolicy>,
    ),
    (
        "policy/v1",
        "PodDisruptionBudget",
        read_back::<PodDisruptionBudget>,
    ),
    (RBAC, "ClusterRole", read_back::<ClusterRole>),
    (RBAC, "ClusterRoleBinding", read_back::<ClusterRoleBinding>),
    (RBAC, "Role", read_back::<Role>),
    (RBAC, "RoleBinding", read_back::<RoleBinding>),
    (
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        read_back::<ServiceMonitor>,
    ),
];

/// Type of the Prometheus operator, reduced to the used fields, since no crate has its types.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ServiceMonitor {
    api_version: String,
    kind: String,
    metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,
    spec: ServiceMonitorSpec,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ServiceMonitorSpec {
    selector: k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector,
    job_label: String,
    endpoints: Vec<Endpoint>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Endpoint {
    port: String,
    path: String,
    interval: String,
}

/// Returns the faults of a document that is applied.
pub(super) fn faults(document: &Value) -> Vec<String> {
    let (version, kind) = (text(document, "/apiVersion"), text(document, "/kind"));
    let Some((_, _, read)) = KINDS.iter().find(|(v, k, _)| (*v, *k) == (version, kind)) else {
        return vec![format!("{kind} of {version} is not a checked type")];
    };
    let mut faults = Vec::new();
    match read(document) {
        Ok(back) => compare(document, &back, "", &mut faults),
        Err(error) => faults.push(error),
    }
    faults
        .into_iter()
        .map(|fault| format!("{}: {fault}", title(document)))
        .collect()
}

fn read_back<T: DeserializeOwned + Serialize>(document: &Value) -> Result<Value, String> {
    let typed: T = serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    serde_json::to_value(typed).map_err(|error| error.to_string())
}

fn compare(written: &Value, read: &Value, path: &str, faults: &mut Vec<String>) {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            for (key, value) in written {
                let path = format!("{path}/{key}");
                match read.get(key) {
                    Some(read) => compare(value, read, &path, faults),
                    None => faults.push(format!("{path} is unknown")),
                }
            }
            for key in read.keys().filter(|key| !written.contains_key(*key)) {
                faults.push(format!("{path}/{key} is required"));
            }
        }
        (Value::Array(written), Value::Array(read)) if written.len() == read.len() => {
            for (index, (written, read)) in written.iter().zip(read).enumerate() {
                compare(written, read, &format!("{path}/{index}"), faults);
            }
        }
        _ if written == read => {}
        _ => faults.push(format!("{path}: {written} is read as {read}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::faults;

    #[test]
    fn invalid_documents_are_found() {
        let good = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 1, "protocol": "UDP", "targetPort": "game"}]},
        });
        assert_eq!(faults(&good), [""; 0]);
        for (pointer, value, fault) in [
            ("/spec", json!({"prots": []}), "/spec/prots is unknown"),
            (
                "/spec/ports/0",
                json!({"name": "a"}),
                "/spec/ports/0/port is required",
            ),
            ("/spec/ports/0/port", json!("one"), "expected i32"),
            (
                "/apiVersion",
                json!("v2"),
                "Service of v2 is not a checked type",
            ),
            (
                "/metadata",
                json!({"nmae": "a"}),
                "/metadata/nmae is unknown",
            ),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            let faults = faults(&bad);
            assert!(faults.iter().any(|f| f.contains(fault)), "{faults:?}");
        }
    }
}
