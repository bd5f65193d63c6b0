//! The plugin in `AssemblyScript`.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::{CONFIGURED, Product, builds};
use crate::peers::left_out;
use crate::sh::{self, cmd, root, target, works};

const LOBBY: Product = Product {
    name: "wasm-plugin-assemblyscript.wasm",
    exports: CONFIGURED,
    logs: true,
};
const SOURCE: &str = "examples/wasm-plugin-assemblyscript";
/// Entries of the example that a developer's own npm writes.
const OUTPUT: [&str; 2] = ["node_modules", "build"];

/// Builds the plugin in a copy: npm installs packages beside the sources.
pub(super) fn build() -> anyhow::Result<()> {
    if !works(cmd("npm").arg("--version")) {
        return left_out(&format!(
            "left out {}: Node.js with npm is not installed",
            LOBBY.name
        ));
    }
    let copy = builds().join("assemblyscript");
    copy_sources(&root().join(SOURCE), &copy)?;
    install(&copy)?;
    sh::run(
        cmd("npm")
            .args(["run", "build", "--silent"])
            .current_dir(&copy),
    )?;
    LOBBY.deliver(&copy.join("build/plugin.wasm"))
}

/// Installs the compiler, unless it is there in the version of the lock file.
fn install(copy: &Path) -> anyhow::Result<()> {
    let wanted = fs::read_to_string(copy.join("package-lock.json"))?;
    let stamp = copy.join("node_modules/installed.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    sh::run(
        cmd("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .arg("--cache")
            .arg(target().join("npm-cache"))
            .current_dir(copy),
    )?;
    fs::write(stamp, wanted)?;
    Ok(())
}

fn copy_sources(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if OUTPUT.iter().any(|output| name == *output) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(name));
        if entry.file_type()?.is_dir() {
            copy_sources(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| format!("writing {}", to.display()))?;
        }
    }
    Ok(())
}
