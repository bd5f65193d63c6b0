//! Files of the original, which load unchanged.

use std::time::Duration;

use hyrouter_config::{MessageKind, Settings, UnknownProtocol};
use hyrouter_referral::Secret;
use hyrouter_referral::v1::{KeyRing, open};
use hyrouter_router::{Filter, Router, SortOrder, SortType, Strategy, WhitelistSubject};

use crate::support::{NOTHING, data, load, load_file, load_named};

#[test]
fn defaults_are_those_of_the_reference() {
    let settings = load(NOTHING).unwrap();
    assert_eq!(settings.listen.addr, "[::]:5520".parse().unwrap());
    assert!(settings.listen.dual_stack);
    assert_eq!(settings.tls.certificate(), None);
    assert_eq!(settings.tls.alpn, ["hytale/*"]);
    assert_eq!(settings.quic.max_idle_timeout, Duration::from_secs(30));
    assert_eq!(settings.quic.endpoints, 0);
    assert!(settings.logging.log_client_ip);
    assert_eq!(settings.limits.handshake_timeout, Duration::from_secs(5));
    assert_eq!(settings.limits.connect_timeout, Duration::from_secs(10));
    assert_eq!(settings.limits.decision_timeout, Duration::from_secs(5));
    assert_eq!(settings.limits.close_timeout, Duration::from_secs(5));
    assert_eq!(settings.limits.max_connections, 16_384);
    assert_eq!(settings.limits.max_connections_per_source, 400);
    assert_eq!(settings.unknown_protocol, UnknownProtocol::Route);
    assert!(settings.routing.routes.is_empty());
    assert!(!crate::support::sealer(&settings).is_signed());
    assert_eq!(settings.messages, hyrouter_config::Messages::default());
    assert_eq!(settings.warnings, []);
}

#[test]
fn null_is_what_is_absent() {
    let texts = [
        "tls: null\nlimits: ~\nplugins: null\nreferral: Null\nprotocol: {unknown: null}",
        "{identity: {mode: ~, jwks: null}, limits: {deny: null, allow: ~, retry: null}, plugins: ~, admin: {token_file: null}}",
    ];
    for text in texts {
        assert_eq!(
            format!("{:?}", load(text).unwrap()),
            format!("{:?}", load(NOTHING).unwrap())
                .replace("is_written: true", "is_written: false"),
            "{text:?}"
        );
    }
}

#[test]
fn an_empty_file_is_a_mistake() {
    let texts = [
        "",
        "  \n",
        "\u{feff}",
        "# only a comment\n",
        "---\n",
        "---\n...\n",
        "~",
        "null",
        "{}",
    ];
    for (name, texts) in [
        ("c.yaml", &texts[..]),
        ("c.JSON", &["", " \n", "{}", "null"]),
    ] {
        for text in texts {
            let shown = load_named(name, text, [("", ""); 0])
                .unwrap_err()
                .to_string();
            let expected =
                "the file is empty; allowed: at least `routing`, with a `default` pool or `routes`";
            assert!(shown.ends_with(expected), "{text:?}: {shown}");
        }
    }
}

#[test]
fn without_a_file_players_go_to_this_machine() {
    let settings = Settings::built_in();
    let pool = settings.routing.default.as_ref().unwrap();
    assert_eq!(pool.backends[0].to_string(), "127.0.0.1:5521");
    assert_eq!(pool.policy.strategy, Strategy::RoundRobin);
    assert!(settings.routing.routes.is_empty());
    assert_eq!(settings.listen.addr.port(), 5520);
    assert_eq!(settings.warnings, []);
    let loaded = hyrouter_config::Sources::new()
        .with_env([("", ""); 0])
        .load()
        .unwrap();
    assert_eq!(format!("{settings:?}"), format!("{loaded:?}"));
}

