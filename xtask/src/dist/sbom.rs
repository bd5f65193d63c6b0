//! A list of the crates in the binary with versions and licenses, in the format `CycloneDX`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::ci;
use crate::sh::{self, cmd, root, target};

const CARGO_CYCLONEDX: &str = "0.5.9";

/// Crates of every build of the router. A list without them is invalid.
const EXPECTED: &[&str] = &[
    "hyrouter-proxy",
    "quinn-proto",
    "rustls",
    "aws-lc-sys",
    "wasmer",
];

/// Writes the list to a file. `moment` is its time, in seconds since 1970.
pub(super) fn write(triple: &str, moment: u64, to: &Path) -> anyhow::Result<()> {
    let tool = ci::tool("cargo-cyclonedx", CARGO_CYCLONEDX)?;
    let copy = copy_of_repository()?;
    sh::run(
        cmd(tool)
            .current_dir(&copy)
            .args(["cyclonedx", "--quiet", "--format", "json"])
            .args(["--spec-version", "1.5", "--all", "--no-build-deps"])
            .args(["--target", triple])
            .args(["--override-filename", "bom"])
            .arg("--manifest-path")
            .arg(copy.join("bins/hyrouter/Cargo.toml"))
            .env("SOURCE_DATE_EPOCH", moment.to_string()),
    )?;
    let written = copy.join("bins/hyrouter/bom.json");
    let text =
        fs::read_to_string(&written).with_context(|| format!("reading {}", written.display()))?;
    // The build folder is private, and differs between machines.
    let text = text.replace(&*copy.to_string_lossy(), "/hyrouter");
    check(&text)?;
    fs::write(to, text).with_context(|| format!("writing {}", to.display()))
}

/// Copies the workspace, since the tool writes beside each manifest.
fn copy_of_repository() -> anyhow::Result<std::path::PathBuf> {
    let copy = target().join("sbom");
    if copy.exists() {
        fs::remove_dir_all(&copy).with_context(|| format!("emptying {}", copy.display()))?;
    }
    let files =
        sh::output(cmd("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    for file in files.lines().filter(|file| root().join(file).is_file()) {
        super::copy(&root().join(file), &copy.join(file))?;
    }
    Ok(copy)
}

fn check(text: &str) -> anyhow::Result<()> {
    let bom: Value = serde_json::from_str(text)?;
    let about = bom.pointer("/metadata/component/name");
    ensure!(
        about == Some(&Value::from("hyrouter")),
        "the list is about {about:?}"
    );
    let components = bom
        .get("components")
        .and_then(Value::as_array)
        .context("the list has no components")?;
    for name in EXPECTED {
        let found = components
            .iter()
            .find(|component| component.get("name") == Some(&Value::from(*name)))
            .with_context(|| format!("the list has no {name}"))?;
        ensure!(
            found.get("version").is_some() && found.get("licenses").is_some(),
            "{name} has no version or no license in the list"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{EXPECTED, check};

    #[test]
    fn a_list_of_another_program_is_refused() {
        let component = |name: &&str| json!({"name": name, "version": "1", "licenses": []});
        let good = json!({
            "metadata": {"component": {"name": "hyrouter"}},
            "components": EXPECTED.iter().map(component).collect::<Vec<_>>(),
        });
        check(&good.to_string()).unwrap();
        for (pointer, value) in [
            ("/metadata/component/name", json!("xtask")),
            ("/components/0/name", json!("serde")),
            ("/components/0", json!({"name": EXPECTED[0]})),
            ("/components", json!(null)),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert!(check(&bad.to_string()).is_err(), "{pointer}");
        }
    }
}
