//! A configuration is replaced while players come and go.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

#[path = "support/players.rs"]
mod players;
mod support;

use std::fs;
use std::path::Path;

use hyrouter_client::Outcome;
use players::{Player, player, refusal};
use serde_json::json;
use support::admin::Admin;
use support::{Folder, Router, folder};

const BEGIN: &str = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
"#;

/// Refers everybody there.
fn config(host: &str) -> String {
    format!("{BEGIN}routing: {{ default: {{ backends: [{{ host: {host}, port: 5520 }}] }} }}\n")
}

fn serve(config: &str, args: &[&str]) -> (Folder, Router, Admin) {
    let folder = folder().file("config.yaml", config);
    let (router, admin) = folder.serve_with_admin(args);
    (folder, router, admin)
}

fn write(folder: &Folder, name: &str, text: &str) {
    fs::write(folder.path(name), text).unwrap();
}

/// A certificate with its key, by a library that is not the router's.
fn certificate(folder: &Folder, name: &str) {
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["play.example.com".to_owned()];
    let cert = rcgen::CertificateParams::new(names)
        .unwrap()
        .self_signed(&key)
        .unwrap();
    write(folder, &format!("{name}.crt"), &cert.pem());
    write(folder, &format!("{name}.key"), &key.serialize_pem());
}

/// Refuses everybody, with a text of its name and a letter from A to P that moves on with every call of this instance.
fn counting_plugin(folder: &Folder, name: &str) {
    let text = format!("{{\\\"deny\\\":true,\\\"deny_reason\\\":\\\"{name} @\\\"}}");
    let length = text.replace('\\', "").len();
    let letter = 1024 + length - 3;
    let module = format!(
        r#"(module
  (memory (export "memory") 2)
  (data (i32.const 1024) "{text}")
  (func (export "alloc") (param i32) (result i32) (i32.const 16384))
  (func (export "on_connect") (param i32 i32) (result i64)
    (i32.store8 (i32.const {letter})
      (i32.add (i32.const 65) (i32.and (i32.const 15) (i32.sub (i32.load8_u (i32.const {letter})) (i32.const 64)))))
    (i64.or (i64.shl (i64.const 1024) (i64.const 32)) (i64.const {length}))))"#
    );
    fs::write(folder.path("plugin.wasm"), wat::parse_str(module).unwrap()).unwrap();
}

fn host(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Referral { host, .. } => host,
        other => panic!("not referred: {other:?}"),
    }
}

/// Comes until referred there.
async fn comes_until(player: &Player, wanted: &str) {
    while host(&player.comes().await) != wanted {}
}

