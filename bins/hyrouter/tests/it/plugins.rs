//! The router with plugins in its process: what players get, and what the log says.

use hyrouter_client::{Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use serde_json::{Value, json};

use crate::support::players::{content, player, refusal};
use crate::support::{Folder, Router, example_plugin, folder};

const CONFIG: &str = r#"
listen: "127.0.0.1:0"
messages: { disconnect: { no_backends: "Nobody home.", no_route: "Nowhere.", routing_error: "Something is broken." } }
routing:
  routes:
    - name: play
      match: { hostname: play.example.com }
      pool:
        backends:
          - { host: 10.0.0.1, port: 5521 }
          - { host: 10.0.0.2, port: 5522, meta: { lobby: vip } }
    - name: empty
      match: { hostname: empty.example.com }
      pool: { backends: [] }
"#;

/// A folder with the guest of that name from the tests of the WASM host, as `guest.wasm`.
fn with_guest(name: &str) -> Folder {
    let guests = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../crates/plugin-wasm/tests/guests");
    let wasm = wat::parse_file(guests.join(name).with_extension("wat")).unwrap();
    let folder = folder();
    std::fs::write(folder.path("guest.wasm"), wasm).unwrap();
    folder
}

/// A router with that `plugins` section.
fn serve(folder: Folder, plugins: &str) -> (Folder, Router) {
    let folder = folder.file("config.yaml", &format!("{CONFIG}{plugins}"));
    let router = folder.serve(&[]);
    (folder, router)
}

fn vip_lobby(more: &str) -> String {
    let file = example_plugin("wasm-plugin.wasm");
    format!("plugins:\n  - {{ name: lobby, type: wasm, wasm: {{ path: {file} }}, {more} }}\n")
}

#[tokio::test]
async fn a_plugin_denies_overrides_and_attaches_data() {
    let (_folder, mut router) = serve(folder(), &vip_lobby("stage: mutate"));
    let denied = player(&router, "deny").comes().await;
    assert_eq!(refusal(&denied), Some("denied by the example WASM plugin"));
    let line = router.until("decision");
    assert_eq!(line["reason"], "plugin_denied");
    assert_eq!(line["plugins"], "lobby:plugin_denied");
    assert_eq!(line["route"], "play");

    let vip = player(&router, "VIP_Ann").comes().await;
    let ExchangeOutcome::Referral { host, port, .. } = &vip else {
        panic!("refused");
    };
    assert_eq!((host.as_str(), *port), ("10.0.0.2", 5522));
    let told: Value = serde_json::from_slice(content(&vip)).unwrap();
    assert_eq!(told, json!({"lobby": "vip", "name": "VIP_Ann"}));
    let line = router.until("decision");
    assert_eq!(
        (&line["reason"], &line["plugins"]),
        (&json!("referred"), &Value::Null)
    );
    assert_eq!(line["backend"], "10.0.0.2:5522");

    let other = player(&router, "Alder").comes().await;
    assert_eq!(content(&other), br#"{"lobby":"main"}"#);
}

#[tokio::test]
async fn what_a_plugin_attaches_is_sealed() {
    let referral = "referral: { key_id: 7, hmac_secret: base64:c2VjcmV0IG9mIHRoZSBuZXR3b3Jr }\n";
    let (_folder, router) = serve(
        folder(),
        &format!("{}{referral}", vip_lobby("stage: mutate")),
    );
    let answer = router.probe(&["--sni", "play.example.com", "--username", "Alder"]);
    assert_eq!(answer["envelope"]["signed"], true);
    assert_eq!(answer["envelope"]["content_text"], r#"{"lobby":"main"}"#);
}

#[tokio::test]
async fn a_plugin_is_asked_about_players_without_a_route_or_a_backend() {
    let plugins = vip_lobby("config: { backend: { host: 10.9.9.9, port: 5599 } }");
    let (_folder, mut router) = serve(folder(), &plugins);
    for (name, text, reason, route) in [
        (
            "empty.example.com",
            "Nobody home.",
            "no_backends",
            json!("empty"),
        ),
        ("other.example.com", "Nowhere.", "no_route", Value::Null),
    ] {
        let vip = player(&router, "VIP_Ann").comes_to(name).await;
        let ExchangeOutcome::Referral { host, port, .. } = vip else {
            panic!("refused: {vip:?}");
        };
        assert_eq!((host.as_str(), port), ("10.9.9.9", 5599));
        assert_eq!(router.until("decision")["reason"], "referred");

        let denied = player(&router, "deny").comes_to(name).await;
        assert_eq!(refusal(&denied), Some("denied by the example WASM plugin"));
        assert_eq!(router.until("decision")["reason"], "plugin_denied");

        let other = player(&router, "Alder").comes_to(name).await;
        assert_eq!(refusal(&other), Some(text));
        let line = router.until("decision");
        assert_eq!((&line["reason"], &line["route"]), (&json!(reason), &route));
    }
}

#[tokio::test]
async fn an_override_can_be_kept_to_the_candidates() {
    let plugins = vip_lobby(
        "override: candidates, config: { tag: none, backend: { host: 10.9.9.9, port: 5599 } }",
    );
    let (_folder, mut router) = serve(folder(), &plugins);
    let ExchangeOutcome::Referral { host, .. } = player(&router, "VIP_Ann").comes().await else {
        panic!("refused");
    };
    assert_eq!(host, "10.0.0.1", "as if it had not been overridden");
    let line = router.until("decision");
    assert_eq!(line["plugins"], "lobby:plugin_override_rejected");
}

#[tokio::test]
async fn a_failing_plugin_keeps_players_out_in_stage_deny_alone() {
    let plugin = |stage: &str| {
        format!(
            "plugins: [{{ name: p, type: wasm, stage: {stage}, breaker: {{ failures: 0 }}, wasm: {{ path: guest.wasm }} }}]\n"
        )
    };
    for (stage, keeps_out) in [
        ("deny", true),
        ("route", false),
        ("mutate", false),
        ("'deny', on_error: continue", false),
        ("mutate, on_error: deny", true),
    ] {
        let (_folder, mut router) = serve(with_guest("router/traps"), &plugin(stage));
        let answer = player(&router, "Alder").comes().await;
        let line = router.until("decision");
        assert_eq!(line["plugins"], "p:plugin_failed:trap", "{stage}: {line}");
        if keeps_out {
            assert_eq!(refusal(&answer), Some("Something is broken."), "{stage}");
            assert_eq!(line["reason"], "plugin_failed", "{stage}");
        } else {
            assert_eq!(refusal(&answer), None, "{stage}");
            assert_eq!(line["reason"], "referred", "{stage}");
        }
    }
}

#[tokio::test]
async fn a_plugin_that_loops_times_out_and_its_players_go_on() {
    // It would go on for minutes if fuel alone stopped it.
    let plugins = "plugins:
  - { name: loop, type: wasm, stage: route, timeout: 300ms, breaker: { failures: 0 },
      wasm: { path: guest.wasm, fuel: 3000000000000, instances: 1 } }
";
    let (_folder, mut router) = serve(with_guest("router/loops"), plugins);
    let answer = player(&router, "Alder").comes().await;
    assert_eq!(refusal(&answer), None, "continued without it");
    assert_eq!(
        router.until("decision")["plugins"],
        "loop:plugin_failed:timeout"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn while_a_plugin_loops_for_some_it_answers_for_others() {
    let plugins = "plugins:
  - { name: loop, type: wasm, stage: deny, breaker: { failures: 0 }, wasm: { path: guest.wasm, instances: 2 } }
";
    let (_folder, router) = serve(with_guest("router/loops"), plugins);
    let stuck = player(&router, "Alder").keeps_coming();
    let calm = player(&router, "Birch");
    for _ in 0..50 {
        let answer = calm.comes_to("empty.example.com").await;
        assert_eq!(
            refusal(&answer),
            Some("Nobody home."),
            "the plugin failed for somebody else"
        );
    }
    let answers = stuck.stop().await;
    assert!(!answers.is_empty());
    for answer in &answers {
        assert_eq!(refusal(answer), Some("Something is broken."));
    }
}

#[tokio::test]
async fn shadow_plugins_are_told_of_and_change_nothing() {
    let (_folder, mut router) = serve(folder(), &vip_lobby("stage: deny, mode: shadow"));
    let answer = player(&router, "deny").comes().await;
    assert_eq!(refusal(&answer), None);
    assert_eq!(content(&answer), b"");
    // Either may be written first.
    let lines = [router.line().unwrap(), router.line().unwrap()];
    let shadow = lines
        .iter()
        .find(|line| line["message"] == "shadow plugin")
        .unwrap();
    assert_eq!(shadow["plugin"], "lobby");
    assert_eq!(shadow["verdict"], "denied");
    // It may name the player, and this is level info.
    assert_eq!(shadow["deny_reason"], Value::Null);
    let decision = lines
        .iter()
        .find(|line| line["message"] == "decision")
        .unwrap();
    assert_eq!(decision["reason"], "referred");
    assert_eq!(shadow["connection"], decision["connection"].to_string());
}

/// A breaker that is open: skipped calls are counted apart, and hide neither the cause nor each other's players.
#[tokio::test]
async fn skipped_calls_hide_no_cause_and_fill_no_log() {
    for mode in ["enforce", "shadow"] {
        let plugins = format!(
            "admin: {{ listen: '127.0.0.1:0' }}\nplugins:\n  - {{ name: bans, type: grpc, mode: {mode}, timeout: 50ms, \
             grpc: {{ address: '127.0.0.1:1' }}, breaker: {{ failures: 1, connect_grace: 1ns, cool_down: 1h }} }}\n"
        );
        let folder = folder().file("config.yaml", &format!("{CONFIG}{plugins}"));
        let (mut router, admin) = folder.serve_with_admin(&[]);
        let alder = player(&router, "Alder");
        alder.comes().await;
        router.until("plugin failed repeatedly; breaker opened");
        for _ in 0..3 {
            alder.comes().await;
        }
        let skipped = "hyrouter_plugin_skipped_total{plugin=\"bans\",cause=\"breaker_open\"} 3\n";
        let metrics = admin.get("/metrics").body;
        assert!(metrics.contains(skipped), "{mode}: {metrics}");
        let status = &admin.status()["plugins"][0];
        assert_eq!(
            (&status["calls"], &status["failures"], &status["breaker"]),
            (&json!(1), &json!(1), &json!("open")),
            "{status}"
        );
        let cause = status["last_error"].as_str().unwrap();
        assert!(cause.contains("Connection refused"), "{cause}");
        router.signal("TERM");
        let lines = std::iter::from_fn(|| router.line());
        let shadows = lines.filter(|line| line["message"] == "shadow plugin");
        assert!(shadows.count() <= 1, "{mode}");
    }
}

#[tokio::test]
async fn referral_data_that_is_too_long_is_left_out_and_warned_of() {
    let plugins = "plugins: [{ name: p, type: wasm, wasm: { path: guest.wasm } }]\n";
    let sealed = "referral: { hmac_secret: secret of the network }\n";
    let plain = "referral: { envelope: none }\n";
    for (more, bytes) in [("", 9), (plain, 0), (sealed, 41)] {
        let (_folder, mut router) =
            serve(with_guest("router/long_data"), &format!("{plugins}{more}"));
        let answer = player(&router, "Alder").comes().await;
        let ExchangeOutcome::Referral { data, .. } = answer else {
            panic!("refused: {answer:?}");
        };
        assert_eq!(data.unwrap().len(), bytes, "{more}");
        let line = router.until("too long and was dropped");
        assert_eq!(line["reason"], "referral_truncated");
        assert_eq!(line["plugin"], "p");
        assert_eq!(router.until("decision")["reason"], "referred");
    }
}

#[tokio::test]
async fn plugins_that_take_longer_than_the_decision_may_take_are_too_late() {
    let plugins = "limits: { decision_timeout: 300ms }
plugins: [{ name: p, type: wasm, timeout: 20s, wasm: { path: guest.wasm } }]
";
    let (_folder, mut router) = serve(with_guest("router/slow"), plugins);
    let answer = player(&router, "Alder").comes().await;
    assert_eq!(refusal(&answer), Some("Something is broken."));
    assert_eq!(router.until("decision")["reason"], "budget_exceeded");
}

// With a thread of its own for the client, while this one waits for the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_client_that_leaves_takes_its_question_along() {
    let plugins = "plugins: [{ name: p, type: wasm, timeout: 4s, wasm: { path: guest.wasm } }]\n";
    let (_folder, mut router) = serve(with_guest("router/slow"), plugins);
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let dial = Dial::new(router.address.parse().unwrap()).host("play.example.com");
    let hello = Hello::of(Generation::G4);
    let mut session = client.connect(&dial, &hello.alpn()).await.unwrap();
    session.send(&hello.frame().unwrap()).await.unwrap();
    router.until("asked");
    drop(session);
    client.finish().await;
    assert_eq!(router.until("decision")["reason"], "client_gone");
}

#[test]
fn a_wasm_problem_stops_the_start_with_plugin_file_and_reason() {
    let plugin = |more: &str| {
        format!(
            "{CONFIG}plugins: [{{ name: lobby, type: wasm, wasm: {{ path: guest.wasm }}, {more} }}]\n"
        )
    };
    let sdk = std::fs::read(example_plugin("wasm-plugin.wasm")).unwrap();
    let whole = folder();
    std::fs::write(whole.path("guest.wasm"), &sdk).unwrap();
    let cut = folder();
    std::fs::write(cut.path("guest.wasm"), &sdk[..1000]).unwrap();
    let cases = [
        (folder(), "", "guest.wasm: No such file"),
        (folder().file("guest.wasm", ""), "", "the file is empty"),
        (
            folder().file("guest.wasm", "hello"),
            "",
            "not a WebAssembly module",
        ),
        (cut, "", "does not compile"),
        (
            with_guest("refused/imports_env"),
            "",
            r#"imports "env" "system""#,
        ),
        (
            with_guest("refused/initialize_loops"),
            "",
            "`_initialize` failed: did not return",
        ),
        (whole, "config: { prefix: 7 }", "refuses its `config`"),
    ];
    for (folder, more, text) in cases {
        let folder = folder.file("config.yaml", &plugin(more));
        for command in [&[][..], &["check"]] {
            let ran = folder.run(command);
            assert_eq!(ran.code, Some(64), "{command:?}: {ran:?}");
            let begins = [
                "\nplugins[0].wasm.path: guest.wasm: ",
                "\nplugins[0]: plugin \"lobby\", guest.wasm: ",
            ];
            assert!(
                begins.iter().any(|begin| ran.stderr.contains(begin)) && ran.stderr.contains(text),
                "{command:?}: {ran:?}"
            );
            if !more.is_empty() {
                // The guest says what it does not like, in the log or, where there is none, beside the error.
                let told = format!("{}{}", ran.stdout, ran.stderr);
                assert!(told.contains("expected a string"), "{command:?}: {ran:?}");
            }
        }
    }
}

#[test]
fn a_bad_address_stops_the_start_and_an_absent_plugin_does_not() {
    let plugin = |address: &str| {
        format!(
            "{CONFIG}plugins: [{{ name: bans, type: grpc, grpc: {{ address: '{address}' }} }}]\n"
        )
    };
    let ran = folder().file("config.yaml", &plugin("nowhere")).run(&[]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(
        ran.stderr
            .contains(r#"plugins[0]: plugin "bans", grpc.address: "nowhere" has no port"#),
        "{ran:?}"
    );
    // No server listens on the discard port.
    let folder = folder().file("config.yaml", &plugin("127.0.0.1:9"));
    let ran = folder.run(&["check"]);
    assert!(
        ran.code == Some(0) && ran.stdout.contains("plugin bans: stage route"),
        "{ran:?}"
    );
    let mut router = folder.serve(&[]);
    let answer = router.probe(&["--sni", "play.example.com"]);
    assert_eq!(answer["outcome"], "referral");
    assert_eq!(
        router.until("decision")["plugins"],
        "bans:plugin_failed:unreachable"
    );
}
