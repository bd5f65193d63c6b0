//! A router that clients connect to.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use hyrouter_client::{Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// Wait between two connections, so that the clients do not take the router's time.
const PAUSE: Duration = Duration::from_millis(1);

/// A router in a process. It is killed when dropped.
pub(crate) struct RouterProcess {
    child: Child,
    client: GameClient,
    dial: Dial,
    _folder: TempDir,
}

impl RouterProcess {
    pub(crate) fn start(program: &Path, config: &str, listen: SocketAddr) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("config.yaml");
        fs::write(&file, config)?;
        let mut command = Command::new(program);
        command
            .arg("--config")
            .arg(file)
            .args(["--log-level", "warn"]);
        let child = command.stdout(Stdio::null()).spawn();
        Ok(Self {
            child: child.with_context(|| format!("starting {}", program.display()))?,
            client: GameClient::toward(listen)?,
            dial: Dial::new(listen)
                .host("play.example.com")
                .timeout(Duration::from_millis(500)),
            _folder: folder,
        })
    }

    /// Connects again and again until it is referred to a backend at this port.
    pub(crate) async fn refers_to(&self, port: u16, longest: Duration) -> anyhow::Result<()> {
        let hello = Hello::of(Generation::G4);
        let started = Instant::now();
        while started.elapsed() < longest {
            let outcome = self.client.exchange(&self.dial, &hello).await.outcome;
            if matches!(outcome, ExchangeOutcome::Referral { port: found, .. } if found == port) {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
        bail!("no decision saw port {port} within {longest:?}")
    }
}

impl Drop for RouterProcess {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
