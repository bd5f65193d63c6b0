//! The section "Containers" of `docs/deployment.md`, run by podman as it stands there: from the archive in an empty
//! folder to a router that answers, with a read-only root, no capabilities and no root user. Then the router is
//! stopped.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::{configs, image, read, scratch};
use crate::peers::left_out;
use crate::sh::{self, cmd, say, works};
use crate::{dist, engines};

const PAGE: &str = "docs/deployment.md";
const SECTION: &str = "## Containers";
/// Commands after those of the page. `podman top` reads the rights from the kernel.
const AFTERWARDS: &str = r"
docker image inspect hyrouter:VERSION > image.json
echo root is read-only: $(docker inspect --format '{{.HostConfig.ReadonlyRootfs}}' hyrouter)
echo user and capabilities: $(docker top hyrouter huser hgroup capeff capbnd | tail -n 1)
begun=$(date +%s)
docker stop hyrouter
echo seconds to stop: $(($(date +%s) - begun))
echo exit code: $(docker inspect --format '{{.State.ExitCode}}' hyrouter)
";
/// Expected lines of the output, or their beginnings.
const PRINTED: &[&str] = &[
    "referral to lobby-1.example.com:5521",
    "root is read-only: true",
    "user and capabilities: 65532 65532 none none",
    "exit code: 0",
];
/// Other programs of the recipe.
const PACKAGES: &[&str] = &["curl", "openssl"];

pub(super) fn run(router: &Path) -> anyhow::Result<()> {
    let script = commands(&read(PAGE)?);
    ensure!(!script.is_empty(), "{PAGE}: no commands in {SECTION}");
    let script = script + &AFTERWARDS.replace("VERSION", env!("CARGO_PKG_VERSION"));
    engines::install_podman()?;
    if !works(cmd("curl").arg("--version")) || !works(cmd("openssl").arg("version")) {
        sh::apt_install(PACKAGES)?;
    }
    let engine = Engine::new(scratch("engine")?)?;
    if !works(engine.run("podman").arg("info")) {
        return left_out("podman does not run on this machine; the image is not tested");
    }
    let folder = scratch("recipe")?;
    let archive = dist::archive_of(router, &scratch("archive")?)?;
    let name = archive.file_name().context("the archive has no name")?;
    fs::copy(&archive, folder.join(name)).context("copying the archive")?;
    let outcome = engine.follow(&script, &folder);
    let removed = engine.remove_all();
    let printed = outcome?;
    removed?;
    for wanted in PRINTED {
        ensure!(
            printed.lines().any(|line| line.starts_with(wanted)),
            "{PAGE}: no line begins with {wanted:?} in\n{printed}"
        );
    }
    let seconds = printed
        .lines()
        .find_map(|line| line.strip_prefix("seconds to stop: ")?.parse().ok());
    let maximum = configs::time_to_end(&configs::load(configs::DOCKER)?)?;
    ensure!(
        seconds.is_some_and(|seconds| Duration::from_secs(seconds) <= maximum),
        "the router took {seconds:?} s to stop, longer than {maximum:?}"
    );
    image::check_files(&folder.join("image"))?;
    image::check_description(&fs::read_to_string(folder.join("image.json"))?)?;
    say("the router serves and stops in a container");
    Ok(())
}

/// Returns the lines of a section after a prompt, with their continuations.
fn commands(page: &str) -> String {
    let mut found = String::new();
    let mut goes_on = false;
    let section = page
        .lines()
        .skip_while(|line| *line != SECTION)
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    for line in section {
        let command = line.strip_prefix("$ ").or_else(|| goes_on.then_some(line));
        if let Some(command) = command {
            found.push_str(command);
            found.push('\n');
            goes_on = command.ends_with('\\');
        }
    }
    found
}

/// Podman with separate settings, images and containers, so that it does not touch those of the machine.
struct Engine {
    folder: PathBuf,
    /// `true` for root, which gets a separate network in which the ports of the recipe are free.
    is_root: bool,
}

impl Engine {
    fn new(folder: PathBuf) -> anyhow::Result<Self> {
        // Some machines cannot raise these limits to podman's defaults, and their control groups are not for crun.
        let mut settings = String::from(
            "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1000:1000\"]\n",
        );
        if works(cmd("runc").arg("--version")) {
            settings.push_str("[engine]\nruntime = \"runc\"\n");
        }
        fs::write(folder.join("containers.conf"), settings)?;
        // The only driver that works on every file system.
        let storage = format!(
            "[storage]\ndriver = \"vfs\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n",
            folder.join("images").display(),
            folder.join("run").display()
        );
        fs::write(folder.join("storage.conf"), storage)?;
        let programs = folder.join("bin");
        fs::create_dir(&programs)?;
        let podman = sh::output(cmd("sh").args(["-c", "command -v podman || true"]))?;
        symlink(podman.trim(), programs.join("docker")).context("naming podman docker")?;
        let is_root = sh::is_root()?;
        Ok(Self { folder, is_root })
    }

    fn run(&self, program: &str) -> Command {
        let mut command = cmd(program);
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.folder.join("bin").display());
        command
            .env("PATH", path)
            .env("CONTAINERS_CONF", self.folder.join("containers.conf"))
            .env("CONTAINERS_STORAGE_CONF", self.folder.join("storage.conf"));
        command
    }

    /// Runs the commands in `folder`, where new files are for their owner only, and returns what they printed.
    fn follow(&self, script: &str, folder: &Path) -> anyhow::Result<String> {
        let printed = self.folder.join("printed");
        // All in one shell, which is the first process of the network that ends with it.
        let network = if self.is_root {
            "ip link set lo up\n"
        } else {
            ""
        };
        let script = format!("set -eux\n{network}umask 077\n{script}");
        let mut command = if self.is_root {
            let mut command = self.run("unshare");
            command.args(["--net", "timeout", "300", "sh", "-c"]);
            command
        } else {
            let mut command = self.run("timeout");
            command.args(["300", "sh", "-c"]);
            command
        };
        let status = command
            .arg(script)
            .current_dir(folder)
            .stdout(File::create(&printed)?)
            .status()
            .context("starting the shell of the recipe")?;
        let printed = fs::read_to_string(&printed)?;
        ensure!(
            status.success(),
            "{PAGE}: a command of the recipe failed, {status}; printed until then:\n{printed}"
        );
        Ok(printed)
    }

    /// Ends what the recipe left running, and frees the disk. `podman system reset` would take the machine's networks.
    fn remove_all(&self) -> anyhow::Result<()> {
        for what in ["rm", "rmi", "volume rm"] {
            let mut command = self.run("podman");
            let command = command.args(what.split(' ')).args(["--all", "--force"]);
            let output = command.output()?;
            ensure!(
                output.status.success(),
                "podman {what}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn commands_are_those_of_the_section() {
        let page = "## Before\n$ no\n## Containers\ntext $ no\n\n$ one \\\n    more \\\n    end\nprinted\n$ two\n## After\n$ no\n";
        assert_eq!(commands(page), "one \\\n    more \\\n    end\ntwo\n");
    }
}
