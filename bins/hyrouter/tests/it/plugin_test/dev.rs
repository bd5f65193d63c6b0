//! `hyrouter plugin dev`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use hyrouter_testing::peer::PeerProcess;

use super::bad;
use crate::support::{Folder, example_plugin, folder};

/// Maximum time until a line is printed, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command that runs. It is killed when dropped.
struct Development {
    child: Child,
    lines: Receiver<String>,
}

impl Development {
    fn begin(folder: &Folder, args: &[&str]) -> Self {
        let base = ["plugin", "dev", "--calls", "10"];
        let mut command = folder.hyrouter(&[&base, args].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(10_000);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Returns the lines up to one that contains this text.
    fn until(&self, text: &str) -> String {
        let mut seen = String::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no line {text:?} after\n{seen}"));
            seen.push_str(&line);
            seen.push('\n');
            if line.contains(text) {
                return seen;
            }
        }
    }

    fn ends_by(mut self, signal: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{signal}"))
            .arg(self.child.id().to_string());
        assert!(kill.status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{status:?}");
    }
}

impl Drop for Development {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_module_and_cases_that_change_are_tested_again() {
    let folder = folder();
    std::fs::create_dir(folder.path("cases")).unwrap();
    let folder = folder.file(
        "cases/banned.json",
        r#"{"request": {"event": {"username": "deny"}}, "effect": "denied"}"#,
    );
    std::fs::copy(
        example_plugin("wasm-plugin.wasm"),
        folder.path("plugin.wasm"),
    )
    .unwrap();
    let development = Development::begin(&folder, &["--wasm", "plugin.wasm", "--cases", "cases"]);
    let first = development.until("watching plugin.wasm, cases; Ctrl-C ends");
    assert!(first.contains("22 passed, 0 failed, 1 warned"), "{first}");

    let folder = folder.file("cases/other.json", r#"{"effect": "unchanged"}"#);
    let second = development.until("watching");
    for text in [
        "changed: cases/other.json",
        "effect: expected unchanged, got changed: referral data",
        "other: failed, was new",
        "22 passed, 1 failed, 1 warned",
    ] {
        assert!(second.contains(text), "{text}\n{second}");
    }
    assert!(!second.contains("every field"), "it is as before: {second}");

    // As a build does it: another file of the same name.
    std::fs::remove_file(folder.path("cases/other.json")).unwrap();
    std::fs::copy(
        example_plugin("sdk-everything.wasm"),
        folder.path("next.wasm"),
    )
    .unwrap();
    std::fs::rename(folder.path("next.wasm"), folder.path("plugin.wasm")).unwrap();
    let third = development.until("banned: failed, was passed");
    assert!(
        third.contains("changed: plugin.wasm, cases/other.json")
            || third.contains("changed: plugin.wasm"),
        "{third}"
    );
    development.until("watching");

    let folder = folder.file("plugin.wasm", "no module");
    development.until("changed: plugin.wasm");
    development.until("watching");
    std::fs::copy(
        example_plugin("wasm-plugin.wasm"),
        folder.path("plugin.wasm"),
    )
    .unwrap();
    development.until("banned: passed, was failed");
    development.ends_by("INT");
}

#[test]
fn a_server_that_is_back_is_tested_again() {
    let mut peer: PeerProcess = bad("good");
    let address = peer.address().to_owned();
    let development = Development::begin(&folder(), &["--grpc", &address]);
    let watching = format!("watching {address}; Ctrl-C ends");
    let first = development.until(&watching);
    assert!(first.contains("22 passed, 0 failed"), "{first}");
    peer.kill();
    development.until(&format!("no connection to {address}; waiting for it"));
    peer.start_again();
    let second = development.until(&watching);
    assert!(second.contains("22 passed, 0 failed"), "{second}");
    development.ends_by("TERM");
}
