//! The plugins in Zig and C. The package `ziglang` of `PyPI` has both compilers, and a C library for WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{CONFIGURED, PLAIN, Product, builds};
use crate::peers::left_out;
use crate::python;
use crate::sh::{self, cmd, root, target};

const ZIG: Product = Product {
    name: "wasm-plugin-zig.wasm",
    exports: PLAIN,
    logs: true,
};
const C: Product = Product {
    name: "wasm-plugin-c.wasm",
    exports: CONFIGURED,
    logs: true,
};
const ZIG_SOURCE: &str = "examples/wasm-plugin-zig";
const C_SOURCE: &str = "examples/wasm-plugin-c";
/// Folder of the JSON library in the source package of `yyjson.txt`.
const YYJSON: &str = "yyjson-4.0.6/yyjson";

/// Builds both plugins.
pub(super) fn build() -> anyhow::Result<()> {
    let python = match python::venv(
        "zig-venv",
        &root().join(ZIG_SOURCE).join("requirements.txt"),
    ) {
        Ok(python) => python,
        Err(missing) => {
            return left_out(&format!(
                "left out {} and {}: {missing:#}",
                ZIG.name, C.name
            ));
        }
    };
    let zig = Zig { python };
    zig.build()?;
    zig.build_c()
}

/// An installed Zig.
struct Zig {
    python: PathBuf,
}

impl Zig {
    fn build(&self) -> anyhow::Result<()> {
        let built = builds().join(ZIG.name);
        sh::run(
            self.command(ZIG_SOURCE)
                .args(["build-exe", "plugin.zig", "-target", "wasm32-freestanding"])
                .args(["-fno-entry", "-rdynamic", "-OReleaseFast", "-fstrip"])
                .args(["--stack", "131072"])
                .arg(emit(&built)),
        )?;
        ZIG.deliver(&built)
    }

    fn build_c(&self) -> anyhow::Result<()> {
        let yyjson = self.yyjson()?;
        let built = builds().join(C.name);
        sh::run(
            self.command(C_SOURCE)
                .args(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror"])
                // A library is no place for warnings of ours.
                .arg("-isystem")
                .arg(&yyjson)
                .args(["-target", "wasm32-wasi", "-mexec-model=reactor"])
                .args(["-O2", "-flto", "-s", "-Wl,-z,stack-size=131072", "-o"])
                .arg(&built)
                .args(["plugin.c", "lobby.c"])
                .arg(yyjson.join("yyjson.c")),
        )?;
        C.deliver(&built)
    }

    /// Returns the folder with the source of the JSON library. Downloads it if it is not there.
    fn yyjson(&self) -> anyhow::Result<PathBuf> {
        let folder = builds().join(YYJSON);
        if folder.join("yyjson.c").exists() {
            return Ok(folder);
        }
        sh::run(
            cmd(&self.python)
                .args(["-m", "pip", "download", "--quiet", "--no-deps"])
                .args(["--no-binary", "yyjson", "--require-hashes"])
                .arg("--requirement")
                .arg(root().join(C_SOURCE).join("yyjson.txt"))
                .arg("--dest")
                .arg(builds()),
        )?;
        sh::run(
            cmd("tar")
                .arg("-xzf")
                .arg(builds().join("yyjson-4.0.6.tar.gz"))
                .arg("-C")
                .arg(builds()),
        )?;
        Ok(folder)
    }

    fn command(&self, source: &str) -> Command {
        let mut command = cmd(&self.python);
        command
            .args(["-m", "ziglang"])
            .current_dir(root().join(source));
        for name in ["ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"] {
            command.env(name, target().join("zig-cache"));
        }
        command
    }
}

fn emit(file: &Path) -> std::ffi::OsString {
    let mut flag = std::ffi::OsString::from("-femit-bin=");
    flag.push(file);
    flag
}
