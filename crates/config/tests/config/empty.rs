//! Keys and variables without a value, which are problems, so that the default never applies unnoticed.

use crate::support::{lines, load, load_named, load_with, problems, warnings};

const POOL: &str = "routing: {default: {backends: [{host: h, port: 1}]}}";

/// Lines with an empty text, their keys, and the allowed values.
const KEYS: &[(&str, &str)] = &[
    (
        "identity: {mode: EMPTY}",
        "identity.mode: the value is empty; allowed: off, report, require",
    ),
    (
        "identity: {clock_skew: EMPTY}",
        "identity.clock_skew: the value is empty; allowed: Go duration text such as 30s",
    ),
    (
        "identity: {ca_file: EMPTY}",
        "identity.ca_file: the value is empty; allowed: a text that is not empty",
    ),
    (
        "limits: {retry: EMPTY}",
        "limits.retry: the value is empty; allowed: always, never, adaptive",
    ),
    (
        "limits: {connect_timeout: EMPTY}",
        "limits.connect_timeout: the value is empty; allowed: Go duration text",
    ),
    (
        "protocol: {unknown: EMPTY}",
        "protocol.unknown: the value is empty; allowed: route, deny",
    ),
    (
        "admin: {token_file: EMPTY}",
        "admin.token_file: the value is empty; allowed: a text that is not empty",
    ),
    (
        "admin: {listen: EMPTY}",
        "admin.listen: the value is empty; allowed: host:port",
    ),
    (
        "quic: {token_key_file: EMPTY}",
        "quic.token_key_file: the value is empty; allowed: a text",
    ),
    (
        "quic: {proxy_protocol: {trusted: [127.0.0.1], headers: EMPTY}}",
        "quic.proxy_protocol.headers: the value is empty; allowed: first, every",
    ),
    (
        "plugins: [{name: a, type: grpc, grpc: {address: a}, stage: EMPTY}]",
        "plugins[0].stage: the value is empty; allowed: deny, route, mutate",
    ),
    (
        "plugins: [{name: a, type: grpc, grpc: {address: a}, on_error: EMPTY}]",
        "plugins[0].on_error: the value is empty; allowed: deny, continue",
    ),
    (
        "plugins: [{name: a, type: grpc, grpc: {address: a}, mode: EMPTY}]",
        "plugins[0].mode: the value is empty; allowed: enforce, shadow",
    ),
    (
        "plugins: [{name: a, type: grpc, grpc: {address: a}, override: EMPTY}]",
        "plugins[0].override: the value is empty; allowed: any, candidates",
    ),
    (
        "plugins: [{name: a, type: grpc, grpc: {address: a}, timeout: EMPTY}]",
        "plugins[0].timeout: the value is empty; allowed: Go duration text",
    ),
    (
        "plugins: [{name: a, type: grpc, grpc: {address: a, tls: {ca_file: EMPTY}}}]",
        "plugins[0].grpc.tls.ca_file: the value is empty; allowed: a text",
    ),
    (
        "referral: {hmac_secret: 0123456789abcdef, accept: [{id: 1, secret: 0123456789abcdef, not_after: EMPTY}]}",
        "referral.accept[0].not_after: the value is empty; allowed: date, time and offset",
    ),
    (
        "referral: {hmac_secret: 0123456789abcdef, ttl: EMPTY}",
        "referral.ttl: the value is empty; allowed: Go duration text",
    ),
    (
        "logging: {webhook: {url: 'http://a', token_file: EMPTY}}",
        "logging.webhook.token_file: the value is empty; allowed: a text",
    ),
    (
        "wasm: {cache_dir: EMPTY}",
        "wasm.cache_dir: the value is empty; allowed: a text",
    ),
    (
        "shutdown: {timeout: EMPTY}",
        "shutdown.timeout: the value is empty; allowed: Go duration text",
    ),
];

#[test]
fn an_empty_text_or_no_value_in_a_file_is_a_mistake() {
    for (line, expected) in KEYS {
        for empty in ["''", "\"\"", "' '", "\"\\t\"", ""] {
            let found = problems(&line.replace("EMPTY", empty));
            assert_eq!(found.len(), 1, "{line}: {found:?}");
            assert!(found[0].starts_with(expected), "{line}: {found:?}");
            assert!(
                found[0].contains("leave the key out to use the default"),
                "{found:?}"
            );
        }
        // An explicit null is an absent value.
        for nothing in ["null", "~"] {
            load(&line.replace("EMPTY", nothing)).unwrap();
        }
    }
}

