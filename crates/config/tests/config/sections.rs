//! One problem at a time in each section: its path and its text.

use crate::support::{load, problems};

const BACKEND: &str = "backends: [{host: h, port: 1, weight: 1}]";

#[test]
fn shapes() {
    check(&[
        (
            "foo: 1",
            "foo: unknown key; allowed: admin, discovery, identity, limits, listen, logging, messages, plugins, protocol, quic, referral, routing, shutdown, telemetry, tls, wasm",
        ),
        (
            "tls: {certfile: a}",
            "tls.certfile: unknown key; did you mean `cert_file`?",
        ),
        (
            "tls: [a]",
            "tls: wrong type (got a list of 1); allowed: an object of keys and values",
        ),
        (
            "tls: {alpn: hytale/1}",
            r#"tls.alpn: wrong type (got "hytale/1"); allowed: a list"#,
        ),
        (
            "tls: {alpn: []}",
            "tls.alpn: empty list; allowed: at least one entry",
        ),
        (
            "tls: {alpn: [a, ~]}",
            "tls.alpn[1]: wrong type (got null); allowed: a text",
        ),
        (
            "tls: {alpn: [hytale/1*]}",
            r#"tls.alpn[0]: not an application protocol (got "hytale/1*"); allowed: hytale/*, or a name of 1 to 255 bytes without *"#,
        ),
        (
            "listen: ''",
            "listen: must not be empty; allowed: host:port, where the host is an IP address (IPv6 in brackets), localhost or empty, such as :5520",
        ),
        (
            "listen: 5520",
            r#"listen: not an address to listen on (got "5520"); allowed: host:port, where the host is an IP address (IPv6 in brackets), localhost or empty, such as :5520"#,
        ),
        (
            "quic: {max_idle_timeout: 0s}",
            r#"quic.max_idle_timeout: must not be zero (got "0s"); allowed: Go duration text such as 30s, 1m30s or 250ms"#,
        ),
        (
            "quic: {max_idle_timeout: 30}",
            r#"quic.max_idle_timeout: not a duration (got "30"); allowed: Go duration text such as 30s, 1m30s or 250ms"#,
        ),
        (
            "quic: {endpoints: -1}",
            "quic.endpoints: out of range (got -1); allowed: 0 to 1024",
        ),
        (
            "limits: {max_connections: 0}",
            "limits.max_connections: out of range (got 0); allowed: 1 to 4294967295",
        ),
        (
            "limits: {max_connections_per_source: 1.5}",
            "limits.max_connections_per_source: not a whole number (got 1.5); allowed: 1 to 4294967295",
        ),
        (
            "limits: {connect_timeout: -5s}",
            r#"limits.connect_timeout: not a duration (got "-5s"); allowed: Go duration text such as 30s, 1m30s or 250ms"#,
        ),
        (
            "logging: {log_client_ip: maybe}",
            r#"logging.log_client_ip: wrong type (got "maybe"); allowed: true or false"#,
        ),
        (
            "protocol: {unknown: allow}",
            r#"protocol.unknown: unknown value (got "allow"); allowed: route, deny"#,
        ),
        (
            "referral: secret",
            "referral: wrong type (value not shown); allowed: an object of keys and values",
        ),
        (
            "referral: {hmac_secret: '  '}",
            "referral.hmac_secret: the secret is empty (value not shown); allowed: plain text, base64:... or hex:...",
        ),
        (
            "referral: {key_id: '1'}",
            r#"referral.key_id: wrong type (got "1"); allowed: a whole number"#,
        ),
        (
            "routing: {routes: [3]}",
            "routing.routes[0]: wrong type (got 3); allowed: an object of keys and values",
        ),
        (
            "messages: {disconnect_locales: {de: {no_rute: x}}}",
            "messages.disconnect_locales.de.no_rute: unknown key; did you mean `no_route`?",
        ),
        (
            "messages: {disconnect_locales: {'a b': 3}}",
            r#"messages.disconnect_locales["a b"]: wrong type (got 3); allowed: an object of keys and values"#,
        ),
    ]);
}

