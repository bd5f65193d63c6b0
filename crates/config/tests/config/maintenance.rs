//! Maintenances, in a file and as separate values.

use std::time::{Duration, SystemTime};

use hyrouter_config::MaintenanceSettings;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{load, problems, warnings};

const BACKENDS: &str = "backends: [{host: h, port: 1}]";

/// Returns a file whose first route has this maintenance.
fn file(maintenance: &str) -> String {
    format!(
        "routing: {{routes: [{{name: games, match: {{hostname: a}}, pool: {{{BACKENDS}}}, \
         maintenance: {maintenance}}}], default: {{{BACKENDS}}}}}"
    )
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

const WHOLE: &str = r"{
  text: {default: Back soon., de: Gleich zurück., pt-BR: Volte logo.},
  from: 2026-12-01T00:00:00Z,
  until: 2026-12-01T02:00:00+01:00,
  allow: {
    uuids: [00000000-0000-0000-0000-000000000007, 0000000000000000000000000000000A],
    usernames: [Builder],
    ips: [203.0.113.0/24, '2001:db8::1'],
    verified: true,
  },
}";

#[test]
fn all_given_values_apply() {
    let settings = load(&file(WHOLE)).unwrap();
    let rule = settings.routing.routes[0]
        .pool
        .maintenance
        .as_ref()
        .unwrap();
    assert_eq!(rule.from, Some(at(1_796_083_200)));
    assert_eq!(rule.until, Some(at(1_796_083_200 + 3600)));
    let allow = &rule.allow;
    let uuids: Vec<_> = allow.uuids.iter().map(Uuid::as_u128).collect();
    assert_eq!(uuids, [7, 10]);
    assert_eq!(allow.usernames, ["Builder"]);
    let networks: Vec<_> = allow.networks.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["203.0.113.0/24", "2001:db8::1/128"]);
    assert!(allow.verified_only);
    assert_eq!(settings.maintenance.len(), 1);
    let texts = &settings.maintenance["games"];
    assert_eq!(texts.text(None), Some("Back soon."));
    assert!(settings.routing.default.unwrap().maintenance.is_none());
}

#[test]
fn the_same_comes_by_itself() {
    let settings = load(&file(WHOLE)).unwrap();
    let value = json!({
        "text": {"default": "Back soon.", "de": "Gleich zurück.", "pt-BR": "Volte logo."},
        "from": "2026-12-01T00:00:00Z",
        "until": "2026-12-01T02:00:00+01:00",
        "allow": {
            "uuids": ["00000000-0000-0000-0000-000000000007", "0000000000000000000000000000000A"],
            "usernames": ["Builder"],
            "ips": ["203.0.113.0/24", "2001:db8::1"],
            "verified": true,
        },
    });
    let built = MaintenanceSettings::from_json(&value).unwrap();
    assert!(built.enabled);
    assert_eq!(
        Some(&built.rule),
        settings.routing.routes[0].pool.maintenance.as_ref()
    );
    assert_eq!(built.texts, settings.maintenance["games"]);
}

#[test]
fn an_empty_maintenance_closes_for_all() {
    let built = MaintenanceSettings::from_json(&json!({})).unwrap();
    assert!(built.enabled);
    assert_eq!(built.rule, hyrouter_router::Maintenance::default());
    assert_eq!(built.texts.text(Some("de")), None);
}

#[test]
fn the_text_is_in_the_players_language() {
    let texts = MaintenanceSettings::from_json(&json!({
        "text": {"default": "en", "pt": "pt", "pt_BR": "pt-BR"},
    }))
    .unwrap()
    .texts;
    for (language, text) in [
        (None, "en"),
        (Some(""), "en"),
        (Some("de"), "en"),
        (Some("PT-br"), "pt-BR"),
        (Some("pt-PT"), "pt"),
        (Some("pt"), "pt"),
    ] {
        assert_eq!(texts.text(language), Some(text), "{language:?}");
    }
}

#[test]
fn the_default_pool_has_a_separate_key() {
    let yaml = format!(
        "routing: {{default: {{{BACKENDS}}}, default_maintenance: {{text: {{default: Closed.}}}}}}"
    );
    let settings = load(&yaml).unwrap();
    assert!(settings.routing.default.unwrap().maintenance.is_some());
    assert_eq!(settings.maintenance["default"].text(None), Some("Closed."));

    let alone = format!(
        "routing: {{default_maintenance: {{}}, routes: [{{match: {{hostname: a}}, pool: {{{BACKENDS}}}}}]}}"
    );
    assert_eq!(
        warnings(&load(&alone).unwrap()),
        ["routing.default_maintenance: not used, since there is no `default` pool"]
    );
}

