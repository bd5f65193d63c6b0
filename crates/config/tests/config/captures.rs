//! Backends whose host comes from the player's, drained backends, and names of routes.

use hyrouter_router::Router;

use crate::support::{load, problems};

fn route(matching: &str, hosts: &[&str]) -> String {
    let backends: Vec<_> = hosts
        .iter()
        .map(|host| format!("{{host: '{host}', port: 1}}"))
        .collect();
    let backends = backends.join(", ");
    format!("routing: {{routes: [{{match: {{{matching}}}, pool: {{backends: [{backends}]}}}}]}}")
}

#[test]
fn captures_that_can_be_load() {
    for (matching, host) in [
        ("hostname: '*.play.example.com'", "$1.servers.svc"),
        ("hostname: '*-*.play.example.com'", "$2.$1.servers.svc"),
        ("hostnames: ['*.a', 'b*', '*']", "game-$1.servers.svc"),
        // A route without a host name matches every host, like `*`.
        ("percent: 5", "$1.servers.svc"),
    ] {
        let settings = load(&route(matching, &[host])).unwrap();
        assert_eq!(settings.routing.routes[0].pool.backends[0].host, host);
        Router::new(settings.routing).unwrap();
    }
}

#[test]
fn impossible_captures_are_mistakes() {
    const ALLOWED: &str = "allowed: `$1` to `$9` for the text that the `*` of every pattern of the route \
                           matched, before a complete domain, such as `$1.servers.example.com`";
    for (matching, host, what) in [
        (
            "hostname: '*.a'",
            "$1",
            "no complete domain after the last capture",
        ),
        (
            "hostname: '*.a'",
            "$1.7",
            "no complete domain after the last capture",
        ),
        (
            "hostname: '*.a'",
            "$x.svc",
            "a `$` without a digit from 1 to 9 after it",
        ),
        (
            "hostname: '*.a'",
            "a_$1.svc",
            "invalid host name around the captures",
        ),
        (
            "hostname: '*.a'",
            "$2.svc",
            "`$2` without its `*`: the pattern \"*.a\" has 1",
        ),
        (
            "hostname: '?.a'",
            "$1.svc",
            "`$1` without its `*`: the pattern \"?.a\" has 0",
        ),
        (
            "hostnames: ['*.a', b]",
            "$1.svc",
            "`$1` without its `*`: the pattern \"b\" has 0",
        ),
    ] {
        assert_eq!(
            problems(&route(matching, &["h", host])),
            [format!(
                "routing.routes[0].pool.backends[1].host: {what} (got {host:?}); {ALLOWED}"
            )]
        );
    }
    assert_eq!(
        problems("routing: {default: {backends: [{host: $1.svc, port: 1}]}}"),
        [format!(
            "routing.default.backends[0].host: a capture in the default pool, which has no pattern (got \"$1.svc\"); \
             {ALLOWED}"
        )]
    );
}

#[test]
fn a_backend_may_be_drained() {
    let yaml =
        "routing: {default: {backends: [{host: a, port: 1}, {host: b, port: 1, drained: true}]}}";
    let pool = load(yaml).unwrap().routing.default.unwrap();
    let drained: Vec<_> = pool
        .backends
        .iter()
        .map(|backend| backend.drained)
        .collect();
    assert_eq!(drained, [false, true]);
}

#[test]
fn the_name_of_the_default_pool_is_reserved() {
    let yaml = "routing: {routes: [{name: default, match: {hostname: a}, pool: {backends: [{host: a, port: 1}]}}]}";
    assert_eq!(
        problems(yaml),
        [
            "routing.routes[0].name: reserved for the default pool (got \"default\"); allowed: another name"
        ]
    );
}
