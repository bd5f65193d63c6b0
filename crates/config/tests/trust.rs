//! Who is believed: identity, tickets, and what can not work with either.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

mod support;

use hyrouter_config::IdentityMode;
use support::{load, mistakes, warnings};

const LONG: &str = "0123456789abcdef";
const POOL: &str = "routing: {default: {backends: [{host: h, port: 1}]}}";

#[test]
fn what_can_never_match_or_pass_is_told_of() {
    let pool = "{filters: [{type: identity}, {type: identity, verified: false}, {type: whitelist, enabled_key: a, list_key: b, verified: true}], fallback: [{filters: [{type: identity}]}], backends: [{host: h, port: 1}]}";
    let filters = format!("routing: {{default: {pool}}}");
    let nobody = "nobody is verified with `identity.mode: off`, so nobody passes";
    assert_eq!(
        warnings(&load(&filters).unwrap()),
        [
            format!("routing.default.filters[0]: {nobody}"),
            format!("routing.default.filters[2]: {nobody}"),
            format!("routing.default.fallback[0].filters[0]: {nobody}"),
        ]
    );
    let reported = format!("{filters}\nidentity: {{mode: report, jwks: f}}");
    assert_eq!(warnings(&load(&reported).unwrap()), Vec::<String>::new());

    let route = |keys| {
        format!(
            "routing: {{routes: [{{match: {{referral: {{keys: {keys}}}}}, pool: {{backends: [{{host: h, port: 1}}]}}}}]}}"
        )
    };
    let accept = format!(
        "referral: {{version: 2, hmac_secret: {LONG}, accept: [{{id: 3, secret: {LONG}}}]}}"
    );
    for (yaml, expected) in [
        (
            route("[]"),
            vec![
                "routing.routes[0].match.referral: never matches, since `referral.accept` has no keys",
            ],
        ),
        (
            format!("{}\n{accept}", route("[4]")),
            vec![
                "routing.routes[0].match.referral.keys: never matches, since `referral.accept` has none of these keys",
            ],
        ),
        (format!("{}\n{accept}", route("[4, 3]")), vec![]),
    ] {
        assert_eq!(warnings(&load(&yaml).unwrap()), expected, "{yaml}");
    }
}

#[test]
fn times_have_bounds() {
    for (yaml, expected) in [
        (
            "identity: {clock_skew: 876000h}",
            "identity.clock_skew: out of range (got \"876000h\"); allowed: 0s to 1h",
        ),
        (
            "identity: {refresh: 200h}",
            "identity.refresh: out of range (got \"200h\"); allowed: 1s to 168h",
        ),
        (
            "referral: {ttl: 1us}",
            "referral.ttl: out of range (got \"1us\"); allowed: 1s to 24h",
        ),
        (
            "referral: {ttl: 25h}",
            "referral.ttl: out of range (got \"25h\"); allowed: 1s to 24h",
        ),
    ] {
        assert_eq!(mistakes(&format!("{POOL}\n{yaml}")), [expected]);
    }
    load(&format!(
        "{POOL}\nidentity: {{clock_skew: 1h, refresh: 168h}}\nreferral: {{ttl: 24h}}"
    ))
    .unwrap();
}

