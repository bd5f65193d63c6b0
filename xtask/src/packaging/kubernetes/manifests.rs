//! Checks beyond schemas: documents match each other, the image and the configuration.

use serde_json::Value;

use super::title;
use crate::packaging::configs;
use crate::packaging::image::USER;
use crate::packaging::yaml::{list, text, texts};

/// Returns the faults of documents that are applied together.
pub(super) fn faults(documents: &[Value], config: &Value) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    let Some(deployment) = documents
        .iter()
        .find(|document| text(document, "/kind") == "Deployment")
    else {
        return Ok(vec!["there is no Deployment".to_owned()]);
    };
    let Some(container) = deployment.pointer("/spec/template/spec/containers/0") else {
        return Ok(vec!["the Deployment has no container".to_owned()]);
    };
    restricted(deployment, container, &mut faults);
    ports(container, config, &mut faults);
    probes(container, &mut faults);
    volumes(deployment, container, config, &mut faults);
    time_to_end(deployment, config, &mut faults)?;
    for document in documents {
        fits(document, deployment, container, documents, &mut faults);
    }
    Ok(faults)
}

/// Returns the other faults of the example overlay.
pub(super) fn faults_of_overlay(documents: &[Value], config: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for document in documents {
        let wanted = if text(document, "/kind") == "Namespace" {
            ""
        } else {
            "hyrouter"
        };
        let namespace = text(document, "/metadata/namespace");
        if namespace != wanted {
            faults.push(format!("{}: it is in {namespace:?}", title(document)));
        }
    }
    let maps = documents.iter().filter(|d| text(d, "/kind") == "ConfigMap");
    let maps: Vec<_> = maps.map(|d| text(d, "/data/config.yaml")).collect();
    if maps != [config] {
        faults.push("the configuration is not the one of the overlay".to_owned());
    }
    faults
}

/// Checks the strictest of the Pod Security Standards, and the user of the image.
fn restricted(deployment: &Value, container: &Value, faults: &mut Vec<String>) {
    let pod = "/spec/template/spec/securityContext";
    let user: Vec<_> = ["runAsUser", "runAsGroup"]
        .iter()
        .filter_map(|key| deployment.pointer(&format!("{pod}/{key}")))
        .map(Value::to_string)
        .collect();
    if user.join(":") != USER {
        faults.push(format!("the pod runs as {user:?}, the image as {USER}"));
    }
    let is = |value: &Value, pointer: &str, wanted: Value| value.pointer(pointer) == Some(&wanted);
    let seccomp = format!("{pod}/seccompProfile/type");
    let rules = [
        (deployment, format!("{pod}/runAsNonRoot"), Value::from(true)),
        (deployment, seccomp, Value::from("RuntimeDefault")),
        (
            container,
            "/securityContext/allowPrivilegeEscalation".to_owned(),
            Value::from(false),
        ),
        (
            container,
            "/securityContext/readOnlyRootFilesystem".to_owned(),
            Value::from(true),
        ),
        (
            container,
            "/securityContext/capabilities/drop".to_owned(),
            Value::from(vec!["ALL"]),
        ),
    ];
    for (value, pointer, wanted) in rules {
        if !is(value, &pointer, wanted.clone()) {
            faults.push(format!("{pointer} is not {wanted}"));
        }
    }
}

/// Checks that the container's ports are those that the router listens on.
fn ports(container: &Value, config: &Value, faults: &mut Vec<String>) {
    for (name, pointer, protocol) in [
        ("game", "/listen", "UDP"),
        ("admin", "/admin/listen", "TCP"),
    ] {
        let wanted = configs::port(config, pointer);
        let found = port(container, name);
        if found.map(|(number, protocol)| (Some(number), protocol)) != Some((wanted, protocol)) {
            faults.push(format!(
                "port {name} is {found:?}, {pointer} says {wanted:?}"
            ));
        }
    }
}

/// Returns number and protocol of a port of the container.
fn port<'a>(container: &'a Value, name: &str) -> Option<(u64, &'a str)> {
    let port = list(container, "/ports")
        .iter()
        .find(|port| text(port, "/name") == name)?;
    Some((
        port.pointer("/containerPort")?.as_u64()?,
        text(port, "/protocol"),
    ))
}

fn probes(container: &Value, faults: &mut Vec<String>) {
    for (probe, path) in [
        ("startupProbe", "/readyz"),
        ("readinessProbe", "/readyz"),
        ("livenessProbe", "/livez"),
    ] {
        let found = text(container, &format!("/{probe}/httpGet/path"));
        let port = text(container, &format!("/{probe}/httpGet/port"));
        if (found, port) != (path, "admin") {
            faults.push(format!("{probe} asks {port}{found}, not admin{path}"));
        }
    }
}

