//! `hyrouter check`: all mistakes at once, and what it opens.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, Ran, folder};

const POOL: &str = "routing: { default: { backends: [{ host: a, port: 1 }] } }\n";

/// Names a file that is missing at each of `MISSING`.
const NAMES_FILES: &str = "
tls: { cert_file: no/cert, key_file: no/key }
quic: { token_key_file: no/token-key }
identity: { mode: require, jwks: no/jwks }
referral:
  version: 2
  keys: [{ id: 1, secret_file: no/secret }]
  accept: [{ id: 2, secret_file: no/ticket }]
plugins:
  - { name: w, type: wasm, wasm: { path: no/plugin } }
  - { name: g, type: grpc, grpc: { address: '127.0.0.1:9', tls: { ca_file: no/ca, cert_file: no/c, key_file: no/k } } }
admin: { listen: '127.0.0.1:0', token_file: no/admin }
logging: { decisions: no/log, webhook: { url: 'https://a.example/', token_file: no/hook, ca_file: no/hook-ca } }
";

const MISSING: [&str; 14] = [
    "tls.cert_file",
    "tls.key_file",
    "quic.token_key_file",
    "identity.jwks",
    "referral.keys[0].secret_file",
    "referral.accept[0].secret_file",
    "plugins[0].wasm.path",
    "plugins[1].grpc.tls.ca_file",
    "plugins[1].grpc.tls.cert_file",
    "plugins[1].grpc.tls.key_file",
    "admin.token_file",
    "logging.decisions",
    "logging.webhook.token_file",
    "logging.webhook.ca_file",
];

/// The paths of the lines of mistakes, sorted.
fn paths(stderr: &str) -> Vec<&str> {
    let lines = stderr.lines().skip(1);
    let mut paths: Vec<_> = lines.map(|line| line.split(": ").next().unwrap()).collect();
    paths.sort_unstable();
    paths
}

fn sorted<const N: usize>(mut paths: [&str; N]) -> Vec<&str> {
    paths.sort_unstable();
    paths.to_vec()
}

#[test]
fn all_missing_files_are_found_at_once() {
    let folder = folder().file("config.yaml", &format!("{POOL}{NAMES_FILES}"));
    for args in [&["check"][..], &[]] {
        let ran = folder.run(args);
        assert_eq!(ran.code, Some(64), "{ran:?}");
        assert_eq!(paths(&ran.stderr), sorted(MISSING), "{ran:?}");
        assert!(ran.stderr.contains("14 mistakes"), "{ran:?}");
    }
}

#[test]
fn a_webhook_whose_authority_is_no_certificate_is_a_mistake() {
    let webhook = "logging: { webhook: { url: 'https://a.example/', ca_file: ca.pem } }\n";
    let folder = folder()
        .file("config.yaml", &format!("{POOL}{webhook}"))
        .file("ca.pem", "no certificate");
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert_eq!(paths(&ran.stderr), ["logging.webhook"], "{ran:?}");
    assert!(ran.stderr.contains("ca.pem"), "{ran:?}");
}

/// A section with a mistake of another kind is not opened: what stands in for the wrong value is not what was meant.
#[test]
fn missing_files_are_found_beside_mistakes_of_shape() {
    let config = format!("{POOL}{NAMES_FILES}listne: 1\n").replace("mode: require", "mode: maybe");
    let config = config.replace("name: w,", "name: w, timeout: soon,");
    let ran = folder().file("config.yaml", &config).run(&["check"]);
    let found = paths(&ran.stderr);
    for wrong in ["identity.mode", "listne", "plugins[0].timeout"] {
        assert!(found.contains(&wrong), "{ran:?}");
    }
    assert_eq!(
        found.len(),
        3 + MISSING.len() - 1,
        "all but identity: {ran:?}"
    );
}

