//! Discovered backends as an operator sees them.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::admin::Admin;
use crate::support::{Folder, Router, folder};

const CONFIG: &str = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
discovery:
  providers: [{ name: lobbies, type: file, file: { path: backends } }]
routing:
  routes:
    - name: games
      match: { hostname: "*.games.example.com" }
      pool:
        filters: [{ type: hostname }]
        discovery: { provider: lobbies }
  default:
    strategy: round_robin
    backends: [{ host: static.example.com, port: 5520 }]
    discovery: { provider: lobbies, selector: "!hostname" }
"#;

const BACKENDS: &str = "
backends:
  - { id: lobby-1, host: 10.0.0.7, port: 5521, weight: 3, meta: { region: eu } }
  - { id: lobby-2, host: 10.0.0.8, port: 5522, drained: true }
  - { id: chess, host: 10.0.0.9, port: 5523, meta: { hostname: chess.games.example.com } }
  - { id: bad, host: '', port: 5524 }
";

/// A folder whose configuration has a provider for the folder `backends`.
fn network() -> Folder {
    let folder = folder().file("config.yaml", CONFIG);
    fs::create_dir(folder.path("backends")).unwrap();
    folder.file("backends/a.yaml", BACKENDS)
}

/// A router that has its first backends.
fn serve(folder: &Folder) -> (Router, Admin) {
    let (router, admin) = folder.serve_with_admin(&[]);
    until(|| admin.get("/readyz").status == 200);
    (router, admin)
}

/// Waits for a state. Changes are there within a second or two; a busy machine takes longer.
fn until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        // Each look is a request or a probe, which takes some milliseconds.
        assert!(Instant::now() < end, "it does not come");
    }
}

fn addresses(list: &Value) -> Vec<&str> {
    let backends = list["backends"].as_array().unwrap().iter();
    backends
        .map(|backend| backend["address"].as_str().unwrap())
        .collect()
}

#[test]
fn backends_are_listed_by_provider_and_route() {
    let folder = network();
    let (_router, admin) = serve(&folder);
    let run = |arguments: &[&str]| {
        let all = [&["backends", "--admin", &admin.address], arguments].concat();
        folder.run(&all)
    };
    let all = run(&["--json"]).json();
    let provider = &all["providers"][0];
    assert_eq!(provider["name"], "lobbies");
    assert_eq!(provider["kind"], "file");
    assert_eq!(provider["synced"], true);
    assert_eq!(provider["backends"], 3);
    assert_eq!(provider["unusable"], 1);
    assert!(provider["age_seconds"].as_f64().unwrap() < 60.0);
    assert_eq!(
        addresses(&all),
        [
            "10.0.0.7:5521",
            "10.0.0.8:5522",
            "10.0.0.9:5523",
            "static.example.com:5520"
        ]
    );
    assert_eq!(
        all["backends"][1],
        json!({
            "provider": "lobbies", "route": null, "id": "lobby-2", "address": "10.0.0.8:5522",
            "weight": 1, "drained": "provider", "expires_at": null, "meta": {},
        })
    );
    let default = run(&["--json", "--route", "default"]).json();
    assert_eq!(
        addresses(&default),
        ["10.0.0.7:5521", "10.0.0.8:5522", "static.example.com:5520"]
    );
    let both = run(&["--json", "--route", "games", "--provider", "lobbies"]).json();
    assert_eq!(addresses(&both).len(), 3);

    let text = run(&["--wide"]).stdout;
    let rows: Vec<Vec<_>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[1][..3], ["lobbies", "file", "3"], "{text}");
    let row = [
        "10.0.0.7:5521",
        "lobbies",
        "lobby-1",
        "-",
        "3",
        "-",
        "-",
        "region=eu",
    ];
    assert!(rows.iter().any(|found| *found == row), "{text}");
    let row = [
        "static.example.com:5520",
        "static",
        "-",
        "default",
        "1",
        "-",
        "-",
    ];
    assert!(rows.iter().any(|found| *found == row), "{text}");

    for arguments in [["--provider", "nope"], ["--route", "nope"]] {
        let ran = run(&arguments);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("\"nope\""), "{ran:?}");
    }
    let page = admin.get("/api/backends?limit=2&offset=1").json();
    assert_eq!(addresses(&page), ["10.0.0.8:5522", "10.0.0.9:5523"]);
    assert_eq!((&page["total"], &page["next"]), (&json!(4), &json!(3)));
}

#[test]
fn a_new_backend_is_reachable_under_its_own_name() {
    let folder = network();
    let (router, _admin) = serve(&folder);
    let referred = |host: &str| router.probe(&["--sni", host])["host"].clone();
    assert_eq!(referred("chess.games.example.com"), "10.0.0.9");
    assert_eq!(referred("race.games.example.com"), Value::Null);
    let race =
        "backends: [{ host: 10.0.0.10, port: 5525, meta: { hostname: race.games.example.com } }]";
    fs::write(folder.path("backends/race.yaml"), race).unwrap();
    until(|| referred("race.games.example.com") == "10.0.0.10");
    fs::remove_file(folder.path("backends/race.yaml")).unwrap();
    until(|| referred("race.games.example.com") == Value::Null);
}

