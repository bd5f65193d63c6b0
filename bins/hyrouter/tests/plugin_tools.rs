//! `hyrouter plugin call` and `hyrouter plugin bench`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

#[path = "../../../crates/plugin-grpc/tests/support/peer.rs"]
mod peer;
mod support;

use peer::Peer;
use serde_json::json;
use support::{example_plugin, folder};

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
    let peer = Peer::rust_example();
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
            .contains(r#"no plugin "other" in the configuration, there are: lobby, bans"#),
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

#[test]
fn a_bench_prints_the_distribution() {
    let file = example_plugin("wasm-plugin.wasm");
    let args = [
        "plugin",
        "bench",
        "--wasm",
        &file,
        "--calls",
        "500",
        "--concurrency",
        "4",
    ];
    let ran = folder().run(&args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .contains("500 of 500 calls answered, 4 at a time"),
        "{ran:?}"
    );
    let told = folder().run(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(
        (&told["answered"], &told["failed"]),
        (&json!(500), &json!({}))
    );
    let times = &told["microseconds"];
    assert!(times["p50"].as_f64() <= times["p99"].as_f64(), "{told}");
    assert!(times["p99"].as_f64() <= times["slowest"].as_f64(), "{told}");
}
