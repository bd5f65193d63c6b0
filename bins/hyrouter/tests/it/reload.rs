//! A configuration is replaced while players come and go.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::json;

use crate::support::keys::{answer, key_pair};
use crate::support::players::{player, refusal};
use crate::support::replaced::{
    BEGIN, certificate, config, counting_plugin, host, serve, trapping_plugin, write,
};
use crate::support::{Router, folder};

/// Reloads with routes, a certificate, a broken file and a plugin, while players connect. Each player gets an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn each_player_is_answered_while_everything_is_replaced() {
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
        let done =
            json!({"changed": [], "changed_files": [], "warnings": [], "restart_needed": []});
        assert_eq!(reload(), done);
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
    assert_eq!(refused.json()["mistakes"].as_array().unwrap().len(), 3);
    // A certificate with the key of another.
    write(&folder, "config.yaml", &whole("two", "b.example"));
    fs::copy(folder.path("one.key"), folder.path("two.key")).unwrap();
    assert_eq!(admin.ask("POST", "/reload", "{}").status, 409);
    certificate(&folder, "two");
    // This plugin fails each call.
    trapping_plugin(&folder);
    let refused = admin.ask("POST", "/reload", "{}");
    assert_eq!(refused.status, 409, "{refused:?}");
    let mistake = refused.json()["mistakes"][0].to_string();
    assert!(mistake.contains("cannot answer a trial call"), "{mistake}");
    let kept = player(&router, "Alder").comes().await;
    assert!(refusal(&kept).unwrap().starts_with("old "), "{kept:?}");
    // A plugin that is none.
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
        (&json!(102), &json!(4))
    );
    assert_eq!(page["last_error"], json!(null));
    let metric = |line: &str| admin.metric(line);
    assert!((metric("hyrouter_reloads_total{result=\"ok\"} ") - 102.0).abs() < 0.1);
    assert!((metric("hyrouter_reloads_total{result=\"failed\"} ") - 4.0).abs() < 0.1);
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
async fn what_waits_for_a_restart_is_said() {
    let (folder, mut router, admin) = serve(&config("a.example"), &["--no-watch"]);
    let moved = config("b.example").replace("127.0.0.1:0", "127.0.0.1:1");
    write(&folder, "config.yaml", &moved);
    let done = admin.post("/reload", &json!({}));
    assert_eq!(done["restart_needed"], json!(["listen", "admin"]));
    assert_eq!(
        router.until("some keys need a restart")["keys"],
        "listen, admin"
    );
    assert_eq!(
        admin.status()["config"]["restart_needed"],
        json!(["listen", "admin"])
    );
    assert!(admin.metric("hyrouter_config_restart_needed ") > 0.0);
    // The rest of it is at work.
    assert_eq!(host(&player(&router, "Alder").comes().await), "b.example");
    write(&folder, "config.yaml", &config("b.example"));
    let done = admin.post("/reload", &json!({}));
    assert_eq!(done["restart_needed"], json!([]));
}

/// A thousand reloads, each of which replaces routes, a plugin, the certificate, the keys of identity tokens and the
/// decision log: nothing of what was before may stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_thousand_reloads_leave_nothing_behind() {
    let folder = folder();
    for name in ["0", "1"] {
        certificate(&folder, name);
        key_pair(
            &folder,
            &format!("{name}.key.json"),
            &format!("{name}.json"),
            name,
        );
    }
    counting_plugin(&folder, "one");
    let whole = |at: usize| {
        let odd = at % 2;
        let calls = 1_000 + at;
        format!(
            "{BEGIN}tls: {{ cert_file: {odd}.crt, key_file: {odd}.key }}
identity: {{ mode: report, jwks: {odd}.json }}
logging: {{ decisions: decisions-{odd}.jsonl }}
plugins: [{{ name: counter, type: wasm, wasm: {{ path: plugin.wasm, instances: 1, max_calls: {calls} }}, stage: deny }}]
routing: {{ default: {{ backends: [{{ host: host{at}.example, port: 5520 }}] }} }}\n"
        )
    };
    write(&folder, "config.yaml", &whole(0));
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let crowd: Vec<_> = (0..2)
        .map(|_| player(&router, "Alder").keeps_coming())
        .collect();
    let reload = |from: usize, to: usize| {
        for at in from..to {
            write(&folder, "config.yaml", &whole(at));
            admin.post("/reload", &json!({}));
        }
    };
    reload(1, 200);
    let before = (router.memory(), router.threads(), router.open_files());
    reload(200, 1000);
    let after = (router.memory(), router.threads(), router.open_files());
    for one in crowd {
        for outcome in one.stop().await {
            assert!(refusal(&outcome).is_some(), "{outcome:?}");
        }
    }
    assert_eq!(admin.status()["config"]["reloads"], 999);
    // An instance left behind each time would be above 100 MB here, and 800 threads.
    assert!(
        after.0 < before.0 + (24 << 20),
        "{} KiB more",
        (after.0 - before.0) >> 10
    );
    assert!(after.1 < before.1 + 20, "threads: {before:?} {after:?}");
    assert!(after.2 < before.2 + 40, "files: {before:?} {after:?}");
}

