//! Checks that no linter has: the shape of the repository, and broken links.

mod arrows;
mod codes;
mod features;
mod log_text;
mod names;
mod wording;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use self::names::TypeNames;
use self::wording::Wording;
use crate::sh::{self, cmd, root};

/// Entries allowed at the top level, besides names that begin with a dot.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "bins",
    "clippy.toml",
    "crates",
    "deny.toml",
    "dev",
    "docs",
    "examples",
    "fuzz",
    "rustfmt.toml",
    "xtask",
];

/// Maximum number of lines of a file. A longer one should be split.
const MAX_LINES: usize = 400;
/// Maximum number of lines of a file of the binary, which only composes other crates.
const MAX_LINES_BINARY: usize = 200;

/// Ways to open a file for reading that `hyrouter_files` is there for.
const READS: &[&str] = &[
    "File::open(",
    "fs::read(",
    "fs::read_to_string(",
    "OpenOptions::new(",
    "pem_file_iter(",
    "from_pem_file(",
];

/// Places that may open files otherwise, and the reason.
const READERS: &[(&str, &str)] = &[
    ("crates/files/src", "the implementation"),
    ("crates/bench", "not part of the router"),
    ("crates/testing", "not part of the router"),
    ("crates/plugin-templates/build.rs", "not part of the router"),
    ("crates/app/src/metrics/process.rs", "reads /proc/self"),
    ("crates/app/src/build/port_holder.rs", "reads /proc"),
    (
        "crates/decision-log/src/file/output.rs",
        "writes the decision log",
    ),
    (
        "bins/hyrouter/src/keys/generate.rs",
        "writes a new key, which must not exist",
    ),
];

pub(crate) fn run() -> anyhow::Result<()> {
    let files = tracked_files()?;
    let (mut faults, mut names, mut wording) =
        (Vec::new(), TypeNames::default(), Wording::default());
    top_level(&files, &mut faults);
    for file in &files {
        let Ok(text) = fs::read_to_string(root().join(file)) else {
            continue;
        };
        wording.add(file, &text);
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => {
                rust(file, &text, &mut faults);
                log_text::check(file, &text, &mut faults);
                names.add(file, &text, &mut faults);
            }
            Some("md") => links(file, &text, &mut faults),
            Some("toml") if file.ends_with("Cargo.toml") && file.components().count() > 1 => {
                manifest(file, &text, &mut faults);
                arrows::check(file, &text, &mut faults)?;
            }
            _ => {}
        }
    }
    names.check(&mut faults);
    wording.check(&mut faults);
    codes::check(&mut faults)?;
    features::check(&mut faults)?;
    if faults.is_empty() {
        return Ok(());
    }
    bail!("tidy found:\n  {}", faults.join("\n  "));
}