#[test]
fn a_drained_backend_stays_drained_when_it_comes_back() {
    let folder = network();
    let (_router, admin) = serve(&folder);
    let drained = || {
        let list = admin.get("/api/backends?provider=lobbies").json();
        let mut backends = list["backends"].as_array().unwrap().iter();
        let found = backends.find(|backend| backend["id"] == "lobby-1");
        found.map(|found| found["drained"].clone())
    };
    admin.post("/api/backends/10.0.0.7:5521/drain", &json!({}));
    assert_eq!(drained(), Some(json!("command")));
    fs::write(folder.path("backends/a.yaml"), "backends: []").unwrap();
    until(|| drained().is_none());
    fs::write(folder.path("backends/a.yaml"), BACKENDS).unwrap();
    until(|| drained().is_some());
    assert_eq!(drained(), Some(json!("command")));
    until(|| {
        let route = admin.get("/api/backends?route=default").json();
        route["backends"][0]["drained"] == "command"
    });
    let answer = admin.delete("/api/backends/10.0.0.7:5521/drain");
    assert_eq!(answer.status, 200);
    assert_eq!(drained(), Some(Value::Null));
    let answer = admin.delete("/api/backends/10.0.0.8:5522/drain");
    assert_eq!(answer.status, 409, "its provider drains it");
}

#[test]
fn explain_names_the_provider_and_the_age() {
    let folder = network();
    let (_router, admin) = serve(&folder);
    for from in [&["--admin", &*admin.address][..], &[]] {
        let run = |arguments: &[&str]| {
            folder.run(
                &[
                    &["explain", "--sni", "a.games.example.com"],
                    arguments,
                    from,
                ]
                .concat(),
            )
        };
        let steps = run(&["--json"]).json()["routing"]["steps"].clone();
        let removed = &steps[0]["removed"][2];
        assert_eq!(removed["backend"], "10.0.0.9:5523");
        assert_eq!(removed["provider"], "lobbies");
        assert!(removed["age_seconds"].as_f64().unwrap() < 60.0);
        let text = run(&[]).stdout;
        let line = text.lines().find(|line| line.contains("10.0.0.9:5523"));
        let line = line.unwrap_or_else(|| panic!("{text}"));
        assert!(line.contains("10.0.0.9:5523 (lobbies, "), "{line}");
        assert!(line.contains("matches no pattern of the backend"), "{line}");
    }
}

#[test]
fn check_contacts_providers_only_on_request() {
    let folder = network();
    let ran = folder.run(&["check", "--live"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for line in [
        "route games: *.games.example.com -> round_robin of provider lobbies",
        "default -> round_robin of provider lobbies, static.example.com:5520",
        "discovery: lobbies (file)",
    ] {
        assert!(ran.stdout.contains(line), "{}", ran.stdout);
    }
    let line = "provider lobbies (file): 3 backends: lobby-1 10.0.0.7:5521, lobby-2 10.0.0.8:5522, chess 10.0.0.9:5523";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    assert!(ran.stdout.contains("  not used: "), "{}", ran.stdout);
    let report = folder.run(&["check", "--live", "--json"]).json();
    assert_eq!(report["live"]["providers"][0]["backends"], 3);

    fs::remove_dir_all(folder.path("backends")).unwrap();
    assert_eq!(folder.run(&["check"]).code, Some(0));
    let ran = folder.run(&["check", "--live", "--timeout", "5s"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("provider lobbies (file): failed: "),
        "{ran:?}"
    );
}

#[test]
fn readiness_waits_for_the_first_backends_and_then_warns() {
    let config = CONFIG.replace(
        "discovery:\n  providers",
        "discovery:\n  startup_timeout: 2s\n  providers",
    );
    let folder = folder().file("config.yaml", &config);
    let (_router, admin) = folder.serve_with_admin(&[]);
    let first = admin.get("/readyz");
    if first.status == 503 {
        assert!(
            first.body.contains("discovery.providers.lobbies"),
            "{first:?}"
        );
    }
    until(|| admin.get("/readyz").status == 200);
    let degraded = admin.get("/readyz").json();
    assert_eq!(degraded["status"], "degraded");
    assert_eq!(
        degraded["problems"][0]["part"],
        "discovery.providers.lobbies"
    );
    assert!(admin.metric("hyrouter_discovery_synced{provider=\"lobbies\"}") < 1.0);
    assert!(admin.metric("hyrouter_discovery_errors_total{provider=\"lobbies\"}") >= 1.0);

    fs::create_dir(folder.path("backends")).unwrap();
    fs::write(folder.path("backends/a.yaml"), BACKENDS).unwrap();
    until(|| admin.get("/readyz").json()["status"] == "ok");
    assert!(
        (3.0..4.0).contains(&admin.metric("hyrouter_discovery_backends{provider=\"lobbies\"}"))
    );
    assert!(
        (1.0..2.0)
            .contains(&admin.metric("hyrouter_discovery_unusable_entries{provider=\"lobbies\"}"))
    );
    let status = admin.status();
    assert_eq!(status["providers"][0]["synced"], true);
    assert_eq!(status["routes"][0]["backends"][0]["provider"], "lobbies");
}
