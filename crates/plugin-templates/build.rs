//! Packs the sources of all templates into one file, which the library embeds.
//!
//! In the repository these are the examples, their kits and the crates that a project in Rust uses. In a published
//! package they are in `templates.json`, which `cargo xtask ci` makes when it packs the crate.

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Prefixes of the folders of examples that are templates.
const EXAMPLES: [&str; 2] = ["grpc-plugin", "wasm-plugin"];
/// Crates that a project in Rust may carry.
const CRATES: [&str; 5] = ["files", "plugin-api", "plugin-grpc", "plugin-sdk", "text"];
/// What of such a crate is needed to compile it.
const CRATE_PARTS: [&str; 4] = ["Cargo.toml", "README.md", "examples", "src"];
/// Files of the root that a project in Rust needs.
const ROOT_FILES: [&str; 3] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT"];

/// Folders of build tools, which no template contains.
const OUTPUT_FOLDERS: [&str; 10] = [
    ".pytest_cache",
    ".venv",
    ".zig-cache",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "target",
    "venv",
    "zig-out",
];
/// Extensions of the files of build tools.
const OUTPUT_EXTENSIONS: [&str; 6] = ["class", "egg-info", "jar", "o", "pyc", "wasm"];

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
    let mut sources = Sources::new();
    let examples = root.join("examples");
    watch(&examples);
    for entry in fs::read_dir(&examples)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name == "sdk" || EXAMPLES.iter().any(|prefix| name.starts_with(prefix)) {
            add(root, &format!("examples/{name}"), &mut sources)?;
        }
    }
    for name in CRATES {
        for part in CRATE_PARTS {
            let path = format!("crates/{name}/{part}");
            if root.join(&path).exists() {
                watch(&root.join(&path));
                add(root, &path, &mut sources)?;
            }
        }
    }
    for name in ROOT_FILES {
        watch(&root.join(name));
        add(root, name, &mut sources)?;
    }
    Ok(sources)
}

/// Adds a file, or all files of a folder except those of build tools.
fn add(root: &Path, path: &str, sources: &mut Sources) -> Result<(), Box<dyn Error>> {
    let full = root.join(path);
    if !full.is_dir() {
        let text = fs::read_to_string(&full).map_err(|error| format!("{path}: {error}"))?;
        sources.insert(path.to_owned(), text);
        return Ok(());
    }
    for entry in fs::read_dir(&full)? {
        let name = entry?.file_name();
        let name = name
            .to_str()
            .ok_or_else(|| format!("{path}: a name is not UTF-8"))?;
        if !is_output(Path::new(name)) {
            add(root, &format!("{path}/{name}"), sources)?;
        }
    }
    Ok(())
}

fn is_output(name: &Path) -> bool {
    let matches = |part: Option<&OsStr>, of: &[&str]| {
        part.is_some_and(|part| of.iter().any(|known| part == *known))
    };
    matches(name.file_name(), &OUTPUT_FOLDERS) || matches(name.extension(), &OUTPUT_EXTENSIONS)
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