/// Returns all files that git tracks or would track.
pub(crate) fn tracked_files() -> anyhow::Result<Vec<PathBuf>> {
    let list =
        sh::output(cmd("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))
            .context("listing the files of the repository")?;
    Ok(list
        .lines()
        .map(PathBuf::from)
        .filter(|file| root().join(file).exists())
        .collect())
}

fn top_level(files: &[PathBuf], faults: &mut Vec<String>) {
    let names: BTreeSet<_> = files
        .iter()
        .filter_map(|file| file.components().next())
        .filter_map(|name| name.as_os_str().to_str())
        .collect();
    for name in names {
        if !name.starts_with('.') && !TOP_LEVEL.contains(&name) {
            faults.push(format!("{name}: not an allowed entry at the top level"));
        }
    }
}

fn rust(file: &Path, text: &str, faults: &mut Vec<String>) {
    let shown = file.display();
    let lines = text.lines().count();
    let limit = if file.starts_with("bins/hyrouter/src") || file.starts_with("crates/app/src") {
        MAX_LINES_BINARY
    } else {
        MAX_LINES
    };
    if lines > limit {
        faults.push(format!("{shown}: {lines} lines, more than {limit}"));
    }
    if file.ends_with("src/lib.rs") && !text.starts_with("//!") {
        faults.push(format!(
            "{shown}: a crate must begin with documentation (`//!`)"
        ));
    }
    reads(file, text, faults);
    let by_path = |line: &str| {
        let line = line.trim_start();
        line.starts_with(concat!("#[", "path")) && line.contains("../")
    };
    if text.lines().any(by_path) {
        faults.push(format!(
            "{shown}: a file included by its path; shared helpers belong in crates/testing"
        ));
    }
    for (number, line) in text.lines().enumerate() {
        // Split, so that this check does not find itself.
        for word in [
            concat!("TO", "DO"),
            concat!("FIX", "ME"),
            concat!("XX", "X:"),
        ] {
            if line.contains(word) {
                faults.push(format!("{shown}:{}: {word} is no behavior", number + 1));
            }
        }
    }
}

/// Checks that only one crate opens files by path: a path can lead to a pipe, a device, or 2 GiB.
fn reads(file: &Path, text: &str, faults: &mut Vec<String>) {
    let is_test = file
        .components()
        .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs");
    let is_product = file.starts_with("crates") || file.starts_with("bins");
    let may = READERS.iter().any(|(place, _)| file.starts_with(place));
    if is_test || !is_product || may {
        return;
    }
    // Tests are at the end of a file.
    let lines = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]");
    for (number, line) in lines.enumerate() {
        if let Some(way) = READS.iter().find(|way| calls(line, way)) {
            faults.push(format!(
                "{}:{}: {way}...): read files with hyrouter_files, which refuses pipes and limits the length",
                file.display(),
                number + 1
            ));
        }
    }
}

/// Returns whether a line calls exactly this function, not one whose name only has the same end.
fn calls(line: &str, way: &str) -> bool {
    line.split_once(way)
        .is_some_and(|(before, _)| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn manifest(file: &Path, text: &str, faults: &mut Vec<String>) {
    let Some(folder) = file.parent().filter(|folder| folder.starts_with("crates")) else {
        return;
    };
    let shown = file.display();
    if !text.contains("[lints]\nworkspace = true") && !has_lints_but_unsafe(text) {
        faults.push(format!(
            "{shown}: does not inherit the lints of the workspace"
        ));
    }
    let name = folder
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if !text.contains(&format!("name = \"hyrouter-{name}\"")) {
        faults.push(format!(
            "{shown}: the crate in crates/{name} must be named hyrouter-{name}"
        ));
    }
    let published = !text.contains("publish = false");
    if published && !root().join(folder).join("README.md").exists() {
        faults.push(format!("{shown}: a published crate must have a README.md"));
    }
}

/// Returns whether a manifest repeats the lints of the workspace, all but `unsafe_code`. Cargo cannot inherit them in
/// part.
fn has_lints_but_unsafe(text: &str) -> bool {
    let lints = |text: &str, prefix: &str| {
        let mut found = BTreeSet::new();
        let mut section = None;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.strip_prefix(prefix).map(ToOwned::to_owned);
            } else if let Some(section) = &section
                && !line.is_empty()
                && !line.starts_with("unsafe_code")
            {
                found.insert(format!("{section} {line}"));
            }
        }
        found
    };
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap_or_default();
    let wanted = lints(&workspace, "workspace.lints.");
    !wanted.is_empty() && wanted == lints(text, "lints.")
}

/// Checks the relative links of Markdown files.
fn links(file: &Path, text: &str, faults: &mut Vec<String>) {
    let folder = root().join(file.parent().unwrap_or(Path::new("")));
    for (number, line) in text.lines().enumerate() {
        for link in line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = link.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !elsewhere && !folder.join(path).exists() {
                faults.push(format!(
                    "{}:{}: link to {path}, which does not exist",
                    file.display(),
                    number + 1
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, text: &str) -> usize {
        let mut faults = Vec::new();
        reads(Path::new(file), text, &mut faults);
        faults.len()
    }

    #[test]
    fn files_are_read_in_one_place() {
        for way in READS {
            let line = format!("    let bytes = {way}path)?;\n");
            assert_eq!(found("crates/router/src/lib.rs", &line), 1, "{way}");
            assert_eq!(found("bins/hyrouter/src/serve.rs", &line), 1, "{way}");
            let in_test = format!("#[cfg(test)]\nmod tests {{\n{line}}}\n");
            assert_eq!(found("crates/router/src/lib.rs", &in_test), 0);
            let other = format!("    let file = Regular{way}path)?;\n");
            assert_eq!(found("crates/router/src/lib.rs", &other), 0);
            for file in [
                "crates/router/tests/x.rs",
                "crates/files/src/regular.rs",
                "xtask/src/dist/mod.rs",
            ] {
                assert_eq!(found(file, &line), 0, "{file}");
            }
        }
    }
}
