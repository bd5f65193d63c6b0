//! The plugins in Go.

use crate::go::{go, is_there};
use crate::peers::left_out;
use crate::sh::{self, root};

use super::{CONFIGURED, Product, V0, builds};

const LOBBY: Product = Product {
    name: "wasm-plugin-go.wasm",
    exports: CONFIGURED,
    logs: false,
};
const ORIGINAL: Product = Product {
    name: "original-go.wasm",
    exports: V0,
    logs: false,
};

pub(super) fn build() -> anyhow::Result<()> {
    if let Err(missing) = is_there() {
        return left_out(&format!(
            "{missing}; {} and {} are skipped",
            LOBBY.name, ORIGINAL.name
        ));
    }
    build_one(&LOBBY, "examples/wasm-plugin-go")?;
    build_one(&ORIGINAL, "crates/plugin-wasm/tests/guests/original-go")
}

fn build_one(product: &Product, source: &str) -> anyhow::Result<()> {
    let built = builds().join(product.name);
    sh::run(
        go()
            .arg("-C")
            .arg(root().join(source))
            // Reproducible in every checkout, without information from the repository.
            .args(["build", "-trimpath", "-buildvcs=false"])
            .args(["-ldflags=-s -w", "-buildmode=c-shared", "-o"])
            .arg(&built)
            .arg(".")
            .envs([("GOOS", "wasip1"), ("GOARCH", "wasm")]),
    )?;
    product.deliver(&built)
}
