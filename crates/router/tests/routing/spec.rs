use hyrouter_router::{
    Backend, BackendKey, HostProblem, MAX_NAME_LEN, PolicyPatch, PoolSpec, Router, RouterSpec,
    SpecError, SpecProblem, Strategy, Turns,
};

use crate::fixture::{BackendExt, PoolExt, backend, pool, route};

fn check(pool: PoolSpec) -> Result<(), SpecProblem> {
    let spec = RouterSpec {
        routes: vec![route("games", "*", pool)],
        default: None,
    };
    Router::new(spec).map(|_| ()).map_err(|error| error.problem)
}

#[test]
fn problems_are_named() {
    let long = "x".repeat(MAX_NAME_LEN + 1);
    let missing = |fallback, strategy| SpecProblem::MissingKey { fallback, strategy };
    let to = |strategy| PolicyPatch {
        strategy: Some(strategy),
        ..PolicyPatch::default()
    };
    for (pool, problem) in [
        (
            pool([]).strategy(Strategy::LeastLoaded),
            missing(None, Strategy::LeastLoaded),
        ),
        (
            pool([]).strategy(Strategy::P2c),
            missing(None, Strategy::P2c),
        ),
        (
            pool([])
                .fallback(PolicyPatch::default())
                .fallback(to(Strategy::P2c)),
            missing(Some(1), Strategy::P2c),
        ),
        (
            pool([backend("a"), backend("b").weight(0)]).strategy(Strategy::Weighted),
            SpecProblem::ZeroWeight {
                backend: 1,
                address: "b:5520".to_owned(),
            },
        ),
        (
            pool([backend("")]),
            SpecProblem::Host {
                backend: 0,
                problem: HostProblem::Empty,
            },
        ),
        (
            pool([backend("a"), backend(&long)]),
            SpecProblem::Host {
                backend: 1,
                problem: HostProblem::TooLong { len: long.len() },
            },
        ),
        (
            pool([backend("010.0.0.7")]),
            SpecProblem::Host {
                backend: 0,
                problem: HostProblem::Numeric,
            },
        ),
        (
            pool([Backend {
                port: 0,
                ..backend("a")
            }]),
            SpecProblem::ZeroPort {
                backend: 0,
                host: "a".to_owned(),
            },
        ),
    ] {
        assert_eq!(check(pool), Err(problem));
    }
}

#[test]
fn what_is_allowed() {
    let keyed = PolicyPatch {
        strategy: Some(Strategy::P2c),
        key: Some(BackendKey::from("n")),
        ..PolicyPatch::default()
    };
    let weighted = PolicyPatch {
        strategy: Some(Strategy::Weighted),
        ..PolicyPatch::default()
    };
    for pool in [
        pool([]),
        pool([backend(&format!("{}x", "x.".repeat(MAX_NAME_LEN / 2)))]),
        pool([backend("a").weight(0)]),
        pool([]).fallback(keyed),
        pool([backend("a").weight(0)]).fallback(weighted),
    ] {
        assert_eq!(check(pool.clone()), Ok(()), "{pool:?}");
    }
}

#[test]
fn a_duplicate_is_checked_like_any_other() {
    let twins = pool([backend("a"), backend("a").weight(0)]).strategy(Strategy::Weighted);
    assert!(check(twins).is_err());
}

#[test]
fn errors_name_the_route() {
    let broken = || pool([]).strategy(Strategy::P2c);
    let spec = |routes, default| Router::new(RouterSpec { routes, default }).unwrap_err();

    let error: SpecError = spec(
        vec![route("a", "a", pool([])), route("b", "b", broken())],
        None,
    );
    assert_eq!((error.route.as_str(), error.route_index), ("b", Some(1)));
    assert_eq!(
        error.to_string(),
        "route 1 (\"b\"): strategy p2c needs a key to compare"
    );

    let patch = PolicyPatch {
        strategy: Some(Strategy::LeastLoaded),
        ..PolicyPatch::default()
    };
    let error = spec(Vec::new(), Some(pool([]).fallback(patch)));
    assert_eq!((error.route.as_str(), error.route_index), ("default", None));
    assert_eq!(
        error.to_string(),
        "default pool: fallback 0: strategy least_loaded needs a key to compare"
    );
}

#[test]
fn snapshots_and_turns_are_shared_between_threads() {
    const fn shared<T: Send + Sync>() {}
    shared::<Router>();
    shared::<Turns>();
}
