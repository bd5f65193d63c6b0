use hyrouter_router::{
    CaptureProblem, PolicyPatch, RemovalCause, RouteDecision, RouteFailure, RouteRequest, Router,
    RouterSpec, SpecProblem,
};
use proptest::prelude::*;

use crate::fixture::{Fixture, PoolExt, backend, compare, of_host, pool, route};

fn shards() -> Fixture {
    let shards = pool([
        backend("$1.servers.svc"),
        backend("$1.spare.svc"),
        backend("rest.svc"),
    ]);
    Fixture::of_routes([route(
        "shards",
        "*.play.example.com *-lobby.example.com *-lobby.play.example.com",
        shards,
    )])
}

#[test]
fn what_a_star_took_leads_to_the_backend() {
    for (host, expected) in [
        ("eu.play.example.com", "eu.servers.svc"),
        ("EU.Play.example.com.", "eu.servers.svc"),
        ("a.eu.play.example.com", "a.eu.servers.svc"),
        ("eu-lobby.example.com", "eu.servers.svc"),
        // The first pattern that matches counts.
        ("x-lobby.play.example.com", "x-lobby.servers.svc"),
    ] {
        let outcome = shards().host(host);
        assert_eq!(outcome.host, expected, "{host}");
        assert_eq!(outcome.candidates[2], "rest.svc", "{host}");
        assert_eq!(outcome.candidates.len(), 3, "{host}");
    }
}

#[test]
fn the_choice_has_both_the_template_and_the_host() {
    let mut fixture = shards();
    let request = of_host("eu.play.example.com");
    let decision = fixture
        .router
        .decide(&request, &fixture.turns, fixture.now, &mut fixture.rng);
    let RouteDecision::Backend(choice) = decision else {
        panic!("{decision:?}");
    };
    assert_eq!(choice.backend().host, "$1.servers.svc");
    assert_eq!(choice.host(), "eu.servers.svc");
    let candidates: Vec<_> = choice
        .candidates()
        .map(|candidate| (candidate.backend.host.clone(), candidate.host.into_owned()))
        .collect();
    let pair = |template: &str, host: &str| (template.to_owned(), host.to_owned());
    assert_eq!(
        candidates,
        [
            pair("$1.servers.svc", "eu.servers.svc"),
            pair("$1.spare.svc", "eu.spare.svc"),
            pair("rest.svc", "rest.svc"),
        ]
    );
}

#[test]
fn what_makes_no_host_name_removes_the_backend() {
    for host in [
        ".play.example.com",
        "..play.example.com",
        "a..b.play.example.com",
        "-a.play.example.com",
        "a-.play.example.com",
        "a_b.play.example.com",
        "é.play.example.com",
        "a b.play.example.com",
        "127.0.0.1:5520#.play.example.com",
        "$1.play.example.com",
    ] {
        let mut fixture = shards();
        let outcome = fixture.host(host);
        assert_eq!(outcome.candidates, ["rest.svc"], "{host}");

        let explained = fixture.explain(&of_host(host));
        let removed = &explained.steps[0].removed;
        assert_eq!(removed.len(), 2, "{explained}");
        assert!(
            removed
                .iter()
                .all(|removal| removal.by == RemovalCause::Capture)
        );
        let says =
            "- $1.servers.svc:5520: capture: what the pattern took makes no host name; host ";
        assert!(explained.to_string().contains(says), "{explained}");
    }
}

#[test]
fn a_long_host_closes_the_door() {
    let only = || Fixture::of_routes([route("r", "*.x", pool([backend("$1.servers.svc")]))]);
    let label = "a".repeat(63);
    assert_eq!(only().host(&format!("{label}.x")).reason, None);
    assert_eq!(
        only().host(&format!("{label}a.x")).reason,
        Some("no_backends")
    );
    // Short enough to be looked up, and too long with the suffix.
    let name = [label.as_str(); 3].join(".");
    assert_eq!(
        only().host(&format!("{name}.{}.x", "a".repeat(48))).reason,
        None
    );
    assert_eq!(
        only().host(&format!("{name}.{}.x", "a".repeat(50))).reason,
        Some("no_backends")
    );
}