#[test]
fn a_configuration_of_another_machine_is_checked_without_files() {
    let folder = folder()
        .file("good.yaml", &format!("{POOL}{NAMES_FILES}"))
        .file("bad.yaml", &format!("{POOL}{NAMES_FILES}listne: 1\n"));
    let ran = folder.run(&["check", "--no-files", "--strict", "--config", "good.yaml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for line in [
        "identity: required",
        "plugin w: stage route",
        "signed envelope",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {ran:?}");
    }
    let ran = folder.run(&["check", "--no-files", "--config", "bad.yaml"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 2, "{ran:?}");
}

/// Secrets of variables that are set are judged; those of variables that are not are on the other machine.
#[test]
fn variables_with_secrets_may_be_missing_without_files() {
    let config =
        format!("{POOL}referral: {{ version: 2, keys: [{{ id: 1, secret_env: KEY }}] }}\n");
    let folder = folder().file("config.yaml", &config);
    assert_eq!(folder.run(&["check"]).code, Some(64));
    assert_eq!(folder.run(&["check", "--no-files"]).code, Some(0));
    let short = folder
        .hyrouter(&["check", "--no-files"])
        .env("KEY", "short")
        .status();
    assert_eq!(short.unwrap().code(), Some(64));
}

#[test]
fn shipped_examples_are_good() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mut found = Vec::new();
    for folder in [
        "systemd",
        "docker",
        "kubernetes/base",
        "kubernetes/overlays/example",
    ] {
        let file = fs::canonicalize(format!("{examples}/{folder}/config.yaml")).unwrap();
        found.push(file);
    }
    for file in found {
        let file = file.to_str().unwrap();
        let ran = folder().run(&["check", "--no-files", "--strict", "--config", file]);
        assert_eq!(ran.code, Some(0), "{file}: {ran:?}");
    }
}

/// A pool without backends is allowed and hardly meant.
fn with_warnings() -> Folder {
    folder().file("config.yaml", "routing: { default: { backends: [] } }\n")
}

#[test]
fn strict_refuses_warnings() {
    let folder = with_warnings();
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("\nwarning: routing.default"), "{ran:?}");
    let ran = folder.run(&["check", "--strict"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(
        ran.stdout.contains("refused because of 1 warning"),
        "{ran:?}"
    );
    assert!(
        ran.stderr.starts_with("warning: routing.default"),
        "{ran:?}"
    );
}

#[test]
fn a_check_is_one_json_object() {
    let told = with_warnings().run(&["check", "--json", "--strict"]).json();
    assert_eq!(
        (&told["good"], &told["mistakes"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(told["warnings"][0]["path"], "routing.default");
    assert_eq!(told["summary"]["listen"], ":5520");

    let wrong = "routing: { default: { backends: [{ host: a, port: 70000 }] } }\nadmin: { token_file: none }\n";
    let ran = folder()
        .file("config.yaml", wrong)
        .run(&["check", "--json"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    let told = ran.json();
    assert_eq!(
        (&told["good"], &told["file"]),
        (&json!(false), &json!("config.yaml"))
    );
    let port = &told["mistakes"][0];
    assert_eq!(port["path"], "routing.default.backends[0].port");
    assert_eq!(port["value"], 70000);
    assert_eq!(told["summary"], Value::Null);

    let told = folder()
        .file("config.yaml", "a: [")
        .run(&["check", "--json"])
        .json();
    assert_eq!(told["mistakes"][0]["path"], Value::Null);
    assert!(
        told["mistakes"][0]["message"]
            .as_str()
            .unwrap()
            .starts_with("config.yaml:1:")
    );
}

const CLOSED: &str = "
listen: '127.0.0.1:0'
routing:
  routes:
    - { name: play, match: { hostname: a.example }, maintenance: { enabled: true }, pool: { backends: [{ host: a, port: 1, drained: true }, { host: b, port: 2 }] } }
  default: { backends: [{ host: b, port: 2, drained: true }] }
";

/// An operator who forgot a drain finds it where the rest stands.
#[test]
fn drains_and_maintenance_are_summed_up() {
    let folder = folder().file("config.yaml", CLOSED);
    let ran = folder.run(&["check"]);
    for line in ["\ndrained: a:1, b:2\n", "\nmaintenance: play\n"] {
        assert!(ran.stdout.contains(line), "{ran:?}");
    }
    let mut router = folder.serve(&[]);
    router.signal("TERM");
    router.wait();
    let mut router = crate::support::Router::begin(folder.hyrouter(&[]));
    let route = router.until("route");
    assert_eq!(
        (&route["route"], &route["backends"]),
        (&json!("play"), &json!("a:1, b:2"))
    );
    assert_eq!(
        router.until("drained by the configuration")["backends"],
        "a:1, b:2"
    );
    assert_eq!(router.until("under maintenance")["routes"], "play");
    assert_eq!(
        router.until("trust")["referral_data"],
        "envelope without a signature, version 1"
    );
}

#[test]
fn check_lists_every_mistake_with_its_path() {
    let folder = folder().file(
        "bad.yaml",
        r#"
listne: ":5520"
tls: { cert_file: a.pem }
quic: { max_idle_timeout: 30 seconds }
routing:
  routes:
    - match: { hostname: "[a" }
      pool: { strategy: p2c, backends: [{ host: a, port: 70000 }] }
"#,
    );
    for args in [
        &["check", "--config", "bad.yaml"][..],
        &["--config", "bad.yaml", "check"],
        &["--config", "bad.yaml"],
    ] {
        let ran = folder.run(args);
        assert_eq!(ran.code, Some(64));
        for path in [
            "listne: ",
            "tls.cert_file: ",
            "tls.key_file: ",
            "quic.max_idle_timeout: ",
            "routing.routes[0].match.hostname: ",
            "routing.routes[0].pool.key: ",
            "routing.routes[0].pool.backends[0].port: ",
        ] {
            assert!(
                ran.stderr.lines().any(|line| line.starts_with(path)),
                "{path} in {}",
                ran.stderr
            );
        }
        assert_eq!(
            ran.stderr.lines().count(),
            8,
            "a head line and seven mistakes: {}",
            ran.stderr
        );
    }
}

#[test]
fn check_sums_up_a_good_file() {
    let folder = folder().file(
        "config.yaml",
        "routing: { default: { strategy: random, backends: [{ host: a.example.com, port: 5521 }] } }",
    );
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("config.yaml: good")
            && ran.stdout.contains("random of a.example.com:5521"),
        "{ran:?}"
    );
}

#[test]
fn a_certificate_that_is_none_is_found_by_check_and_by_the_start() {
    let folder = folder().file("a.pem", "not a certificate").file(
        "config.yaml",
        "{ listen: \"127.0.0.1:0\", tls: { cert_file: a.pem, key_file: a.pem }, routing: { default: { backends: [{ host: a, port: 1 }] } } }",
    );
    let ran = folder.run(&["check"]);
    assert_eq!(
        (ran.code, ran.stderr.contains("a.pem")),
        (Some(64), true),
        "{ran:?}"
    );
    let ran = folder.run(&[]);
    assert_eq!(
        (ran.code, ran.stderr.contains("a.pem")),
        (Some(64), true),
        "{ran:?}"
    );
}

#[test]
fn the_development_configurations_are_good() {
    let root = fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).unwrap();
    let folder = folder();
    let mut count = 0;
    for file in fs::read_dir(root.join("dev")).unwrap() {
        let file = file.unwrap().path();
        if !file.to_str().unwrap().ends_with(".dev.yaml") {
            continue;
        }
        let mut check = folder.hyrouter(&["check", "--no-files", "--config"]);
        let ran = Ran::from(check.arg(&file).current_dir(&root).output().unwrap());
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", file.display());
        count += 1;
    }
    assert!(count >= 3, "{count} files in {}", root.display());
}

#[test]
fn the_configuration_in_the_readme_is_good() {
    let readme = include_str!("../../../../README.md");
    let yaml = readme
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let ran = folder().file("config.yaml", yaml).run(&["check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.stdout.contains("warning"), "{ran:?}");
}

/// What a start would refuse, `check` refuses, also where it opens nothing.
#[test]
fn check_judges_what_runs_beside_players() {
    let pool = "routing: {default: {backends: [{host: h, port: 1}]}}\n";
    for (section, message) in [
        ("logging: {decisions: nowhere/d.jsonl}", "logging.decisions"),
        (
            "logging: {webhook: {url: \"http://127.0.0.1:1/\", token_file: none}}",
            "logging.webhook.token_file",
        ),
        (
            "admin: {listen: \"127.0.0.1:0\", token_file: none}",
            "admin.token_file",
        ),
        ("quic: {token_key_file: none}", "quic.token_key_file"),
    ] {
        let folder = folder().file("c.yaml", &format!("{pool}{section}\n"));
        let ran = folder.run(&["check", "--config", "c.yaml"]);
        assert_eq!(ran.code, Some(64), "{section}: {ran:?}");
        assert!(ran.stderr.contains(message), "{section}: {ran:?}");
        let started = folder.run(&["--config", "c.yaml"]);
        assert_eq!(started.code, Some(64), "{section}: {started:?}");
    }
}