#[test]
fn a_list_a_number_or_a_switch_without_a_value_is_a_mistake() {
    for (yaml, expected) in [
        (
            "plugins:",
            "plugins: the value is empty; allowed: a list, `[]` for none",
        ),
        (
            "limits:\n  deny:\n",
            "limits.deny: the value is empty; allowed: a list, `[]` for none",
        ),
        (
            "limits:\n  allow: # none yet\n",
            "limits.allow: the value is empty; allowed: a list, `[]` for none",
        ),
        (
            "limits: {max_connections: }",
            "limits.max_connections: the value is empty; allowed: 1 to 4294967295",
        ),
        (
            "logging: {log_client_ip: }",
            "logging.log_client_ip: the value is empty; allowed: true or false",
        ),
        (
            "referral: {hmac_secret: 0123456789abcdef, accept: }",
            "referral.accept: the value is empty; allowed: a list",
        ),
        (
            "plugins: [{name: a, type: grpc, grpc: {address: a}, config: }]",
            "plugins[0].config: the value is empty; allowed: any value",
        ),
        (
            "routing: {default: {filters: [{type: whitelist, enabled_key: a, list_key: b, verified: }], backends: [{host: h, port: 1}]}}",
            "routing.default.filters[0].verified: the value is empty; allowed: true or false",
        ),
        (
            "routing: {routes: [{match: {hostname: a, ip: }, pool: {backends: [{host: h, port: 1}]}}]}",
            "routing.routes[0].match.ip: the value is empty; allowed: a list",
        ),
        (
            "routing: {default: {backends: [{host: h, port: 1}]}, default_maintenance: {allow: {verified: }}}",
            "routing.default_maintenance.allow.verified: the value is empty; allowed: true or false",
        ),
    ] {
        let found = problems(yaml);
        assert!(found[0].starts_with(expected), "{yaml}: {found:?}");
        assert_eq!(found.len(), 1, "{found:?}");
    }
    load("plugins: []\nlimits: {deny: [], allow: []}").unwrap();
}

#[test]
fn a_section_without_keys_causes_a_warning() {
    for (yaml, expected) in [
        (
            "referral:",
            "referral: the value is empty, so the key counts as absent: envelopes are not signed and backends cannot \
             verify them",
        ),
        (
            "identity:\nlimits: {}\n",
            "identity: the value is empty, so the key counts as absent",
        ),
        (
            "referral: {}",
            "referral: no `keys` and no `hmac_secret`, so envelopes are not signed and backends cannot verify them",
        ),
        (
            "referral: {keys: []}",
            "referral: no `keys` and no `hmac_secret`, so envelopes are not signed and backends cannot verify them",
        ),
        (
            "referral: {accept: [{id: 1, secret: 0123456789abcdef}], keys: []}",
            "referral: no `keys` and no `hmac_secret`, so envelopes are not signed and backends cannot verify them",
        ),
    ] {
        let found = warnings(&load(yaml).unwrap());
        assert!(found.contains(&expected.to_owned()), "{yaml}: {found:?}");
    }
}

/// Checks keys of the original, whose files hold empty texts for absent values.
#[test]
fn an_empty_text_of_the_originals_shape_counts_as_absent() {
    for (empty, absent) in [
        ("{tls: {cert_file: '', key_file: ''}}", "{tls: {}}"),
        ("{tls: {cert_file: , key_file: }}", "{tls: {}}"),
        (
            "{messages: {disconnect: {no_route: '', routing_error: }, disconnect_locales: {de: {no_route: ''}}}}",
            "{messages: {disconnect_locales: {de: {}}}}",
        ),
        ("{discovery: {providers: }}", "{discovery: {}}"),
        ("{messages: , discovery: }", "{protocol: {}}"),
        (
            "{routing: {default: {strategy: '', key: '', sort: [{key: a, order: '', type: ''}], limit: , fallback: , discovery: , backends: [{host: h, port: 1, weight: , meta: }]}, routes: }}",
            "{routing: {default: {sort: [{key: a}], backends: [{host: h, port: 1}]}}}",
        ),
        (
            "{routing: {routes: [{match: {hostname: '', hostnames: [a]}, pool: {strategy: , filters: , backends: [{host: h, port: 1}]}}]}}",
            "{routing: {routes: [{match: {hostnames: [a]}, pool: {backends: [{host: h, port: 1}]}}]}}",
        ),
        (
            "{routing: {default: {filters: [{type: whitelist, enabled_key: a, list_key: b, subject: ''}], backends: [{host: h, port: 1}]}}}",
            "{routing: {default: {filters: [{type: whitelist, enabled_key: a, list_key: b}], backends: [{host: h, port: 1}]}}}",
        ),
    ] {
        let shown = |yaml| format!("{:?}", load(yaml).unwrap());
        assert_eq!(shown(empty), shown(absent), "{empty}");
    }
    // The one secret causes a warning.
    let found = warnings(&load("referral: {hmac_secret: ''}").unwrap());
    assert_eq!(found.len(), 1, "{found:?}");
    let found = problems("routing: {default: {strategy: ' ', backends: [{host: h, port: 1}]}}");
    assert!(
        found[0].starts_with("routing.default.strategy: unknown value"),
        "{found:?}"
    );
}

