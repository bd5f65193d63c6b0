//! The manifests for Kubernetes, put together by kustomize as `kubectl apply -k` does.

mod manifests;
mod rights;
mod schema;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde_json::Value;

use super::{configs, read, yaml};
use crate::go;
use crate::peers::left_out;
use crate::sh::{self, cmd, say, target, works};

const BASE: &str = "examples/kubernetes/base";
const OVERLAY: &str = "examples/kubernetes/overlays/example";

/// Newest version of kustomize that the Go of CI can build.
const KUSTOMIZE: &str = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1";

pub(super) fn run() -> anyhow::Result<()> {
    let Some(kustomize) = kustomize()? else {
        return left_out("neither kustomize nor Go is installed; the manifests are not checked");
    };
    let mut faults = Vec::new();
    for (folder, config) in [(BASE, configs::BASE), (OVERLAY, configs::OVERLAY)] {
        let rendered = sh::output(cmd(&kustomize).arg("build").arg(folder))?;
        let documents = yaml::documents(folder, &rendered)?;
        let mut found = manifests::faults(&documents, &configs::load(config)?)?;
        found.extend(documents.iter().flat_map(schema::faults));
        if folder == OVERLAY {
            found.extend(manifests::faults_of_overlay(&documents, &read(config)?));
        }
        faults.extend(found.into_iter().map(|fault| format!("{folder}: {fault}")));
    }
    faults.extend(rights::faults(&kustomize)?);
    anyhow::ensure!(faults.is_empty(), "found:\n  {}", faults.join("\n  "));
    Ok(())
}

/// Returns the installed kustomize or one that is built with Go, if there is either.
fn kustomize() -> anyhow::Result<Option<PathBuf>> {
    let folder = target().join("tools/bin");
    let all = [PathBuf::from("kustomize"), folder.join("kustomize")];
    let has = |program: &PathBuf| works(cmd(program).arg("version"));
    if !all.iter().any(has) && go::is_there().is_ok() {
        say("kustomize is missing; building it takes half a minute, once");
        sh::run(go::go().args(["install", KUSTOMIZE]).env("GOBIN", folder))?;
    }
    Ok(all.into_iter().find(has))
}

/// Returns `Kind name`, for messages.
fn title(document: &Value) -> String {
    format!(
        "{} {}",
        yaml::text(document, "/kind"),
        yaml::text(document, "/metadata/name")
    )
}
