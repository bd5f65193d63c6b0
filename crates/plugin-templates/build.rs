//! Packs the sources of all templates into one file, which the library embeds.
//!
//! In the repository these are the examples, their kits and the crates that a project in Rust uses. In a published
//! package they are in `templates.json`, which `cargo xtask ci` makes when it packs the crate.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Crates that a project in Rust may carry.
const CRATES: [&str; 5] = ["files", "plugin-api", "plugin-grpc", "plugin-sdk", "text"];
/// What of such a crate is needed to compile it.
const CRATE_PARTS: [&str; 4] = ["Cargo.toml", "README.md", "examples", "src"];
/// Files of the root that a project in Rust needs.
const ROOT_FILES: [&str; 3] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT"];

/// Folders of build tools. Only a list without git needs their names.
const OUTPUT_FOLDERS: [&str; 7] = [
    ".venv",
    ".zig-cache",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "target",
];

/// Texts by their path in the repository.
type Sources = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let packed = here.join("templates.json");
    let root = here.join("../..");
    let json = if root.join("examples/grpc-plugin/Cargo.toml").exists() {
        serde_json::to_vec(&repository(&root)?)?
    } else {
        watch(&packed);
        fs::read(&packed).map_err(|error| {
            format!(
                "{}: {error}; `cargo xtask ci` packs this crate with it",
                packed.display()
            )
        })?
    };
    let compressed = miniz_oxide::deflate::compress_to_vec(&json, 9);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("templates.deflate"), compressed)?;
    fs::write(out.join("templates.len"), json.len().to_string())?;
    Ok(())
}

/// Reads all sources from a clone of the repository.
fn repository(root: &Path) -> Result<Sources, Box<dyn Error>> {
    watch(&root.join("examples"));
    let mut wanted = vec!["examples".to_owned()];
    wanted.extend(ROOT_FILES.map(str::to_owned));
    for name in CRATES {
        let parts = CRATE_PARTS.map(|part| format!("crates/{name}/{part}"));
        wanted.extend(parts.into_iter().filter(|part| root.join(part).exists()));
    }
    let mut sources = Sources::new();
    for part in &wanted {
        watch(&root.join(part));
        for path in files(root, part)?.iter().filter(|path| is_template(path)) {
            // Output of build tools that git does not know may be binary.
            if let Ok(text) = String::from_utf8(fs::read(root.join(path))?) {
                sources.insert(path.clone(), text);
            }
        }
    }
    Ok(sources)
}

/// Returns whether a template can have the file: of the examples, only plugins and their kits.
fn is_template(path: &str) -> bool {
    path.strip_prefix("examples/").is_none_or(|example| {
        let prefixes = ["grpc-plugin", "wasm-plugin", "sdk/"];
        prefixes.iter().any(|prefix| example.starts_with(prefix))
    })
}

/// Returns the files below a path of the repository: those that git tracks or would track, or without git, those outside
/// of folders of build tools.
fn files(root: &Path, path: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .args(["-z", "--", path]);
    if let Ok(output) = git.output()
        && output.status.success()
        && !output.stdout.is_empty()
    {
        let listed = String::from_utf8(output.stdout)?;
        let listed = listed.split_terminator('\0').map(str::to_owned);
        // A tracked file may be deleted.
        return Ok(listed.filter(|file| root.join(file).exists()).collect());
    }
    let mut found = Vec::new();
    walk(root, path, &mut found)?;
    Ok(found)
}

fn walk(root: &Path, path: &str, found: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    let full = root.join(path);
    if !full.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(&full)? {
        let name = entry?.file_name();
        let name = name
            .to_str()
            .ok_or_else(|| format!("{path}: a name is not UTF-8"))?;
        if !OUTPUT_FOLDERS.contains(&name) {
            walk(root, &format!("{path}/{name}"), found)?;
        }
    }
    Ok(())
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
