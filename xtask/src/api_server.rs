//! The Kubernetes API server of the tests, built from `dev/kubernetes-test-server`.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, ensure};

use crate::go::{go, is_there};
use crate::peers::left_out;
use crate::sh::{root, say, target};

const SOURCES: &str = "dev/kubernetes-test-server";
/// Line of `go.mod` with the version of the API server.
const MODULE: &str = "k8s.io/kubernetes v";

/// A build in the background, which takes 8 minutes of CPU once and 10 s with Go's build cache.
#[derive(Debug)]
pub(crate) enum Build {
    /// The program exists and is newer than its sources, or this machine has no Go.
    Done,
    /// Go builds it.
    Running {
        go: Child,
        log: PathBuf,
        started: Instant,
    },
}

impl Build {
    /// Starts the build if the program is missing or older than its sources.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let folder = target().join("kubernetes-test-server");
        let program = folder.join("kubernetes-test-server");
        if is_current(&program)? {
            return Ok(Self::Done);
        }
        if let Err(missing) = is_there() {
            left_out(&format!(
                "{missing}; tests with a Kubernetes API server are skipped"
            ))?;
            return Ok(Self::Done);
        }
        fs::create_dir_all(&folder)?;
        let log = folder.join("build.log");
        let output = fs::File::create(&log).with_context(|| format!("making {}", log.display()))?;
        let version = version()?;
        say(&format!(
            "building the API server of Kubernetes {version} in the background; the first build takes minutes"
        ));
        let flags = format!("-s -w -X k8s.io/component-base/version.gitVersion=v{version}");
        // Two compilers at a time: each needs up to 0.5 GB.
        let go = go()
            .current_dir(root().join(SOURCES))
            .args(["build", "-p", "2", "-trimpath", "-buildvcs=false"])
            .args(["-ldflags", &flags, "-o"])
            .arg(&program)
            .arg(".")
            .env("CGO_ENABLED", "0")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("starting go")?;
        Ok(Self::Running {
            go,
            log,
            started: Instant::now(),
        })
    }

    /// Waits for the end of the build.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let Self::Running {
            mut go,
            log,
            started,
        } = self
        else {
            return Ok(());
        };
        say("waiting for the API server of Kubernetes");
        let waited = Instant::now();
        let status = go.wait().context("waiting for go")?;
        let output = fs::read_to_string(&log).unwrap_or_default();
        ensure!(
            status.success(),
            "go build in {SOURCES} failed: {status}\n{output}"
        );
        let (took, wait) = (started.elapsed().as_secs(), waited.elapsed().as_secs());
        say(&format!(
            "the API server of Kubernetes is built: {took} s after its start, {wait} s of waiting"
        ));
        Ok(())
    }
}

/// Returns whether the program exists and is newer than its sources.
fn is_current(program: &PathBuf) -> anyhow::Result<bool> {
    let changed = |path: &PathBuf| -> anyhow::Result<SystemTime> {
        let metadata = fs::metadata(path).with_context(|| format!("reading {}", path.display()))?;
        Ok(metadata.modified()?)
    };
    if !program.exists() {
        return Ok(false);
    }
    let built = changed(program)?;
    for file in ["go.mod", "go.sum", "main.go"] {
        if changed(&root().join(SOURCES).join(file))? > built {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the version of the API server, which `go.mod` requires.
fn version() -> anyhow::Result<String> {
    let file = root().join(SOURCES).join("go.mod");
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let version = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(MODULE));
    let version = version.with_context(|| format!("{} has no {MODULE}", file.display()))?;
    Ok(version.to_owned())
}
