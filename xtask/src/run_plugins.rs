//! `cargo xtask run-plugins`: the router of `dev/config.plugins.dev.yaml` and its gRPC plugin, in one terminal.

use std::io;
use std::process::{ExitStatus, Stdio};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::plugins;
use crate::sh::{self, cargo, print, root, target};

const CONFIG: &str = "dev/config.plugins.dev.yaml";
const HINT: &str = "in another terminal: cargo run -p hyrouter -- probe 127.0.0.1:5520 \
    --sni play.example.com --generation g2 --username deny";

pub(crate) fn run(debug: bool) -> anyhow::Result<()> {
    plugins::build()?;
    sh::run(cargo().args([
        "build",
        "--package",
        "hyrouter",
        "--package",
        "example-grpc-plugin",
    ]))?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(debug))
}

async fn serve(debug: bool) -> anyhow::Result<()> {
    let mut bans = start("bans", "example-grpc-plugin", &[])?;
    let mut args = vec!["--config", CONFIG];
    if debug {
        args.extend(["--log-level", "debug"]);
    }
    let mut router = start("router", "hyrouter", &args)?;
    print(HINT);

    let mut signals = Signals::new()?;
    let ended = tokio::select! {
        ended = bans.wait() => Some(("example-grpc-plugin", ended?)),
        ended = router.wait() => Some(("hyrouter", ended?)),
        () = signals.next() => None,
    };
    // A terminal's ctrl-c has reached them already; a second signal ends them at once.
    ask_to_end(&bans);
    ask_to_end(&router);
    let statuses: io::Result<(ExitStatus, ExitStatus)> =
        async { Ok((bans.wait().await?, router.wait().await?)) }.await;
    statuses?;
    match ended {
        Some((name, status)) if !status.success() => bail!("{name} ended: {status}"),
        _ => Ok(()),
    }
}

/// Starts a built program and prints its lines with a name before them.
fn start(name: &'static str, program: &str, args: &[&str]) -> anyhow::Result<Child> {
    let path = target().join("debug").join(program);
    let mut child = Command::new(&path)
        .args(args)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("starting {}", path.display()))?;
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(copy_lines(name, stdout));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(copy_lines(name, stderr));
    }
    Ok(child)
}

async fn copy_lines(name: &'static str, from: impl AsyncRead + Unpin) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        print(&format!("{name:>6} | {line}"));
    }
}

fn ask_to_end(child: &Child) {
    if let Some(pid) = child.id() {
        sh::works(sh::cmd("kill").args(["-TERM", &pid.to_string()]));
    }
}

struct Signals {
    int: tokio::signal::unix::Signal,
    term: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
        }
    }
}
