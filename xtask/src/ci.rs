//! `cargo xtask ci` and `cargo xtask test`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};

use crate::api_server::Build;
use crate::{
    browser, docs, engines, interop, name_server, packaging, peers, plugin_examples, plugins, sh,
    tidy, verifiers,
};
use sh::{cargo, cmd, root, say, target};

/// Version of cargo-deny, which checks licenses, sources and bans.
const CARGO_DENY: &str = "0.20.2";
/// Version of cargo-hack, which checks each feature separately.
const CARGO_HACK: &str = "0.6.46";

pub(crate) fn run() -> anyhow::Result<()> {
    // Beside the checks, which leave a core idle now and then.
    let api_server = Build::start()?;
    sh::run(cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    sh::run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))?;
    sh::run(
        cargo()
            .args(["doc", "--workspace", "--no-deps", "--all-features"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    docs::run(true)?;
    protocol_stays_small()?;
    let deny = tool("cargo-deny", CARGO_DENY)?;
    sh::run(cmd(deny).args(["--all-features", "check", "bans", "licenses", "sources"]))?;
    each_feature_compiles()?;
    crates_can_be_published()?;
    test_with(api_server)?;
    packaging::run_built()?;
    interop::run_built(None)
}

/// Checks that the default features of the codec need neither serde nor a runtime, since other projects embed it.
fn protocol_stays_small() -> anyhow::Result<()> {
    let tree = [
        "tree",
        "--package",
        "hyrouter-protocol",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ];
    let tree = sh::output(cargo().args(tree))?;
    for unwanted in ["serde", "tokio", "quinn"] {
        ensure!(
            !tree.lines().any(|line| line.starts_with(unwanted)),
            "hyrouter-protocol depends on {unwanted} in its default features"
        );
    }
    Ok(())
}

/// Checks that each feature of a published crate compiles separately, and each crate without any.
fn each_feature_compiles() -> anyhow::Result<()> {
    let hack = tool("cargo-hack", CARGO_HACK)?;
    let crates = published(|manifest| manifest.contains("\n[features]\n"))?;
    // A program names the version of the Kubernetes API by a feature. Libraries name none, and need the variable.
    let is_program = |name: &String| name == "hyrouter";
    let (programs, libraries): (Vec<_>, Vec<_>) = crates.into_iter().partition(is_program);
    let check = || {
        let mut check = cmd(&hack);
        check.args(["hack", "check", "--each-feature"]);
        check
    };
    sh::run(check().args(packages(&programs)))?;
    sh::run(
        check()
            .args(packages(&libraries))
            .env("K8S_OPENAPI_ENABLED_VERSION", "1.33"),
    )
}

/// Checks that each published crate can be packed for the registry: its manifest is complete, and it depends only on
/// published crates. The packed crates are not compiled again, which would take as long as all other checks.
fn crates_can_be_published() -> anyhow::Result<()> {
    let crates = published(|_| true)?;
    let templates = PackedTemplates::write()?;
    sh::run(
        cargo()
            .args(["package", "--no-verify", "--allow-dirty", "--quiet"])
            .args(packages(&crates)),
    )?;
    // This one is compiled, since its build script reads another file than in the repository.
    sh::run(
        cargo()
            .args(["package", "--allow-dirty", "--quiet"])
            .args(["--package", "hyrouter-plugin-templates"]),
    )?;
    templates.remove()
}

/// The file of all templates, which exists only while their crate is packed.
struct PackedTemplates(PathBuf);

impl PackedTemplates {
    fn write() -> anyhow::Result<Self> {
        let path = root().join("crates/plugin-templates/templates.json");
        let json = hyrouter_plugin_templates::sources_json()?;
        fs::write(&path, json).with_context(|| format!("writing {}", path.display()))?;
        Ok(Self(path))
    }

    fn remove(self) -> anyhow::Result<()> {
        let Self(path) = self;
        fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))
    }
}

fn packages(crates: &[String]) -> impl Iterator<Item = &str> {
    crates.iter().flat_map(|name| ["--package", name])
}

/// Returns the names of the published crates whose manifest meets a condition.
fn published(wanted: impl Fn(&str) -> bool) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for file in tidy::tracked_files()? {
        if !file.ends_with("Cargo.toml") || file.components().count() < 2 {
            continue;
        }
        let text = fs::read_to_string(root().join(&file))
            .with_context(|| format!("reading {}", file.display()))?;
        let name = text.lines().find_map(|line| line.strip_prefix("name = "));
        if let Some(name) = name
            && !text.contains("publish = false")
            && wanted(&text)
        {
            names.push(name.trim_matches('"').to_owned());
        }
    }
    ensure!(!names.is_empty(), "no crate is published");
    Ok(names)
}

/// Runs all tests, after setting up the other programs that they need.
pub(crate) fn test() -> anyhow::Result<()> {
    test_with(Build::start()?)
}

fn test_with(api_server: Build) -> anyhow::Result<()> {
    plugins::build_all()?;
    peers::set_up()?;
    browser::set_up()?;
    engines::set_up()?;
    name_server::set_up()?;
    verifiers::set_up()?;
    verifiers::run()?;
    api_server.finish()?;
    sh::run(cargo().args(["test", "--workspace", "--all-features"]))?;
    plugin_examples::run_built()
}

/// Returns a pinned tool of cargo. Builds it into the target directory if it is not installed.
pub(crate) fn tool(name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let has_version = |program: &PathBuf| {
        std::process::Command::new(program)
            // Called like cargo calls a subcommand.
            .args(name.strip_prefix("cargo-"))
            .arg("--version")
            .output()
            .is_ok_and(|output| {
                String::from_utf8_lossy(&output.stdout)
                    .trim()
                    .ends_with(version)
            })
    };
    let installed = PathBuf::from(name);
    if has_version(&installed) {
        return Ok(installed);
    }
    let tools = target().join("tools");
    let own = tools.join("bin").join(name);
    if !has_version(&own) {
        say(&format!(
            "{name} is missing; building it takes some minutes, once"
        ));
        sh::run(
            cargo()
                .args(["install", name, "--locked", "--version", version, "--root"])
                .arg(&tools),
        )?;
    }
    Ok(own)
}
