//! `cargo xtask plugin-wasm`: every example plugin, as a `.wasm` file in `target/plugins/`.

mod assemblyscript;
mod debian;
mod go;
mod module;
mod rust;
mod toolchain;
mod zig;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::sh::{say, target};

/// A built file, and its required properties.
struct Product {
    name: &'static str,
    exports: &'static [&'static str],
    /// `true` if the plugin imports `hyrouter.log`, which the original Hyrouter does not have.
    logs: bool,
}

/// Exports that every plugin has.
const V0: &[&str] = &["memory", "_initialize", "alloc", "on_connect"];
/// Exports of a plugin that has a configuration and nothing to initialize.
const PLAIN: &[&str] = &["memory", "alloc", "on_connect", "configure"];
/// Exports of a plugin that has a configuration, and one buffer for all requests.
const CONFIGURED: &[&str] = &["memory", "_initialize", "alloc", "on_connect", "configure"];
/// Exports of a plugin with all optional functions.
const V1: &[&str] = &[
    "memory",
    "_initialize",
    "alloc",
    "on_connect",
    "dealloc",
    "configure",
    "hyrouter_abi_v1",
];

/// Builds the plugins in all languages. Leaves out a language if its compiler is missing.
pub(crate) fn build_all() -> anyhow::Result<()> {
    build()?;
    assemblyscript::build()?;
    zig::build()
}

/// Builds the plugins in Rust and Go. Leaves out those in Go if Go is missing or too old.
pub(crate) fn build() -> anyhow::Result<()> {
    for folder in [folder(), builds()] {
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    }
    rust::build()?;
    go::build()
}

/// Returns whether plain `cargo build` builds plugins in Rust.
pub(crate) fn active_toolchain_builds() -> bool {
    toolchain::active_has(rust::TARGET)
}

/// Returns the folder of the finished files.
fn folder() -> PathBuf {
    target().join("plugins")
}

/// Returns the folder where compilers work, apart from all other builds: the compiler may be another one, and no other
/// build waits for its lock.
fn builds() -> PathBuf {
    target().join("wasm-plugins")
}

impl Product {
    /// Checks a built file and moves it into its place. Meanwhile readers of the place find the old file or the new
    /// one.
    fn deliver(&self, built: &Path) -> anyhow::Result<()> {
        let bytes = fs::read(built).with_context(|| format!("reading {}", built.display()))?;
        module::check(&bytes, self).with_context(|| format!("{} is no plugin", built.display()))?;
        let place = folder().join(self.name);
        if fs::read(&place).is_ok_and(|there| there == bytes) {
            say(&format!("{}: unchanged", place.display()));
            return Ok(());
        }
        let new = place.with_extension("wasm.new");
        fs::write(&new, &bytes).with_context(|| format!("writing {}", new.display()))?;
        fs::rename(&new, &place).with_context(|| format!("writing {}", place.display()))?;
        say(&format!(
            "{}: {} KB",
            place.display(),
            bytes.len().div_ceil(1000)
        ));
        Ok(())
    }
}
