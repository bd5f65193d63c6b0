//! `hyrouter plugin call`.

use hyrouter_testing::peer::PeerProcess;
use serde_json::json;

use crate::support::{Folder, example_plugin, folder};

#[test]
fn one_call_prints_response_time_fuel_and_memory() {
    let file = example_plugin("wasm-plugin.wasm");
    let folder = folder().file("request.json", r#"{"event": {"username": "deny"}}"#);
    let ran = folder.run(&[
        "plugin",
        "call",
        "--wasm",
        &file,
        "--request",
        "request.json",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for text in [
        r#"response: {"deny":true,"deny_reason":"denied by the example WASM plugin"}"#,
        "answered in ",
        "units of fuel",
        "KiB of memory",
    ] {
        assert!(ran.stdout.contains(text), "{ran:?}");
    }
    let told = folder
        .run(&[
            "plugin",
            "call",
            "--wasm",
            &file,
            "--username",
            "Ann",
            "--json",
        ])
        .json();
    assert_eq!(
        told["response"]["referral_data"],
        "eyJsb2JieSI6Im1haW4ifQ=="
    );
    assert!(told["fuel"].as_u64().unwrap() > 100, "{told}");
}

#[test]
fn a_guests_words_are_shown_also_when_it_refuses() {
    let file = example_plugin("sdk-everything.wasm");
    let told = folder()
        .run(&["plugin", "call", "--wasm", &file, "--json"])
        .json();
    let levels: Vec<_> = told["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["level"])
        .collect();
    assert_eq!(levels, ["trace", "debug", "info", "warn", "error"]);

    let file = example_plugin("wasm-plugin.wasm");
    let ran = folder().run(&[
        "plugin",
        "call",
        "--wasm",
        &file,
        "--plugin-config",
        r#"{"prefix":7}"#,
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("printed (warn): ") && ran.stderr.contains("refuses its `config`"),
        "{ran:?}"
    );
}

#[test]
fn plugins_of_a_configuration_are_asked_by_name() {
    let peer = PeerProcess::rust_example();
    let config = format!(
        "plugins:
  - {{ name: lobby, type: wasm, config: {{ tag: gold, prefix: Al }}, wasm: {{ path: '{}' }} }}
  - {{ name: bans, type: grpc, grpc: {{ address: '{}' }} }}
",
        example_plugin("wasm-plugin.wasm"),
        peer.address()
    );
    let folder = folder().file("config.yaml", &config);
    let call = |name: &str, player: &str| {
        folder
            .run(&[
                "plugin",
                "call",
                "--config",
                "config.yaml",
                name,
                "--username",
                player,
                "--json",
            ])
            .json()
    };
    let told = call("lobby", "Alder");
    // {"lobby":"gold","name":"Alder"}
    assert_eq!(
        told["response"]["referral_data"],
        "eyJsb2JieSI6ImdvbGQiLCJuYW1lIjoiQWxkZXIifQ=="
    );
    assert_eq!(call("bans", "deny")["response"]["deny"], true);
    assert_eq!(call("bans", "Alder")["response"], json!({"deny": false}));

    let ran = folder.run(&["plugin", "call", "other"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr
            .contains(r#"the configuration has no plugin "other"; it has: lobby, bans"#),
        "{ran:?}"
    );
}

#[test]
fn a_failing_plugin_is_told_of() {
    let folder = folder().file(
        "config.yaml",
        "plugins: [{ name: bans, type: grpc, grpc: { address: '127.0.0.1:9' } }]",
    );
    let ran = folder.run(&["plugin", "call", "bans"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("failed after")
            && ran
                .stdout
                .contains("unreachable: connecting to 127.0.0.1:9"),
        "{ran:?}"
    );
    let ran = folder.run(&["plugin", "call"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
}

/// A folder with a guest that always gives this answer, as `guest.wasm`.
fn answering(answer: &str) -> Folder {
    let quoted = answer.replace('\\', "\\\\").replace('"', "\\\"");
    let packed = (4096_u64 << 32) | answer.len() as u64;
    let source = format!(
        r#"(module (memory (export "memory") 8)
  (data (i32.const 4096) "{quoted}")
  (func (export "alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "on_connect") (param i32 i32) (result i64) (i64.const {packed})))"#
    );
    let folder = folder().file("config.yaml", CONFIG);
    std::fs::write(folder.path("guest.wasm"), wat::parse_str(source).unwrap()).unwrap();
    folder
}

const CONFIG: &str = "
routing: { default: { backends: [{ host: a.example, port: 1 }, { host: b.example, port: 2 }] } }
plugins: [{ name: guest, type: wasm, wasm: { path: guest.wasm } }]
";

#[test]
fn what_of_an_answer_is_ignored_is_told() {
    let long = format!(r#"{{"referral_data":"{}"}}"#, "AAAA".repeat(2000));
    for (answer, code, told) in [
        (
            r#"{"selected_index":9}"#,
            "plugin_index_ignored",
            "ignored: selected_index 9 is outside of 2 candidates (plugin_index_ignored)",
        ),
        (
            r#"{"backend":{"host":"","port":5520}}"#,
            "plugin_override_void",
            "ignored: backend is void",
        ),
        (
            r#"{"backend":{"host":"a:5520","port":5520}}"#,
            "plugin_override_void",
            "ignored: backend is void",
        ),
        (
            r#"{"deny":true,"denyReason":"no"}"#,
            "plugin_field_unknown",
            r#"did you mean "deny_reason"?"#,
        ),
        (r#"{"Deny":true}"#, "plugin_field_case", "note: "),
        (
            r#"{"deny_reason":"no"}"#,
            "plugin_reason_ignored",
            "ignored: deny_reason was ignored, because deny is not true",
        ),
        (
            r#"{"cache_ttl":30,"cache_key":["uid"]}"#,
            "plugin_cache_ignored",
            r#"ignored: the answer cannot be cached: cache_key names "uid", allowed: uuid, username, "#,
        ),
        (
            r#"{"cache_ttl":30}"#,
            "plugin_cache_ignored",
            "ignored: the answer cannot be cached: cache_ttl needs cache_key; [] means the same answer for every player",
        ),
        (
            &long,
            "referral_truncated",
            "ignored: referral_data has 6000 bytes, at most",
        ),
    ] {
        let folder = answering(answer);
        let by_file = ["plugin", "call", "--wasm", "guest.wasm"];
        let by_name = ["plugin", "call", "guest"];
        let explained = ["explain", "--plugins"];
        for args in [&by_file[..], &by_name, &explained] {
            let ran = folder.run(args);
            assert_eq!(ran.code, Some(0), "{answer}: {ran:?}");
            assert!(
                ran.stdout.contains(told) && ran.stdout.contains(code),
                "{answer}: {ran:?}"
            );
            let report = folder.run(&[args, &["--json"]].concat()).json();
            let notes = match args {
                ["explain", ..] => &report["plugins"][0]["notes"],
                _ => &report["notes"],
            };
            assert_eq!(notes[0]["code"], code, "{answer}: {report}");
        }
    }
}

#[test]
fn what_an_answer_does_to_the_player_is_told() {
    for (answer, lines) in [
        (
            "{}",
            &["effect: unchanged, the player goes to 10.0.0.1:5520"][..],
        ),
        (
            r#"{"selected_index":1,"referral_data":"eyJsb2JieSI6InZpcCJ9"}"#,
            &[
                "effect: changed, the player goes to 10.0.0.2:5520",
                r#"referral data, 15 bytes: "{\"lobby\":\"vip\"}""#,
            ],
        ),
        (
            r#"{"referral_data":"AAEC"}"#,
            &["referral data, 3 bytes: 000102"],
        ),
        (
            r#"{"deny":true,"deny_reason":"Not today."}"#,
            &[r#"effect: denied, the player reads "Not today.""#],
        ),
        (r#"{"deny":true}"#, &["effect: denied, without a text"]),
        (
            r#"{"deny":true,"cache_ttl":30,"cache_key":["sni","uuid"]}"#,
            &["cacheable for 30 s by uuid, host"],
        ),
        (
            r#"{"cache_ttl":60.0,"cache_key":[]}"#,
            &["cacheable for 60 s for every player"],
        ),
        (
            r#"{"selected_index":1,"cache_ttl":60,"cache_key":[]}"#,
            &["cacheable for 60 s by candidates"],
        ),
    ] {
        let ran = answering(answer).run(&["plugin", "call", "--wasm", "guest.wasm"]);
        for line in lines {
            assert!(
                ran.stdout.lines().any(|found| found == *line),
                "{line}: {ran:?}"
            );
        }
        assert!(!ran.stdout.contains("ignored"), "{ran:?}");
    }
}

#[test]
fn a_grpc_server_is_asked_by_its_address_alone() {
    let peer = PeerProcess::rust_example();
    let call = |more: &[&str]| {
        let args = ["plugin", "call", "--grpc", peer.address()];
        folder().run(&[&args, more].concat())
    };
    let ran = call(&["--username", "deny"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains(r#""deny":true"#), "{ran:?}");
    assert!(!ran.stdout.contains("loaded in"), "nothing is: {ran:?}");
    let told = call(&["--set", "event.username=deny", "--json"]).json();
    assert_eq!(told["effect"]["verdict"], "denied");
    assert_eq!(told["load_us"], json!(null));
    let ran = folder().run(&["plugin", "call", "--grpc", "nowhere"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(ran.stderr.contains("has no port"), "{ran:?}");
}

#[test]
fn the_request_is_printed_with_all_that_was_set() {
    let args = [
        "plugin",
        "call",
        "--print-request",
        "--sni",
        "spiele.\u{fc}ber.example",
        "--uuid",
        "00000000-0000-4000-8000-000000000007",
        "--language",
        "de-DE",
        "--set",
        "event.alpn=hytale/3",
        "--set",
        "candidates.1.port=7",
    ];
    let ran = folder().run(&args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let request = ran.json();
    assert_eq!(request["event"]["sni"], "spiele.xn--ber-goa.example");
    assert_eq!(
        request["event"]["uuid"],
        "00000000-0000-4000-8000-000000000007"
    );
    assert_eq!(request["event"]["language"], "de-DE");
    assert_eq!(request["event"]["alpn"], "hytale/3");
    assert_eq!(request["candidates"][1]["port"], 7);
    let folder = folder().file("request.json", &ran.stdout);
    let again = [
        "plugin",
        "call",
        "--print-request",
        "--request",
        "request.json",
    ];
    assert_eq!(folder.run(&again).json(), request);
    let ran = folder.run(&[&again[..], &["--set", "event.usrname=Ann"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("--set event.usrname"), "{ran:?}");
}

#[test]
fn a_module_that_can_answer_nobody_is_refused_by_check_and_start_alone() {
    let folder = answering("[]");
    for args in [&["check"][..], &[], &["explain", "--plugins"]] {
        let ran = folder.run(args);
        assert_eq!(ran.code, Some(64), "{args:?}: {ran:?}");
        for part in [
            "plugins[0]",
            "guest.wasm",
            "cannot answer a trial call",
            "bad response",
        ] {
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(said.contains(part), "{part}, {args:?}: {ran:?}");
        }
    }
    assert_eq!(folder.run(&["check", "--no-files"]).code, Some(0));
    // The tool for authors asks it all the same.
    let ran = folder.run(&["plugin", "call", "guest"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("failed after"), "{ran:?}");
}