#[test]
fn a_minimal_file_loads() {
    let settings = load_file(data("minimal.yaml")).unwrap();
    assert_eq!(
        settings.routing.default.unwrap().backends[0].to_string(),
        "game.example.net:5520"
    );
    assert_eq!(settings.warnings, []);
}

#[test]
fn a_full_yaml_file_loads() {
    let settings = load_file(data("full.yaml")).unwrap();
    assert_eq!(settings.listen.addr, "0.0.0.0:5520".parse().unwrap());
    assert!(!settings.listen.dual_stack);
    let (cert, key) = settings.tls.certificate().unwrap();
    assert_eq!(cert, std::path::Path::new("/etc/hyrouter/tls.crt"));
    assert_eq!(key, std::path::Path::new("/etc/hyrouter/tls.key"));
    assert_eq!(settings.tls.alpn, ["hytale/*", "hytale/1"]);
    assert_eq!(settings.quic.max_idle_timeout, Duration::from_secs(90));
    assert!(!settings.logging.log_client_ip);

    let route = &settings.routing.routes[1];
    assert_eq!(route.name, "*.eu.example.com");
    let patterns: Vec<_> = route.patterns.iter().map(ToString::to_string).collect();
    assert_eq!(patterns, ["*.eu.example.com", "eu-[0-9].example.com"]);
    let policy = &route.pool.policy;
    assert_eq!(policy.strategy, Strategy::P2c);
    assert_eq!(
        policy.key.as_ref().unwrap().as_str(),
        "counter:players.count"
    );
    assert_eq!((policy.sample, policy.limit), (3, 10));
    assert_eq!(
        (policy.sort[0].order, policy.sort[0].kind),
        (SortOrder::Desc, SortType::Number)
    );
    assert_eq!(
        (policy.sort[1].order, policy.sort[1].kind),
        (SortOrder::Asc, SortType::String)
    );
    assert!(matches!(policy.filters[0], Filter::Compare { .. }));
    assert!(matches!(
        policy.filters[1],
        Filter::Whitelist {
            subject: WhitelistSubject::Username,
            ..
        }
    ));
    assert!(matches!(policy.filters[2], Filter::GameStartNotPast { .. }));
    let fallback = &route.pool.fallback;
    assert_eq!(fallback[0].strategy, Some(Strategy::LeastLoaded));
    assert_eq!(
        (fallback[0].filters.as_deref(), &fallback[0].sort),
        (Some(&[][..]), &None)
    );
    assert_eq!(
        (fallback[1].limit, fallback[1].sample, fallback[1].strategy),
        (Some(0), Some(1), None)
    );
    assert_eq!(
        (fallback[1].sort.as_deref(), &fallback[1].filters),
        (Some(&[][..]), &None)
    );

    let alias = &settings.routing.routes[2].pool;
    assert_eq!(Some(alias), settings.routing.default.as_ref());
    // The secret has the minimum length of the original.
    let mut warnings = settings.warnings.iter().map(ToString::to_string);
    let expected = "referral.hmac_secret: the secret has fewer than 16 bytes, which can be guessed";
    assert!(warnings.any(|warning| warning == expected));
    Router::new(settings.routing).unwrap();
}

#[test]
fn plain_scalars_of_yaml_keep_their_text_at_keys_of_texts() {
    let settings = load_file(data("full.yaml")).unwrap();
    let meta = &settings.routing.default.as_ref().unwrap().backends[1].meta;
    let expected = [
        ("full", "false"),
        ("note", ""),
        ("players", "00012"),
        ("version", "1.10"),
    ];
    assert!(
        meta.iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .eq(expected)
    );
    let merged = &settings.routing.routes[0].pool.backends[1].meta;
    assert_eq!(
        (merged["version"].as_str(), merged["players"].as_str()),
        ("2", "00012")
    );

    let mut sealed = Vec::new();
    let _ = crate::support::sealer(&settings).seal(b"x", &mut sealed);
    let keys = KeyRing::new().with(7, &Secret::parse("00123").unwrap());
    assert_eq!(open(&sealed, &keys).unwrap(), b"x");
}