/// Keys that were fetched once are good for the next configuration, and without any nothing is required that was not.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn identity_is_never_left_without_keys() {
    let folder = folder();
    key_pair(&folder, "key.json", "keys.json", "one");
    let service = crate::support::keys::KeyService::start();
    service.serve(&fs::read_to_string(folder.path("keys.json")).unwrap());
    let address = service.address().to_owned();
    let whole = |mode: &str, more: &str| {
        format!(
            "{}identity: {{ mode: {mode}, jwks: \"{}\"{more} }}\n",
            config("a.example"),
            address
        )
    };
    write(&folder, "config.yaml", &whole("require", ""));
    let (mut router, admin) = folder.serve_with_admin(&["--no-watch"]);
    router.until("identity keys loaded");
    let args = ["--sni", "play.example.com", "--token-sign"];
    let key = folder.path("key.json").display().to_string();
    let probe = |router: &Router| router.probe(&[&args[..], &[&key]].concat())["outcome"].clone();
    assert_eq!(probe(&router), "referral");
    drop(service);
    write(
        &folder,
        "config.yaml",
        &whole("require", ", clock_skew: 10s, cache_size: 7"),
    );
    admin.post("/reload", &json!({}));
    assert_eq!(probe(&router), "referral", "the keys go on");
    // Keys that were fetched under another trust are not begun with.
    write(&folder, "ca.pem", "");
    write(
        &folder,
        "config.yaml",
        &whole("require", ", ca_file: ca.pem"),
    );
    let refused = admin.ask("POST", "/reload", "{}");
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.body.contains("identity.jwks"), "{refused:?}");
    assert_eq!(probe(&router), "referral");
    // Another service that is unreachable is refused: no player could be verified.
    let elsewhere = whole("require", "").replace(&address, "http://127.0.0.1:1/jwks.json");
    write(&folder, "config.yaml", &elsewhere);
    let refused = admin.ask("POST", "/reload", "{}");
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.body.contains("identity.jwks"), "{refused:?}");
    assert_eq!(probe(&router), "referral");
}

#[test]
fn a_router_that_is_not_there_is_reported() {
    let folder = folder().file("config.yaml", &config("a.example"));
    let ran = folder.run(&["reload", "--admin", "127.0.0.1:1"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("127.0.0.1:1"), "{ran:?}");
    let schemes = [
        (
            "http://127.0.0.1:1/",
            "the admin server at http://127.0.0.1:1:",
        ),
        (
            "https://127.0.0.1:1",
            "the admin server at https://127.0.0.1:1:",
        ),
        (
            "ftp://127.0.0.1:1",
            "--admin: the address has an unknown scheme",
        ),
    ];
    for (address, wanted) in schemes {
        let ran = folder.run(&["reload", "--admin", address]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains(wanted), "{ran:?}");
    }
    let without = folder.run(&[
        "reload",
        "--config",
        &Path::new("none.yaml").display().to_string(),
    ]);
    assert_eq!(without.code, Some(64), "{without:?}");
    write(&folder, "no-admin.yaml", "listen: \"127.0.0.1:0\"\n");
    let no_admin = folder.run(&["reload", "--config", "no-admin.yaml"]);
    assert_eq!(no_admin.code, Some(64), "{no_admin:?}");
    assert!(no_admin.stderr.contains("admin.listen"), "{no_admin:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_command_reloads() {
    let (folder, router, admin) = serve(&config("a.example"), &["--no-watch"]);
    write(&folder, "config.yaml", &config("b.example"));
    let ran = folder.run(&["reload", "--admin", &admin.address]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("changed: routing"), "{ran:?}");
    assert_eq!(host(&player(&router, "Alder").comes().await), "b.example");
    write(&folder, "config.yaml", "x: 1");
    let ran = folder.run(&["reload", "--admin", &admin.address]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("x: unknown key"), "{ran:?}");
}

/// The reload that reads hangs at a service of keys for as long as the test likes.
#[test]
fn commands_do_not_wait_for_a_reload() {
    let (folder, _router, admin) = serve(&config("a.example"), &["--no-watch"]);
    key_pair(&folder, "key.json", "jwks.json", "key");
    let keys = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = keys.local_addr().unwrap();
    let require = format!("identity: {{ mode: require, jwks: 'http://{address}/' }}\n");
    write(&folder, "config.yaml", &(config("a.example") + &require));
    let reload = || {
        let admin = admin.clone();
        thread::spawn(move || admin.post("/reload", &json!({})))
    };
    let first = reload();
    let (asked, _) = keys.accept().unwrap();
    let others = [reload(), reload()];
    let drained = |admin: &crate::support::admin::Admin| {
        let status = admin.status();
        let backend = &status["routes"][0]["backends"][0];
        assert_eq!(backend["address"], "a.example:5520", "{status}");
        (
            status["identity"]["mode"].as_str().unwrap().to_owned(),
            backend["drained"].as_str().unwrap().to_owned(),
        )
    };
    let path = "/api/backends/a.example:5520/drain";
    admin.post(path, &json!({}));
    assert_eq!(drained(&admin), ("off".to_owned(), "command".to_owned()));
    assert_eq!(admin.get("/readyz").status, 200);
    let set = fs::read_to_string(folder.path("jwks.json")).unwrap();
    answer(asked, &set).unwrap();
    for reload in [first].into_iter().chain(others) {
        assert_eq!(reload.join().unwrap()["restart_needed"], json!([]));
    }
    // The command was given beside the configuration before, and is in force in this one.
    assert_eq!(
        drained(&admin),
        ("require".to_owned(), "command".to_owned())
    );
}
