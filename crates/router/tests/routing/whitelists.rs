use hyrouter_router::{BackendKey, Filter, RouteRequest, WhitelistSubject};
use uuid::Uuid;

use crate::{
    filters::{PLAYER, passes, passes_anyone, passes_listed},
    fixture::{BackendExt, NOW, at, backend},
};

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
        // An inactive whitelist checks no player.
        assert!(passes(&filter, backend("0"), &player(false), at(NOW)));
    }
}
