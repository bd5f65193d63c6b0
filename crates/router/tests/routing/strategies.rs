use std::collections::BTreeMap;

use hyrouter_router::{Backend, PoolSpec, Strategy};

use crate::fixture::{BackendExt, Fixture, PoolExt, backend, pool};

const PLAYERS: u32 = 20_000;

/// The 99.9 % quantiles of chi-square for 1, 2, ... degrees of freedom.
const CRITICAL: [f64; 9] = [
    10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32, 26.12, 27.88,
];

/// How far the places of many players are from these shares. Hosts that are not named must never be picked.
fn chi_square(pool: PoolSpec, shares: &[(&str, f64)]) -> f64 {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for host in Fixture::of_pool(pool).hosts(PLAYERS) {
        *seen.entry(host).or_default() += 1;
    }
    let whole: f64 = shares.iter().map(|(_, share)| share).sum();
    let distance = shares.iter().map(|(host, share)| {
        let expected = f64::from(PLAYERS) * share / whole;
        (f64::from(seen.remove(*host).unwrap_or(0)) - expected).powi(2) / expected
    });
    let distance = distance.sum();
    assert!(seen.is_empty(), "must never be picked: {seen:?}");
    distance
}

/// The shares hold for the backends in the given order and turned round.
fn assert_shares(
    strategy: impl Fn(PoolSpec) -> PoolSpec,
    backends: &[Backend],
    shares: &[(&str, f64)],
) {
    let turned = backends.iter().rev().cloned();
    for backends in [backends.to_vec(), turned.collect()] {
        let distance = chi_square(strategy(pool(backends)), shares);
        let critical = shares
            .len()
            .checked_sub(2)
            .map_or(f64::EPSILON, |degree| CRITICAL[degree]);
        assert!(distance < critical, "{distance} for {shares:?}");
    }
}

fn loaded(host: &str, load: &str) -> Backend {
    backend(host).meta("load", load)
}

#[test]
fn the_measure_notices_a_skew() {
    let random = pool([backend("a"), backend("b")]).strategy(Strategy::Random);
    assert!(chi_square(random, &[("a", 0.53), ("b", 0.47)]) > CRITICAL[0]);
}

#[test]
fn round_robin_takes_turns() {
    let mut fixture = Fixture::of_pool(pool([backend("a"), backend("b"), backend("c")]));
    assert_eq!(fixture.hosts(7), ["a", "b", "c", "a", "b", "c", "a"]);
}

