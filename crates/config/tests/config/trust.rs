//! Identity and tickets, and settings that cannot work without them.

use hyrouter_config::IdentityMode;

use crate::support::{load, problems, warnings};

const LONG: &str = "0123456789abcdef";
const POOL: &str = "routing: {default: {backends: [{host: h, port: 1}]}}";

#[test]
fn conditions_that_never_match_cause_warnings() {
    let pool = "{filters: [{type: identity}, {type: identity, verified: false}, {type: whitelist, enabled_key: a, list_key: b, verified: true}], fallback: [{filters: [{type: identity}]}], backends: [{host: h, port: 1}]}";
    let filters = format!("routing: {{default: {pool}}}");
    let no_player = "no player is verified with `identity.mode: off`, so no player passes";
    assert_eq!(
        warnings(&load(&filters).unwrap()),
        [
            format!("routing.default.filters[0]: {no_player}"),
            format!("routing.default.filters[2]: {no_player}"),
            format!("routing.default.fallback[0].filters[0]: {no_player}"),
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
            "identity: {max_stale: 19m}",
            "identity.max_stale: out of range (got \"19m\"); allowed: twice `identity.refresh` to 336h",
        ),
        (
            "identity: {refresh: 24h, max_stale: 6h}",
            "identity.max_stale: out of range (got \"6h\"); allowed: twice `identity.refresh` to 336h",
        ),
        (
            "identity: {max_stale: 337h}",
            "identity.max_stale: out of range (got \"337h\"); allowed: twice `identity.refresh` to 336h",
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
        assert_eq!(problems(&format!("{POOL}\n{yaml}")), [expected]);
    }
    load(&format!(
        "{POOL}\nidentity: {{clock_skew: 1h, refresh: 168h}}\nreferral: {{ttl: 24h}}"
    ))
    .unwrap();
}

/// Checks that keys are used for 6 h after the last good fetch, or for twice `refresh` if that is longer.
#[test]
fn the_default_maximum_age_of_keys_depends_on_refresh() {
    for (identity, hours) in [
        ("{}", 6.0),
        ("{refresh: 3h}", 6.0),
        ("{refresh: 24h}", 48.0),
        ("{refresh: 168h}", 336.0),
        ("{max_stale: 30m}", 0.5),
        ("{refresh: 1h, max_stale: 2h}", 2.0),
        ("{max_stale: 336h}", 336.0),
    ] {
        let settings = load(&format!("{POOL}\nidentity: {identity}")).unwrap();
        let max_stale = settings.identity.key_lifetime().as_secs_f64();
        assert!(
            (max_stale / 3600.0 - hours).abs() < 1e-9,
            "{identity}: {max_stale}"
        );
    }
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
            format!("identity.jwks: an address with a user or a password (got \"https://h/x\"); {ALLOWED}"),
        ),
        (
            "{jwks: 'https://h:99999/x'}",
            format!("identity.jwks: an address with an invalid port (got \"https://h:99999/x\"); {ALLOWED}"),
        ),
        ("{jwks: ''}", "identity.jwks: must not be empty; allowed: https://..., http://... of this machine, or a file".to_owned()),
        ("{issuer: ''}", "identity.issuer: must not be empty".to_owned()),
        (
            "{refresh: 0s}",
            "identity.refresh: must not be zero (got \"0s\"); allowed: Go duration text such as 30s, 1m30s or 250ms"
                .to_owned(),
        ),
    ] {
        assert_eq!(
            problems(&format!("{POOL}\nidentity: {yaml}")),
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
    assert!(routes[0].patterns.is_empty(), "every host, and none");
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
            "routing.routes[1].match.hostname: never matches, since routing.routes[0].match.hostname takes all of its players first"
        ]
    );
    assert_eq!(
        problems(
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
        problems(&yaml(256)),
        [
            "routing.routes[0].name: longer than an envelope can hold (got 256 bytes); allowed: at most 255"
        ]
    );
}

#[test]
fn verified_is_for_filters_of_players() {
    let yaml = "routing: {default: {filters: [{type: compare, left: a, op: eq, right: a, verified: true}], backends: [{host: h, port: 1}]}}";
    assert_eq!(
        problems(yaml),
        [
            "routing.default.filters[0].verified: not for type `compare`; allowed: with whitelist and identity"
        ]
    );
}

