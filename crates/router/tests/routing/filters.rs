use std::time::{Duration, SystemTime};

use hyrouter_router::{Backend, BackendKey, Filter, RouteRequest};
use uuid::Uuid;

use crate::fixture::{BackendExt, Fixture, NOW, PoolExt, at, backend, compare, pool};

pub(crate) const PLAYER: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);

/// Whether this backend passes; the decision and its explanation must agree.
pub(crate) fn passes(
    filter: &Filter,
    backend: Backend,
    request: &RouteRequest<'_>,
    now: SystemTime,
) -> bool {
    let mut fixture = Fixture::of_pool(pool([backend]).filter(filter.clone()));
    fixture.now = now;
    let passes = fixture.ask(request).reason.is_none();
    let explained = fixture.explain(request);
    assert_eq!(explained.picked().is_some(), passes, "{explained}");
    assert_eq!(
        explained.steps[0].removed.len(),
        usize::from(!passes),
        "{explained}"
    );
    passes
}

/// Whether a player passes whose UUID and name are `PLAYER` and its text.
pub(crate) fn passes_listed(filter: &Filter, backend: Backend) -> bool {
    let name = PLAYER.to_string();
    let request = RouteRequest {
        uuid: Some(PLAYER),
        username: Some(&name),
        ..RouteRequest::default()
    };
    passes(filter, backend, &request, at(NOW))
}

pub(crate) fn passes_anyone(filter: &Filter, backend: Backend) -> bool {
    passes(filter, backend, &RouteRequest::default(), at(NOW))
}

#[test]
fn compare_by_every_operator() {
    // For left below, equal to and above right.
    for (op, expected) in [
        ("lt", [true, false, false]),
        ("lte", [true, true, false]),
        ("gt", [false, false, true]),
        ("gte", [false, true, true]),
        ("eq", [false, true, false]),
        ("neq", [true, false, true]),
    ] {
        for (left, expected) in ["-1.5", "2", "1e1"].into_iter().zip(expected) {
            let backend = backend("a").meta("left", left).meta("right", "2.0");
            assert_eq!(
                passes_anyone(&compare("left", op, "right"), backend),
                expected,
                "{left} {op} 2"
            );
        }
    }
}

#[test]
fn compare_fails_without_two_numbers() {
    for op in ["lt", "lte", "gt", "gte", "eq", "neq"] {
        for (left, right) in [
            (None, Some("1")),
            (Some("1"), None),
            (None, None),
            (Some("x"), Some("1")),
            (Some("1"), Some("inf")),
        ] {
            let mut backend = backend("a");
            for (key, value) in [("left", left), ("right", right)] {
                if let Some(value) = value {
                    backend = backend.meta(key, value);
                }
            }
            assert!(
                !passes_anyone(&compare("left", op, "right"), backend),
                "{left:?} {op} {right:?}"
            );
        }
    }
}

#[test]
fn compare_reads_every_form_of_key() {
    let full = || {
        backend("4.svc")
            .weight(3)
            .meta("label.tier", "1")
            .meta("annotation.max", "20")
            .meta("counter.players.count", "12")
            .meta("counter.players.capacity", "20")
    };
    for (left, op, right) in [
        ("counter:players.count", "lt", "counter:players.capacity"),
        ("annotation:max", "eq", "counter:players.capacity"),
        ("label:tier", "lt", "weight"),
        ("weight", "lt", "port"),
        ("label.tier", "eq", "label:tier"),
    ] {
        assert!(
            passes_anyone(&compare(left, op, right), full()),
            "{left} {op} {right}"
        );
        assert!(
            !passes_anyone(&compare(left, "neq", left), full()),
            "{left}"
        );
    }
}

#[test]
fn identity() {
    for (wanted, verified, expected) in [
        (true, true, true),
        (true, false, false),
        (false, true, false),
        (false, false, true),
    ] {
        let request = RouteRequest {
            verified,
            ..RouteRequest::default()
        };
        let filter = Filter::Identity { verified: wanted };
        assert_eq!(
            passes(&filter, backend("a"), &request, at(NOW)),
            expected,
            "{wanted} {verified}"
        );
    }
}

#[test]
fn game_start() {
    let filter = Filter::GameStartNotPast {
        key: BackendKey::from("start"),
    };
    for (start, expected) in [
        ("", true),
        (" ", true),
        ("-1", true),
        (" -1 ", true),
        ("2000000001", true),
        ("2000000000", false),
        ("1999999999", false),
        ("9999999999", true),
        ("2000000000001", true),
        ("2000000000000", false),
        ("10000000000", false),
        ("9223372036854775807", true),
        ("0", false),
        ("-2", false),
        ("soon", false),
        ("2000000001s", false),
        ("2e9", false),
        ("99999999999999999999", false),
        ("2033-05-18T03:33:21Z", false),
    ] {
        let backend = backend("a").meta("start", start);
        assert_eq!(
            passes(&filter, backend, &RouteRequest::default(), at(NOW)),
            expected,
            "{start:?}"
        );
    }
    assert!(passes_anyone(&filter, backend("a")), "absent");
}

#[test]
fn game_start_is_asked_at_each_decision() {
    let filter = Filter::GameStartNotPast {
        key: BackendKey::from("start"),
    };
    let mut fixture =
        Fixture::of_pool(pool([backend("a").meta("start", "2000000000500")]).filter(filter));
    for (millis, open) in [
        (0, true),
        (499, true),
        (500, false),
        (501, false),
        (0, true),
    ] {
        fixture.now = at(NOW) + Duration::from_millis(millis);
        assert_eq!(fixture.anyone().reason.is_none(), open, "{millis}");
    }
}

#[test]
fn all_filters_must_hold() {
    let mut fixture = Fixture::of_pool(
        pool([
            backend("a").meta("n", "1"),
            backend("b").meta("n", "3"),
            backend("c").meta("n", "2"),
            backend("d").meta("n", "2").meta("start", "1"),
        ])
        .filter(compare("n", "gt", "weight"))
        .filter(compare("port", "neq", "n"))
        .filter(Filter::GameStartNotPast {
            key: BackendKey::from("start"),
        }),
    );
    assert_eq!(fixture.anyone().candidates, ["b", "c"]);
}
