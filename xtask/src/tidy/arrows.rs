//! Allowed dependencies between crates, as in docs/architecture.md.

use std::path::Path;

use anyhow::Context as _;

/// Crates, each with the crates of the workspace that it may depend on.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("files", &[]),
    ("messages", &[]),
    ("protocol", &[]),
    ("referral", &[]),
    ("router", &[]),
    ("client", &["protocol"]),
    ("plugin-api", &["text"]),
    ("plugin-sdk", &["plugin-api"]),
    ("plugin-templates", &[]),
    ("http-client", &["files", "text"]),
    ("identity", &["files", "http-client", "referral"]),
    ("decision-log", &["files", "http-client", "text"]),
    ("discovery", &["files", "http-client", "router", "text"]),
    ("traces", &["decision-log", "http-client", "text"]),
    ("plugins", &["plugin-api", "router", "text"]),
    ("plugin-grpc", &["files", "plugin-api", "text"]),
    ("plugin-wasm", &["files", "plugin-api"]),
    (
        "plugin-conformance",
        &["files", "plugin-api", "plugins", "referral", "text"],
    ),
    ("proxy", &["files", "protocol"]),
    ("admin", &["discovery", "files"]),
    (
        "config",
        &[
            "discovery",
            "files",
            "messages",
            "plugins",
            "referral",
            "router",
            "text",
        ],
    ),
    (
        "gateway",
        &[
            "discovery",
            "identity",
            "messages",
            "plugin-api",
            "plugins",
            "protocol",
            "proxy",
            "referral",
            "router",
            "text",
        ],
    ),
];

/// Crates that stand above all of these and may depend on any of them, and on no crate of this list that comes before.
const TOP: &[&str] = &["hyrouter", "app"];

/// Checks the normal dependencies of one crate. Dependencies for tests are not restricted, since they are not part of a
/// product.
pub(super) fn check(file: &Path, text: &str, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let (name, dependencies) = read(text).with_context(|| format!("reading {}", file.display()))?;
    let is_product = file.starts_with("crates") || file.starts_with("bins");
    if !is_product || text.contains("publish = false") {
        return Ok(());
    }
    for dependency in dependencies {
        if !may(&name, &dependency) {
            faults.push(format!(
                "{}: {name} must not depend on {dependency}; xtask/src/tidy/arrows.rs lists the allowed dependencies",
                file.display()
            ));
        }
    }
    Ok(())
}

fn may(name: &str, dependency: &str) -> bool {
    if let Some(at) = TOP.iter().position(|top| *top == name) {
        return !TOP.iter().take(at).any(|above| *above == dependency);
    }
    let mut table = MAY_DEPEND_ON.iter();
    let allowed = table.find(|(known, _)| *known == name);
    allowed.is_some_and(|(_, allowed)| allowed.contains(&dependency))
}

/// Returns a crate's name and the crates of the workspace that it depends on, without the prefix.
fn read(text: &str) -> anyhow::Result<(String, Vec<String>)> {
    let bare = |name: &str| name.strip_prefix("hyrouter-").unwrap_or(name).to_owned();
    let mut section = "";
    let (mut name, mut dependencies) = (None, Vec::new());
    for line in text.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
        } else if section == "package"
            && let Some(value) = line.strip_prefix("name = ")
        {
            name = Some(bare(value.trim_matches('"')));
        } else if section.ends_with("dependencies")
            && !section.ends_with("dev-dependencies")
            && let Some((dependency, _)) = line.split_once(['.', ' ', '='])
            && dependency.starts_with("hyrouter")
        {
            dependencies.push(bare(dependency));
        }
    }
    Ok((name.context("there is no name")?, dependencies))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(name: &str, dependencies: &str) -> usize {
        let text = format!("[package]\nname = \"hyrouter-{name}\"\n{dependencies}");
        let mut faults = Vec::new();
        let file = format!("crates/{name}/Cargo.toml");
        check(Path::new(&file), &text, &mut faults).unwrap();
        faults.len()
    }

    #[test]
    fn arrows_point_down() {
        for (name, dependency, count) in [
            ("gateway", "hyrouter-router", 0),
            ("gateway", "hyrouter-config", 1),
            ("gateway", "hyrouter-admin", 1),
            ("gateway", "hyrouter-app", 1),
            ("router", "hyrouter-gateway", 1),
            ("app", "hyrouter-gateway", 0),
            ("app", "hyrouter", 1),
            ("unheard-of", "hyrouter-text", 1),
        ] {
            let normal = format!("[dependencies]\n{dependency}.workspace = true\n");
            assert_eq!(faults(name, &normal), count, "{name} -> {dependency}");
            let by_table = format!(
                "[target.'cfg(unix)'.dependencies]\n{dependency} = {{ workspace = true }}\n"
            );
            assert_eq!(faults(name, &by_table), count, "{name} -> {dependency}");
            let for_tests = format!("[dev-dependencies]\n{dependency}.workspace = true\n");
            assert_eq!(faults(name, &for_tests), 0, "{name} -> {dependency}");
        }
    }
}
