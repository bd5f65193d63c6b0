use std::time::{Duration, SystemTime};

use hyrouter_router::{Backend, BackendKey, Filter, RouteRequest, WhitelistSubject};
use uuid::Uuid;

use crate::fixture::{BackendExt, Fixture, NOW, PoolExt, at, backend, compare, pool};

const PLAYER: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);

/// Whether this backend passes; the decision and its explanation must agree.
fn passes(filter: &Filter, backend: Backend, request: &RouteRequest<'_>, now: SystemTime) -> bool {
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
fn passes_listed(filter: &Filter, backend: Backend) -> bool {
    let name = PLAYER.to_string();
    let request = RouteRequest {
        uuid: Some(PLAYER),
        username: Some(&name),
        ..RouteRequest::default()
    };
    passes(filter, backend, &request, at(NOW))
}

fn passes_anyone(filter: &Filter, backend: Backend) -> bool {
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

fn whitelist(subject: WhitelistSubject) -> Filter {
    Filter::Whitelist {
        enabled_key: BackendKey::from("on"),
        list_key: BackendKey::from("list"),
        subject,
        verified: false,
    }
}

#[test]
fn a_whitelist_that_is_off_lets_everybody_in() {
    for off in ["", "  ", "false", "FALSE", "0", "no", "off", " Off\n"] {
        let backend = backend("a").meta("on", off).meta("list", "nobody");
        assert!(
            passes_anyone(&whitelist(WhitelistSubject::Uuid), backend),
            "{off:?}"
        );
    }
    assert!(passes_anyone(
        &whitelist(WhitelistSubject::Uuid),
        backend("a").meta("list", "nobody")
    ));
}

#[test]
fn a_whitelist_is_on_by_several_words() {
    for on in ["true", "TRUE", "1", "yes", "Yes", "on", "ON", " true\n"] {
        let backend = |list| backend("a").meta("on", on).meta("list", list);
        let filter = whitelist(WhitelistSubject::Uuid);
        assert!(!passes_anyone(&filter, backend("nobody")), "{on:?}");
        assert!(
            passes_listed(&filter, backend(&PLAYER.to_string())),
            "{on:?}"
        );
    }
}

#[test]
fn a_whitelist_whose_switch_can_not_be_read_lets_nobody_in() {
    for text in [
        "enabled", "y", "n", "2", "ture", "truee", "\"true\"", "on off", "none", "-", "[]",
    ] {
        for subject in [WhitelistSubject::Uuid, WhitelistSubject::Username] {
            let backend = backend("a")
                .meta("on", text)
                .meta("list", &PLAYER.to_string());
            assert!(!passes_listed(&whitelist(subject), backend), "{text:?}");
        }
    }
}

#[test]
fn a_whitelist_of_names_goes_letter_for_letter() {
    for (list, listed) in [
        ("alice", true),
        ("bob,alice", true),
        (" bob , alice ,", true),
        (r#"["bob","alice"]"#, true),
        (r#" [ "\u0061lice" ] "#, true),
        ("Alice", false),
        ("alice2", false),
        ("ali ce", false),
        (r#"["alice "]"#, false),
        ("[]", false),
        ("", false),
        (" , ", false),
        // Closed, not read as text, when it begins like JSON and is no array of strings.
        ("[alice]", false),
        (r#"["alice",1]"#, false),
        (r#"["alice""#, false),
        (r#"["alice"],"alice""#, false),
        (r#"{"alice":true}"#, false),
    ] {
        let request = RouteRequest {
            username: Some("alice"),
            uuid: Some(PLAYER),
            ..RouteRequest::default()
        };
        let backend = backend("a").meta("on", "true").meta("list", list);
        assert_eq!(
            passes(
                &whitelist(WhitelistSubject::Username),
                backend,
                &request,
                at(NOW)
            ),
            listed,
            "{list:?}"
        );
    }
}

#[test]
fn a_whitelist_of_uuids_goes_by_value() {
    let hyphens = "01234567-89ab-cdef-0123-456789abcdef";
    for (list, listed) in [
        (hyphens.to_owned(), true),
        (hyphens.to_uppercase(), true),
        (hyphens.replace('-', ""), true),
        (hyphens.to_uppercase().replace('-', ""), true),
        (format!("x, {hyphens}"), true),
        (format!(r#"["not one", "{hyphens}"]"#), true),
        (hyphens.replace('0', "1"), false),
        (hyphens[1..].to_owned(), false),
        ("alice".to_owned(), false),
    ] {
        let request = RouteRequest {
            username: Some("alice"),
            uuid: Some(PLAYER),
            ..RouteRequest::default()
        };
        let backend = backend("a").meta("on", "true").meta("list", &list);
        assert_eq!(
            passes(
                &whitelist(WhitelistSubject::Uuid),
                backend,
                &request,
                at(NOW)
            ),
            listed,
            "{list:?}"
        );
    }
}

#[test]
fn a_whitelist_is_closed_when_something_is_missing() {
    let named = RouteRequest {
        username: Some("alice"),
        ..RouteRequest::default()
    };
    let known = RouteRequest {
        uuid: Some(PLAYER),
        ..RouteRequest::default()
    };
    let on = || backend("a").meta("on", "yes");
    let list = format!("alice,{PLAYER}");
    for (subject, backend, request, expected) in [
        (
            WhitelistSubject::Username,
            on().meta("list", &list),
            named,
            true,
        ),
        (
            WhitelistSubject::Uuid,
            on().meta("list", &list),
            known,
            true,
        ),
        // The subject is missing.
        (
            WhitelistSubject::Username,
            on().meta("list", &list),
            known,
            false,
        ),
        (
            WhitelistSubject::Uuid,
            on().meta("list", &list),
            named,
            false,
        ),
        // The list is missing.
        (WhitelistSubject::Username, on(), named, false),
        (WhitelistSubject::Uuid, on(), known, false),
    ] {
        assert_eq!(
            passes(&whitelist(subject), backend, &request, at(NOW)),
            expected,
            "{subject} {request:?}"
        );
    }
}

#[test]
fn an_empty_name_is_on_no_list() {
    let nameless = RouteRequest {
        username: Some(""),
        ..RouteRequest::default()
    };
    for list in ["", ",", "[\"\"]"] {
        let backend = backend("a").meta("on", "1").meta("list", list);
        assert!(
            !passes(
                &whitelist(WhitelistSubject::Username),
                backend,
                &nameless,
                at(NOW)
            ),
            "{list:?}"
        );
    }
}

#[test]
fn a_whitelist_can_ask_for_verified_players() {
    for subject in [WhitelistSubject::Username, WhitelistSubject::Uuid] {
        let filter = Filter::Whitelist {
            enabled_key: BackendKey::from("on"),
            list_key: BackendKey::from("list"),
            subject,
            verified: true,
        };
        let list = format!("alice,{PLAYER}");
        let backend = |on| backend("a").meta("on", on).meta("list", &list);
        let player = |verified| RouteRequest {
            username: Some("alice"),
            uuid: Some(PLAYER),
            verified,
            ..RouteRequest::default()
        };
        assert!(passes(&filter, backend("1"), &player(true), at(NOW)));
        assert!(!passes(&filter, backend("1"), &player(false), at(NOW)));
        // Verified is not listed.
        let stranger = RouteRequest {
            uuid: Some(Uuid::from_u128(9)),
            username: Some("bob"),
            ..player(true)
        };
        assert!(!passes(&filter, backend("1"), &stranger, at(NOW)));
        // Nobody is asked where it is off.
        assert!(passes(&filter, backend("0"), &player(false), at(NOW)));
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
