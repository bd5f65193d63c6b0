use std::time::Duration;

use hyrouter_router::{
    Allow, Backend, BackendOrigin, Maintenance, PolicyPatch, PoolPolicy, PoolSpec, RouteRequest,
    RouteSpec, RouterSpec, SortOrder, SortType, Strategy,
};
use serde_json::{Value, json};

use crate::fixture::{
    BackendExt, Fixture, NOW, PoolExt, at, backend, compare, of_host, pool, route,
};

fn request() -> RouteRequest<'static> {
    RouteRequest {
        host: "EU.play.example.com",
        username: Some("builder"),
        ..RouteRequest::default()
    }
}

/// With one letter in place of the capture its first label is as long as it may be.
fn long(capture: &str) -> String {
    format!("{}{capture}.svc", "x".repeat(62))
}

fn network() -> RouterSpec {
    let mut shards = pool([
        backend("$1.servers.svc")
            .meta("players", "4")
            .meta("max", "20"),
        backend("full.svc").meta("players", "20").meta("max", "20"),
        Backend {
            drained: true,
            ..backend("old.svc")
        },
        backend(&long("$1")).meta("players", "3").meta("max", "9"),
        backend("2001:db8::1")
            .meta("players", "7")
            .meta("max", "20"),
    ])
    .strategy(Strategy::LeastLoaded)
    .key("players")
    .filter(compare("players", "lt", "max"))
    .sort("players", SortOrder::Desc, SortType::Number)
    .limit(2);
    shards.maintenance = Some(Maintenance {
        from: Some(at(NOW - 1)),
        until: Some(at(NOW + 1)),
        allow: Allow {
            usernames: vec!["builder".to_owned()],
            ..Allow::default()
        },
    });
    let mut verified = route("staff", "*", pool([]));
    verified.conditions.verified = Some(true);
    RouterSpec {
        routes: vec![
            route("lobby", "lobby.example.com lobby.*", pool([])),
            verified,
            route("shards", "*.play.example.com", shards),
        ],
        default: None,
    }
}

#[test]
fn it_has_everything_under_stable_names() {
    let mut explained = Fixture::new(network()).explain(&request());
    explained.name_origins(|backend| {
        let age = Duration::from_millis(1500);
        (backend.host == "$1.servers.svc").then(|| BackendOrigin::new("lobbies", Some(age)))
    });
    let shown = explained.to_string();
    let line = " 1 eu.servers.svc:5520 (lobbies, 1.5 s ago), players \"4\", load 4";
    assert!(shown.contains(line), "{shown}");
    assert_eq!(
        explained.to_json(),
        json!({
            "host": "EU.play.example.com",
            "passed_over": [
                {
                    "index": 0,
                    "name": "lobby",
                    "patterns": ["lobby.example.com", "lobby.*"],
                    "conditions": null,
                    "why": "no pattern matches",
                },
                {
                    "index": 1,
                    "name": "staff",
                    "patterns": ["*"],
                    "conditions": "with verified true",
                    "why": "the player is not verified",
                },
            ],
            "route": {
                "name": "shards",
                "index": 2,
                "pattern": "*.play.example.com",
                "captured": ["eu"],
            },
            "maintenance": {
                "from": "2033-05-18T03:33:19Z",
                "until": "2033-05-18T03:33:21Z",
                "in_force": true,
                "bars": false,
                "why": "the player's name may enter",
                "seen": [
                    {"what": "player's uuid", "value": null},
                    {"what": "player's username", "value": "builder"},
                    {"what": "player's address", "value": null},
                ],
            },
            "is_incomplete": false,
            "steps": [expected_step()],
            "outcome": "backend",
            "backend": "eu.servers.svc:5520",
        })
    );
}

fn expected_step() -> Value {
    json!({
                "fallback": 0,
                "strategy": "least_loaded",
                "key": "players",
                "limit": 2,
                "removed": [
                    {
                        "backend": "full.svc:5520",
                        "by": "filter",
                        "index": 0,
                        "filter": "compare players lt max",
                        "why": "the comparison does not hold",
                        "seen": [
                            {"what": "players", "value": "20"},
                            {"what": "max", "value": "20"},
                        ],
                        "provider": null,
                        "age_seconds": null,
                    },
                    {
                        "backend": "old.svc:5520",
                        "by": "drain",
                        "index": null,
                        "filter": null,
                        "why": "it takes no more players",
                        "seen": [],
                        "provider": null,
                        "age_seconds": null,
                    },
                    {
                        "backend": long("$1") + ":5520",
                        "by": "capture",
                        "index": null,
                        "filter": null,
                        "why": "what the pattern took makes no host name",
                        "seen": [{"what": "host", "value": long("eu")}],
                        "provider": null,
                        "age_seconds": null,
                    },
                ],
                "sorted": [
                    {
                        "backend": "[2001:db8::1]:5520",
                        "configured": "[2001:db8::1]:5520",
                        "sorted_by": ["7"],
                        "load": 7.0,
                        "provider": null,
                        "age_seconds": null,
                    },
                    {
                        "backend": "eu.servers.svc:5520",
                        "configured": "$1.servers.svc:5520",
                        "sorted_by": ["4"],
                        "load": 4.0,
                        "provider": "lobbies",
                        "age_seconds": 1.5,
                    },
                ],
                "candidates": 2,
                "picked": {
                    "index": 1,
                    "backend": "eu.servers.svc:5520",
                    "by": {"compared": [0, 1]},
                },
    })
}

#[test]
fn it_says_what_went_wrong() {
    let closed = {
        let mut spec = pool([backend("a")]);
        spec.maintenance = Some(Maintenance::default());
        spec
    };
    for (spec, outcome, steps) in [
        (RouterSpec::default(), "no_route", 0),
        (of_pool(pool([])), "no_backends", 1),
        (
            of_pool(pool([]).fallback(PolicyPatch::default())),
            "no_backends",
            2,
        ),
        (of_pool(closed), "maintenance", 0),
    ] {
        let explained = Fixture::new(spec)
            .explain(&RouteRequest::default())
            .to_json();
        assert_eq!(explained["outcome"], outcome);
        assert_eq!(
            explained["steps"].as_array().unwrap().len(),
            steps,
            "{outcome}"
        );
        assert_eq!(explained["backend"], Value::Null);
    }
}

#[test]
fn how_it_was_picked_has_a_shape_for_each_strategy() {
    for (strategy, by) in [
        (Strategy::RoundRobin, json!({"turn": 0})),
        (Strategy::Random, json!({"chance": {}})),
        (Strategy::Weighted, json!({"weight": 3, "total": 3})),
        (Strategy::P2c, json!({"compared": [0]})),
    ] {
        let policy = PoolPolicy {
            strategy,
            key: Some("n".into()),
            ..PoolPolicy::default()
        };
        let spec = PoolSpec {
            policy,
            ..pool([backend("a").weight(3)])
        };
        let routes = [RouteSpec {
            pool: spec,
            ..route("r", "*", pool([]))
        }];
        let explained = Fixture::of_routes(routes).explain(&of_host("h")).to_json();
        assert_eq!(explained["steps"][0]["picked"]["by"], by, "{strategy}");
    }
}

fn of_pool(pool: PoolSpec) -> RouterSpec {
    RouterSpec {
        routes: Vec::new(),
        default: Some(pool),
    }
}
