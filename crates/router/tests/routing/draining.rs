use std::collections::BTreeSet;

use hyrouter_router::{
    Backend, Maintenance, Overlay, PolicyPatch, RemovalCause, RouteRequest, RouterSpec, SortOrder,
    SortType, Strategy, Turns,
};
use proptest::prelude::*;

use crate::{
    fixture::{BackendExt, Fixture, PoolExt, at, backend, pool, route},
    random::{player, pool_spec},
};

fn drained(host: &str) -> Backend {
    Backend {
        drained: true,
        ..backend(host)
    }
}

#[test]
fn no_strategy_picks_a_drained_backend() {
    for strategy in Strategy::ALL {
        // The drained one would be the best by weight and by load.
        let backends = [
            backend("a").meta("load", "5"),
            Backend {
                drained: true,
                ..backend("b").weight(1_000_000).meta("load", "0")
            },
            backend("c").meta("load", "5"),
        ];
        let spec = pool(backends).strategy(*strategy).key("load");
        let mut fixture = Fixture::of_pool(spec);
        let hosts: BTreeSet<_> = fixture.hosts(200).into_iter().collect();
        assert_eq!(hosts, ["a", "c"].map(str::to_owned).into(), "{strategy}");
        assert_eq!(fixture.anyone().candidates, ["a", "c"], "{strategy}");
    }
}

#[test]
fn a_drained_backend_takes_no_place_within_the_limit() {
    let spec = pool([drained("a"), backend("b"), backend("c")])
        .sort("host", SortOrder::Asc, SortType::String)
        .limit(1);
    assert_eq!(Fixture::of_pool(spec).anyone().candidates, ["b"]);
}

#[test]
fn no_fallback_takes_a_drained_backend() {
    let spec = pool([drained("a")]).fallback(PolicyPatch::default());
    let mut fixture = Fixture::of_pool(spec);
    assert_eq!(fixture.anyone().reason, Some("no_backends"));
}

#[test]
fn each_listing_of_a_backend_counts_and_is_drained_by_itself() {
    let mut fixture = Fixture::of_pool(pool([backend("a"), backend("b"), backend("a")]));
    let hosts: Vec<_> = (0..6).map(|_| fixture.anyone().host).collect();
    assert_eq!(hosts, ["a", "b", "a", "a", "b", "a"]);
    let mut fixture = Fixture::of_pool(pool([drained("a"), backend("a"), backend("b")]));
    assert_eq!(fixture.anyone().candidates, ["a", "b"]);
}

#[test]
fn the_explanation_shows_it() {
    let mut fixture = Fixture::of_pool(pool([drained("a"), backend("b")]));
    let explained = fixture.explain(&RouteRequest::default());
    let removed = &explained.steps[0].removed;
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0].by, RemovalCause::Drain);
    let text = explained.to_string();
    assert!(
        text.contains("    - a:5520: drained: it takes no more players\n    0 b:5520"),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// To players a drained backend is as good as absent.
    #[test]
    fn draining_is_taking_away(spec in pool_spec(), drain: u8, player in player(), seed: u64) {
        let mut seen = BTreeSet::new();
        let mut spec = spec;
        spec.backends.retain(|backend| seen.insert(backend.host.clone()));
        let is_drained = |place: usize| drain >> place & 1 == 1;
        let overlay = Overlay {
            drained: spec
                .backends
                .iter()
                .enumerate()
                .filter(|(place, _)| is_drained(*place))
                .map(|(_, backend)| (backend.host.clone(), backend.port))
                .collect(),
            ..Overlay::default()
        };
        let mut without = spec.clone();
        let mut place = 0..;
        without.backends.retain(|_| !is_drained(place.next().unwrap()));

        let outcomes = |spec: RouterSpec| {
            let mut fixture = Fixture::new(spec).seed(seed);
            fixture.now = at(player.now);
            (0..4).map(|_| fixture.ask(&player.request())).collect::<Vec<_>>()
        };
        let of_pool = |pool| RouterSpec { default: Some(pool), ..RouterSpec::default() };
        prop_assert_eq!(outcomes(of_pool(spec).overlaid(&overlay)), outcomes(of_pool(without)));
    }
}

