//! Pools that cannot work as configured.

use crate::support::{load, problems, warnings};

/// Returns the warnings for one pool with these keys, and other sections.
fn of_pool(pool: &str, rest: &str) -> Vec<String> {
    let backends = "backends: [{host: a, port: 1, meta: {load: '1'}}, {host: b, port: 1, meta: {'counter:players': '1'}}]";
    warnings(
        &load(&format!(
            "routing: {{default: {{{pool}, {backends}}}}}\n{rest}"
        ))
        .unwrap(),
    )
}

#[test]
fn keys_that_no_backend_has_cause_warnings() {
    for (pool, at, key) in [
        (
            "strategy: least_loaded, key: 'counter:nope'",
            "key",
            "counter:nope",
        ),
        ("strategy: p2c, key: laod", "key", "laod"),
        ("key: laod, fallback: [{strategy: p2c}]", "key", "laod"),
        ("sort: [{key: port}, {key: laod}]", "sort[1].key", "laod"),
        (
            "filters: [{type: compare, left: load, op: lt, right: max}]",
            "filters[0].right",
            "max",
        ),
        ("filters: [{type: hostname}]", "filters[0].key", "hostname"),
        (
            "fallback: [{sort: [{key: laod}]}]",
            "fallback[0].sort[0].key",
            "laod",
        ),
        (
            "fallback: [{strategy: p2c, key: laod}]",
            "fallback[0].key",
            "laod",
        ),
    ] {
        let found = of_pool(pool, "");
        let expected =
            format!("routing.default.{at}: no backend of the pool has `{key}` in its `meta`");
        assert_eq!(found, [expected], "{pool}");
        // A plugin or provider that adds backends may add the key.
        let plugin = "plugins: [{name: p, type: grpc, grpc: {address: '127.0.0.1:1'}}]";
        assert!(
            !of_pool(pool, plugin)
                .iter()
                .any(|warning| warning.contains("no backend of"))
        );
    }
    for pool in [
        "strategy: least_loaded, key: load",
        "strategy: p2c, key: 'counter:players'",
        "strategy: p2c, key: weight",
        "key: not_used",
        "sort: [{key: host}]",
        "filters: [{type: whitelist, enabled_key: a, list_key: b}, {type: game_start_not_past, key: c}]",
    ] {
        assert_eq!(of_pool(pool, ""), [""; 0], "{pool}");
    }
}

#[test]
fn unreadable_host_names_of_backends_cause_warnings() {
    let settings = load(
        "routing: {default: {filters: [{type: hostname}, {type: hostname, key: 'label:name'}], backends: [\
            {host: a, port: 1, meta: {hostname: 'a.example.com, 10.0.0.1', label.name: '*.example.com'}}, \
            {host: b, port: 1}]}}",
    );
    let found = warnings(&settings.unwrap());
    let expected = "routing.default.backends[0]: `hostname` has a host name pattern that is ignored \
                    (got \"10.0.0.1\"); allowed: at most 100 patterns, as in `match.hostname`, separated by commas";
    assert_eq!(found, [expected]);
}

#[test]
fn hosts_that_lead_nowhere_cause_warnings() {
    for (host, is_told) in [
        ("lobby.invalid", true),
        ("lobby.INVALID.", true),
        ("invalid", true),
        ("invalid.example.com", false),
        ("notinvalid", false),
    ] {
        let settings = load(&format!(
            "routing: {{default: {{backends: [{{host: {host}, port: 1}}]}}}}"
        ));
        let found = warnings(&settings.unwrap());
        let expected = "routing.default.backends[0].host: `.invalid` is a reserved domain that never resolves; write the real name of the host";
        assert_eq!(
            found.iter().any(|warning| warning == expected),
            is_told,
            "{host}: {found:?}"
        );
    }
}

#[test]
fn a_text_instead_of_a_list_is_not_repeated() {
    for yaml in [
        "referral: {keys: hunter2}",
        "referral: {keys: [hunter2]}",
        "plugins: 'https://user:hunter2@plugins.example/x'",
        "tls: {alpn: 'https://plugins.example/x?token=hunter2'}",
        "limits: {deny: 'https://user:hunter2@plugins.example/x'}",
        "discovery: {providers: 'https://user:hunter2@plugins.example/x'}",
    ] {
        let found = problems(yaml).join("\n");
        assert!(!found.contains("hunter2"), "{found}");
    }
}
