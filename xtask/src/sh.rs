//! Running other programs.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// Returns the root of the workspace.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Returns a folder for files of a task, below cargo's target directory.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Returns a command that runs a program in the root of the workspace.
pub(crate) fn cmd(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Returns the cargo that runs this task.
pub(crate) fn cargo() -> Command {
    cmd(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Prints a command, runs it, and fails if it fails.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    say(&format!("$ {}", words(command)));
    let status = command
        .status()
        .with_context(|| format!("starting {}", words(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", words(command));
    }
    Ok(())
}

/// Returns the active compiler.
pub(crate) fn rustc() -> Command {
    cmd(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// Returns the target of the compiler.
pub(crate) fn host() -> anyhow::Result<String> {
    let version = output(rustc().arg("-vV"))?;
    version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(ToOwned::to_owned)
        .context("rustc does not print its host")
}

/// Runs a command silently and returns its standard output.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}", words(command)))?;
    if !output.status.success() {
        bail!("{} failed: {}", words(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns whether a command starts and succeeds; prints nothing.
pub(crate) fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Returns whether the user is root.
pub(crate) fn is_root() -> anyhow::Result<bool> {
    Ok(output(cmd("id").arg("-u"))?.trim() == "0")
}

/// Installs packages of Debian. Does nothing without apt, and for users other than root.
pub(crate) fn apt_install(packages: &[&str]) -> anyhow::Result<()> {
    if !works(cmd("apt-get").arg("--version")) || !is_root()? {
        return Ok(());
    }
    run(cmd("apt-get").args(["update", "--quiet"]))?;
    run(cmd("apt-get")
        .args(["install", "-y", "--quiet", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Returns an empty folder, which is made or emptied.
pub(crate) fn empty_folder(folder: PathBuf) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}

/// Prints a line to the terminal.
#[expect(clippy::print_stderr, reason = "the only place where tasks print")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// Writes a line to standard output.
pub(crate) fn print(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

fn words(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
