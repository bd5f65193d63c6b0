//! Cases of the author.

use super::{bad, example};
use crate::support::{Folder, example_plugin, folder};

fn with_cases(cases: &[(&str, &str)]) -> Folder {
    let folder = folder();
    std::fs::create_dir(folder.path("cases")).unwrap();
    cases.iter().fold(folder, |folder, (name, text)| {
        folder.file(&format!("cases/{name}.json"), text)
    })
}

#[test]
fn a_case_has_its_own_config_in_both_kinds_of_plugins() {
    let configured = r#"{"config": {"prefix": "Al"}, "effect": "changed"}"#;
    let refused = r#"{"config": {"prefix": 7}, "error": "config_refused"}"#;
    let wrong = r#"{"config": {"prefix": 7}, "effect": "denied"}"#;
    let folder = with_cases(&[
        ("configured", configured),
        ("refused", refused),
        ("wrong", wrong),
    ]);
    let file = example_plugin("wasm-plugin.wasm");
    let peer = bad("refuses_config");
    for target in [["--wasm", &file], ["--grpc", peer.address()]] {
        let args = ["plugin", "test", target[0], target[1], "--cases", "cases"];
        let ran = folder.run(&[&args[..], &["--only", "none"]].concat());
        assert_eq!(ran.code, Some(64), "{ran:?}");
        assert!(ran.stderr.contains("leave no check and no case"), "{ran:?}");
        let quick = [
            "--json", "--calls", "10", "--skip", " ", "--skip", "UTF", "--skip", "deadline",
        ];
        let ran = folder.run(&[&args[..], &quick].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let report = ran.json();
        let results = report["checks"].as_array().unwrap().iter();
        let results: Vec<_> = results
            .map(|check| {
                (
                    check["name"].as_str().unwrap(),
                    check["result"].as_str().unwrap(),
                )
            })
            .collect();
        let expected = [
            ("configured", "passed"),
            ("refused", "passed"),
            ("wrong", "failed"),
        ];
        assert_eq!(results, expected, "{report:#}");
        let text = report.to_string();
        assert!(text.contains("the effect denied"), "{text}");
        let words = ["expected a string", "prefix: not a text"];
        assert!(
            words.iter().any(|words| text.contains(words)),
            "of the plugin: {text}"
        );
    }
}

#[test]
fn a_difference_has_path_expected_and_got() {
    let folder = with_cases(&[(
        "vip",
        r#"{
            "description": "A VIP has an own lobby",
            "request": {"event": {"username": "VIP_Ann"}},
            "response": {"referral_data": {"lobby": "gold"}, "backend": {"host": "vip.example"}},
            "effect": "changed"
        }"#,
    )]);
    let file = example_plugin("wasm-plugin.wasm");
    let args = [
        "plugin", "test", "--wasm", &file, "--cases", "cases", "--only", "vip",
    ];
    let ran = folder.run(&args);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for line in [
        "    backend: expected {\"host\":\"vip.example\"}, got absent",
        "    referral_data (JSON).lobby: expected \"gold\", got \"vip\"",
        "    (A VIP has an own lobby)",
        "0 passed, 1 failed",
    ] {
        assert!(
            ran.stdout.lines().any(|found| found == line),
            "{line}: {ran:?}"
        );
    }
}

#[test]
fn a_wrong_file_is_named_before_anything_runs() {
    let folder = with_cases(&[("typo", r#"{"respons": {}}"#), ("text", "no JSON")]);
    let ran = folder.run(&[
        "plugin",
        "test",
        "--grpc",
        "127.0.0.1:9",
        "--cases",
        "cases",
    ]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(
        ran.stderr
            .contains("cases/typo.json: respons: unknown key, allowed: description, config")
            && ran.stderr.contains("cases/text.json: not JSON"),
        "{ran:?}"
    );
    let ran = folder.run(&["plugin", "test", "--grpc", "127.0.0.1:9", "--cases", "none"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(ran.stderr.contains("none: "), "{ran:?}");
}

#[test]
fn a_plugin_of_the_configuration_is_tested_by_name() {
    let folder = folder().file(
        "config.yaml",
        &format!(
            "plugins: [{{ name: lobby, type: wasm, wasm: {{ path: '{}', fuel: 1000000000 }}, config: {{ tag: gold }} }}]",
            example_plugin("wasm-plugin.wasm")
        ),
    );
    let ran = folder.run(&["plugin", "test", "lobby", "--only", "biggest"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("\n1 passed, 0 failed\n"),
        "with more fuel: {ran:?}"
    );
    let peer = bad("refers_in_stage_deny");
    for (stage, code) in [("deny", 1), ("route", 64)] {
        let address = peer.address();
        let config = format!(
            "plugins: [{{ name: bans, type: grpc, stage: {stage}, grpc: {{ address: '{address}' }} }}]"
        );
        std::fs::write(folder.path("config.yaml"), config).unwrap();
        let ran = folder.run(&["plugin", "test", "bans", "--only", "stage deny"]);
        assert_eq!(ran.code, Some(code), "{stage}: {ran:?}");
    }
    let missing = example("none").display().to_string();
    let ran = folder.run(&["plugin", "test", "--wasm", &missing]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}
