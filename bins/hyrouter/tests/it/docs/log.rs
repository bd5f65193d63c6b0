//! Lines of the log: a router with the pages' configuration writes them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use hyrouter_testing::peer::PeerProcess;

use super::console::without_numbers;
use super::page::with_info;
use super::workshop::workshop;
use crate::support::Folder;

/// Far more than it takes.
const PATIENCE: Duration = Duration::from_mins(1);

struct Router {
    child: Child,
    lines: Receiver<String>,
}

impl Router {
    fn start(folder: &Folder) -> Self {
        let mut command = folder.hyrouter(&["--config", "config.yaml"]);
        command.env("HYROUTER_LISTEN", "127.0.0.1:0");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tx, lines) = sync_channel(10_000);
        std::thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { return };
                // A router that writes more than is waited for is killed with lines unread.
                if tx.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The address, when it serves.
    fn ready(&self) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap();
            if let Some((_, rest)) = line.split_once("ready for players listen=") {
                return rest.split(' ').next().unwrap().to_owned();
            }
        }
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_router_writes_the_lines_that_are_shown() {
    let mut wanted = BTreeMap::new();
    for block in with_info("text log") {
        for line in block.text.lines() {
            wanted.insert(without_numbers(line), format!("{}: {line}", block.place()));
        }
    }
    assert!(wanted.len() > 2, "{wanted:?}");

    let folder = workshop();
    let router = Router::start(&folder);
    let address = router.ready();
    let comes = |username| {
        let player = ["--generation", "g2", "--username", username];
        let at = ["probe", &address, "--sni", "play.example.com"];
        folder.run(&[at, player].concat());
    };
    // No server listens at the address of the ban list yet.
    comes("Alder");
    let bans = format!("unix:{}", folder.path("bans.sock").display());
    let _bans = PeerProcess::rust_example_at(&bans, &[]);
    let started = Instant::now();
    let mut written = BTreeMap::new();
    while !wanted.is_empty() && started.elapsed() < PATIENCE {
        comes("deny");
        // Twice: the two backends take turns, and what the plugins change depends on whose turn it is.
        comes("Alder");
        comes("Alder");
        for line in router.lines.try_iter() {
            // A time is first.
            let line = line
                .split_once(' ')
                .map_or("", |(_, rest)| rest.trim_start());
            wanted.remove(&without_numbers(line));
            written.insert(without_numbers(line), line.to_owned());
        }
    }
    let missing: Vec<_> = wanted.into_values().collect();
    assert!(
        missing.is_empty(),
        "not written:\n{}\nbut:\n{}",
        missing.join("\n"),
        written.into_values().collect::<Vec<_>>().join("\n")
    );
}