#[test]
fn a_full_json_file_loads() {
    let settings = load_file(data("full.json")).unwrap();
    assert_eq!(settings.listen.addr, "[::1]:5521".parse().unwrap());
    assert_eq!(settings.tls.certificate(), None);
    assert_eq!(settings.tls.alpn, ["hytale/2", "hytale/1"]);
    assert_eq!(settings.quic.max_idle_timeout, Duration::from_secs(30));
    let pool = &settings.routing.routes[0].pool;
    assert_eq!(pool.backends[0].port, 5520);
    assert_eq!(pool.policy.strategy, Strategy::Random);
    assert_eq!(pool.policy.key, None);
    assert!(settings.routing.default.is_none());
    assert!(!crate::support::sealer(&settings).is_signed());
    assert_eq!(settings.warnings, []);
}

#[test]
fn a_file_of_many_routes_loads() {
    const ROUTES: usize = 10_000;
    const ROUTE: &str = "  - {match: {hostname: r0.example.com}, pool: *pool}\n";
    let mut yaml =
        "routing:\n  default: &pool {backends: [{host: h, port: 1}]}\n  routes:\n".to_owned();
    for route in 0..ROUTES {
        yaml.push_str(&ROUTE.replace('0', &route.to_string()));
    }
    let settings = load(&yaml).unwrap();
    assert_eq!(settings.routing.routes.len(), ROUTES);
    assert_eq!(settings.warnings, []);
}

#[test]
fn the_development_config_loads() {
    let path =
        std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev/config.dev.yaml");
    let settings = load_file(path).unwrap();
    assert_eq!(settings.warnings, []);
    assert!(crate::support::sealer(&settings).is_signed());
    assert!(settings.routing.routes.len() >= 3);
    let events = &settings.routing.routes[1].pool;
    assert_eq!(events.backends[0].meta["counter.players.count"], "12");
    Router::new(settings.routing).unwrap();
}

#[test]
fn given_locales_replace_the_built_in_ones() {
    let text = |yaml: &str, language| {
        let settings = load(yaml).unwrap();
        settings
            .messages
            .text(MessageKind::NoRoute, Some(language), "a.b", "")
            .into_owned()
    };
    let absent = "messages: {disconnect: {no_route: here}}";
    assert_eq!(
        text(absent, "fr-CA"),
        "Ce serveur est indisponible pour le moment."
    );
    assert_eq!(text(absent, "nl"), "here");
    let present = "messages: {disconnect: {no_route: here}, disconnect_locales: {de: {no_route: 'hier: ${sni}'}}}";
    assert_eq!(text(present, "de_CH"), "hier: a.b");
    assert_eq!(text(present, "fr"), "here");
    assert_eq!(
        text("messages: {disconnect_locales: {}}", "de"),
        "This server is unavailable at the moment."
    );
}

#[test]
fn values_that_are_probably_not_intended_cause_warnings() {
    let settings = load(
        r#"
routing:
  routes:
    - match: {hostname: a.example.com, hostnames: [b.example.com, B.example.com]}
      pool: {}
    - match: {hostname: B.Example.com.}
      pool: {backends: [{host: h, port: 1}]}
referral: {hmac_secret: ""}
"#,
    )
    .unwrap();
    let warnings: Vec<_> = settings.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "routing.routes[0].match.hostname: not used, since there are `hostnames`",
            "routing.routes[0].pool: no backends: its players get the no_backends text",
            "routing.routes[1].match.hostname: never matches, since routing.routes[0].match.hostnames[0] takes all of its \
             players first",
            "referral: no `keys` and no `hmac_secret`, so envelopes are not signed and backends cannot verify them",
        ]
    );
    assert!(!crate::support::sealer(&settings).is_signed());
}

