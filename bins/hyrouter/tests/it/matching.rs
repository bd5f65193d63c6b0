//! Routes that go by more than the host, at a router process.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::support::{example_plugin, folder};

const CONFIG: &str = r#"
listen: "127.0.0.1:0"
routing:
  routes:
    - { name: elsewhere, match: { ip: [10.0.0.0/8] }, pool: { backends: [{ host: a, port: 1 }] } }
    - { name: editors, match: { client_type: [editor] }, pool: { backends: [{ host: a, port: 1 }] } }
    - { name: oldest, match: { hostname: play.example.com, generation: [g1] }, pool: { backends: [{ host: a, port: 1 }] } }
    - { name: update, match: { hostname: play.example.com, build: ["208.."] }, pool: { backends: [{ host: a, port: 1 }] } }
    - { name: german, match: { hostname: play.example.com, language: [de], ip: [127.0.0.1] }, pool: { backends: [{ host: a, port: 1 }] } }
    - { name: alpn, match: { hostname: alpn.example.com, alpn: [hytale/2] }, pool: { backends: [{ host: a, port: 1 }] } }
    - { name: canary, match: { hostname: canary.example.com, percent: 30 }, pool: { backends: [{ host: a, port: 1 }] } }
  default: { backends: [{ host: b, port: 1 }] }
"#;

#[test]
fn a_route_goes_by_the_client() {
    let folder = folder().file("config.yaml", CONFIG);
    let mut router = folder.serve(&[]);
    for (args, route) in [
        (
            &["--sni", "play.example.com", "--generation", "g1"][..],
            "oldest",
        ),
        (
            &["--sni", "play.example.com", "--generation", "g4"],
            "update",
        ),
        (&["--sni", "play.example.com", "--build", "208"], "update"),
        (&["--sni", "play.example.com", "--build", "117"], "default"),
        (
            &[
                "--sni",
                "play.example.com",
                "--build",
                "117",
                "--language",
                "de-AT",
            ],
            "german",
        ),
        (
            &[
                "--sni",
                "play.example.com",
                "--build",
                "208",
                "--language",
                "de",
            ],
            "update",
        ),
        (
            &["--sni", "eu.example.com", "--generation", "g1"],
            "default",
        ),
        (&["--sni", "alpn.example.com", "--generation", "g2"], "alpn"),
        (
            &["--sni", "alpn.example.com", "--generation", "g4"],
            "default",
        ),
    ] {
        let answer = router.probe(args);
        assert_eq!(answer["outcome"], "referral", "{args:?}: {answer}");
        assert_eq!(router.until("decision")["route"], route, "{args:?}");
    }
}

/// Two routers, as replicas are, and the same players twice.
#[test]
fn a_share_has_the_same_players_on_every_router() {
    let folder = folder().file("config.yaml", CONFIG);
    let mut routers = [folder.serve(&[]), folder.serve(&[])];
    let mut shares = routers.iter_mut().map(|router| {
        let players = (1..=40_u128).map(Uuid::from_u128);
        let in_share = players.filter(|player| {
            let uuid = player.to_string();
            router.probe(&["--sni", "canary.example.com", "--uuid", &uuid]);
            router.until("decision")["route"] == "canary"
        });
        in_share.collect::<BTreeSet<_>>()
    });
    let (one, other) = (shares.next().unwrap(), shares.next().unwrap());
    assert_eq!(one, other);
    assert!((4..=22).contains(&one.len()), "{}", one.len());
}

/// Host names of players make no labels.
#[test]
fn referrals_of_captures_count_for_the_backend_as_it_is_configured() {
    let config = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
routing:
  routes:
    - match: { hostname: "*.play.example.com" }
      pool: { backends: [{ host: $1.servers.svc, port: 5520 }] }
"#;
    let plugin = format!(
        "plugins: [{{ name: lobby, type: wasm, wasm: {{ path: {} }}, stage: mutate }}]\n",
        example_plugin("wasm-plugin.wasm")
    );
    for more in ["", &plugin] {
        let folder = folder().file("config.yaml", &format!("{config}{more}"));
        let (router, admin) = folder.serve_with_admin(&[]);
        for name in ["a", "b", "a"] {
            let typed = format!("{name}.play.example.com");
            let answer = router.probe(&["--sni", &typed, "--username", "Alder"]);
            assert_eq!(answer["host"], format!("{name}.servers.svc"), "{answer}");
        }
        let route = &admin.status()["routes"][0];
        assert_eq!(route["name"], "*.play.example.com");
        let backend = &route["backends"][0];
        assert_eq!(backend["address"], "$1.servers.svc:5520");
        assert_eq!(backend["referrals"], 3, "{route}");
        let text = admin.get("/metrics").body;
        let lines: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with("hyrouter_referrals_total{"))
            .collect();
        let labels = r#"route="*.play.example.com",backend="$1.servers.svc:5520""#;
        assert_eq!(lines, [format!("hyrouter_referrals_total{{{labels}}} 3")]);
    }
}