#[test]
fn random_is_uniform() {
    let backends =
        ["a", "b", "c", "d", "e"].map(|host| backend(host).weight(u32::from(host.as_bytes()[0])));
    assert_shares(
        |pool| pool.strategy(Strategy::Random),
        &backends,
        &[("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 1.0), ("e", 1.0)],
    );
}

#[test]
fn weighted_follows_the_weights() {
    let backends = [
        backend("a").weight(1),
        backend("b").weight(2),
        backend("c").weight(7),
    ];
    assert_shares(
        |pool| pool.strategy(Strategy::Weighted),
        &backends,
        &[("a", 1.0), ("b", 2.0), ("c", 7.0)],
    );
}

#[test]
fn weights_may_be_as_large_as_they_go() {
    let backends = [
        backend("a").weight(u32::MAX),
        backend("b").weight(u32::MAX),
        backend("c").weight(u32::MAX),
    ];
    assert_shares(
        |pool| pool.strategy(Strategy::Weighted),
        &backends,
        &[("a", 1.0), ("b", 1.0), ("c", 1.0)],
    );
}

/// A fallback to `weighted` is where weights may be 0; the filter makes it the fallback that decides.
fn weighted_fallback(pool: PoolSpec) -> PoolSpec {
    pool.filter(crate::fixture::compare("absent", "eq", "absent"))
        .fallback(hyrouter_router::PolicyPatch {
            strategy: Some(Strategy::Weighted),
            filters: Some(Vec::new()),
            ..Default::default()
        })
}

#[test]
fn weight_zero_counts_as_one() {
    let backends = [
        backend("a").weight(0),
        backend("b").weight(1),
        backend("c").weight(3),
    ];
    assert_shares(
        weighted_fallback,
        &backends,
        &[("a", 1.0), ("b", 1.0), ("c", 3.0)],
    );
}

#[test]
fn weight_zero_everywhere_is_uniform() {
    let backends = [
        backend("a").weight(0),
        backend("b").weight(0),
        backend("c").weight(0),
    ];
    assert_shares(
        weighted_fallback,
        &backends,
        &[("a", 1.0), ("b", 1.0), ("c", 1.0)],
    );
}

fn least_loaded(pool: PoolSpec) -> PoolSpec {
    pool.strategy(Strategy::LeastLoaded).key("load")
}

#[test]
fn least_loaded_takes_the_smallest() {
    assert_shares(
        least_loaded,
        &[
            loaded("a", "10"),
            loaded("b", "9"),
            loaded("c", "9.5"),
            backend("d"),
        ],
        &[("b", 1.0)],
    );
}

#[test]
fn least_loaded_is_uniform_among_equals() {
    assert_shares(
        least_loaded,
        &[
            loaded("a", "-1"),
            loaded("b", "0"),
            loaded("c", "-1.0"),
            loaded("d", "-1e0"),
            loaded("e", " -2 "),
            loaded("f", "nan"),
        ],
        &[("a", 1.0), ("c", 1.0), ("d", 1.0)],
    );
}

#[test]
fn least_loaded_is_uniform_when_no_load_is_known() {
    assert_shares(
        least_loaded,
        &[
            backend("a"),
            loaded("b", "full"),
            loaded("c", "inf"),
            loaded("d", ""),
        ],
        &[("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 1.0)],
    );
}

#[test]
fn least_loaded_reads_fields_too() {
    let backends = [backend("a").weight(3), backend("b").weight(2)];
    assert_shares(
        |pool| least_loaded(pool).key("weight"),
        &backends,
        &[("b", 1.0)],
    );
}

fn p2c(pool: PoolSpec) -> PoolSpec {
    pool.strategy(Strategy::P2c).key("load")
}

#[test]
fn p2c_takes_the_smaller_of_two() {
    // Of the six pairs a wins three, b two, c one, and d none.
    assert_shares(
        p2c,
        &[
            loaded("a", "1"),
            loaded("b", "2"),
            loaded("c", "3"),
            loaded("d", "4"),
        ],
        &[("a", 3.0), ("b", 2.0), ("c", 1.0)],
    );
}

#[test]
fn p2c_sample_zero_is_the_default() {
    assert_shares(
        |pool| p2c(pool).sample(0),
        &[loaded("a", "1"), loaded("b", "2"), loaded("c", "3")],
        &[("a", 2.0), ("b", 1.0)],
    );
}

#[test]
fn p2c_with_other_samples() {
    let backends = [
        loaded("a", "1"),
        loaded("b", "2"),
        loaded("c", "3"),
        loaded("d", "4"),
    ];
    let even = [("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 1.0)];
    assert_shares(|pool| p2c(pool).sample(1), &backends, &even);
    // Of the four triples a is in three.
    assert_shares(
        |pool| p2c(pool).sample(3),
        &backends,
        &[("a", 3.0), ("b", 1.0)],
    );
    assert_shares(|pool| p2c(pool).sample(4), &backends, &[("a", 1.0)]);
    assert_shares(
        |pool| p2c(pool).sample(usize::MAX),
        &backends,
        &[("a", 1.0)],
    );
}

#[test]
fn p2c_is_uniform_among_equals() {
    assert_shares(
        p2c,
        &[
            loaded("a", "1"),
            loaded("b", "1"),
            loaded("c", "1"),
            loaded("d", "1"),
            loaded("e", "1"),
        ],
        &[("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 1.0), ("e", 1.0)],
    );
}

#[test]
fn p2c_is_uniform_when_no_load_is_known() {
    assert_shares(
        p2c,
        &[backend("a"), backend("b"), loaded("c", "?")],
        &[("a", 1.0), ("b", 1.0), ("c", 1.0)],
    );
}

#[test]
fn p2c_prefers_a_load_that_is_known() {
    // c and d share the one pair without any load.
    assert_shares(
        p2c,
        &[
            loaded("a", "1"),
            loaded("b", "2"),
            backend("c"),
            backend("d"),
        ],
        &[("a", 3.0), ("b", 2.0), ("c", 0.5), ("d", 0.5)],
    );
}

#[test]
fn one_candidate_is_always_picked() {
    for strategy in [
        Strategy::RoundRobin,
        Strategy::Random,
        Strategy::Weighted,
        Strategy::LeastLoaded,
        Strategy::P2c,
    ] {
        let only = pool([backend("a")]).strategy(strategy).key("load");
        let outcome = Fixture::of_pool(only).anyone();
        assert_eq!(
            (outcome.host.as_str(), outcome.selected),
            ("a", 0),
            "{strategy}"
        );
    }
}
