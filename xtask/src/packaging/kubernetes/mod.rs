//! The manifests for Kubernetes.

mod kustomize;
mod manifests;
mod schema;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{configs, read, yaml};
use kustomize::Folder;

const BASE: &str = "examples/kubernetes/base";
const OVERLAY: &str = "examples/kubernetes/overlays/example";
const COMPONENTS: &[&str] = &["examples/kubernetes/components/service-monitor"];

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let mut base = Vec::new();
    for place in [BASE, OVERLAY].iter().chain(COMPONENTS) {
        let folder = Folder::read(place, faults)?;
        for file in &folder.resources {
            for document in yaml::documents(file, &read(file)?)? {
                faults.extend(schema::whole(&document).map(|fault| format!("{file}: {fault}")));
                if *place == BASE {
                    base.push(document);
                }
            }
        }
        for file in &folder.patches {
            let patch = yaml::document(file, &read(file)?)?;
            faults.extend(schema::part(&patch).map(|fault| format!("{file}: {fault}")));
        }
    }
    let config = configs::load(configs::BASE)?;
    faults.extend(
        manifests::faults(&base, &config)?
            .into_iter()
            .map(|fault| format!("{BASE}: {fault}")),
    );
    Ok(())
}

/// Puts the example overlay together as `kubectl apply -k` does, and looks at what would be applied.
pub(super) fn run() -> anyhow::Result<()> {
    let Some(rendered) = kustomize::build(OVERLAY)? else {
        return Ok(());
    };
    let documents = yaml::documents(OVERLAY, &rendered)?;
    let config = configs::load(configs::OVERLAY)?;
    let mut faults = manifests::faults(&documents, &config)?;
    for document in &documents {
        faults.extend(schema::whole(document));
    }
    faults.extend(manifests::faults_of_overlay(
        &documents,
        &read(configs::OVERLAY)?,
    ));
    anyhow::ensure!(
        faults.is_empty(),
        "{OVERLAY} has faults when it is put together:\n  {}",
        faults.join("\n  ")
    );
    Ok(())
}

/// `Kind name`, for messages.
fn title(document: &Value) -> String {
    format!(
        "{} {}",
        yaml::text(document, "/kind"),
        yaml::text(document, "/metadata/name")
    )
}