#[test]
fn mistakes_in_identity() {
    const ALLOWED: &str = "allowed: https://..., http://... of this machine, or a file";
    for (yaml, expected) in [
        (
            "{mode: maybe}",
            "identity.mode: unknown value (got \"maybe\"); allowed: off, report, require".to_owned(),
        ),
        (
            "{jwks: 'http://sessions.example.com/jwks.json'}",
            format!(
                "identity.jwks: plain HTTP to another machine (got \"http://sessions.example.com/jwks.json\"); {ALLOWED}"
            ),
        ),
        (
            "{jwks: 'https:///jwks.json'}",
            format!("identity.jwks: an address without a host (got \"https:///jwks.json\"); {ALLOWED}"),
        ),
        (
            "{jwks: 'ftp://a/b'}",
            format!("identity.jwks: not an address or a file (got \"ftp://a/b\"); {ALLOWED}"),
        ),
        (
            "{jwks: 'https://u:p@h/x'}",
            format!("identity.jwks: an address with a user or a password (got \"https://u:p@h/x\"); {ALLOWED}"),
        ),
        (
            "{jwks: 'https://h:99999/x'}",
            format!("identity.jwks: an address with a port that is none (got \"https://h:99999/x\"); {ALLOWED}"),
        ),
        ("{jwks: ''}", "identity.jwks: must not be empty".to_owned()),
        ("{issuer: ''}", "identity.issuer: must not be empty".to_owned()),
        (
            "{refresh: 0s}",
            "identity.refresh: must not be zero (got \"0s\"); allowed: Go duration text such as 30s, 1m30s or 250ms"
                .to_owned(),
        ),
    ] {
        assert_eq!(
            mistakes(&format!("{POOL}\nidentity: {yaml}")),
            [expected],
            "{yaml}"
        );
    }
    for jwks in [
        "http://127.0.0.1:8080/k",
        "http://[::1]/k",
        "http://localhost:1",
        "http://LOCALHOST/k",
        "https://[2001:db8::1]:8443/k",
        "https://[2001:db8::1]/k",
        "dev/jwks.json",
    ] {
        let yaml = format!("{POOL}\nidentity: {{mode: Require, jwks: '{jwks}'}}");
        let settings = load(&yaml).unwrap();
        assert_eq!(settings.identity.mode, IdentityMode::Require);
        assert_eq!(settings.identity.jwks, jwks);
    }
}

#[test]
fn tickets_select_routes() {
    let yaml = "routing: {routes: [\
        {match: {referral: {routes: [arena-*], sources: [lobby], keys: [1, 255]}}, pool: {backends: [{host: h, port: 1}]}},\
        {match: {hostname: a, referral: {}}, pool: {backends: [{host: h, port: 1}]}},\
        {match: {hostname: a}, pool: {backends: [{host: h, port: 1}]}}]}";
    let settings = load(yaml).unwrap();
    let routes = &settings.routing.routes;
    let ticket = routes[0].conditions.ticket.as_ref().unwrap();
    assert_eq!(routes[0].patterns[0].as_str(), "*");
    assert_eq!(ticket.routes[0].as_str(), "arena-*");
    assert_eq!(ticket.sources[0].as_str(), "lobby");
    assert_eq!(ticket.key_ids, [1, 255]);
    assert!(routes[1].conditions.ticket.is_some());
    assert!(routes[2].conditions.ticket.is_none());
    assert_eq!(
        warnings(&settings),
        [
            "routing.routes[0].match.referral: never matches, since `referral.accept` has no keys",
            "routing.routes[1].match.referral: never matches, since `referral.accept` has no keys",
        ]
    );

    let never = load(
        "routing: {routes: [\
        {match: {hostname: a}, pool: {backends: [{host: h, port: 1}]}},\
        {match: {hostname: a, referral: {}}, pool: {backends: [{host: h, port: 1}]}}]}",
    )
    .unwrap();
    assert_eq!(
        warnings(&never),
        [
            "routing.routes[1].match.referral: never matches, since `referral.accept` has no keys",
            "routing.routes[1].match.hostname: never matches, since routing.routes[0].match.hostname has the same pattern"
        ]
    );
    assert_eq!(
        mistakes(
            "routing: {routes: [{match: {referral: {keys: [256]}}, pool: {backends: [{host: h, port: 1}]}}]}"
        ),
        ["routing.routes[0].match.referral.keys[0]: out of range (got 256); allowed: 0 to 255"]
    );
}

#[test]
fn names_of_routes_fit_into_envelopes() {
    let yaml = |bytes| {
        format!(
            "routing: {{routes: [{{name: {}, match: {{hostname: a}}, pool: {{backends: [{{host: h, port: 1}}]}}}}]}}",
            "r".repeat(bytes)
        )
    };
    load(&yaml(255)).unwrap();
    assert_eq!(
        mistakes(&yaml(256)),
        [
            "routing.routes[0].name: longer than an envelope can say (got 256 bytes); allowed: at most 255"
        ]
    );
}

#[test]
fn verified_is_for_filters_of_players() {
    let yaml = "routing: {default: {filters: [{type: compare, left: a, op: eq, right: a, verified: true}], backends: [{host: h, port: 1}]}}";
    assert_eq!(
        mistakes(yaml),
        [
            "routing.default.filters[0].verified: not for type `compare`; allowed: with whitelist and identity"
        ]
    );
}
