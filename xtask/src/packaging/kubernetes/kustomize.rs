//! Kustomizations: what they name is there, what is there they name, and the tool puts them together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

use crate::packaging::{read, yaml};
use crate::peers::left_out;
use crate::sh::{self, cmd, root, say, target, works};

/// The newest that the Go of CI builds.
const VERSION: &str = "v5.7.1";

/// As much of a `kustomization.yaml` as is used here.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Kustomization {
    api_version: String,
    kind: String,
    namespace: Option<String>,
    resources: Vec<String>,
    components: Vec<String>,
    patches: Vec<Patch>,
    config_map_generator: Vec<Generator>,
    generator_options: BTreeMap<String, Value>,
    images: Vec<BTreeMap<String, String>>,
    labels: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generator {
    #[serde(rename = "name")]
    _name: String,
    #[serde(default, rename = "behavior")]
    _behavior: Option<String>,
    files: Vec<String>,
}

/// A folder with a kustomization: files, as paths from the root of the repository.
pub(super) struct Folder {
    pub(super) resources: Vec<String>,
    pub(super) patches: Vec<String>,
}

impl Folder {
    pub(super) fn read(place: &str, faults: &mut Vec<String>) -> anyhow::Result<Self> {
        let file = format!("{place}/kustomization.yaml");
        let document = yaml::document(&file, &read(&file)?)?;
        let it: Kustomization =
            serde_json::from_value(document).with_context(|| format!("reading {file}"))?;
        let version = match it.kind.as_str() {
            "Component" => "kustomize.config.k8s.io/v1alpha1",
            _ => "kustomize.config.k8s.io/v1beta1",
        };
        if it.api_version != version || !["Component", "Kustomization"].contains(&it.kind.as_str())
        {
            faults.push(format!("{file}: it is no kustomization of {version}"));
        }
        let mut there = BTreeSet::new();
        for entry in fs::read_dir(root().join(place)).with_context(|| format!("reading {place}"))? {
            there.insert(entry?.file_name().to_string_lossy().into_owned());
        }
        there.remove("kustomization.yaml");
        let patches: Vec<_> = it.patches.into_iter().map(|patch| patch.path).collect();
        let generated = it.config_map_generator.into_iter().flat_map(|g| g.files);
        let (files, folders): (Vec<_>, Vec<_>) = it
            .resources
            .iter()
            .cloned()
            .partition(|path| Path::new(path).extension().is_some());
        for path in files.iter().chain(&patches).cloned().chain(generated) {
            if !there.remove(&path) {
                faults.push(format!("{file}: {path} is not there, or named twice"));
            }
        }
        for path in folders.iter().chain(&it.components) {
            if !root()
                .join(place)
                .join(path)
                .join("kustomization.yaml")
                .exists()
            {
                faults.push(format!("{file}: {path} is no kustomization"));
            }
        }
        for unnamed in there {
            faults.push(format!("{file}: nothing names {unnamed}"));
        }
        let from_root = |path: String| format!("{place}/{path}");
        Ok(Self {
            resources: files.into_iter().map(from_root).collect(),
            patches: patches.into_iter().map(from_root).collect(),
        })
    }
}

/// Returns the documents that would be applied; `None` if neither kustomize nor Go is installed.
pub(super) fn build(place: &str) -> anyhow::Result<Option<String>> {
    let own = target().join("tools/bin/kustomize");
    let program = if works(cmd("kustomize").arg("version")) {
        "kustomize".into()
    } else {
        if !works(cmd(&own).arg("version")) {
            if !works(cmd("go").arg("version")) {
                left_out("neither kustomize nor Go here; the overlay is not put together")?;
                return Ok(None);
            }
            install()?;
        }
        own
    };
    sh::output(cmd(program).arg("build").arg(place)).map(Some)
}

fn install() -> anyhow::Result<()> {
    say("kustomize is missing; building it takes half a minute, once");
    sh::run(
        cmd("go")
            .arg("install")
            .arg(format!("sigs.k8s.io/kustomize/kustomize/v5@{VERSION}"))
            .env("GOBIN", target().join("tools/bin"))
            // The installed Go or none: it would download a newer one by itself.
            .env("GOTOOLCHAIN", "local"),
    )
}