#[test]
fn routes_are_for_some_clients() {
    let yaml = "routing: {routes: [{name: canary, match: {ip: [192.0.2.0/24, '2001:db8::7'], alpn: [hytale/2], build: ['242', '100..120', '208..', ' ..53'], generation: [G3], client_type: [Game], language: [pt], percent: 5, identity: {verified: true}}, pool: {backends: [{host: h, port: 1}]}}]}\nidentity: {mode: report, jwks: f}";
    let settings = load(yaml).unwrap();
    let route = &settings.routing.routes[0];
    assert!(route.patterns.is_empty(), "every host, and none");
    assert_eq!(
        route.conditions.to_string(),
        "with verified true, ip 192.0.2.0/24 or 2001:db8::7/128, alpn hytale/2, build 242 or 100..120 or 208.. or ..53, generation g3, client type game, language pt, 5 % of the players"
    );
    assert_eq!(route.conditions.share.as_ref().unwrap().name, "canary");
    assert_eq!(warnings(&settings), Vec::<String>::new());
    let off = yaml.replace("mode: report", "mode: off");
    assert_eq!(
        warnings(&load(&off).unwrap()),
        [
            "routing.routes[0].match.identity.verified: never matches, since no player is verified with `identity.mode: off`"
        ]
    );
}

#[test]
fn mistakes_in_matches() {
    const NETWORK: &str =
        "allowed: an address, or an address and the length of its prefix, such as 203.0.113.0/24";
    const BUILDS: &str =
        "allowed: a number, or two with .. between them, one of which may be absent, such as 208..";
    for (matching, expected) in [
        (
            "ip: [192.0.2.0/33]",
            format!(r#"ip[0]: not a network (got "192.0.2.0/33"); {NETWORK}"#),
        ),
        (
            "ip: [a.example.com]",
            format!(r#"ip[0]: not a network (got "a.example.com"); {NETWORK}"#),
        ),
        (
            "build: ['..']",
            format!(r#"build[0]: not a range of builds (got ".."); {BUILDS}"#),
        ),
        (
            "build: ['9..8']",
            format!(r#"build[0]: not a range of builds (got "9..8"); {BUILDS}"#),
        ),
        (
            "build: ['1-2']",
            format!(r#"build[0]: not a range of builds (got "1-2"); {BUILDS}"#),
        ),
        (
            "generation: [g5]",
            r#"generation[0]: unknown value (got "g5"); allowed: g1, g2, g3, g4"#.to_owned(),
        ),
        (
            "client_type: [server]",
            r#"client_type[0]: unknown value (got "server"); allowed: game, editor"#.to_owned(),
        ),
        (
            "language: ['']",
            "language[0]: must not be empty".to_owned(),
        ),
        (
            "percent: 101",
            "percent: out of range (got 101); allowed: 0 to 100".to_owned(),
        ),
        (
            "identity: {}",
            "identity.verified: missing; it is required".to_owned(),
        ),
    ] {
        let lines = problems(&format!(
            "routing: {{routes: [{{match: {{hostname: a, {matching}}}, pool: {{backends: [{{host: h, port: 1}}]}}}}]}}"
        ));
        assert_eq!(lines, [format!("routing.routes[0].match.{expected}")]);
    }
}

/// Checks that no message repeats a possible secret of an address, whatever its problem is.
#[test]
fn addresses_are_shown_without_their_secrets() {
    let sections = [
        "identity: {mode: report, jwks: VALUE}",
        "logging: {webhook: {url: VALUE}}",
        "logging: {webhook: VALUE}",
        "telemetry: {otlp: {endpoint: VALUE}}",
        "telemetry: {otlp: VALUE}",
        "plugins: [{name: a, type: grpc, grpc: {address: VALUE}}]",
        "plugins: [{name: a, type: grpc, grpc: VALUE}]",
    ];
    let values = [
        "'https://u:S3cr3t@keys.example/k'",
        "'https://S3cr3t@keys.example:99999/k'",
        "'http://u:S3cr3t@keys.example/k?a=b'",
        "'http://keys.example/k?key=S3cr3t'",
        "'https://:S3cr3t@/k'",
        "'ftp://u:S3cr3t@a/b'",
        "'u:S3cr3t@a b'",
        "'https:///k?S3cr3t'",
        "['https://u:S3cr3t@keys.example/k']",
        "{a: 'https://u:S3cr3t@keys.example/k'}",
    ];
    let mut found = 0;
    for section in sections {
        for value in values {
            let yaml = format!("{POOL}\n{}", section.replace("VALUE", value));
            let told = match load(&yaml) {
                Ok(settings) => warnings(&settings),
                Err(_) => problems(&yaml),
            };
            found += told.len();
            assert!(!told.concat().contains("S3cr3t"), "{yaml}: {told:?}");
        }
    }
    assert!(found > 40, "{found}");
}
