//! Programs in Go, if this machine has Go.

use std::process::Command;

use serde_json::json;

use super::page::{check_all, root};
use super::server::Server;
use crate::support::{Folder, folder};

/// As the pages build a plugin in WebAssembly.
pub(crate) const BUILD: &str =
    "GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o plugin.wasm .";

fn is_there() -> bool {
    let is_there = Command::new("go").arg("version").output().is_ok();
    if !is_there {
        eprintln!("skipped: there is no Go on this machine");
    }
    is_there
}

/// Runs a command there; what it says is the error if it fails.
fn run(folder: &Folder, command: &mut Command) -> Result<(), String> {
    let ran = command.current_dir(folder.path(".")).output();
    let ran = ran.map_err(|error| format!("{command:?}: {error}"))?;
    if ran.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    Err(format!("{command:?}: {said}"))
}

fn is_formatted(folder: &Folder) -> Result<(), String> {
    let listed = Command::new("gofmt")
        .args(["-l", "."])
        .current_dir(folder.path("."))
        .output();
    let listed = listed.map_err(|error| error.to_string())?;
    if listed.status.success() && listed.stdout.is_empty() {
        return Ok(());
    }
    Err("gofmt would write it otherwise".to_owned())
}

#[test]
fn a_plugin_in_webassembly_answers() {
    if !is_there() {
        return;
    }
    check_all("go wasip1", |block| {
        let folder = folder()
            .file("go.mod", "module hyrouter.example/docs\n\ngo 1.24\n")
            .file("main.go", &block.text);
        is_formatted(&folder)?;
        let for_wasm = [("GOOS", "wasip1"), ("GOARCH", "wasm")];
        run(&folder, Command::new("go").arg("vet").envs(for_wasm))?;
        run(&folder, Command::new("sh").args(["-c", BUILD]))?;
        for (username, expected) in [
            ("deny", json!({"deny": true, "deny_reason": "Not today."})),
            (
                "VIP_Alder",
                json!({"deny": false, "referral_data": "eyJsb2JieSI6InZpcCJ9"}),
            ),
        ] {
            let call = ["plugin", "call", "--wasm", "plugin.wasm", "--json"];
            let ran =
                folder.run(&[&call[..], &["--timeout", "30s", "--username", username]].concat());
            if ran.code != Some(0) || ran.json()["response"] != expected {
                return Err(format!("about {username}: {ran:?}"));
            }
        }
        Ok(())
    });
}

/// With the modules of the peer that the tests of the gRPC plugin have.
#[test]
fn a_server_answers() {
    if !is_there() {
        return;
    }
    let peer = root().join("crates/plugin-grpc/tests/peers/go");
    let copied = |name| std::fs::read_to_string(peer.join(name)).unwrap();
    check_all("go grpc", |block| {
        let folder = folder()
            .file("go.mod", &copied("go.mod"))
            .file("go.sum", &copied("go.sum"))
            .file("main.go", &block.text);
        is_formatted(&folder)?;
        run(&folder, Command::new("go").arg("vet"))?;
        run(
            &folder,
            Command::new("go").args(["build", "-o", "server", "."]),
        )?;
        let mut program = Command::new(folder.path("server"));
        Server::start(program.arg("127.0.0.1:0"))?.does_what_the_pages_say()
    });
}
