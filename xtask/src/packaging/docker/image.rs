//! The image without an engine: its files, laid out by the script that the Dockerfile runs, and the router run among
//! them, as the image's user, where nothing can be written.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use super::{USER, tree};
use crate::packaging::{configs, scratch};
use crate::peers::left_out;
use crate::sh::{self, cmd, say, works};

const SCRIPT: &str = "examples/docker/tree.sh";
const ENTER: &str = "xtask/src/packaging/docker/enter.sh";

pub(in crate::packaging) fn run(router: &Path) -> anyhow::Result<()> {
    let folder = scratch("image")?;
    let image = folder.join("root");
    sh::run(cmd("sh").arg(SCRIPT).arg(router).arg(&image))?;
    tree::check(&image)?;
    let config = folder.join("config");
    fs::create_dir_all(&config)?;
    configs::with_secrets(configs::DOCKER, &config, Path::new("/etc/hyrouter"))?;
    // No port that another router may have, on this machine only.
    let yaml = config.join("config.yaml");
    let text = fs::read_to_string(&yaml)?;
    let text = text
        .replace("\":5520\"", "\"127.0.0.1:0\"")
        .replace("\":5580\"", "\"127.0.0.1:0\"")
        .replace("delay: 5s", "delay: 0s");
    fs::write(&yaml, text)?;
    open_to_everybody(&config)?;
    let Some(enter) = Enter::find(&image, &config) else {
        return left_out("no namespaces for mounts here; the image's files are not run");
    };
    let router = "/usr/bin/hyrouter";
    sh::run(&mut enter.command(&[router, "--version"]))?;
    let arguments = [router, "check", "--config", "/etc/hyrouter/config.yaml"];
    sh::run(&mut enter.command(&arguments))?;
    serve(enter.command(&[router, "--config", "/etc/hyrouter/config.yaml"]))
}

/// Makes a mounted folder and its files readable for the image's user, whatever the umask of their creator.
fn open_to_everybody(folder: &Path) -> anyhow::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        fs::set_permissions(entry?.path(), fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// Way to run commands in the image on this machine.
struct Enter<'a> {
    unshare: &'static [&'static str],
    user: &'static str,
    image: &'a Path,
    config: &'a Path,
}

impl<'a> Enter<'a> {
    /// Finds a way that works. Root can run as the image's user; other users become root of a namespace of their own,
    /// with as few rights.
    fn find(image: &'a Path, config: &'a Path) -> Option<Self> {
        let ways: [(&[_], _); 2] = [
            (&["--mount"], USER),
            (&["--user", "--map-root-user", "--mount"], ""),
        ];
        ways.into_iter()
            .map(|(unshare, user)| Self {
                unshare,
                user,
                image,
                config,
            })
            .find(|way| works(&mut way.command(&["/usr/bin/hyrouter", "--version"])))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cmd("timeout");
        command
            // So that a router that hangs does not block the check for ever.
            .args(["--foreground", "--kill-after=5", "120", "unshare"])
            .args(self.unshare)
            .args(["sh", ENTER])
            .args([self.image, self.config])
            .arg(self.user)
            .args(arguments);
        command
    }
}

/// Starts the router, waits until it serves, and ends it as an engine does.
fn serve(mut command: Command) -> anyhow::Result<()> {
    let mut router = command
        .args(["--log-format", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .context("starting the router in the image")?;
    let stdout = router.stdout.take().context("no standard output")?;
    let mut log = BufReader::new(stdout).lines();
    let served = wait_until_ready(&mut log);
    // `timeout` hands it on, and what it started has become the router by now.
    let ended = sh::run(cmd("kill").arg("-TERM").arg(router.id().to_string()));
    let status = router.wait()?;
    served?;
    ended?;
    ensure!(
        status.success(),
        "after SIGTERM the router ended with {status}"
    );
    say("the router of the image serves and ends");
    Ok(())
}

fn wait_until_ready(log: &mut Lines<BufReader<ChildStdout>>) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    for line in log {
        let line = line?;
        if line.contains("ready for players") {
            return Ok(());
        }
        lines.push(line);
    }
    bail!(
        "the router of the image did not serve:\n{}",
        lines.join("\n")
    );
}