#[test]
fn names_that_cannot_be_verified_cause_warnings() {
    let yaml = file("{allow: {usernames: [a], verified: true}}");
    assert_eq!(
        warnings(&load(&yaml).unwrap()),
        [
            "routing.routes[0].maintenance.allow.verified: no player is verified with `identity.mode: off`, \
             so no player enters by UUID or name"
        ]
    );
    let reported = format!("{yaml}\nidentity: {{mode: report, jwks: f}}");
    assert_eq!(warnings(&load(&reported).unwrap()), Vec::<String>::new());
    let off = file("{enabled: false, allow: {usernames: [a], verified: true}}");
    assert_eq!(warnings(&load(&off).unwrap()), Vec::<String>::new());
}

#[test]
fn a_disabled_maintenance_is_checked_and_closes_nothing() {
    let settings = load(&file("{enabled: false, text: {default: a}}")).unwrap();
    assert!(settings.routing.routes[0].pool.maintenance.is_none());
    assert!(settings.maintenance.is_empty());
    assert_eq!(problems(&file("{enabled: false, from: soon}")).len(), 1);
    let built = MaintenanceSettings::from_json(&json!({"enabled": false})).unwrap();
    assert!(!built.enabled);
}

#[test]
fn mistakes_are_the_same_in_a_file_and_a_separate_value() {
    let uuid = "allowed: 32 hexadecimal digits, with or without hyphens";
    let time = "allowed: date, time and offset from UTC, such as 2026-12-01T00:00:00Z";
    for (value, expected) in [
        (json!({"texts": {}}), "texts: unknown key; did you mean `text`?".to_owned()),
        (
            json!({"text": "Back soon."}),
            r#"text: wrong type (got "Back soon."); allowed: an object of keys and values"#.to_owned(),
        ),
        (
            json!({"text": {"de": [3]}}),
            "text.de: wrong type (got a list of 1); allowed: a text".to_owned(),
        ),
        (
            json!({"text": {"pt-BR": "a", "pt_br": "b"}}),
            r#"text.pt_br: the same language as "pt-BR"; allowed: each language once"#.to_owned(),
        ),
        (json!({"from": "soon"}), format!(r#"from: not a time (got "soon"); {time}"#)),
        (
            json!({"from": "2026-12-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}),
            "until: not after `from`, so it is never active; allowed: a later time".to_owned(),
        ),
        (
            json!({"allow": {"uuids": ["7"]}}),
            format!(r#"allow.uuids[0]: not a UUID (got "7"); {uuid}"#),
        ),
        (
            json!({"allow": {"usernames": ["a", ""]}}),
            "allow.usernames[1]: must not be empty".to_owned(),
        ),
        (
            json!({"allow": {"ips": ["here"]}}),
            r#"allow.ips[0]: not a network (got "here"); allowed: an address, or an address and the length of its prefix, such as 203.0.113.0/24"#
                .to_owned(),
        ),
        (
            json!({"allow": {"ips": ["10.0.0.1"], "verified": true}}),
            "allow.verified: has no effect alone; allowed: beside `uuids` or `usernames`".to_owned(),
        ),
        (
            json!({"enabled": "no"}),
            r#"enabled: wrong type (got "no"); allowed: true or false"#.to_owned(),
        ),
    ] {
        assert_eq!(alone(&value), std::slice::from_ref(&expected), "{value}");
        let path = "routing.routes[0].maintenance";
        assert_eq!(problems(&file(&value.to_string())), [format!("{path}.{expected}")], "{value}");
    }
}

#[test]
fn all_mistakes_come_together() {
    let found = alone(&json!({"from": 1, "allow": {"ips": [2, "x"]}, "foo": 3}));
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn what_is_no_section_says_so() {
    for value in [json!(null), json!([]), json!("closed"), json!(true)] {
        let found = alone(&value);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("(top level): wrong type"), "{found:?}");
    }
}

fn alone(value: &Value) -> Vec<String> {
    let found = MaintenanceSettings::from_json(value).unwrap_err();
    found.iter().map(ToString::to_string).collect()
}