/// Checks that each file of the configuration is mounted, and that output files are writable.
fn volumes(deployment: &Value, container: &Value, config: &Value, faults: &mut Vec<String>) {
    let mounts = list(container, "/volumeMounts");
    for mount in mounts {
        let name = text(mount, "/name");
        let volumes = list(deployment, "/spec/template/spec/volumes");
        if !volumes.iter().any(|volume| text(volume, "/name") == name) {
            faults.push(format!("there is no volume {name}"));
        }
        if mount.pointer("/subPath").is_some() {
            faults.push(format!("mount {name}: changes do not reach a subPath"));
        }
    }
    let cache = text(config, "/wasm/cache_dir");
    for path in texts(config)
        .into_iter()
        .filter(|text| text.starts_with('/'))
    {
        let mount = mounts
            .iter()
            .find(|mount| path.starts_with(&format!("{}/", text(mount, "/mountPath"))));
        let Some(mount) = mount else {
            faults.push(format!("{path} of the configuration is not mounted"));
            continue;
        };
        let read_only = mount.pointer("/readOnly") == Some(&Value::from(true));
        if read_only == (path == cache) {
            faults.push(format!("mount of {path}: readOnly is {read_only}"));
        }
    }
}

fn time_to_end(deployment: &Value, config: &Value, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let router = configs::time_to_end(config)?.as_secs();
    let grace = deployment
        .pointer("/spec/template/spec/terminationGracePeriodSeconds")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    if grace <= router {
        faults.push(format!(
            "terminationGracePeriodSeconds {grace} cuts off what may take {router} seconds"
        ));
    }
    Ok(())
}

/// Checks that references between documents lead to existing ones.
fn fits(
    document: &Value,
    deployment: &Value,
    container: &Value,
    documents: &[Value],
    faults: &mut Vec<String>,
) {
    let there = |kind: &str, name: &str| {
        documents
            .iter()
            .any(|d| text(d, "/kind") == kind && text(d, "/metadata/name") == name)
    };
    let mut missing = |kind: &str, name: &str| {
        if !there(kind, name) {
            faults.push(format!("{}: there is no {kind} {name}", title(document)));
        }
    };
    let selector = match text(document, "/kind") {
        "Deployment" => {
            missing(
                "ServiceAccount",
                text(document, "/spec/template/spec/serviceAccountName"),
            );
            "/spec/selector/matchLabels"
        }
        "HorizontalPodAutoscaler" => {
            let target = "/spec/scaleTargetRef";
            let kind = text(document, &format!("{target}/kind"));
            missing(kind, text(document, &format!("{target}/name")));
            return;
        }
        "RoleBinding" => {
            missing("Role", text(document, "/roleRef/name"));
            missing("ServiceAccount", text(document, "/subjects/0/name"));
            return;
        }
        "PodDisruptionBudget" => "/spec/selector/matchLabels",
        "NetworkPolicy" => {
            let_in(document, container, faults);
            "/spec/podSelector/matchLabels"
        }
        "Service" => {
            service(document, container, faults);
            "/spec/selector"
        }
        "ServiceMonitor" => {
            monitor(document, documents, faults);
            return;
        }
        _ => return,
    };
    let labels = deployment.pointer("/spec/template/metadata/labels");
    if !is_within(document.pointer(selector), labels) {
        faults.push(format!(
            "{}: {selector} does not take the pods",
            title(document)
        ));
    }
}

/// Returns whether there is a selector and the labels contain all of it.
fn is_within(selector: Option<&Value>, labels: Option<&Value>) -> bool {
    let map = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
    match (map(selector), map(labels)) {
        (Some(selector), Some(labels)) => {
            !selector.is_empty()
                && selector
                    .iter()
                    .all(|(key, value)| labels.get(key) == Some(value))
        }
        _ => false,
    }
}

/// Checks that a policy admits only ports of the container.
fn let_in(document: &Value, container: &Value, faults: &mut Vec<String>) {
    for entry in list(document, "/spec/ingress")
        .iter()
        .flat_map(|rule| list(rule, "/ports"))
    {
        let number = entry
            .pointer("/port")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let protocol = text(entry, "/protocol");
        let known = ["game", "admin"].map(|name| port(container, name));
        if !known.contains(&Some((number, protocol))) {
            faults.push(format!(
                "{}: it lets in {number}/{protocol}",
                title(document)
            ));
        }
    }
}

fn service(document: &Value, container: &Value, faults: &mut Vec<String>) {
    for entry in list(document, "/spec/ports") {
        let (name, protocol) = (text(entry, "/targetPort"), text(entry, "/protocol"));
        let number = entry.pointer("/port").and_then(Value::as_u64);
        let found = port(container, name);
        if found.map(|(port, protocol)| (Some(port), protocol)) != Some((number, protocol)) {
            faults.push(format!(
                "{}: port {number:?} over {protocol} leads to {name}, which is {found:?}",
                title(document)
            ));
        }
    }
}

/// Checks a monitor, which selects a Service by labels and a port of it by name.
fn monitor(document: &Value, documents: &[Value], faults: &mut Vec<String>) {
    let selector = document.pointer("/spec/selector/matchLabels");
    let taken: Vec<_> = documents
        .iter()
        .filter(|d| {
            text(d, "/kind") == "Service" && is_within(selector, d.pointer("/metadata/labels"))
        })
        .collect();
    let port = text(document, "/spec/endpoints/0/port");
    let has_port = |service: &&Value| {
        list(service, "/spec/ports")
            .iter()
            .any(|entry| text(entry, "/name") == port)
    };
    if taken.len() != 1 || !taken.iter().all(has_port) {
        let taken: Vec<_> = taken.into_iter().map(title).collect();
        faults.push(format!(
            "{}: it takes port {port} of {taken:?}",
            title(document)
        ));
    }
}
