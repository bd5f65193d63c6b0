//! The example as a process that refers players.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panic")]

use std::net::SocketAddr;
use std::process::Stdio;

use hyrouter_client::{Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::{ClientType, Generation};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

async fn start() -> (Child, SocketAddr) {
    let mut embed = Command::new(env!("CARGO_BIN_EXE_embed"))
        .arg("127.0.0.1:0")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(embed.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let address = line.strip_prefix("listening on ").unwrap();
    (embed, address.parse().unwrap())
}

async fn answer(address: SocketAddr, host: &str, hello: &Hello) -> String {
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let dial = Dial::new(address).host(host);
    match client.exchange(&dial, hello).await.outcome {
        ExchangeOutcome::Referral { host, port, .. } => format!("{host}:{port}"),
        ExchangeOutcome::Disconnect { reason, .. } => reason.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn routes_and_policy_decide() {
    let (_embed, address) = start().await;
    let english = Hello::of(Generation::G4);
    let mut german = english.clone();
    german.language = "de-AT".to_owned();
    let mut editor = english.clone();
    editor.client_type = ClientType::Editor;

    let cases = [
        ("play.example.com", &english, "lobby-1.example.com:5520"),
        ("play.example.com", &english, "lobby-2.example.com:5520"),
        ("play.example.com", &german, "de.example.com:5520"),
        ("play.example.com", &editor, "Editors are not welcome here."),
        (
            "other.example.com",
            &english,
            "This server is unavailable at the moment.",
        ),
    ];
    for (host, hello, expected) in cases {
        assert_eq!(answer(address, host, hello).await, expected, "{host}");
    }
}
