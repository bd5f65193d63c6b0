//! Changes that must not change anything, or only in a way that is known.

use hyrouter_router::{Backend, BackendKey, Filter, PoolSpec, SortOrder, SortType, Strategy};
use proptest::prelude::*;

use crate::{
    fixture::{BackendExt, Fixture, Outcome, PoolExt, at, backend, compare, pool, route},
    random::{Player, backends, player, policy},
};

/// What becomes of several equal players with the same randomness.
fn outcomes(spec: PoolSpec, player: &Player, seed: u64) -> Vec<Outcome> {
    let mut fixture = Fixture::of_pool(spec).seed(seed);
    fixture.now = at(player.now);
    let request = player.request();
    (0..6).map(|_| fixture.ask(&request)).collect()
}

/// A backend that passes none of these filters.
fn failing() -> Backend {
    backend("failing")
        .meta("on", "true")
        .meta("start", "1")
        .meta("fails", "1")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_backend_that_fails_changes_nothing(
        policy in policy(), backends in backends(), place: prop::sample::Index, player in player(), seed: u64,
    ) {
        let mut spec = PoolSpec { policy, backends, ..PoolSpec::default() };
        spec.policy.filters.push(Filter::GameStartNotPast { key: BackendKey::from("start") });
        let mut longer = spec.clone();
        longer.backends.insert(place.index(spec.backends.len() + 1), failing());
        prop_assert_eq!(outcomes(longer, &player, seed), outcomes(spec, &player, seed));
    }

    #[test]
    fn a_limit_keeps_the_first_ones(
        policy in policy(), backends in backends(), limit in 1..9_usize, player in player(), seed: u64,
    ) {
        let unlimited = PoolSpec { policy, backends, ..PoolSpec::default() }.limit(0);
        let limited = outcomes(unlimited.clone().limit(limit), &player, seed).swap_remove(0).candidates;
        let mut all = outcomes(unlimited, &player, seed).swap_remove(0).candidates;
        all.truncate(limit);
        prop_assert_eq!(limited, all);
    }

    #[test]
    fn the_order_of_backends_matters_only_to_equals(policy in policy(), backends in backends(), player in player()) {
        let policy = hyrouter_router::PoolPolicy { limit: 0, ..policy };
        let spec = PoolSpec { policy, backends, ..PoolSpec::default() };
        let mut sorted = spec.clone().sort("host", SortOrder::Asc, SortType::String);
        // Only the first of each address, so that nothing but the order of the list is another.
        let mut seen = std::collections::HashSet::new();
        sorted.backends.retain(|backend| seen.insert(backend.host.clone()));
        let mut turned = sorted.clone();
        turned.backends.reverse();
        prop_assert_eq!(outcomes(turned, &player, 1), outcomes(sorted, &player, 1));
    }
}

#[test]
fn a_backend_that_fails_statically_changes_nothing() {
    let good = [backend("a"), backend("b"), backend("c")];
    for strategy in Strategy::ALL {
        let spec = |backends: Vec<Backend>| {
            pool(backends)
                .strategy(*strategy)
                .key("load")
                .filter(compare("port", "gt", "fails_below"))
        };
        let good = good.clone().map(|backend| backend.meta("fails_below", "0"));
        let expected = Fixture::of_pool(spec(good.to_vec())).hosts(50);
        for place in 0..=good.len() {
            let mut longer = good.to_vec();
            longer.insert(place, failing());
            assert_eq!(
                Fixture::of_pool(spec(longer)).hosts(50),
                expected,
                "{strategy} {place}"
            );
        }
    }
}

#[test]
fn a_route_after_the_match_changes_nothing() {
    let first = || {
        route(
            "first",
            "*.example.com a?c",
            pool([backend("a"), backend("b")]),
        )
    };
    for patterns in [
        "*",
        "x.example.com",
        "*.x.example.com",
        "*.example.com",
        "?.*",
        "abc",
    ] {
        for host in ["x.example.com", "y.x.example.com", "abc"] {
            let mut alone = Fixture::of_routes([first()]);
            let mut followed =
                Fixture::of_routes([first(), route("second", patterns, pool([backend("other")]))]);
            for _ in 0..3 {
                assert_eq!(followed.host(host), alone.host(host), "{patterns} {host}");
            }
        }
    }
}
