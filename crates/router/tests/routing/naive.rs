//! The router against the naive one.

use hyrouter_router::{Conditions, RouteRequest, RouteSpec, RouterSpec};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{
    fixture::{Fixture, at, route},
    oracle::{Step, expected, may_pick},
    random::{player, pool_spec},
};

/// Routes whose patterns take some of the [`hosts`], some of them with captures in the hosts of backends.
fn routes() -> impl Strategy<Value = Vec<RouteSpec>> {
    let pattern = select(
        &[
            "", "*", "*.b", "*.a.b", "a.*", "?.b", "a.b", "*.* c", "a.b *.b", "c",
        ][..],
    );
    let verified = option::weighted(0.3, any::<bool>());
    let one = (pattern, verified, pool_spec()).prop_map(|(patterns, verified, mut pool)| {
        let mut route = route("r", patterns, pool.clone());
        let has_captures =
            !route.patterns.is_empty() && route.patterns.iter().all(|pattern| pattern.runs() > 0);
        if has_captures || (route.patterns.is_empty() && verified.is_some()) {
            for backend in pool.backends.iter_mut().filter(|one| one.host > "c".into()) {
                backend.host = format!("$1.{}.svc", backend.host);
            }
        }
        route.pool = pool;
        route.conditions = Conditions {
            verified,
            ..Conditions::default()
        };
        route
    });
    vec(one, 0..4)
}

fn hosts() -> impl Strategy<Value = &'static str> {
    select(&["", "a.b", "A.b", "x.a.b", "-.b", "_.b", "a.x", "c", "d"][..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn it_decides_as_the_naive_one(
        routes in routes(), default in option::of(pool_spec()), host in hosts(), player in player(),
        seed: u64, turns in 0..9_usize,
    ) {
        let spec = RouterSpec { routes, default };
        let request = RouteRequest { host, ..player.request() };
        let mut fixture = Fixture::new(spec.clone()).seed(seed);
        fixture.now = at(player.now);
        // Each player of round robin takes a turn, the others do not.
        let mut turn = 0;
        for _ in 0..turns {
            let explained = fixture.explain(&request);
            fixture.ask(&request);
            turn += usize::from(explained.picked().is_some_and(|picked| {
                matches!(picked.by, hyrouter_router::Comparison::Turn(_))
            }));
        }

        let explained = fixture.explain(&request);
        let decided = fixture.ask(&request);
        let expected = expected(&spec, &request, player.now);

        prop_assert_eq!(decided.reason, expected.reason, "{}", explained);
        let route = explained.route.as_ref().and_then(|route| route.index);
        prop_assert_eq!(route, expected.route, "{}", explained);
        let steps: Vec<_> = explained.steps.iter().map(Step::from).collect();
        prop_assert_eq!(&steps, &expected.steps, "{}", explained);
        for step in &explained.steps {
            prop_assert!(may_pick(step, turn), "{}", explained);
        }
        if decided.reason.is_none() {
            prop_assert_eq!(decided.fallback, steps.len() - 1);
            prop_assert_eq!(&decided.candidates, &steps[decided.fallback].candidates);
            prop_assert_eq!(&decided.host, &decided.candidates[decided.selected]);
        }
    }
}
