//! Debian's compiler with the source of its standard library.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

use crate::sh::{self, cmd, host, output, rustc, say, works};

/// A compiler of one version with its cargo, the library's source, and the C library below it.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "wasi-libc"];
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
/// Folder of `libc.a` of `wasi-libc`.
const LIBC: &str = "/usr/lib/wasm32-wasi";

/// Proof that the packages are installed, and a linker for their output.
#[derive(Debug)]
pub(super) struct Debian {
    linker: PathBuf,
}

impl Debian {
    /// Finds the packages, or installs them as root.
    pub(super) fn find() -> anyhow::Result<Self> {
        if !works(cmd("apt-get").arg("--version")) {
            bail!("apt-get is not installed");
        }
        if !is_installed() {
            if !sh::is_root()? {
                bail!("they are not installed, and only root can install them");
            }
            say("installing Debian's Rust with the source of its standard library");
            sh::apt_install(&PACKAGES)?;
        }
        Ok(Self { linker: linker()? })
    }

    /// Returns Debian's cargo with Debian's compiler, since its library does not build with another one.
    pub(super) fn cargo(&self) -> Command {
        let mut command = cmd(CARGO);
        command
            .env("RUSTC", RUSTC)
            // Building the standard library is not stable.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_WASIP1_LINKER", &self.linker)
            .env(
                "CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS",
                format!("-L native={LIBC} -C link-self-contained=no"),
            );
        for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
            command.env_remove(name);
        }
        command
    }
}

/// Returns the command that installs the packages.
pub(super) fn install_command() -> String {
    format!(
        "apt-get update && apt-get install -y {}",
        PACKAGES.join(" ")
    )
}

fn is_installed() -> bool {
    PACKAGES.iter().all(|package| {
        works(cmd("dpkg-query").args(["--show", package]))
            && output(cmd("dpkg-query").args([
                "--show",
                "--showformat=${db:Status-Status}",
                package,
            ]))
            .is_ok_and(|status| status == "installed")
    })
}

/// Returns the active toolchain's `rust-lld`. Debian's is a broken link until an lld of the same version is installed.
fn linker() -> anyhow::Result<PathBuf> {
    let sysroot = output(rustc().args(["--print", "sysroot"]))?;
    let lld = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(host()?)
        .join("bin/rust-lld");
    if lld.exists() {
        return Ok(lld);
    }
    if works(cmd("wasm-ld").arg("--version")) {
        return Ok("wasm-ld".into());
    }
    bail!(
        "no linker was found: neither {} nor `wasm-ld` (package lld)",
        lld.display()
    )
}
