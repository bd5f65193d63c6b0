//! Other backends in the pools of a router.

use std::sync::Arc;

use hyrouter_router::{Backend, PoolBackends, RouteFailure, RouterSpec, SpecProblem, Strategy};

use crate::fixture::{Fixture, PoolExt, backend, pool, route};

fn fixture() -> Fixture {
    Fixture::new(RouterSpec {
        routes: vec![
            route("x", "x.example.com", pool(["a", "b"].map(backend))),
            route(
                "y",
                "*.example.com",
                pool(["c"].map(backend)).strategy(Strategy::Weighted),
            ),
        ],
        default: Some(pool(["d"].map(backend))),
    })
}

fn other(route: Option<usize>, hosts: &[&str]) -> PoolBackends {
    PoolBackends {
        route,
        backends: hosts
            .iter()
            .map(|host| Arc::new(Backend::new(*host, 5520)))
            .collect(),
        is_incomplete: false,
    }
}

impl Fixture {
    fn with_backends(self, pools: impl IntoIterator<Item = PoolBackends>) -> Self {
        let router = self.router.with_backends(pools).unwrap();
        Self { router, ..self }
    }
}

#[test]
fn only_the_given_pools_change_and_turns_go_on() {
    let mut fixture = fixture();
    assert_eq!(fixture.host("x.example.com").host, "a");
    assert_eq!(fixture.host("x.example.com").host, "b");
    let mut fixture =
        fixture.with_backends([other(Some(0), &["e", "f", "g"]), other(None, &["h"])]);
    let hosts = ["x.example.com", "x.example.com", "y.example.com", "z"];
    assert_eq!(
        hosts.map(|host| fixture.host(host).host),
        ["g", "e", "c", "h"]
    );
}

#[test]
fn a_weight_of_0_counts_as_1() {
    let mut weightless = other(Some(1), &["e"]);
    Arc::make_mut(&mut weightless.backends[0]).weight = 0;
    let mut fixture = fixture().with_backends([weightless]);
    assert_eq!(fixture.host("y.example.com").host, "e");
}

#[test]
fn an_incomplete_pool_without_a_candidate_is_unavailable() {
    for (hosts, is_incomplete, reason) in [
        (&[][..], false, Some(RouteFailure::NoBackends.as_str())),
        (&[], true, Some(RouteFailure::DiscoveryUnavailable.as_str())),
        (&["e"], true, None),
    ] {
        let backends = PoolBackends {
            is_incomplete,
            ..other(Some(0), hosts)
        };
        let mut fixture = fixture().with_backends([backends]);
        assert_eq!(
            fixture.host("x.example.com").reason,
            reason,
            "{hosts:?} {is_incomplete}"
        );
    }
}

#[test]
fn backends_are_checked() {
    let router = fixture().router;
    let invalid = router
        .with_backends([other(Some(1), &["e", "a b"])])
        .unwrap_err();
    assert_eq!(
        (invalid.route.as_str(), invalid.route_index),
        ("y", Some(1))
    );
    assert!(matches!(
        invalid.problem,
        SpecProblem::Host { backend: 1, .. }
    ));
    let captured = router
        .with_backends([other(None, &["$1.example.com"])])
        .unwrap_err();
    assert!(matches!(captured.problem, SpecProblem::Captures { .. }));
    let unknown = router.with_backends([other(Some(7), &["e"])]);
    assert!(unknown.is_ok(), "there is no such route");
}
