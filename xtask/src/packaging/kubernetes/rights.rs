//! The components that give the router rights in a cluster, each over the base, and the rights in other namespaces.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{BASE, manifests, schema, title};
use crate::packaging::yaml::{self, list, text};
use crate::packaging::{configs, scratch};
use crate::sh::{self, cmd, root};

const COMPONENTS: &[(&str, &str)] = &[
    ("examples/kubernetes/components/agones", "Role"),
    ("examples/kubernetes/components/discovery", "Role"),
    (
        "examples/kubernetes/components/discovery-all-namespaces",
        "ClusterRole",
    ),
];
const GAMES: &str = "examples/kubernetes/games";

/// Returns the faults of all of them.
pub(super) fn faults(kustomize: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for (component, kind) in COMPONENTS {
        let overlay = overlay(component)?;
        let documents = build(kustomize, &overlay)?;
        let mut found = manifests::faults(&documents, &configs::load(configs::BASE)?)?;
        found.extend(documents.iter().flat_map(schema::faults));
        found.extend(faults_of_access(&documents));
        found.extend(faults_of_rights(&documents, kind));
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("{component}: {fault}")),
        );
    }
    let documents = build(kustomize, Path::new(GAMES))?;
    let mut found: Vec<_> = documents.iter().flat_map(schema::faults).collect();
    found.extend(faults_of_rights(&documents, "Role"));
    faults.extend(found.into_iter().map(|fault| format!("{GAMES}: {fault}")));
    Ok(faults)
}

/// Writes an overlay of the base with a component.
fn overlay(component: &str) -> anyhow::Result<std::path::PathBuf> {
    let folder = scratch("kubernetes-component")?;
    // Kustomize takes relative paths only.
    let up = "../".repeat(folder.canonicalize()?.components().count() - 1);
    let place = |path: &str| format!("{up}{}", root().join(path).display()).replace("//", "/");
    let overlay = json!({
        "namespace": "hyrouter",
        "resources": [place(BASE)],
        "components": [place(component)],
    });
    let file = folder.join("kustomization.yaml");
    fs::write(&file, overlay.to_string()).with_context(|| format!("writing {}", file.display()))?;
    Ok(folder)
}

fn build(kustomize: &Path, folder: &Path) -> anyhow::Result<Vec<Value>> {
    let rendered = sh::output(cmd(kustomize).arg("build").arg(folder))?;
    yaml::documents(&folder.to_string_lossy(), &rendered)
}

/// Checks that the pods have a token, and that their policy admits requests to the API server.
fn faults_of_access(documents: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    let token = "/spec/template/spec/automountServiceAccountToken";
    let of_kind = |kind: &'static str| documents.iter().filter(move |d| text(d, "/kind") == kind);
    for deployment in of_kind("Deployment") {
        if deployment.pointer(token) != Some(&Value::from(true)) {
            faults.push(format!("{}: {token} is not true", title(deployment)));
        }
    }
    for policy in of_kind("NetworkPolicy") {
        let rules = list(policy, "/spec/egress").iter();
        let mut ports = rules.flat_map(|rule| list(rule, "/ports"));
        if !ports.any(|port| port.pointer("/port") == Some(&Value::from(6443))) {
            faults.push(format!("{}: no egress to port 6443", title(policy)));
        }
    }
    faults
}

/// Checks that there is one role of this kind, that it has only rights to read and to allocate, and that the router gets
/// it.
fn faults_of_rights(documents: &[Value], kind: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let of_kind = |kind: &str| -> Vec<&Value> {
        let all = documents.iter();
        all.filter(|document| text(document, "/kind") == kind)
            .collect()
    };
    let (roles, bindings) = (of_kind(kind), of_kind(&format!("{kind}Binding")));
    let ([role], [binding]) = (roles.as_slice(), bindings.as_slice()) else {
        let (roles, bindings) = (roles.len(), bindings.len());
        return vec![format!(
            "{roles} {kind} and {bindings} bindings, not one of each"
        )];
    };
    // An allocation is not stored: it changes a game server, and nothing else can be created by it.
    let allocation = json!({
        "apiGroups": ["allocation.agones.dev"],
        "resources": ["gameserverallocations"],
        "verbs": ["create"],
    });
    for rule in list(role, "/rules") {
        if rule.pointer("/verbs") != Some(&json!(["list", "watch"])) && *rule != allocation {
            faults.push(format!(
                "{}: a rule has other verbs than list and watch",
                title(role)
            ));
        }
    }
    let reference = json!({
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": kind,
        "name": text(role, "/metadata/name"),
    });
    if binding.pointer("/roleRef") != Some(&reference) {
        faults.push(format!(
            "{}: it does not bind {}",
            title(binding),
            title(role)
        ));
    }
    let router = json!([{"kind": "ServiceAccount", "name": "hyrouter", "namespace": "hyrouter"}]);
    if binding.pointer("/subjects") != Some(&router) {
        faults.push(format!("{}: its subject is not the router", title(binding)));
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{GAMES, faults_of_rights, schema};
    use crate::packaging::{read, yaml};

    fn documents() -> Vec<Value> {
        let files = ["role", "rolebinding"].map(|name| format!("{GAMES}/{name}.yaml"));
        let read = |file: &String| yaml::document(file, &read(file).unwrap()).unwrap();
        files.iter().map(read).collect()
    }

    #[test]
    fn rights_beyond_reading_and_wrong_references_are_found() {
        assert_eq!(faults_of_rights(&documents(), "Role"), [""; 0]);
        let faults: Vec<_> = documents().iter().flat_map(schema::faults).collect();
        assert_eq!(faults, [""; 0]);
        for (document, pointer, value, fault) in [
            (0, "/rules/1/verbs", json!(["*"]), "other verbs"),
            (0, "/metadata/name", json!("x"), "does not bind Role x"),
            (0, "/kind", json!("x"), "0 Role and 1 bindings"),
            (1, "/subjects/0/namespace", json!("x"), "is not the router"),
        ] {
            let mut documents = documents();
            *documents[document].pointer_mut(pointer).unwrap() = value;
            let found = faults_of_rights(&documents, "Role");
            assert!(found.iter().any(|f| f.contains(fault)), "{found:?}");
        }
    }
}