#[test]
fn pools() {
    let cases = [
        (
            "strategy: round_robbin, BACKEND",
            r#"strategy: unknown value (got "round_robbin"); allowed: round_robin, random, weighted, least_loaded, p2c; did you mean `round_robin`?"#,
        ),
        (
            "stratgy: p2c, BACKEND",
            "stratgy: unknown key; did you mean `strategy`?",
        ),
        (
            "strategy: p2c, kee: weight, BACKEND",
            "kee: unknown key; did you mean `key`?",
        ),
        (
            "strategy: least-loaded, key: ' ', BACKEND",
            r#"key: not a key (got " "); allowed: host, port, weight, label:<k>, annotation:<k>, counter:<k> or the name of a meta entry"#,
        ),
        (
            "strategy: least_loaded, BACKEND, fallback: [{strategy: p2c}]",
            "key: missing; required by strategy `least_loaded`",
        ),
        (
            "BACKEND, fallback: [{}, {strategy: p2c}]",
            "fallback[1].key: missing; required by strategy `p2c`",
        ),
        (
            "strategy: weighted, backends: [{host: h, port: 1}]",
            "backends[0].weight: must be greater than 0 (got 0 or none); required by strategy `weighted`",
        ),
    ];
    check_in_pool(&cases);
}

#[test]
fn backends_and_filters() {
    let cases = [
        (
            "backends: [{port: 1}]",
            "backends[0].host: missing; it is required",
        ),
        (
            "backends: [{hots: a, port: 1}]",
            "backends[0].hots: unknown key; did you mean `host`?",
        ),
        (
            "backends: [{host: '', port: 1}]",
            r#"backends[0].host: not a host: it is empty (got ""); allowed: host name or IP address, without a port"#,
        ),
        (
            "backends: [{host: h, port: 0}]",
            "backends[0].port: out of range (got 0); allowed: 1 to 65535",
        ),
        (
            "backends: [{host: h, port: ~}]",
            "backends[0].port: missing; it is required",
        ),
        (
            "backends: [{host: h, port: 1, weight: -1}]",
            "backends[0].weight: out of range (got -1); allowed: 0 to 4294967295",
        ),
        (
            "backends: [{host: h, port: 1, meta: {a.b: [1]}}]",
            r#"backends[0].meta["a.b"]: wrong type (got a list of 1); allowed: a text"#,
        ),
        (
            "BACKEND, sort: [{order: desc}]",
            "sort[0].key: missing; it is required",
        ),
        (
            "BACKEND, sort: [{key: a, order: down}]",
            r#"sort[0].order: unknown value (got "down"); allowed: asc, desc"#,
        ),
        (
            "BACKEND, filters: [{left: a}]",
            "filters[0].type: missing; it is required",
        ),
        (
            "BACKEND, filters: [{type: compare, left: a, op: lt}]",
            "filters[0].right: missing; required by type `compare`",
        ),
        (
            "BACKEND, filters: [{type: compare, left: a, op: less, right: b}]",
            r#"filters[0].op: unknown value (got "less"); allowed: lt, lte, gt, gte, eq, neq"#,
        ),
        (
            "BACKEND, filters: [{type: whitelist, list_key: a}]",
            "filters[0].enabled_key: missing; required by type `whitelist`",
        ),
        (
            "BACKEND, fallback: [{filters: [{type: game_start_not_past}]}]",
            "fallback[0].filters[0].key: missing; required by type `game_start_not_past`",
        ),
        (
            "discovery: {provider: k8s}",
            r#"discovery.provider: no such provider (got "k8s"); allowed: none, since `discovery.providers` is empty"#,
        ),
        (
            "discovery: {mode: union}",
            "discovery.provider: missing; it is required",
        ),
    ];
    check_in_pool(&cases);
}

