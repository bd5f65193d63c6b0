//! A router process and clients in other processes.

use hyrouter_client::{Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use serde_json::json;

use crate::support::folder;

const CONFIG: &str = r#"
listen: "127.0.0.1:0"
limits: { connect_timeout: 500ms, close_timeout: 1s }
messages:
  disconnect: { no_route: "No route to ${sni}.", no_backends: "Nobody home." }
  disconnect_locales: { de: { no_backends: "Niemand zu Hause." } }
routing:
  routes:
    - name: lobby
      match: { hostnames: ["play.example.com", "*.play.example.com"] }
      pool: { strategy: round_robin, backends: [{ host: 10.0.0.1, port: 5521 }, { host: 10.0.0.2, port: 5522 }] }
    - match: { hostname: empty.example.com }
      pool: { strategy: random, backends: [] }
"#;

fn router(more: &str) -> (crate::support::Folder, crate::support::Router) {
    let folder = folder().file("config.yaml", &format!("{CONFIG}{more}"));
    let router = folder.serve(&[]);
    (folder, router)
}

#[test]
fn without_a_file_every_player_is_referred_to_the_next_port() {
    let folder = folder();
    let mut command = folder.hyrouter(&[]);
    command.env("HYROUTER_LISTEN", "127.0.0.1:0");
    let mut router = crate::support::Router::begin(command);
    let hint = router.until("hyrouter probe");
    assert!(hint["message"].as_str().unwrap().contains("127.0.0.1:5521"));
    router.ready();
    for generation in ["g1", "g2", "g3", "g4"] {
        let answer = router.probe(&["--sni", "anything.example.com", "--generation", generation]);
        assert_eq!(answer["outcome"], "referral", "{generation}: {answer}");
        assert_eq!(
            (&answer["host"], &answer["port"]),
            (&json!("127.0.0.1"), &json!(5521))
        );
        assert_eq!(answer["data"], "485952500100000000");
    }
    for (expected, code) in [("referral", 0), ("disconnect", 1)] {
        let ran = folder.run(&["probe", &router.address, "--expect", expected]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
}

#[test]
fn a_decision_is_one_log_line_without_player_data() {
    let (_folder, mut router) = router("");
    let args = [
        "--sni",
        "EU.play.example.com",
        "--generation",
        "g2",
        "--username",
        "Alder",
        "--language",
        "de-DE",
    ];
    let answer = router.probe(
        &[
            &args[..],
            &["--uuid", "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f"],
        ]
        .concat(),
    );
    assert_eq!(answer["outcome"], "referral");
    let line = router.until("decision");
    for (key, value) in [
        ("level", json!("INFO")),
        ("outcome", json!("referral")),
        ("reason", json!("referred")),
        ("route", json!("lobby")),
        ("backend", json!("10.0.0.1:5521")),
        ("host", json!("eu.play.example.com")),
        ("generation", json!("g2")),
        ("build", json!(20)),
        ("language", json!("de-DE")),
        ("alpn", json!("hytale/2")),
    ] {
        assert_eq!(line[key], value, "{key} in {line}");
    }
    for time in ["handshake_us", "connect_us", "decision_us"] {
        assert!(line[time].is_u64(), "{time} in {line}");
    }
    let text = line.to_string();
    assert!(
        !text.contains("Alder") && !text.contains("5b1d3c2e") && !text.contains("127.0.0.1"),
        "{text}"
    );
}

#[test]
fn routes_take_turns_and_refusals_speak_the_players_language() {
    let (_folder, mut router) = router("");
    let hosts: Vec<_> = (0..4)
        .map(|_| router.probe(&["--sni", "play.example.com"])["host"].clone())
        .collect();
    assert_eq!(hosts, ["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.2"]);

    let answer = router.probe(&["--sni", "empty.example.com", "--language", "de-AT"]);
    assert_eq!(
        (&answer["outcome"], &answer["reason"]),
        (&json!("disconnect"), &json!("Niemand zu Hause."))
    );
    assert_eq!(answer["packet_id"], 2);
    let answer = router.probe(&["--sni", "empty.example.com", "--generation", "g1"]);
    assert_eq!(
        (&answer["packet_id"], &answer["reason"]),
        (&json!(1), &json!("Nobody home."))
    );
    let answer = router.probe(&["--sni", "other.example.com"]);
    assert_eq!(answer["reason"], "No route to other.example.com.");

    let reasons: Vec<_> = (0..7)
        .map(|_| router.until("decision")["reason"].clone())
        .collect();
    assert_eq!(reasons[4..], ["no_backends", "no_backends", "no_route"]);
}

#[test]
fn newer_builds_are_routed_with_one_warning_each_or_denied() {
    let (_folder, mut routing) = router("");
    for _ in 0..2 {
        let answer = routing.probe(&["--sni", "play.example.com", "--build", "999"]);
        assert_eq!(answer["outcome"], "referral");
    }
    assert_eq!(routing.until("newer than the known ones")["build"], 999);
    assert_eq!(routing.line().unwrap()["message"], "decision");
    assert_eq!(
        routing.line().unwrap()["message"],
        "decision",
        "warned of once"
    );

    let (_folder, mut denying) = router("protocol: { unknown: deny }\n");
    let answer = denying.probe(&["--sni", "play.example.com", "--build", "999"]);
    assert_eq!(answer["outcome"], "disconnect");
    assert_eq!(denying.until("decision")["reason"], "unknown_protocol");
}

#[test]
fn with_a_referral_section_the_data_is_an_envelope() {
    let (_folder, router) =
        router("referral: { key_id: 7, hmac_secret: base64:c2VjcmV0IG9mIHRoZSBuZXR3b3Jr }\n");
    let answer = router.probe(&["--sni", "play.example.com"]);
    assert_eq!(answer["envelope"]["key_id"], 7);
    assert_eq!(answer["envelope"]["signed"], true);

    let data = answer["data"].as_str().unwrap();
    let folder = folder()
        .file("secret", "base64:c2VjcmV0IG9mIHRoZSBuZXR3b3Jr\n")
        .file("other", "another one");
    let open = |secret| {
        folder.run(&[
            "envelope",
            "open",
            data,
            "--key-id",
            "7",
            "--secret-file",
            secret,
        ])
    };
    let opened = open("secret");
    assert_eq!(
        (opened.code, opened.stdout.contains("verified: good")),
        (Some(0), true),
        "{opened:?}"
    );
    let refused = open("other");
    assert_eq!(refused.code, Some(1), "{refused:?}");
}

#[test]
fn a_client_without_a_name_is_routed_by_the_default() {
    let (_folder, router) = router("");
    let answer = router.probe(&[]);
    assert_eq!(answer["reason"], "No route to .");
}

#[test]
fn no_common_alpn_is_tls_alert_120() {
    let (folder, router) = router("");
    let answer = router.probe(&["--alpn", "h3"]);
    assert_eq!(
        (&answer["by"], &answer["code"]),
        (&json!("transport"), &json!(0x178))
    );
    let ran = folder.run(&["probe", &router.address, "--alpn", "h3"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("TLS alert 120"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it_with_code_0() {
    let (_folder, mut router) = router("");
    assert_eq!(
        router.probe(&["--sni", "play.example.com"])["outcome"],
        "referral"
    );
    router.signal("TERM");
    router.until("all connections were answered");
    assert_eq!(router.wait().code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let folder = folder().file("config.yaml", &CONFIG.replace("500ms", "1m"));
    let mut router = folder.serve(&[]);
    // Somebody who shook hands and never says hello keeps the first signal from being enough.
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let dial = Dial::new(router.address.parse().unwrap());
    let silent = client.connect(&dial, b"hytale/3").await.unwrap();
    router.signal("INT");
    router.until("a second signal ends at once");
    router.signal("TERM");
    router.until("drain interrupted");
    assert_eq!(router.wait().code(), Some(130));
    drop(silent);
}

#[test]
fn a_connect_that_can_not_be_read_is_told_with_what_is_wrong() {
    let (_folder, mut router) = router("");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let dial = Dial::new(router.address.parse().unwrap());
        let mut session = client.connect(&dial, b"hytale/3").await.unwrap();
        // 50 bytes that say they are of build 999, and nothing more that makes sense.
        let mut payload = [0xff; 50];
        payload[5..9].copy_from_slice(&999_i32.to_le_bytes());
        session
            .send(&[&[50, 0, 0, 0, 0, 0, 0, 0], &payload[..]].concat())
            .await
            .unwrap();
        let outcome = session.answer(&Hello::of(Generation::G4)).await;
        assert_eq!(
            outcome,
            ExchangeOutcome::Disconnect {
                packet_id: 2,
                reason: None
            }
        );
    });
    assert_eq!(router.until("newer than the known ones")["build"], 999);
    let line = router.until("decision");
    assert_eq!(line["reason"], "bad_connect");
    assert!(
        line["error"]
            .as_str()
            .is_some_and(|error| !error.is_empty()),
        "{line}"
    );
}
