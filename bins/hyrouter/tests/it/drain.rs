//! How a router, its backends and its routes are taken out of service.

use std::net::SocketAddr;
use std::time::Duration;

use hyrouter_client::{ClientExchange, Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use serde_json::json;

use crate::support::admin::Admin;
use crate::support::players::{player, refusal};
use crate::support::{Folder, Router, folder};

const CONFIG: &str = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
messages: { disconnect: { no_backends: "Nobody home." } }
routing:
  routes:
    - name: play
      match: { hostname: play.example.com }
      pool: { backends: [{ host: a.example, port: 1 }, { host: b.example, port: 2 }] }
    - name: closed
      match: { hostname: closed.example.com }
      maintenance: { text: { default: "Closed by the file.", de: "Zu." } }
      pool: { backends: [{ host: c.example, port: 3, drained: true }, { host: d.example, port: 4 }] }
    - match: { hostname: nameless.example.com }
      pool: { backends: [{ host: e.example, port: 5 }] }
"#;

fn serve(more: &str) -> (Folder, Router, Admin) {
    let folder = folder().file("config.yaml", &format!("{CONFIG}{more}"));
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    (folder, router, admin)
}

fn host(outcome: &ExchangeOutcome) -> &str {
    match outcome {
        ExchangeOutcome::Referral { host, .. } => host,
        other => panic!("not referred: {other:?}"),
    }
}

/// Comes again and again until there is no answer any more.
async fn comes_until_refused(address: SocketAddr) -> Vec<ClientExchange> {
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let dial = Dial::new(address)
        .host("play.example.com")
        .timeout(Duration::from_secs(5));
    let mut exchanges = Vec::new();
    loop {
        let exchange = client.exchange(&dial, &Hello::of(Generation::G4)).await;
        let referred = matches!(exchange.outcome, ExchangeOutcome::Referral { .. });
        exchanges.push(exchange);
        if !referred {
            return exchanges;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn sigterm_under_load_leaves_nobody_without_an_answer() {
    let (_folder, mut router, _admin) = serve("");
    let address = router.address.parse().unwrap();
    let crowd: Vec<_> = (0..16)
        .map(|_| tokio::spawn(comes_until_refused(address)))
        .collect();
    for _ in 0..200 {
        router.until("decision");
    }
    router.signal("TERM");
    router.until("all connections were answered");
    assert_eq!(router.wait().code(), Some(0));
    let mut answered = 0;
    for one in crowd {
        for exchange in one.await.unwrap() {
            // Late clients were refused before a handshake, or found no router.
            let got_in = exchange.handshake.is_some();
            let referred = matches!(exchange.outcome, ExchangeOutcome::Referral { .. });
            assert!(referred || !got_in, "{exchange:?}");
            answered += usize::from(referred);
        }
    }
    assert!(answered >= 200, "{answered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn load_balancers_are_told_before_anybody_is_refused() {
    let (_folder, mut router, admin) = serve("shutdown: { delay: 1s, timeout: 5s }\n");
    assert_eq!(admin.get("/readyz").status, 200);
    router.signal("TERM");
    router.until("not ready; accepting connections");
    let ready = admin.get("/readyz");
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json()["problems"][0]["part"], "drain");
    assert_eq!(
        admin.get("/livez").status,
        200,
        "it is no reason to be killed"
    );
    assert_eq!(admin.status()["state"], "draining");
    assert_eq!(host(&player(&router, "Alder").comes().await), "a.example");
    router.until("all connections were answered");
    assert_eq!(router.wait().code(), Some(0));
}

#[test]
fn drain_is_asked_for_over_http_and_by_the_command() {
    let (_folder, mut router, admin) = serve("");
    assert_eq!(admin.ask("POST", "/drain", "{}").status, 202);
    router.until("all connections were answered");
    assert_eq!(router.wait().code(), Some(0));

    let (folder, mut router, admin) = serve("");
    let ran = folder.run(&["drain", "--admin", &admin.address]);
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "done\n"), "{ran:?}");
    assert!(ran.stderr.contains("hyrouter stop"), "{ran:?}");
    router.until("all connections were answered");
    assert_eq!(router.wait().code(), Some(0));
}

#[test]
fn stop_is_done_when_the_router_is_gone() {
    let (folder, mut router, admin) = serve("shutdown: { delay: 2s }\n");
    let ran = folder.run(&["stop", "--admin", &admin.address, "--timeout", "1ms"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("`shutdown.delay`"), "{ran:?}");
    let ran = folder.run(&["stop", "--admin", &admin.address]);
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "done\n"), "{ran:?}");
    assert!(
        ran.stderr.contains("waiting for the router to end"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("hyrouter drain"), "{ran:?}");
    assert!(std::net::TcpStream::connect(&admin.address).is_err());
    assert_eq!(router.wait().code(), Some(0));
    let ran = folder.run(&["stop", "--admin", &admin.address]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

/// What a `preStop` hook and the kubelet do one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_drain_that_is_followed_by_one_signal_is_still_a_drain() {
    let (_folder, mut router, admin) = serve("shutdown: { delay: 1s }\n");
    assert_eq!(admin.ask("POST", "/drain", "{}").status, 202);
    router.until("not ready; accepting connections");
    router.signal("TERM");
    router.until("a second signal ends at once");
    assert_eq!(host(&player(&router, "Alder").comes().await), "a.example");
    router.until("all connections were answered");
    assert_eq!(router.wait().code(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let (_folder, mut router, _admin) = serve("shutdown: { delay: 1h }\n");
    router.signal("TERM");
    router.until("not ready; accepting connections");
    router.signal("TERM");
    router.until("drain interrupted");
    assert_eq!(router.wait().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_backend_is_drained_and_taken_back() {
    let (_folder, router, admin) = serve("");
    let player = player(&router, "Alder");
    admin.post("/api/backends/a.example:1/drain", &json!({}));
    for _ in 0..4 {
        assert_eq!(host(&player.comes().await), "b.example");
    }
    // It survives a reload, and everybody sees it.
    admin.post("/reload", &json!({}));
    assert_eq!(host(&player.comes().await), "b.example");
    let backends = admin.status()["routes"][0]["backends"].clone();
    assert_eq!(backends[0]["drained"], "command");
    assert_eq!(backends[1]["drained"], json!(null));
    admin.post("/api/backends/b.example:2/drain", &json!({}));
    assert_eq!(refusal(&player.comes().await), Some("Nobody home."));
    assert_eq!(admin.delete("/api/backends/a.example:1/drain").status, 200);
    assert_eq!(host(&player.comes().await), "a.example");

    for unknown in ["z.example:1", "a.example:9", "nonsense"] {
        let path = format!("/api/backends/{unknown}/drain");
        assert_eq!(admin.ask("POST", &path, "{}").status, 404, "{unknown}");
    }
    assert_eq!(
        admin.status()["routes"][1]["backends"][0]["drained"],
        "config"
    );
    let refused = admin.delete("/api/backends/c.example:3/drain");
    assert_eq!(refused.status, 409);
    assert!(
        refused.json()["error"]
            .as_str()
            .unwrap()
            .contains("configuration")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_route_is_put_under_maintenance_for_all_but_some() {
    let (_folder, mut router, admin) = serve("");
    let path = "/api/routes/play/maintenance";
    admin.post(
        path,
        &json!({"text": {"default": "Back soon.", "de": "Gleich zurück."}, "allow": {"usernames": ["Tester"]}}),
    );
    let mut player = player(&router, "Alder");
    assert_eq!(refusal(&player.comes().await), Some("Back soon."));
    let line = router.until("decision");
    assert_eq!(
        (&line["reason"], &line["route"]),
        (&json!("maintenance"), &json!("play"))
    );
    "de-AT".clone_into(&mut player.hello.language);
    assert_eq!(refusal(&player.comes().await), Some("Gleich zurück."));
    "tester".clone_into(&mut player.hello.username);
    assert_eq!(host(&player.comes().await), "a.example");
    "Alder".clone_into(&mut player.hello.username);

    admin.post("/reload", &json!({}));
    assert_eq!(
        refusal(&player.comes().await),
        Some("Gleich zurück."),
        "it survives"
    );
    let shown = admin.status()["routes"][0]["maintenance"].clone();
    assert_eq!(
        (&shown["by"], &shown["in_force"]),
        (&json!("command"), &json!(true))
    );
    let reason = "hyrouter_decisions_total{outcome=\"disconnect\",reason=\"maintenance\"} ";
    assert!(admin.metric(reason) >= 3.0);
    assert_eq!(admin.delete(path).status, 200);
    assert_eq!(host(&player.comes().await), "b.example");

    assert_eq!(
        admin
            .ask("POST", "/api/routes/none/maintenance", "{}")
            .status,
        404
    );
    // A route without a name is called by what it matches, and not by its place.
    for (name, status) in [("2", 404), ("nameless.example.com", 200)] {
        let answer = admin.ask("POST", &format!("/api/routes/{name}/maintenance"), "{}");
        assert_eq!(answer.status, status, "{name}: {answer:?}");
    }
    let metric = "hyrouter_route_maintenance{route=\"nameless.example.com\"} ";
    assert!(admin.metric(metric) > 0.0);
    let wrong = admin.ask("POST", path, r#"{"from": "soon", "txt": {}}"#);
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.json()["mistakes"].as_array().unwrap().len(),
        2,
        "{wrong:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn maintenance_has_a_beginning_and_an_end() {
    let (_folder, router, admin) = serve("");
    let path = "/api/routes/play/maintenance";
    let player = player(&router, "Alder");
    let past = "2020-01-01T00:00:00Z";
    let ahead = "2099-01-01T00:00:00Z";
    for (times, closed) in [
        (json!({"from": past, "until": ahead}), true),
        (json!({"from": ahead}), false),
        (json!({"from": past}), true),
    ] {
        admin.post(path, &times);
        let refused = refusal(&player.comes().await).is_some();
        assert_eq!(refused, closed, "{times}");
        let shown = admin.status()["routes"][0]["maintenance"].clone();
        assert_eq!(shown["in_force"], closed, "{times}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_configuration_can_say_it_as_well() {
    let (_folder, router, admin) = serve("");
    let mut player = player(&router, "Alder");
    let refused = player.comes_to("closed.example.com").await;
    assert_eq!(refusal(&refused), Some("Closed by the file."));
    "de".clone_into(&mut player.hello.language);
    assert_eq!(
        refusal(&player.comes_to("closed.example.com").await),
        Some("Zu.")
    );
    let path = "/api/routes/closed/maintenance";
    assert_eq!(admin.delete(path).status, 409);
    // A command goes before the file, and its end gives the file its way.
    admin.post(path, &json!({"from": "2099-01-01T00:00:00Z"}));
    assert_eq!(
        host(&player.comes_to("closed.example.com").await),
        "d.example"
    );
    assert_eq!(admin.delete(path).status, 200);
    assert_eq!(
        refusal(&player.comes_to("closed.example.com").await),
        Some("Zu.")
    );
}