#[test]
fn routes() {
    let route = |text: &str| {
        format!("routing: {{routes: [{text}]}}").replace("POOL", &format!("pool: {{{BACKEND}}}"))
    };
    let pattern = "allowed: host name with *, ?, [a-z], [^x] and \\ as in Go's path.Match, or \"\" for clients without a host name";
    let cases = [
        ("{match: {hostname: a}}", "[0].pool: missing; it is required".to_owned()),
        ("{POOL}", "[0].match: missing; it is required".to_owned()),
        ("{match: {}, POOL}", "[0].match: no host names; allowed: `hostname`, or `hostnames` with at least one entry, or another condition".to_owned()),
        ("{match: {hostname: ''}, POOL}", "[0].match: no host names; allowed: `hostname`, or `hostnames` with at least one entry, or another condition".to_owned()),
        ("{match: {hostnam: a}, POOL}", "[0].match.hostnam: unknown key; did you mean `hostname`?".to_owned()),
        ("{match: {hostnames: [a, ' ']}, POOL}", format!(r#"[0].match.hostnames[1]: not a host pattern: it is empty without blanks and a trailing dot (got " "); {pattern}"#)),
        ("{match: {hostname: .}, POOL}", format!(r#"[0].match.hostname: not a host pattern: it is empty without blanks and a trailing dot (got "."); {pattern}"#)),
        ("{name: a, match: {hostname: a}, POOL}, {name: a, match: {hostname: b}, POOL}", r#"[1].name: not unique (got "a"); allowed: a unique name; this is the name of routing.routes[0].name"#.to_owned()),
        ("{name: '', match: {hostname: a}, POOL}", "[0].name: must not be empty".to_owned()),
    ];
    for (text, expected) in cases {
        let yaml = route(text);
        assert_eq!(
            problems(&yaml),
            [format!("routing.routes{expected}")],
            "{yaml}"
        );
    }
}

#[test]
fn plugins_and_discovery() {
    check(&[
        (
            "plugins: [{name: a}]",
            "plugins[0].type: missing; it is required",
        ),
        (
            "plugins: [{name: a, type: lua}]",
            r#"plugins[0].type: unknown value (got "lua"); allowed: grpc, wasm"#,
        ),
        (
            "plugins: [{name: '', type: grpc, grpc: {address: a}}]",
            "plugins[0].name: must not be empty",
        ),
        (
            r#"plugins: [{name: "a\nb", type: grpc, grpc: {address: a}}]"#,
            r#"plugins[0].name: not a name (got "a\nb"); allowed: 1 to 64 characters, none of which is a control character"#,
        ),
        (
            "plugins: [{name: a, type: grpc}]",
            "plugins[0].grpc.address: missing; required by type `grpc`",
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: ''}}]",
            "plugins[0].wasm.path: the value is empty; allowed: a text that is not empty; leave the key out to use the default",
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p}}, {name: a, type: wasm, wasm: {path: p}}]",
            r#"plugins[1].name: not unique (got "a"); allowed: a unique name; this is the name of plugins[0].name"#,
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p}, after: [b]}, {name: c, type: wasm, wasm: {path: p}}]",
            r#"plugins[0].after[0]: no other plugin of this name (got "b"); allowed: c"#,
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p}, before: [b]}, {name: b, type: wasm, stage: deny, wasm: {path: p}}]",
            "plugins[0].before[0]: contradicts the order of stages: b runs in another stage; allowed: plugins that the order deny, route, mutate permits",
        ),
        (
            "plugins: [{name: a, type: grpc, grpc: {address: a, tls: {cert_file: c}}}]",
            "plugins[0].grpc.tls.key_file: missing; required by `cert_file`",
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p}, after: [b]}, {name: b, type: wasm, wasm: {path: p}, after: [a]}]",
            "plugins: each must run before the next: a -> b -> a; allowed: an order without a cycle",
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p, max_memory: 1000}}]",
            "plugins[0].wasm.max_memory: out of range (got 1000); allowed: 65536 to 4294967296",
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p, instances: 0}}]",
            "plugins[0].wasm.instances: out of range (got 0); allowed: 1 to 256",
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p}, timeout: 0s}]",
            r#"plugins[0].timeout: must not be zero (got "0s"); allowed: Go duration text such as 30s, 1m30s or 250ms"#,
        ),
        (
            "plugins: [{name: a, type: wasm, wasm: {path: p}, max_concurrency: 0}]",
            "plugins[0].max_concurrency: out of range (got 0); allowed: 1 to 4294967295",
        ),
        (
            "discovery: {providers: [{name: a, type: kubernetes}]}",
            "discovery.providers[0].kubernetes: missing; required by type `kubernetes`",
        ),
        (
            "discovery: {providers: [{name: a, type: agones, agones: {mode: take}}]}",
            r#"discovery.providers[0].agones.mode: unknown value (got "take"); allowed: observe, allocate"#,
        ),
        (
            "discovery: {providers: [{name: a, type: agones, agones: {selector: {annotations: 'x'}}}]}",
            r#"discovery.providers[0].agones.selector.annotations: not a list of annotations (got "x"); allowed: key=value,key=value"#,
        ),
        (
            "discovery: {providers: [{name: a, type: kubernetes, kubernetes: {resources: [{kind: nodes}]}}]}",
            r#"discovery.providers[0].kubernetes.resources[0].kind: unknown value (got "nodes"); allowed: pods, endpointslices, pod, endpointslice"#,
        ),
        (
            "discovery: {provider: []}",
            "discovery.provider: unknown key; did you mean `providers`?",
        ),
        (
            "messages: {disconnect_locales: {pt-BR: {}, pt_br: {}}}",
            r#"messages.disconnect_locales.pt_br: the same language as "pt-BR"; allowed: each language once"#,
        ),
    ]);
}

