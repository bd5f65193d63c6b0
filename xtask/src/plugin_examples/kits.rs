//! The kits of `examples/sdk/`: their own tests, their packages, and their generated types.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hyrouter_plugin_templates::PluginLanguage;

use super::tools::{self, GO, JAVA, NODE, Need, PYTHON, Tools};
use crate::sh::{cmd, root};
use crate::tidy;

/// A kit and how it is checked.
pub(super) struct KitCheck {
    pub(super) language: PluginLanguage,
    /// Folder below `examples/sdk/`.
    folder: &'static str,
    pub(super) needs: &'static [Need],
    /// Commands of a shell, in the folder of the kit.
    commands: &'static [&'static str],
    /// Files and folders that the commands generate and that must not change.
    generated: &'static [&'static str],
}

pub(super) const ALL: &[KitCheck] = &[
    KitCheck {
        language: PluginLanguage::Go,
        folder: "go",
        needs: GO,
        commands: &["go vet ./...", "go test ./...", "go generate ./..."],
        generated: &["types.go"],
    },
    KitCheck {
        language: PluginLanguage::Java,
        folder: "java",
        needs: JAVA,
        // A project runs the unit tests of the kit.
        commands: &[
            "mvn --batch-mode -Prelease -DskipTests package",
            "mvn --batch-mode -Ptypes process-sources",
        ],
        generated: &["src/main/java/io/github/hyrouter/plugin/types"],
    },
    KitCheck {
        language: PluginLanguage::Python,
        folder: "python",
        needs: PYTHON,
        commands: &[
            "python3 -m venv .venv",
            ".venv/bin/pip install '.[generate]'",
            ".venv/bin/python -m unittest discover tests",
            ".venv/bin/pip wheel --no-deps --wheel-dir dist .",
            ".venv/bin/python generate.py",
        ],
        generated: &["src/hyrouter_plugin/types.py"],
    },
    KitCheck {
        language: PluginLanguage::TypeScript,
        folder: "typescript",
        needs: NODE,
        commands: &["npm ci", "npm test", "npm pack", "npm run types"],
        generated: &["src/types.ts"],
    },
];

/// The JSON Schema that the types are generated from.
const SCHEMA: &str = "crates/plugin-api/schema";

impl KitCheck {
    /// Returns the name for `--only`.
    pub(super) fn name(&self) -> String {
        format!("sdk/{}", self.folder)
    }

    /// Checks a copy of the kit, so that its folder stays free of output.
    pub(super) fn run(&self, tools: &Tools) -> anyhow::Result<()> {
        let name = self.name();
        let copy = tools.folder("kits");
        let source = PathBuf::from("examples/sdk").join(self.folder);
        let folder = copy.join(&source);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        copy_tracked(&source, &copy)?;
        copy_tracked(Path::new(SCHEMA), &copy)?;
        for command in self.commands {
            tools::run(&name, tools.shell(&folder, command), command)?;
        }
        for generated in self.generated {
            let committed = root().join(&source).join(generated);
            let mut compare = cmd("git");
            compare
                .args(["diff", "--no-index", "--exit-code"])
                .args([&committed, &folder.join(generated)]);
            tools::run(&name, compare, &format!("compare {generated}")).with_context(|| {
                format!(
                    "it does not match {SCHEMA}; generate it again as the README of the kit says"
                )
            })?;
        }
        Ok(())
    }
}

/// Copies the files of a folder that git tracks or would track.
fn copy_tracked(folder: &Path, to: &Path) -> anyhow::Result<()> {
    let files = tidy::tracked_files()?;
    for file in files.iter().filter(|file| file.starts_with(folder)) {
        let copy = to.join(file);
        let parent = copy.parent().context("a file without a folder")?;
        fs::create_dir_all(parent)?;
        fs::copy(root().join(file), &copy)
            .with_context(|| format!("copying {} to {}", file.display(), copy.display()))?;
    }
    Ok(())
}
