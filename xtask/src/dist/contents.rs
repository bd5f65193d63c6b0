//! Contents of the archive, at the paths of the repository: the same commands and links work in both.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::packaging;
use crate::sh::{self, cmd, root};
use crate::tidy::tracked_files;

/// Files and folders of the repository.
const PATHS: &[&str] = &[
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "docs",
    "examples/docker",
    "examples/kubernetes",
    "examples/observability",
    "examples/systemd",
];

/// Target of links to files that are not in the archive.
const ELSEWHERE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/tree/main/");

/// Shells, and the names of their completion files.
const SHELLS: &[(&str, &str)] = &[
    ("bash", "hyrouter.bash"),
    ("fish", "hyrouter.fish"),
    ("zsh", "_hyrouter"),
];

/// Fills an empty folder: the binary without debug information, what it generates, and files of the repository.
pub(super) fn lay_out(built: &Path, folder: &Path) -> anyhow::Result<()> {
    let binary = folder.join("hyrouter");
    fs::copy(built, &binary).with_context(|| format!("copying {}", built.display()))?;
    sh::run(cmd("strip").arg(&binary))?;
    packaging::has_few_libraries(&binary)?;
    let files: Vec<_> = tracked_files()?
        .into_iter()
        .filter(|file| is_in_archive(file))
        .collect();
    for file in &files {
        let to = folder.join(file);
        super::copy(&root().join(file), &to)?;
        if file.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&to)?;
            let above = file.parent().unwrap_or(Path::new(""));
            fs::write(&to, with_links(&text, above))
                .with_context(|| format!("writing {}", file.display()))?;
        }
    }
    generate(&binary, folder)
}

fn is_in_archive(path: &Path) -> bool {
    PATHS.iter().any(|kept| path.starts_with(kept))
        || PATHS.iter().any(|kept| Path::new(kept).starts_with(path))
}

/// Makes relative links that lead out of the archive links to the repository. `above` is the folder of the text.
fn with_links(text: &str, above: &Path) -> String {
    let mut parts = text.split("](");
    let mut linked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        linked.push_str("](");
        let target = part.split([')', '#']).next().unwrap_or_default();
        if !target.is_empty() && !target.contains(':') {
            let path = resolved(&above.join(target));
            if !is_in_archive(&path) {
                linked.push_str(ELSEWHERE);
                linked.push_str(&path.to_string_lossy());
                linked.push_str(part.get(target.len()..).unwrap_or_default());
                continue;
            }
        }
        linked.push_str(part);
    }
    linked
}

/// Returns a path without `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for component in path.components() {
        if component == Component::ParentDir {
            found.pop();
        } else {
            found.push(component);
        }
    }
    found
}

/// Generates the man pages and completions with the router.
fn generate(binary: &Path, folder: &Path) -> anyhow::Result<()> {
    let completions = folder.join("completions");
    fs::create_dir_all(&completions)?;
    for (shell, file) in SHELLS {
        let text = sh::output(cmd(binary).args(["completions", shell]))?;
        ensure!(
            text.contains("hyrouter"),
            "the completions for {shell} do not contain `hyrouter`"
        );
        fs::write(completions.join(file), text).with_context(|| format!("writing {file}"))?;
    }
    let man = folder.join("man");
    fs::create_dir_all(&man)?;
    sh::run(cmd(binary).arg("man").arg(&man))?;
    let page = fs::read_to_string(man.join("hyrouter.1")).context("reading hyrouter.1")?;
    ensure!(page.contains(".TH"), "hyrouter.1 is not a manual page");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_into_the_archive_or_to_the_repository() {
        let out = |path: &str| format!("[a]({ELSEWHERE}{path})");
        for (above, text, expected) in [
            ("docs", "[a](routing.md#x)", "[a](routing.md#x)".to_owned()),
            (
                "docs",
                "[a](../examples/docker)",
                "[a](../examples/docker)".to_owned(),
            ),
            ("docs", "[a](#one)", "[a](#one)".to_owned()),
            (
                "docs",
                "[a](https://example.com/x)",
                "[a](https://example.com/x)".to_owned(),
            ),
            ("docs", "[a](../crates/proxy)", out("crates/proxy")),
            ("docs", "[a](../dev/x.yaml#y)", out("dev/x.yaml#y")),
            ("", "[a](crates/proxy)", out("crates/proxy")),
            (
                "",
                "[a](docs/routing.md)",
                "[a](docs/routing.md)".to_owned(),
            ),
        ] {
            assert_eq!(
                with_links(text, Path::new(above)),
                expected,
                "{above} {text}"
            );
        }
    }
}