#[test]
fn values_that_are_probably_not_intended_cause_warnings() {
    for (yaml, path) in [
        (
            "routing: {default: {backends: [{host: h, port: 1}], fallback: [{strategy: weighted}]}}",
            "routing.default.fallback[0].strategy",
        ),
        (
            "routing: {default: {backends: [{host: h, port: 1}, {host: g, port: 1}, {host: h, port: 1}]}}",
            "routing.default.backends[2]",
        ),
        (
            "{quic: {max_idle_timeout: 1s}, routing: {default: {backends: [{host: h, port: 1}]}}}",
            "quic.max_idle_timeout",
        ),
        (
            "routing: {default: {filters: [{type: whitelist, enabled_key: wl, list_key: l}], backends: [{host: a, port: 1}, {host: b, port: 1, meta: {wl: ture}}, {host: c, port: 1, meta: {wl: on}}]}}",
            "routing.default.backends[1]",
        ),
        (
            "routing: {routes: [{match: {hostname: a}, pool: {backends: [{host: b, port: 1, meta: {label.wl: 'y'}}], fallback: [{filters: [{type: whitelist, enabled_key: 'label:wl', list_key: l}]}]}}]}",
            "routing.routes[0].pool.backends[0]",
        ),
    ] {
        let warnings = load(yaml).unwrap().warnings;
        assert_eq!(
            warnings
                .iter()
                .map(|warning| &*warning.path)
                .collect::<Vec<_>>(),
            [path]
        );
    }
}

fn check_in_pool(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let text = text.replace("BACKEND", BACKEND);
        let yaml = format!("routing: {{default: {{{text}}}}}");
        assert_eq!(
            problems(&yaml),
            [format!("routing.default.{expected}")],
            "{yaml}"
        );
    }
}

fn check(cases: &[(&str, &str)]) {
    for (yaml, expected) in cases {
        assert_eq!(problems(yaml), [*expected], "{yaml}");
    }
}
