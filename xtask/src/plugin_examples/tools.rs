//! The tools of each language, with their downloads below the target directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context as _, bail};
use hyrouter_plugin_templates::{PluginLanguage, Template, TemplateKind};

use crate::peers::left_out;
use crate::plugins;
use crate::sh::{cmd, say, target, works};

/// A tool that must be installed: the name for a message, and a command that succeeds if it is.
pub(super) type Need = (&'static str, &'static [&'static str]);

pub(super) const GO: &[Need] = &[("Go", &["go", "version"])];
pub(super) const JAVA: &[Need] = &[
    ("a JDK", &["javac", "-version"]),
    ("Maven", &["mvn", "--version"]),
];
pub(super) const NODE: &[Need] = &[
    ("Node.js", &["node", "--version"]),
    ("npm", &["npm", "--version"]),
];
pub(super) const PYTHON: &[Need] = &[("Python with venv", &["python3", "-m", "venv", "--help"])];

/// Returns the tools of a template.
pub(super) fn needs(template: &Template) -> &'static [Need] {
    match template.language {
        PluginLanguage::Rust => &[],
        PluginLanguage::Go => GO,
        PluginLanguage::Python | PluginLanguage::Zig | PluginLanguage::C => PYTHON,
        PluginLanguage::Java => JAVA,
        PluginLanguage::TypeScript | PluginLanguage::AssemblyScript => NODE,
    }
}

/// Returns whether all tools are installed. Prints the name of a skipped example.
pub(super) fn has(needs: &[Need], what: &str) -> anyhow::Result<bool> {
    for (tool, check) in needs {
        let [program, args @ ..] = check else {
            continue;
        };
        if !works(cmd(program).args(args)) {
            left_out(&format!("{tool} is not installed; {what} is skipped"))?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// Runs commands of a shell with the tools of all languages.
pub(super) struct Tools {
    router: PathBuf,
    /// Downloads and builds, kept between runs.
    cache: PathBuf,
    is_bench: bool,
}

impl Tools {
    pub(super) fn new(router: PathBuf, is_bench: bool) -> anyhow::Result<Self> {
        let cache = target().join("plugin-examples");
        fs::create_dir_all(&cache).with_context(|| format!("making {}", cache.display()))?;
        let router = std::path::absolute(router)?;
        if !router.exists() {
            bail!("{} does not exist", router.display());
        }
        Ok(Self {
            router,
            cache: std::path::absolute(cache)?,
            is_bench,
        })
    }

    /// Returns whether a project of this template can be built with the plain commands of its language.
    pub(super) fn builds(template: &Template) -> bool {
        let is_rust_module =
            template.language == PluginLanguage::Rust && template.kind == TemplateKind::Wasm;
        !is_rust_module || plugins::active_toolchain_builds()
    }

    /// Returns a command of a shell that runs in a folder.
    pub(super) fn shell(&self, folder: &Path, command: &str) -> Command {
        let mut shell = self.with_environment(Command::new("sh"));
        shell.current_dir(folder).args(["-c", command]);
        shell
    }

    /// Returns a call of the router.
    pub(super) fn hyrouter(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = self.with_environment(Command::new(&self.router));
        command.current_dir(folder).args(args);
        command
    }

    /// Folder of cargo's output in all projects.
    pub(super) fn cargo_target(&self) -> PathBuf {
        self.cache.join("cargo")
    }

    /// Returns the folder of the cache with this name.
    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.cache.join(name)
    }

    fn with_environment(&self, mut command: Command) -> Command {
        // The variables of the cargo that runs this task are not for other projects.
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("CARGO_")) {
                command.env_remove(name);
            }
        }
        command
            .env_remove("RUSTFLAGS")
            .env("CARGO_TARGET_DIR", self.cargo_target())
            // Uses the installed Go only: by default, Go downloads a newer one.
            .env("GOTOOLCHAIN", "local")
            .env("MAVEN_OPTS", self.maven_options())
            .env("npm_config_cache", self.cache.join("../npm-cache"))
            .env("npm_config_update_notifier", "false")
            .env("ZIG_GLOBAL_CACHE_DIR", self.cache.join("../zig-cache"))
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("PIP_QUIET", "1")
            .stdin(Stdio::null());
        if self.is_bench {
            // `cargo run` builds without optimization otherwise.
            command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "3");
        }
        command
    }

    fn maven_options(&self) -> String {
        let given = env::var("MAVEN_OPTS").unwrap_or_default();
        let repository = self.cache.join("maven");
        format!("{given} -Dmaven.repo.local={}", repository.display())
    }
}

/// Runs a command for an example. Prints its time, and its output only if it fails.
pub(super) fn run(example: &str, mut command: Command, shown: &str) -> anyhow::Result<String> {
    let started = Instant::now();
    let output = command
        .output()
        .with_context(|| format!("starting {shown}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed: {}\n{text}{errors}", output.status);
    }
    say(&format!(
        "{example}: {:.1} s: {shown}",
        started.elapsed().as_secs_f64()
    ));
    Ok(text)
}