#[test]
fn conditions_and_fallbacks_keep_the_captures() {
    let spec = pool([backend("$1.servers.svc")])
        .filter(compare("n", "eq", "n"))
        .fallback(PolicyPatch {
            filters: Some(Vec::new()),
            ..PolicyPatch::default()
        });
    let mut conditional = route("r", "*.x", spec);
    conditional.conditions.verified = Some(true);
    let request = RouteRequest {
        verified: true,
        ..of_host("eu.x")
    };
    let outcome = Fixture::of_routes([conditional]).ask(&request);
    assert_eq!(
        (outcome.host.as_str(), outcome.fallback),
        ("eu.servers.svc", 1)
    );
}

#[test]
fn several_stars_are_counted() {
    let spec = pool([backend("$2.$1.servers.svc")]);
    for (pattern, host, expected) in [
        (
            "*-*.example.com",
            "game-eu-1.example.com",
            "eu-1.game.servers.svc",
        ),
        ("*.*.example.com", "a.b.c.example.com", "b.c.a.servers.svc"),
        ("?*.lobby[0-9].*", "xeu.lobby1.net", "net.eu.servers.svc"),
    ] {
        let outcome = Fixture::of_routes([route("r", pattern, spec.clone())]).host(host);
        assert_eq!(outcome.host, expected, "{pattern} {host}");
    }
}

#[test]
fn templates_that_can_not_be_are_named() {
    let problem = |spec: RouterSpec| Router::new(spec).map(|_| ()).unwrap_err();
    let of_route = |patterns: &str, host: &str| RouterSpec {
        routes: vec![route("r", patterns, pool([backend("a"), backend(host)]))],
        default: None,
    };
    for (patterns, host, says) in [
        ("*.x", "$1", "no complete domain after the last capture"),
        (
            "*.x",
            "$a.svc",
            "a `$` without a digit from 1 to 9 after it",
        ),
        ("*.x", "a_b.$1.svc", "invalid host name around the captures"),
        (
            "*.x y",
            "$1.svc",
            "`$1` without its `*`: the pattern \"y\" has 0",
        ),
    ] {
        assert_eq!(
            problem(of_route(patterns, host)).to_string(),
            format!("route 0 (\"r\"): backend 1 ({host:?}): {says}")
        );
    }
    let default = RouterSpec {
        routes: Vec::new(),
        default: Some(pool([backend("$1.svc")])),
    };
    let error = problem(default);
    assert_eq!(
        error.problem,
        SpecProblem::Captures {
            backend: 0,
            host: "$1.svc".to_owned(),
            problem: CaptureProblem::NoPattern,
        }
    );
    assert_eq!(
        error.to_string(),
        "default pool: backend 0 (\"$1.svc\"): a capture in the default pool, which has no pattern"
    );
}

#[test]
fn the_explanation_shows_what_was_taken() {
    let text = shards()
        .explain(&of_host("EU.play.example.com"))
        .to_string();
    let expected = r#"host "EU.play.example.com"
route 0 ("shards") matches by "*.play.example.com", $1 "eu"
  own policy, round_robin:
    0 eu.servers.svc:5520  <- turn 0
    1 eu.spare.svc:5520
    2 rest.svc:5520
backend eu.servers.svc:5520"#;
    assert_eq!(text, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    /// Whatever a player types, and by whichever way it is looked up, it leads into the domain.
    #[test]
    fn no_host_leads_out_of_the_domain(typed in "[a-c.$@:/0-]{0,6}|.{0,9}|([a-c]{1,64}\\.){0,5}") {
        for pattern in ["*.play.net", "*-*.play.net", "*"] {
            let spec = pool([backend("$1.servers.svc"), backend("x-$1.servers.svc")]);
            let mut fixture = Fixture::of_routes([route("r", pattern, spec)]);
            let host = format!("{typed}.play.net");
            let explained = fixture.explain(&of_host(&host));
            let outcome = fixture.host(&host);
            prop_assert_eq!(explained.failure().map(RouteFailure::as_str), outcome.reason);
            let shown: Vec<_> = explained
                .steps
                .last()
                .map(|step| step.candidates().iter().map(|candidate| candidate.host.clone()).collect())
                .unwrap_or_default();
            prop_assert_eq!(&shown, &outcome.candidates);
            for candidate in outcome.candidates {
                let run = candidate.strip_suffix(".servers.svc");
                prop_assert!(run.is_some_and(|run| !run.is_empty()), "{}", candidate);
                prop_assert!(candidate.len() <= 253);
                prop_assert!(!candidate.contains(|c: char| "$@:/_ ".contains(c) || !c.is_ascii()));
            }
        }
    }
}