/// What "Shows it" of the issue says, in one run: reloads, a certificate, a broken file and a plugin, and nobody is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_is_lost_while_everything_is_replaced() {
    let folder = folder();
    certificate(&folder, "one");
    counting_plugin(&folder, "old");
    let whole = |certificate: &str, backend: &str| {
        format!(
            "{BEGIN}tls: {{ cert_file: {certificate}.crt, key_file: {certificate}.key }}
plugins: [{{ name: counter, type: wasm, wasm: {{ path: plugin.wasm, instances: 1 }}, stage: deny }}]
routing: {{ default: {{ backends: [{{ host: {backend}, port: 5520 }}] }} }}\n"
        )
    };
    write(&folder, "config.yaml", &whole("one", "a.example"));
    let (mut router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let crowd: Vec<_> = (0..4)
        .map(|_| player(&router, "Alder").keeps_coming())
        .collect();

    let before = admin.status()["config"]["certificate"].clone();
    let reload = || admin.post("/reload", &json!({}));
    for _ in 0..100 {
        assert_eq!(reload(), json!({"restart_needed": []}));
    }
    certificate(&folder, "two");
    write(&folder, "config.yaml", &whole("two", "b.example"));
    reload();
    assert_ne!(admin.status()["config"]["certificate"], before);

    write(
        &folder,
        "config.yaml",
        "listen: nowhere\nrouting: {}\nunknown: 1\n",
    );
    let refused = admin.ask("POST", "/reload", "{}");
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(refused.json()["mistakes"].as_array().unwrap().len(), 2);
    // A certificate with the key of another.
    write(&folder, "config.yaml", &whole("two", "b.example"));
    fs::copy(folder.path("one.key"), folder.path("two.key")).unwrap();
    assert_eq!(admin.ask("POST", "/reload", "{}").status, 409);
    // A plugin that is none.
    certificate(&folder, "two");
    write(&folder, "plugin.wasm", "nonsense");
    assert_eq!(admin.ask("POST", "/reload", "{}").status, 409);
    let status = admin.status();
    assert!(
        status["config"]["last_error"]["mistakes"][0]
            .as_str()
            .unwrap()
            .contains("plugins[0]"),
        "{status}"
    );
    assert!(admin.metric("hyrouter_config_reload_failing ") > 0.0);

    counting_plugin(&folder, "new");
    reload();
    let refused = player(&router, "Alder").comes().await;
    assert!(
        refusal(&refused).unwrap().starts_with("new "),
        "{refused:?}"
    );

    let mut answers = 0;
    for one in crowd {
        for outcome in one.stop().await {
            // `refusal` panics for whoever got no answer.
            assert!(refusal(&outcome).is_some(), "{outcome:?}");
            answers += 1;
        }
    }
    assert!(answers > 100, "only {answers} players came");

    let page = admin.status()["config"].clone();
    assert_eq!(
        (&page["reloads"], &page["failed_reloads"]),
        (&json!(102), &json!(3))
    );
    assert_eq!(page["last_error"], json!(null));
    let metric = |line: &str| admin.metric(line);
    assert!((metric("hyrouter_reloads_total{result=\"ok\"} ") - 102.0).abs() < 0.1);
    assert!((metric("hyrouter_reloads_total{result=\"failed\"} ") - 3.0).abs() < 0.1);
    assert!(metric("hyrouter_config_reload_failing ") < 1.0);
    let denied =
        metric("hyrouter_decisions_total{outcome=\"disconnect\",reason=\"plugin_denied\"} ");
    assert!(denied >= f64::from(answers), "{denied} of {answers}");
    router.signal("TERM");
    assert_eq!(router.wait().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn state_survives_and_what_is_the_same_goes_on() {
    let folder = folder();
    counting_plugin(&folder, "one");
    let whole = |timeout: &str| {
        format!(
            "{BEGIN}plugins: [{{ name: counter, type: wasm, wasm: {{ path: plugin.wasm, instances: 1 }}, stage: deny, timeout: {timeout} }}]
routing:
  routes: [{{ name: turns, match: {{ hostname: play.example.com }}, pool: {{ backends: [{{ host: a, port: 1 }}] }} }}]\n"
        )
    };
    write(&folder, "config.yaml", &whole("1s"));
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let player = player(&router, "Alder");
    assert_eq!(refusal(&player.comes().await), Some("one A"));
    admin.post("/reload", &json!({}));
    assert_eq!(
        refusal(&player.comes().await),
        Some("one B"),
        "the instance stays"
    );
    // What the chain does with a plugin is not the plugin.
    write(&folder, "config.yaml", &whole("2s"));
    admin.post("/reload", &json!({}));
    assert_eq!(refusal(&player.comes().await), Some("one C"));
    let calls = "hyrouter_plugin_calls_total{plugin=\"counter\",verdict=\"denied\"} ";
    assert!((admin.metric(calls) - 3.0).abs() < 0.1);
    counting_plugin(&folder, "two");
    admin.post("/reload", &json!({}));
    assert_eq!(refusal(&player.comes().await), Some("two A"));
    assert!((admin.metric(calls) - 4.0).abs() < 0.1, "counts go on");
    let route = "hyrouter_route_decisions_total{route=\"turns\",outcome=\"disconnect\"} ";
    assert!((admin.metric(route) - 4.0).abs() < 0.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn round_robin_goes_on_where_it_was() {
    let pool = "{ backends: [{ host: a, port: 1 }, { host: b, port: 1 }, { host: c, port: 1 }] }";
    let (_folder, router, admin) = serve(
        &format!("{BEGIN}routing: {{ default: {pool} }}\n"),
        &["--no-watch"],
    );
    let player = player(&router, "Alder");
    for wanted in ["a", "b", "c", "a", "b"] {
        assert_eq!(host(&player.comes().await), wanted);
        admin.post("/reload", &json!({}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn files_are_watched_as_editors_and_kubernetes_change_them() {
    let (folder, mut router, admin) = serve(&config("a.example"), &[]);
    let player = player(&router, "Alder");
    assert_eq!(host(&player.comes().await), "a.example");
    // As an editor saves.
    write(&folder, "config.yaml~", &config("b.example"));
    fs::rename(folder.path("config.yaml~"), folder.path("config.yaml")).unwrap();
    comes_until(&player, "b.example").await;
    router.until("the configuration was reloaded");

    // As Kubernetes mounts a ConfigMap: config.yaml -> ..data/config.yaml, ..data -> ..version.
    let link = |to: &str, name: &str| {
        let next = folder.path("..next");
        std::os::unix::fs::symlink(to, &next).unwrap();
        fs::rename(next, folder.path(name)).unwrap();
    };
    for version in ["c", "d"] {
        fs::create_dir(folder.path(&format!("..{version}"))).unwrap();
        let file = format!("..{version}/config.yaml");
        write(&folder, &file, &config(&format!("{version}.example")));
    }
    link("..c", "..data");
    link("..data/config.yaml", "config.yaml");
    comes_until(&player, "c.example").await;
    router.until("the configuration was reloaded");
    link("..d", "..data");
    comes_until(&player, "d.example").await;
    router.until("the configuration was reloaded");

    // A broken file is told of once, not every second.
    write(&folder, "..d/config.yaml", "routing: [");
    router.until("was not reloaded");
    assert_eq!(host(&player.comes().await), "d.example");
    write(&folder, "..d/config.yaml", &config("e.example"));
    comes_until(&player, "e.example").await;
    assert_eq!(admin.status()["config"]["failed_reloads"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_file_that_is_named_is_watched_too() {
    let folder = folder();
    counting_plugin(&folder, "one");
    let plugins = "plugins: [{ name: p, type: wasm, wasm: { path: plugin.wasm }, stage: deny }]\n";
    write(
        &folder,
        "config.yaml",
        &format!("{}{plugins}", config("a.example")),
    );
    let (mut router, _admin) = folder.serve_with_admin(&[]);
    counting_plugin(&folder, "two");
    router.until("the configuration was reloaded");
    let refused = player(&router, "Alder").comes().await;
    assert!(refusal(&refused).unwrap().starts_with("two "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn sighup_reads_again_also_without_watching() {
    let (folder, mut router, admin) = serve(&config("a.example"), &["--no-watch"]);
    write(&folder, "config.yaml", &config("b.example"));
    router.signal("HUP");
    router.until("the configuration was reloaded");
    assert_eq!(host(&player(&router, "Alder").comes().await), "b.example");
    assert_eq!(admin.status()["config"]["reloads"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_waits_for_a_restart_is_said() {
    let (folder, mut router, admin) = serve(&config("a.example"), &["--no-watch"]);
    let moved = config("b.example").replace("127.0.0.1:0", "127.0.0.1:1");
    write(&folder, "config.yaml", &moved);
    let done = admin.post("/reload", &json!({}));
    assert_eq!(done, json!({"restart_needed": ["listen", "admin"]}));
    assert_eq!(router.until("wait for a restart")["keys"], "listen, admin");
    assert_eq!(
        admin.status()["config"]["restart_needed"],
        json!(["listen", "admin"])
    );
    assert!(admin.metric("hyrouter_config_restart_needed ") > 0.0);
    // The rest of it is at work.
    assert_eq!(host(&player(&router, "Alder").comes().await), "b.example");
    write(&folder, "config.yaml", &config("b.example"));
    assert_eq!(
        admin.post("/reload", &json!({})),
        json!({"restart_needed": []})
    );
}

/// A thousand reloads, each of which replaces a plugin's settings and the routes: memory must not grow with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_thousand_reloads_leave_no_memory_behind() {
    let (folder, router, admin) = serve(&config("a.example"), &["--no-watch"]);
    let coming = player(&router, "Alder").keeps_coming();
    let reload = |count: usize| {
        for at in 0..count {
            write(
                &folder,
                "config.yaml",
                &config(&format!("host{at}.example")),
            );
            admin.post("/reload", &json!({}));
        }
    };
    reload(200);
    let before = router.memory();
    reload(800);
    let after = router.memory();
    for outcome in coming.stop().await {
        assert!(refusal(&outcome).is_none(), "{outcome:?}");
    }
    assert_eq!(admin.status()["config"]["reloads"], 1000);
    // One configuration left behind each time would be above 30 MB here.
    assert!(
        after < before + (12 << 20),
        "{} KiB more",
        (after - before) >> 10
    );
}

#[test]
fn a_router_that_is_not_there_is_told_of() {
    let folder = folder().file("config.yaml", &config("a.example"));
    let ran = folder.run(&["reload", "--admin", "127.0.0.1:1"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("127.0.0.1:1"), "{ran:?}");
    let without = folder.run(&[
        "reload",
        "--config",
        &Path::new("none.yaml").display().to_string(),
    ]);
    assert_eq!(without.code, Some(64), "{without:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_command_reloads() {
    let (folder, router, admin) = serve(&config("a.example"), &["--no-watch"]);
    write(&folder, "config.yaml", &config("b.example"));
    let ran = folder.run(&["reload", "--admin", &admin.address]);
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "done"), "{ran:?}");
    assert_eq!(host(&player(&router, "Alder").comes().await), "b.example");
    write(&folder, "config.yaml", "x: 1");
    let ran = folder.run(&["reload", "--admin", &admin.address]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("x: unknown key"), "{ran:?}");
}
