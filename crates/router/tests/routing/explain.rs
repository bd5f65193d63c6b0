use hyrouter_router::{
    Comparison, PolicyPatch, RouteFailure, RouteRequest, SortOrder, SortType, Strategy,
};
use proptest::prelude::*;

use crate::{
    fixture::{BackendExt, Fixture, PoolExt, at, backend, compare, pool, route},
    random::{player, pool_spec},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// The explanation goes by the specification, the decision by what was compiled from it.
    #[test]
    fn explains_what_is_decided(spec in pool_spec(), player in player(), seed: u64, turn in 0..9_u32) {
        let mut fixture = Fixture::of_pool(spec.clone());
        fixture.now = at(player.now);
        let request = player.request();
        for _ in 0..turn {
            fixture.ask(&request);
        }

        let mut fixture = fixture.seed(seed);
        let explained = fixture.explain(&request);
        let mut fixture = fixture.seed(seed);
        let decided = fixture.ask(&request);

        prop_assert_eq!(explained.failure().map(RouteFailure::as_str), decided.reason, "{}", explained);
        let Some(picked) = explained.picked() else {
            let steps = if explained.is_barred() { 0 } else { spec.fallback.len() + 1 };
            prop_assert_eq!(explained.steps.len(), steps);
            return Ok(());
        };
        let last = explained.steps.last().unwrap();
        let candidates: Vec<_> = last.candidates().iter().map(|candidate| candidate.host.clone()).collect();
        prop_assert_eq!(candidates, decided.candidates, "{}", explained);
        prop_assert_eq!(last.fallback, decided.fallback);
        prop_assert_eq!(explained.steps.len(), decided.fallback + 1);
        prop_assert_eq!(picked.index, decided.selected, "{}", explained);
        prop_assert_eq!(&picked.host, &decided.host);
    }
}

#[test]
fn it_does_not_take_a_turn() {
    let mut fixture = Fixture::of_pool(pool([backend("a"), backend("b")]));
    fixture.anyone();
    for _ in 0..3 {
        let explained = fixture.explain(&RouteRequest::default());
        let picked = explained.picked().unwrap();
        assert_eq!(
            (picked.backend.host.as_str(), &picked.by),
            ("b", &Comparison::Turn(1))
        );
    }
    assert_eq!(fixture.anyone().host, "b");
}

#[test]
fn it_reads_well() {
    let games = pool([
        backend("a").meta("players", "20").meta("max", "20"),
        backend("b").meta("players", "7").meta("max", "20"),
        backend("c").meta("players", "3").meta("max", "20"),
        backend("d").meta("players", "many").meta("max", "20"),
        backend("e").meta("players", "9").meta("max", "20"),
        backend("f"),
    ])
    .strategy(Strategy::LeastLoaded)
    .key("players")
    .filter(compare("players", "lt", "max"))
    .sort("host", SortOrder::Desc, SortType::String)
    .limit(2);
    let lobby = pool([backend("l")]);
    let mut fixture = Fixture::of_routes([
        route("lobby", "lobby.example.com lobby.*", lobby.clone()),
        route("none", "", lobby),
        route("games", "*.example.com", games),
    ]);

    let explained = fixture.explain(&RouteRequest {
        host: "Play.example.com",
        ..RouteRequest::default()
    });

    let expected = r#"host "Play.example.com"
  route 0 ("lobby"): no pattern matches: "lobby.example.com", "lobby.*"
  route 1 ("none"): it has no pattern
route 2 ("games") matches by "*.example.com"
  own policy, least_loaded by players:
    - a:5520: filter 0 (compare players lt max): the comparison does not hold; players "20", max "20"
    - d:5520: filter 0 (compare players lt max): the left value is missing or no number; players "many", max "20"
    - f:5520: filter 0 (compare players lt max): the left value is missing or no number; players missing, max missing
    0 e:5520, host "e", load 9
    1 c:5520, host "c", load 3  <- lowest of [0, 1]
    - b:5520: over the limit of 2
backend c:5520"#;
    assert_eq!(explained.to_string(), expected);
}

#[test]
fn it_tells_of_fallbacks() {
    let full = pool([backend("a").weight(1), backend("b").weight(3)])
        .filter(compare("free", "gt", "weight"))
        .fallback(PolicyPatch {
            limit: Some(1),
            ..PolicyPatch::default()
        })
        .fallback(PolicyPatch {
            strategy: Some(Strategy::Weighted),
            filters: Some(Vec::new()),
            ..PolicyPatch::default()
        });
    let text = Fixture::of_pool(full)
        .seed(1)
        .explain(&RouteRequest::default())
        .to_string();
    let left_out = "the left value is missing or no number; free missing";
    let removed = format!(
        "    - a:5520: filter 0 (compare free gt weight): {left_out}, weight \"1\"
    - b:5520: filter 0 (compare free gt weight): {left_out}, weight \"3\"
    no candidate is left\n"
    );
    let start = format!(
        "host \"\"\nthe default pool, for no route matches
  own policy, round_robin:\n{removed}  fallback 1, round_robin:\n{removed}  fallback 2, weighted:
    0 a:5520, weight 1"
    );
    assert!(text.starts_with(&start), "{text}");
    assert!(text.contains(" <- by chance, weight "), "{text}");
}

#[test]
fn it_tells_why_nobody_takes_the_player() {
    let empty = pool([]);
    for (host, reason, says) in [
        (
            "a.b",
            "no_backends",
            "no backends: no policy left a candidate",
        ),
        (
            "c",
            "no_route",
            "no route: nothing matches and there is no default pool",
        ),
    ] {
        let explained =
            Fixture::of_routes([route("r", "a.b", empty.clone())]).explain(&RouteRequest {
                host,
                ..RouteRequest::default()
            });
        assert_eq!(explained.failure().map(RouteFailure::as_str), Some(reason));
        assert!(explained.to_string().ends_with(says), "{explained}");
    }
}

#[test]
fn it_tells_that_a_host_is_too_long() {
    let host = "a".repeat(300);
    let explained = Fixture::of_routes([route("r", "*", pool([]))]).explain(&RouteRequest {
        host: &host,
        ..RouteRequest::default()
    });
    assert_eq!(explained.passed_over[0].why, "the host is too long");
}

#[test]
fn it_counts_what_is_too_much_to_show() {
    let routes = (0..13).map(|number| route(&number.to_string(), "other", pool([])));
    let explained = Fixture::of_routes(routes).explain(&RouteRequest::default());
    assert_eq!(explained.passed_over.len(), 13);
    let text = explained.to_string();
    assert!(
        text.contains("route 9 (\"9\")") && !text.contains("route 10 "),
        "{text}"
    );
    assert!(
        text.contains("and 3 more routes that do not match"),
        "{text}"
    );

    let long = backend("a").meta("n", &"é".repeat(200));
    let explained = Fixture::of_pool(pool([long]).filter(compare("n", "eq", "n")))
        .explain(&RouteRequest::default());
    assert_eq!(
        explained.to_string().matches('é').count(),
        160,
        "{explained}"
    );
}
