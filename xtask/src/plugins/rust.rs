//! The plugins in Rust.

use crate::sh;

use super::toolchain::Toolchain;
use super::{Product, V1, builds};

pub(super) const TARGET: &str = "wasm32-wasip1";

const LOBBY: Product = Product {
    name: "wasm-plugin.wasm",
    exports: V1,
    logs: false,
};
const EVERYTHING: Product = Product {
    name: "sdk-everything.wasm",
    exports: V1,
    logs: true,
};

pub(super) fn build() -> anyhow::Result<()> {
    let toolchain = Toolchain::find(TARGET)?;
    sh::run(
        toolchain
            .cargo_build()
            .args(["--locked", "--profile", "plugin", "--target", TARGET])
            .args(["--package", "example-wasm-plugin"])
            .args(["--package", "hyrouter-plugin-sdk"])
            .args(["--lib", "--example", "everything"])
            .arg("--target-dir")
            .arg(builds()),
    )?;
    let built = builds().join(TARGET).join("plugin");
    LOBBY.deliver(&built.join("example_wasm_plugin.wasm"))?;
    EVERYTHING.deliver(&built.join("examples/everything.wasm"))
}
