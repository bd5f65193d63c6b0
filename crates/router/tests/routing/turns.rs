use std::{sync::Barrier, thread};

use hyrouter_router::{
    RouteDecision, RouteRequest, RouteSpec, Router, RouterSpec, Strategy, Turns,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::fixture::{Fixture, PoolExt, backend, pool, route};

const HOSTS: [&str; 3] = ["a", "b", "c"];

fn games(name: &str, patterns: &str) -> RouteSpec {
    route(name, patterns, pool(HOSTS.map(backend)))
}

fn spec(routes: Vec<RouteSpec>) -> RouterSpec {
    RouterSpec {
        routes,
        default: Some(pool(HOSTS.map(backend))),
    }
}

impl Fixture {
    fn reloaded(self, spec: RouterSpec) -> Self {
        let router = Router::new(spec).unwrap();
        Self {
            turns: self.turns.carry(&self.router, &router),
            router,
            ..self
        }
    }
}

#[test]
fn each_route_counts_for_itself() {
    let mut fixture = Fixture::new(spec(vec![games("x", "x"), games("y", "y")]));
    let hosts = ["x", "x", "y", "other", "x", "y", "other"].map(|host| fixture.host(host).host);
    assert_eq!(hosts, ["a", "b", "a", "a", "c", "b", "b"]);
}

#[test]
fn only_round_robin_takes_a_turn() {
    let random = pool(HOSTS.map(backend)).strategy(Strategy::Random);
    let mut fixture = Fixture::new(spec(vec![route("x", "x", random)]));
    fixture.host("x");
    fixture.host("x");
    let mut fixture = fixture.reloaded(spec(vec![games("x", "x")]));
    assert_eq!(fixture.host("x").host, "a");
}

#[test]
fn a_route_that_still_exists_goes_on() {
    let before = || {
        let mut fixture = Fixture::new(spec(vec![games("x", "x x2"), games("y", "y")]));
        for host in ["x", "x", "y", "other"] {
            fixture.host(host);
        }
        fixture
    };
    for (why, routes, host, next) in [
        (
            "unchanged",
            vec![games("x", "x x2"), games("y", "y")],
            "x",
            "c",
        ),
        ("moved", vec![games("y", "y"), games("x", "x x2")], "x", "c"),
        ("moved", vec![games("y", "y"), games("x", "x x2")], "y", "b"),
        ("others gone", vec![games("x", "x x2")], "x", "c"),
        ("renamed", vec![games("z", "x x2")], "x", "a"),
        ("other patterns", vec![games("x", "x")], "x", "a"),
        ("patterns turned", vec![games("x", "x2 x")], "x", "a"),
        ("new", vec![games("x", "x x2"), games("n", "n")], "n", "a"),
        ("default", vec![], "other", "b"),
        ("now the default's", vec![], "x", "b"),
    ] {
        let mut fixture = before().reloaded(spec(routes));
        assert_eq!(fixture.host(host).host, next, "{why}: {host}");
    }
}

#[test]
fn the_pool_may_change_meanwhile() {
    let mut fixture = Fixture::new(spec(vec![games("x", "x")]));
    fixture.host("x");
    fixture.host("x");
    let smaller = route("x", "x", pool([backend("d"), backend("e")]));
    let mut fixture = fixture.reloaded(spec(vec![smaller]));
    assert_eq!(
        ["x"; 3].map(|host| fixture.host(host).host),
        ["d", "e", "d"]
    );
}

#[test]
fn of_routes_that_are_the_same_the_first_counts() {
    let twins = || spec(vec![games("x", "x"), games("x", "x")]);
    let mut fixture = Fixture::new(twins());
    fixture.host("x");
    assert_eq!(fixture.reloaded(twins()).host("x").host, "b");
}

#[test]
fn counters_of_another_snapshot_break_nothing() {
    let mut fixture = Fixture::new(spec(vec![games("x", "x"), games("y", "y")]));
    fixture.turns = Turns::new(&Router::new(spec(vec![])).unwrap());
    assert_eq!(
        ["x", "y", "other"].map(|host| fixture.host(host).host),
        HOSTS
    );
}

#[test]
fn no_turn_is_lost_between_threads() {
    let fixture = Fixture::new(spec(vec![]));
    let start = Barrier::new(4);
    let count = |host: &'static str| {
        let mine = || {
            let mut rng = StdRng::seed_from_u64(0);
            start.wait();
            let request = RouteRequest::default();
            (0..300)
                .filter(|_| {
                    let decision =
                        fixture
                            .router
                            .decide(&request, &fixture.turns, fixture.now, &mut rng);
                    matches!(decision, RouteDecision::Backend(choice) if choice.backend().host == host)
                })
                .count()
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(mine)).collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap())
                .sum::<usize>()
        })
    };
    assert_eq!(HOSTS.map(count), [400; 3]);
}
