//! Changes of the base that must be found.

use serde_json::{Value, json};

use super::{BASE, manifests};
use crate::packaging::{configs, read, yaml};

fn base() -> Vec<Value> {
    let files = [
        "serviceaccount",
        "deployment",
        "service",
        "service-admin",
        "poddisruptionbudget",
        "networkpolicy",
        "horizontalpodautoscaler",
    ];
    files
        .iter()
        .map(|name| format!("{BASE}/{name}.yaml"))
        .map(|file| yaml::document(&file, &read(&file).unwrap()).unwrap())
        .collect()
}

/// Checks that each change leads to a fault. A change is a pointer, a value, and a part of the fault's text.
fn all_are_found(kind: &str, changes: &[(&str, Value, &str)]) {
    for (pointer, value, fault) in changes {
        let faults = faults_after(kind, pointer, value.clone());
        assert!(
            faults.iter().any(|found| found.contains(fault)),
            "{kind} {pointer}: {faults:?}"
        );
    }
}

/// Returns the faults after a value of one document was replaced.
fn faults_after(kind: &str, pointer: &str, value: Value) -> Vec<String> {
    let mut documents = base();
    let document = documents
        .iter_mut()
        .find(|document| yaml::text(document, "/kind") == kind)
        .unwrap();
    let Some(place) = document.pointer_mut(pointer) else {
        panic!("{kind} has no {pointer}");
    };
    *place = value;
    manifests::faults(&documents, &configs::load(configs::BASE).unwrap()).unwrap()
}

#[test]
fn the_base_is_good() {
    let faults = manifests::faults(&base(), &configs::load(configs::BASE).unwrap());
    assert_eq!(faults.unwrap(), [""; 0]);
}

#[test]
fn an_invalid_pod_is_found() {
    let pod = "/spec/template/spec";
    all_are_found(
        "Deployment",
        &[
            (
                &format!("{pod}/terminationGracePeriodSeconds"),
                json!(15),
                "cuts off",
            ),
            (
                &format!("{pod}/securityContext/runAsUser"),
                json!(0),
                "the pod runs as",
            ),
            (
                &format!("{pod}/securityContext/runAsNonRoot"),
                json!(false),
                "runAsNonRoot is not",
            ),
            (
                &format!("{pod}/serviceAccountName"),
                json!("x"),
                "no ServiceAccount x",
            ),
            (
                &format!("{pod}/volumes/0/name"),
                json!("x"),
                "no volume config",
            ),
        ],
    );
}

#[test]
fn an_invalid_container_is_found() {
    let container = "/spec/template/spec/containers/0";
    let at = |rest: &str| format!("{container}/{rest}");
    all_are_found(
        "Deployment",
        &[
            (&at("ports/0/protocol"), json!("TCP"), "port game is"),
            (&at("ports/1/containerPort"), json!(1), "port admin is"),
            (
                &at("livenessProbe/httpGet/path"),
                json!("/"),
                "livenessProbe asks",
            ),
            (
                &at("volumeMounts/1/mountPath"),
                json!("/x"),
                "is not mounted",
            ),
            (
                &at("volumeMounts/1/readOnly"),
                json!(false),
                "readOnly is false",
            ),
            (
                &at("volumeMounts/2/mountPath"),
                json!("/x"),
                "is not mounted",
            ),
            (
                &at("securityContext/readOnlyRootFilesystem"),
                json!(false),
                "readOnlyRoot",
            ),
            (
                &at("securityContext/capabilities/drop"),
                json!([]),
                "capabilities/drop",
            ),
        ],
    );
}

#[test]
fn references_that_miss_the_pods_are_found() {
    let labels = "/spec/selector/matchLabels";
    all_are_found(
        "Service",
        &[
            (
                "/spec/selector",
                json!({"app": "x"}),
                "does not take the pods",
            ),
            ("/spec/ports/0/targetPort", json!("admin"), "leads to admin"),
        ],
    );
    all_are_found(
        "PodDisruptionBudget",
        &[(labels, json!({}), "does not take")],
    );
    all_are_found(
        "NetworkPolicy",
        &[
            ("/spec/podSelector", json!({}), "does not take the pods"),
            (
                "/spec/ingress/0/ports/0/port",
                json!(5521),
                "lets in 5521/UDP",
            ),
        ],
    );
    let target = "/spec/scaleTargetRef/name";
    all_are_found(
        "HorizontalPodAutoscaler",
        &[(target, json!("x"), "no Deployment x")],
    );
}