#[test]
fn an_empty_variable_of_any_key_is_a_mistake() {
    for (name, expected) in [
        (
            "HYROUTER_LISTEN",
            "listen: the value is empty; allowed: host:port",
        ),
        (
            "HYROUTER_IDENTITY",
            "identity: the value is empty; allowed: an object of keys and values",
        ),
        (
            "HYROUTER_IDENTITY__MODE",
            "identity.mode: the value is empty; allowed: off, report, require",
        ),
        (
            "HYROUTER_IDENTITY__JWKS",
            "identity.jwks: the value is empty; allowed: https://...",
        ),
        (
            "HYROUTER_LIMITS__ALLOW",
            "limits.allow: the value is empty; allowed: a list, `[]` for none",
        ),
        (
            "HYROUTER_LIMITS__MAX_CONNECTIONS",
            "limits.max_connections: the value is empty; allowed: 1 to 4294967295",
        ),
        (
            "HYROUTER_LIMITS__SOURCE_RATE__PER_SECOND",
            "limits.source_rate.per_second: the value is empty; allowed: 0 to",
        ),
        (
            "HYROUTER_ADMIN__TOKEN_FILE",
            "admin.token_file: the value is empty; allowed: a text that is not empty",
        ),
        (
            "HYROUTER_LOGGING__LOG_CLIENT_IP",
            "logging.log_client_ip: the value is empty; allowed: true or false",
        ),
        (
            "HYROUTER_PLUGINS",
            "plugins: the value is empty; allowed: a list, `[]` for none",
        ),
        (
            "HYROUTER_ROUTING__DEFAULT__STRATEGY",
            "routing.default.strategy: the value is empty; allowed: round_robin",
        ),
        (
            "HYROUTER_MESSAGES__DISCONNECT__NO_ROUTE",
            "messages.disconnect.no_route: the value is empty; allowed: a text",
        ),
        (
            "HYROUTER_MESSAGES__DISCONNECT_LOCALES__PT_BR__NO_ROUTE",
            "messages.disconnect_locales.pt_br.no_route: the value is empty",
        ),
    ] {
        for empty in ["", " ", "\t\n"] {
            let found = lines(&load_with(POOL, [(name, empty)]).unwrap_err());
            assert_eq!(found.len(), 1, "{name}: {found:?}");
            assert!(found[0].starts_with(expected), "{name}: {found:?}");
            assert!(
                found[0].ends_with(&format!(
                    "leave the variable out to use the default (from {name})"
                )),
                "{found:?}"
            );
        }
    }
}

/// Checks that a null in a variable leaves the value of the file.
#[test]
fn a_null_in_a_variable_hides_nothing() {
    let file = "identity: {mode: require}\nlimits: {deny: [192.0.2.0/24]}";
    let shown = |env: [(&str, &str); 1]| load_with(file, env).unwrap();
    for env in [
        ("HYROUTER_IDENTITY", r#"{"mode": null}"#),
        ("HYROUTER_IDENTITY", "{}"),
        ("HYROUTER_LIMITS", r#"{"deny": null, "allow": []}"#),
    ] {
        let settings = shown([env]);
        assert_eq!(
            settings.identity.mode,
            hyrouter_config::IdentityMode::Require,
            "{env:?}"
        );
        assert_eq!(settings.limits.deny.len(), 1, "{env:?}");
    }
    for env in [
        ("HYROUTER_IDENTITY", "null"),
        ("HYROUTER_LIMITS__DENY", "null"),
        ("HYROUTER_IDENTITY", r#"{"mode": ""}"#),
    ] {
        assert!(load_with(file, [env]).is_err(), "{env:?}");
    }
}

/// Checks configurations that lead no player to a backend.
#[test]
fn a_configuration_without_a_way_to_a_backend_is_a_mistake() {
    let load = |text: &str| load_named("config.json", text, [("", ""); 0]);
    let plugin = |more: &str| {
        format!(
            r#"{{"plugins": [{{"name": "a", "type": "grpc", "grpc": {{"address": "a"}}{more}}}], "routing": {{}}}}"#
        )
    };
    for text in [
        r#"{"routing": {}}"#,
        r#"{"routing": {"routes": []}, "identity": {"mode": "require"}}"#,
        r#"{"routing": null, "limits": {}}"#,
        &plugin(r#", "mode": "shadow""#),
        &plugin(r#", "override": "candidates""#),
    ] {
        let found = lines(&load(text).unwrap_err());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("routing: no player can be referred; allowed: a `default` pool"),
            "{found:?}"
        );
    }
    for text in [plugin(""), plugin(r#", "stage": "mutate""#)] {
        assert!(load(&text).is_ok(), "{text}");
    }
}
