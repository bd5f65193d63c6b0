//! Routes for some clients and for a share of the players.

use std::collections::BTreeSet;

use hyrouter_router::{ClientMatch, Conditions, RouteClient, RouteRequest, RouteSpec, Share};
use ipnet::IpNet;
use uuid::Uuid;

use crate::fixture::{Fixture, backend, pool, route};

/// A route to the backend of its name.
fn to(name: &str, patterns: &str) -> RouteSpec {
    route(name, patterns, pool([backend(name)]))
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

type Change = fn(&mut Conditions);

/// What is asked for, and why the player below does not fit.
const CASES: [(Change, Option<&str>); 14] = [
    (
        |c| c.client.networks = networks(&["10.0.0.0/8", "192.0.2.0/24"]),
        None,
    ),
    (
        |c| c.client.networks = networks(&["192.0.2.8/32", "::/0"]),
        Some("the client connects from elsewhere"),
    ),
    (|c| c.client.alpn = texts(&["hytale/1", "hytale/2"]), None),
    (
        |c| c.client.alpn = texts(&["hytale/3"]),
        Some("the client speaks another application protocol"),
    ),
    (|c| c.client.builds = vec![1..=9, 117..=117], None),
    (
        |c| c.client.builds = vec![118..=i32::MAX, i32::MIN..=116],
        Some("the client is of another build"),
    ),
    (|c| c.client.generations = texts(&["g3"]), None),
    (
        |c| c.client.generations = texts(&["g4"]),
        Some("the client is of another generation"),
    ),
    (|c| c.client.kinds = texts(&["game"]), None),
    (
        |c| c.client.kinds = texts(&["editor"]),
        Some("the client is of another kind"),
    ),
    (|c| c.client.languages = texts(&["de", "pt"]), None),
    (
        |c| c.client.languages = texts(&["pt-PT"]),
        Some("the client has another language"),
    ),
    (|c| c.verified = Some(true), None),
    (|c| c.verified = Some(false), Some("the player is verified")),
];

fn networks(list: &[&str]) -> Vec<IpNet> {
    list.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn a_client_selects_a_route() {
    let player = RouteRequest {
        host: "h",
        verified: true,
        client: RouteClient {
            ip: Some("::ffff:192.0.2.7".parse().unwrap()),
            alpn: Some("hytale/2"),
            build: Some(117),
            generation: Some("g3"),
            kind: Some("game"),
            language: Some("pt-BR"),
        },
        ..RouteRequest::default()
    };
    for (change, why) in CASES {
        let mut conditions = Conditions::default();
        change(&mut conditions);
        let demanding = RouteSpec {
            conditions: conditions.clone(),
            ..to("demanding", "*")
        };
        let mut fixture = Fixture::of_routes([demanding, to("other", "*")]);
        let expected = if why.is_none() { "demanding" } else { "other" };
        assert_eq!(fixture.ask(&player).host, expected, "{conditions}");
        let explained = fixture.explain(&player);
        let told = explained.passed_over.first().map(|route| route.why);
        assert_eq!(told, why, "{conditions}");
        // Of whom nothing is known nothing holds, but not to be verified.
        let unknown = match conditions.verified {
            Some(false) => "demanding",
            _ => "other",
        };
        assert_eq!(fixture.host("h").host, unknown, "{conditions}");
    }
}

#[test]
fn conditions_are_shown_as_they_are_written() {
    let conditions = Conditions {
        verified: Some(true),
        client: ClientMatch {
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            builds: vec![100..=120, 208..=i32::MAX, i32::MIN..=53, 242..=242],
            languages: texts(&["de", "fr"]),
            ..ClientMatch::default()
        },
        share: Some(Share::percent(5, "canary")),
        ..Conditions::default()
    };
    assert_eq!(
        conditions.to_string(),
        "with verified true, ip 10.0.0.0/8, build 100..120 or 208.. or ..53 or 242, language de or fr, 5 % of the players"
    );
    assert_eq!(Conditions::default().to_string(), "");
}

#[test]
fn a_share_is_as_large_as_it_says_and_keeps_its_players() {
    let players = || (1..=20_000_u128).map(Uuid::from_u128);
    let in_share = |percent, name: &str| {
        let conditions = Conditions {
            share: Some(Share::percent(percent, name)),
            ..Conditions::default()
        };
        let route = RouteSpec {
            conditions,
            ..to("canary", "")
        };
        let fixture = Fixture::of_routes([route]);
        players()
            .filter(|player| {
                let request = RouteRequest {
                    uuid: Some(*player),
                    ..RouteRequest::default()
                };
                fixture.router.find(&request).is_some()
            })
            .collect::<BTreeSet<_>>()
    };
    let (five, ten) = (in_share(5, "canary"), in_share(10, "canary"));
    assert!((900..1100).contains(&five.len()), "{}", five.len());
    assert!((1850..2150).contains(&ten.len()), "{}", ten.len());
    assert!(five.is_subset(&ten), "a share that grows keeps its players");
    let other = in_share(10, "other");
    let both = ten.intersection(&other).count();
    assert!((120..280).contains(&both), "shares of two names: {both}");
    assert_eq!(in_share(0, "canary").len(), 0);
    assert_eq!(in_share(100, "canary").len(), 20_000);
}

/// Players would change sides if these changed.
#[test]
fn who_is_in_a_share_never_changes() {
    let request = |uuid, username, ip: Option<&str>| RouteRequest {
        uuid,
        username,
        client: RouteClient {
            ip: ip.map(|ip| ip.parse().unwrap()),
            ..RouteClient::default()
        },
        ..RouteRequest::default()
    };
    let smallest = |request: &RouteRequest<'_>| {
        (0..=10_000).find(|parts| {
            let share = Share {
                parts: *parts,
                name: "canary".to_owned(),
            };
            let conditions = Conditions {
                share: Some(share),
                ..Conditions::default()
            };
            let route = RouteSpec {
                conditions,
                ..to("canary", "")
            };
            Fixture::of_routes([route]).router.find(request).is_some()
        })
    };
    let uuid = Some(Uuid::from_u128(0x5b1d_3c2e_8f4a_4d6b_9c7e_0a1b_2c3d_4e5f));
    let found = [
        smallest(&request(uuid, Some("Alder"), None)),
        smallest(&request(None, Some("Alder"), Some("192.0.2.1"))),
        smallest(&request(None, None, Some("192.0.2.1"))),
        smallest(&request(None, None, Some("::ffff:192.0.2.1"))),
        smallest(&RouteRequest::default()),
    ];
    assert_eq!(found, PINNED.map(Some));
}

/// From a program of its own, but for the last.
const PINNED: [u16; 5] = [6951, 7534, 7528, 7528, 10_000];
