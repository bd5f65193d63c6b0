//! A compiler for `wasm32-wasip1`: the active toolchain's, else rustup's, else Debian's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail};

use super::builds;
use super::debian::{self, Debian};
use crate::sh::{self, cargo, cmd, rustc, say};

/// Maximum time of rustup's download of 30 MB. Networks that drop packets report no error.
const DOWNLOAD: Duration = Duration::from_mins(2);
/// Time that a failed download is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// A toolchain that builds for the target.
#[derive(Debug)]
pub(super) enum Toolchain {
    /// The active toolchain, which has the target.
    Active,
    /// Debian's compiler, which builds the standard library too.
    Debian(Debian),
}

impl Toolchain {
    /// Finds a toolchain in this order, and prints it.
    pub(super) fn find(triple: &str) -> anyhow::Result<Self> {
        if active_has(triple) {
            say(&format!("{triple}: the active toolchain has it"));
            return Ok(Self::Active);
        }
        let rustup = match rustup_adds(triple) {
            Ok(()) => {
                say(&format!("{triple}: rustup added it"));
                return Ok(Self::Active);
            }
            Err(error) => error,
        };
        say(&format!("{triple}: not by rustup: {rustup:#}"));
        let debian = match Debian::find() {
            Ok(debian) => {
                say(&format!("{triple}: Debian's compiler and library source"));
                return Ok(Self::Debian(debian));
            }
            Err(error) => error,
        };
        // The next run tries all of them again.
        let _ = fs::remove_file(memory_of_failure());
        bail!(
            "nothing here builds for {triple}. Any of these does:\n  \
             1. a Rust toolchain that has the target\n  \
             2. `rustup target add {triple}`; it did not work: {rustup:#}\n  \
             3. Debian's packages, `{}`; they did not work: {debian:#}",
            debian::install_command()
        );
    }

    /// Returns `cargo build` for the target, without the flags for the host's code.
    pub(super) fn cargo_build(&self) -> Command {
        let mut command = match self {
            Self::Active => cargo(),
            Self::Debian(debian) => debian.cargo(),
        };
        command.arg("build");
        if let Self::Debian(_) = self {
            command.args(["-Z", "build-std=std,panic_abort"]);
        }
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
            command.env_remove(name);
        }
        command
    }
}

/// Returns whether the standard library for the target is installed.
pub(super) fn active_has(triple: &str) -> bool {
    let print = ["--print", "target-libdir", "--target", triple];
    let Ok(folder) = sh::output(rustc().args(print)) else {
        return false;
    };
    let Ok(files) = fs::read_dir(folder.trim()) else {
        return false;
    };
    files
        .flatten()
        .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Adds the target to the active toolchain with rustup.
fn rustup_adds(triple: &str) -> anyhow::Result<()> {
    if !sh::works(cmd("rustup").arg("--version")) {
        bail!("rustup is not installed");
    }
    let failed = memory_of_failure();
    if failed_lately(&failed) {
        bail!(
            "its download failed less than 24 h ago; remove {} to retry",
            failed.display()
        );
    }
    let mut command = cmd("rustup");
    command.args(["target", "add", triple]);
    let result = run_within(&mut command, DOWNLOAD);
    if result.is_err() {
        fs::write(&failed, "").with_context(|| format!("writing {}", failed.display()))?;
    }
    result?;
    if !active_has(triple) {
        bail!("it added the target to a toolchain that is not the active one");
    }
    Ok(())
}

/// Returns the file that marks a failed download: if Debian's compiler works, later builds do not wait for the same
/// failure again.
fn memory_of_failure() -> PathBuf {
    builds().join("rustup-target-add-failed")
}

fn failed_lately(memory: &Path) -> bool {
    let modified = fs::metadata(memory).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|at| {
        SystemTime::now()
            .duration_since(at)
            .is_ok_and(|age| age < REMEMBERED)
    })
}

/// Runs a command, and stops it if it exceeds the limit.
fn run_within(command: &mut Command, limit: Duration) -> anyhow::Result<()> {
    let mut child = command.spawn().context("starting it")?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("it ended with {status}");
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("it did not end within {} s", limit.as_secs());
        }
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build task may block; it polls another process"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::run_within;
    use crate::sh::cmd;

    const LONG: Duration = Duration::from_mins(10);

    #[test]
    fn a_command_beyond_the_limit_is_stopped() {
        let started = Instant::now();
        let error = run_within(cmd("sleep").arg("600"), Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "it did not end within 0 s");
        assert!(started.elapsed() < LONG);
    }

    #[test]
    fn what_fails_is_told() {
        assert!(run_within(&mut cmd("true"), LONG).is_ok());
        let error = run_within(&mut cmd("false"), LONG).unwrap_err();
        assert_eq!(error.to_string(), "it ended with exit status: 1");
        let error = run_within(&mut cmd("no-such-program"), LONG).unwrap_err();
        assert_eq!(error.to_string(), "starting it");
    }
}