/// Checks that a route causes a warning if an earlier one certainly matches all of its players.
#[test]
fn a_covered_route_causes_a_warning() {
    let covered = |earlier: &str, later: &str| {
        let pool = "pool: {backends: [{host: h.example, port: 1}]}";
        let yaml = format!(
            "identity: {{mode: report, jwks: 'https://x/'}}\nrouting: {{routes: [{{match: {earlier}, {pool}}}, {{match: {later}, {pool}}}]}}"
        );
        let warnings = crate::support::warnings(&load(&yaml).unwrap());
        warnings
            .iter()
            .any(|line| line.contains("takes all of its players first"))
    };
    let star = "{hostname: '*.example.com'}";
    for (earlier, later, expected) in [
        (star, "{hostname: x.example.com}", true),
        (star, "{hostname: '*.eu.example.com'}", true),
        (star, "{hostname: 'lobby-?.example.com'}", true),
        (star, "{hostnames: [other.net, x.example.com]}", true),
        (star, "{hostname: x.example.com, build: ['5']}", true),
        (star, "{hostname: example.com}", false),
        (
            "{hostname: 'münchen.de'}",
            "{hostname: xn--mnchen-3ya.de}",
            true,
        ),
        ("{hostname: '*'}", "{hostnames: ['']}", false),
        ("{hostname: '*.a', build: ['5']}", "{hostname: x.a}", false),
        (
            "{hostname: '*.a', build: ['5']}",
            "{hostname: x.a, build: ['5']}",
            true,
        ),
        (
            "{hostname: '*.a', build: ['5']}",
            "{hostname: x.a, build: ['5'], language: [de]}",
            true,
        ),
        (
            "{hostname: '*.a', build: ['5']}",
            "{hostname: x.a, build: ['6']}",
            false,
        ),
        (
            "{hostname: '*.a', percent: 10}",
            "{hostname: x.a, percent: 10}",
            false,
        ),
        (
            "{identity: {verified: true}}",
            "{hostname: a, identity: {verified: true}}",
            true,
        ),
        ("{identity: {verified: true}}", "{hostname: a}", false),
    ] {
        assert_eq!(covered(earlier, later), expected, "{earlier} {later}");
    }
}

/// Checks the most likely mistake of new users: a pattern that begins with `*`, without quotes.
#[test]
fn the_error_of_a_pattern_without_quotes_suggests_quotes() {
    for line in [
        "hostnames: [*.example.com]",
        "hostname: *.example.com",
        "hostnames: [a, *]",
    ] {
        let yaml = format!(
            "routing:\n  routes:\n  - match: {{{line}}}\n    pool: {{backends: [{{host: a, port: 1}}]}}\n"
        );
        let error = load(&yaml).unwrap_err().to_string();
        let is_told = error.contains("put the text in quotes, such as \"*.example.com\"");
        assert!(is_told && error.contains(":3:"), "{line}: {error}");
    }
}

#[test]
fn free_keys_of_the_top_level_hold_anchors() {
    let yaml =
        "x-pool: &pool {backends: [{host: a, port: 1}]}\nx-none:\nrouting: {default: *pool}\n";
    let settings = load(yaml).unwrap();
    assert_eq!(settings.routing.default.unwrap().backends[0].host, "a");
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
    // Only at the top level of a file, and beside other keys.
    for yaml in [
        "x-pool: {backends: []}",
        "routing: {x-a: 1, default: {backends: [{host: a, port: 1}]}}",
        "X-a: 1\nrouting: {default: {backends: [{host: a, port: 1}]}}",
    ] {
        assert!(load(yaml).is_err(), "{yaml}");
    }
}

#[test]
fn blanks_around_application_protocols_are_ignored() {
    let yaml = "tls: {alpn: [' hytale/1 ', 'hytale/* ']}\nrouting: {default: {backends: [{host: a, port: 1}]}}";
    assert_eq!(load(yaml).unwrap().tls.alpn, ["hytale/1", "hytale/*"]);
}