fn network() -> RouterSpec {
    let elsewhere = Backend {
        port: 5521,
        ..backend("d")
    };
    RouterSpec {
        routes: vec![
            route(
                "games",
                "games.*",
                pool([backend("a"), backend("b"), drained("c")]),
            ),
            route("lobby", "lobby.*", pool([backend("a")])),
        ],
        default: Some(pool([backend("a"), backend("d"), elsewhere])),
    }
}

#[test]
fn an_overlay_reaches_every_pool() {
    let overlay = Overlay {
        drained: [
            ("a".to_owned(), 5520),
            ("gone".to_owned(), 5520),
            ("d".to_owned(), 5521),
        ]
        .into(),
        ..Overlay::default()
    };
    let mut fixture = Fixture::new(network().overlaid(&overlay));
    let shown: Vec<_> = fixture
        .router
        .routes()
        .map(|route| {
            let drained = route.backends.iter().filter(|backend| backend.drained);
            let hosts: Vec<_> = drained.map(ToString::to_string).collect();
            (route.name.to_string(), hosts.join(" "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("games".to_owned(), "a:5520 c:5520".to_owned()),
            ("lobby".to_owned(), "a:5520".to_owned()),
            ("default".to_owned(), "a:5520 d:5521".to_owned()),
        ]
    );
    for (host, reached) in [("games.x", "b"), ("lobby.x", ""), ("x", "d")] {
        assert_eq!(fixture.host(host).host, reached, "{host}");
    }
}

#[test]
fn an_empty_overlay_changes_nothing() {
    assert!(Overlay::default().is_empty());
    assert_eq!(network().overlaid(&Overlay::default()), network());
}

#[test]
fn maintenance_by_command_takes_the_place_of_the_configured() {
    let planned = Maintenance {
        from: Some(at(1)),
        ..Maintenance::default()
    };
    let mut spec = network();
    spec.routes[0].pool.maintenance = Some(planned.clone());
    spec.routes[1].pool.maintenance = Some(planned.clone());
    let named = |name: &str| (name.to_owned(), Maintenance::default());
    let overlay = Overlay {
        maintenance: [named("games"), named("default"), named("gone")].into(),
        ..Overlay::default()
    };
    assert!(!overlay.is_empty());
    let fixture = Fixture::new(spec.overlaid(&overlay));
    let shown: Vec<_> = fixture
        .router
        .routes()
        .map(|route| route.maintenance.cloned())
        .collect();
    let commanded = Some(Maintenance::default());
    assert_eq!(shown, [commanded.clone(), Some(planned), commanded]);
}

#[test]
fn counters_go_on_under_another_overlay() {
    let games = |names: [&str; 3]| RouterSpec {
        routes: vec![route("games", "games.*", pool(names.map(backend)))],
        default: None,
    };
    let spec = games(["a", "b", "c"]);
    let mut fixture = Fixture::new(spec.clone());
    assert_eq!(fixture.host("games.x").host, "a");
    assert_eq!(fixture.host("games.x").host, "b");
    let overlay = Overlay {
        maintenance: [(
            "games".to_owned(),
            Maintenance {
                until: Some(at(1)),
                ..Maintenance::default()
            },
        )]
        .into(),
        drained: [("a".to_owned(), 5520)].into(),
    };
    let router = hyrouter_router::Router::new(spec.overlaid(&overlay)).unwrap();
    let turns: Turns = fixture.turns.carry(&fixture.router, &router);
    let mut fixture = Fixture {
        router,
        turns,
        ..fixture
    };
    // The third turn among two.
    assert_eq!(fixture.host("games.x").host, "b");
    assert_eq!(fixture.host("games.x").host, "c");
}
