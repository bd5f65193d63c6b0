use hyrouter_router::{HostPattern, RouteSpec, Router, RouterSpec};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::fixture::{Fixture, backend, of_host, pool, route};

fn text(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    vec(select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

/// Patterns of every kind over a small alphabet, so that many match the same host.
fn pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        text(&["a", "b", "a.b", "A", ".", "b."], 4),
        text(&["a", "b", ".", r"\*"], 4).prop_map(|rest| format!("*.{rest}")),
        text(
            &["*", "*", "?", "a", "b", ".", "/", "[ab]", "[^b]", r"\."],
            5
        ),
        Just("*".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8192))]

    #[test]
    fn the_index_finds_what_a_scan_finds(
        routes in vec(vec(pattern(), 0..4), 0..10),
        host in text(&["a", "b", "A", ".", ".", "*", "/", "a.b"], 7),
    ) {
        let specs = (0..).zip(&routes).map(|(number, patterns): (u32, _)| RouteSpec {
            name: number.to_string(),
            patterns: patterns.iter().map(|text| text.parse().unwrap()).collect(),
            pool: pool([]),
            ..RouteSpec::default()
        });
        let router = Router::new(RouterSpec { routes: specs.collect(), default: None }).unwrap();

        let nameless = matches!(&*host, "" | ".");
        let matches = |text: &String| {
            let pattern = text.parse::<HostPattern>().unwrap();
            pattern.matches(&host) && (!nameless || pattern.is_empty())
        };
        let scanned = routes.iter().position(|patterns| patterns.iter().any(matches));
        let found = router.find(&of_host(&host)).map(|route| route.index.unwrap());
        prop_assert_eq!(found, scanned);
    }
}

#[test]
fn the_default_pool_takes_what_no_route_takes() {
    let mut fixture = Fixture::new(RouterSpec {
        routes: vec![route("games", "*.example.com", pool([backend("game")]))],
        default: Some(pool([backend("lobby")])),
    });
    for (host, backend, index) in [
        ("eu.example.com", "game", "0"),
        ("EU.EXAMPLE.COM.", "game", "0"),
        ("example.com", "lobby", "default"),
        ("", "lobby", "default"),
    ] {
        let outcome = fixture.host(host);
        assert_eq!(
            (outcome.host.as_str(), outcome.route.as_str()),
            (backend, index),
            "{host:?}"
        );
    }
    assert_eq!(
        &**fixture.router.find(&of_host("")).unwrap().name,
        "default"
    );
    assert_eq!(
        &**fixture.router.find(&of_host("a.example.com")).unwrap().name,
        "games"
    );
}

#[test]
fn without_a_default_there_is_no_route() {
    let mut fixture = Fixture::of_routes([route("games", "a", pool([backend("game")]))]);
    let outcome = fixture.host("b");
    assert_eq!(
        (outcome.reason, outcome.route.as_str()),
        (Some("no_route"), "none")
    );
}

#[test]
fn a_route_without_backends_does_not_fall_to_the_default() {
    let mut fixture = Fixture::new(RouterSpec {
        routes: vec![route("empty", "a", pool([]))],
        default: Some(pool([backend("lobby")])),
    });
    let outcome = fixture.host("a");
    assert_eq!(
        (outcome.reason, outcome.route.as_str()),
        (Some("no_backends"), "0")
    );
}

#[test]
fn a_client_without_a_name_matches_the_empty_pattern_alone() {
    let nameless = RouteSpec {
        patterns: vec!["".parse().unwrap()],
        ..route("nameless", "", pool([backend("nameless")]))
    };
    let any = route("any", "* ** *.", pool([backend("any")]));
    let with_default = |routes| {
        Fixture::new(RouterSpec {
            routes,
            default: Some(pool([backend("lobby")])),
        })
    };
    let mut fixture = with_default(vec![any.clone()]);
    assert_eq!(fixture.host("").host, "lobby");
    assert_eq!(fixture.host("x").host, "any");
    let why = fixture.explain(&of_host("")).passed_over[0].why;
    assert_eq!(why, "the client sent no host name");

    let mut fixture = with_default(vec![any, nameless]);
    assert_eq!(fixture.host("").host, "nameless");
    assert_eq!(fixture.host("x").host, "any");
}

#[test]
fn many_routes_keep_their_order() {
    let count = 20_000;
    let exact = (0..count).map(|number| route("", &format!("h{number}.example.com"), pool([])));
    let suffix = (0..count).map(|number| route("", &format!("*.h{number}.example.com"), pool([])));
    let late = [
        route("", "*.example.com", pool([])),
        route("", "h1.*", pool([])),
    ];
    let router = Router::new(RouterSpec {
        routes: exact.chain(suffix).chain(late).collect(),
        default: None,
    });
    let router = router.unwrap();
    for (host, index) in [
        ("h0.example.com", Some(0)),
        ("h19999.example.com", Some(count - 1)),
        ("eu.h7.example.com", Some(count + 7)),
        ("h20000.example.com", Some(2 * count)),
        ("h1.other", Some(2 * count + 1)),
        ("example.com", None),
    ] {
        assert_eq!(
            router.find(&of_host(host)).and_then(|route| route.index),
            index,
            "{host}"
        );
    }
}
