//! Limits, the admin server, shutdown, logging and traces.

use std::path::Path;
use std::time::Duration;

use hyrouter_config::{DecisionTarget, NamedFile, ProxyHeaderMode, RetrySettings};

use crate::support::{load, problems, warnings};

const POOL: &str = "routing: {default: {backends: [{host: h, port: 1}]}}";

fn with(section: &str) -> String {
    format!("{POOL}\n{section}")
}

fn named(files: &[NamedFile]) -> Vec<(&str, &str)> {
    let named = files.iter();
    named
        .map(|named| (&*named.key, named.file.to_str().unwrap()))
        .collect()
}

#[test]
fn all_are_off_by_default() {
    let settings = load(POOL).unwrap();
    assert_eq!(settings.admin.listen, None);
    assert_eq!(settings.otlp, None);
    assert_eq!(settings.logging.decisions, None);
    assert_eq!(settings.logging.webhook, None);
    assert_eq!(settings.quic.proxy_protocol, None);
    assert_eq!(settings.quic.token_key_file, None);
    assert_eq!(settings.shutdown.delay, Duration::ZERO);
    assert_eq!(settings.drain_timeout(), Duration::from_secs(20));
    assert_eq!(settings.limits.retry, RetrySettings::Adaptive);
    assert!(settings.limits.allow.is_empty() && settings.limits.deny.is_empty());
    assert!(settings.files.is_empty());
}

#[test]
fn everything_is_read() {
    let settings = load(&with(
        "admin: {listen: \"0.0.0.0:5580\", token_file: t}
shutdown: {delay: 5s, timeout: 3s}
limits: {retry: always, retry_threshold: 7, max_half_open: 9, max_unread: 40000, rate: {per_second: 1, burst: 2}, source_rate: {per_second: 0, burst: 0}, allow: [192.0.2.0/24], deny: [\"2001:db8::/32\", 192.0.2.7]}
quic: {token_key_file: k, proxy_protocol: {trusted: [10.0.0.0/8], headers: every}}
logging: {decisions: /var/log/d.jsonl, recent_decisions: 3, webhook: {url: \"https://a.example/x\", token_file: w, ca_file: c, queue: 5}}
telemetry: {otlp: {endpoint: \"http://127.0.0.1:4318\", one_in: 100, service_name: s, timeout: 2s}}",
    ))
    .unwrap();
    assert_eq!(settings.admin.listen.unwrap().to_string(), "0.0.0.0:5580");
    assert_eq!(settings.admin.token_file.as_deref(), Some(Path::new("t")));
    assert_eq!(settings.shutdown.delay, Duration::from_secs(5));
    assert_eq!(settings.drain_timeout(), Duration::from_secs(3));
    let limits = settings.limits;
    assert_eq!(limits.retry, RetrySettings::Always);
    assert_eq!(
        (limits.max_half_open, limits.max_unread, limits.rate.burst),
        (9, 40_000, 2)
    );
    assert_eq!(limits.source_rate.per_second, 0);
    let texts = |nets: &[_]| -> Vec<String> { nets.iter().map(ToString::to_string).collect() };
    assert_eq!(texts(&limits.allow), ["192.0.2.0/24"]);
    assert_eq!(texts(&limits.deny), ["2001:db8::/32", "192.0.2.7/32"]);
    let proxy_protocol = settings.quic.proxy_protocol.unwrap();
    assert_eq!(texts(&proxy_protocol.trusted), ["10.0.0.0/8"]);
    assert_eq!(proxy_protocol.headers, ProxyHeaderMode::Every);
    assert_eq!(
        settings.logging.decisions,
        Some(DecisionTarget::File("/var/log/d.jsonl".into()))
    );
    assert_eq!(settings.logging.recent_decisions, 3);
    assert_eq!(settings.logging.webhook.unwrap().queue, 5);
    let otlp = settings.otlp.unwrap();
    assert_eq!((otlp.one_in, &*otlp.service_name), (100, "s"));
    let expected = [
        ("quic.token_key_file", "k"),
        ("admin.token_file", "t"),
        ("logging.webhook.token_file", "w"),
        ("logging.webhook.ca_file", "c"),
    ];
    assert_eq!(named(&settings.files), expected);
}

#[test]
fn balancers_send_a_header_with_the_first_datagram_by_default() {
    let settings = load(&with("quic: {proxy_protocol: {trusted: [10.0.0.1]}}")).unwrap();
    let headers = settings.quic.proxy_protocol.unwrap().headers;
    assert_eq!(headers, ProxyHeaderMode::First);
    assert_eq!(
        problems(&with(
            "quic: {proxy_protocol: {trusted: [10.0.0.1], headers: all}}"
        )),
        ["quic.proxy_protocol.headers: unknown value (got \"all\"); allowed: first, every"]
    );
}

#[test]
fn decisions_can_go_to_standard_output() {
    let settings = load(&with("logging: {decisions: stdout}")).unwrap();
    assert_eq!(settings.logging.decisions, Some(DecisionTarget::Stdout));
}

#[test]
fn an_admin_server_beyond_this_machine_has_a_token() {
    for listen in [":5580", "0.0.0.0:5580", "[::]:5580", "192.0.2.1:5580"] {
        assert_eq!(
            problems(&with(&format!("admin: {{listen: \"{listen}\"}}"))),
            [format!(
                "admin.listen: reachable from other machines, and `token_file` is missing (got {listen:?}); allowed: 127.0.0.1:PORT, [::1]:PORT, or any with a token"
            )]
        );
    }
    for listen in ["127.0.0.1:5580", "[::1]:5580", "localhost:0"] {
        load(&with(&format!("admin: {{listen: \"{listen}\"}}"))).unwrap();
    }
}

#[test]
fn problems_show_values_as_they_are_written() {
    assert_eq!(
        problems(&with("shutdown: {delay: 1h30m}")),
        ["shutdown.delay: out of range (got \"1h30m\"); allowed: 0s to 1h"]
    );
}

#[test]
fn contradictory_values_are_mistakes_or_warnings() {
    assert_eq!(
        problems(&with(
            "shutdown: {delay: 2h, timeout: 0s}
limits: {rate: {per_second: 5, burst: 0}, deny: [anyone], max_unread: 10, retry: sometimes}
logging: {webhook: {url: \"ftp://x\"}}
telemetry: {otlp: {endpoint: \"http://\", one_in: 0}}"
        )),
        [
            "limits.deny[0]: not a network (got \"anyone\"); allowed: an address, or an address and the length of its prefix, such as 203.0.113.0/24",
            "limits.max_unread: out of range (got 10); allowed: 38161 or more",
            "limits.rate.burst: out of range (got 0); allowed: 1 or more",
            "limits.retry: unknown value (got \"sometimes\"); allowed: always, never, adaptive",
            "logging.webhook.url: not an address (got \"ftp://x\"); allowed: http://host[:port][/path] or https://...",
            "shutdown.delay: out of range (got \"2h\"); allowed: 0s to 1h",
            "shutdown.timeout: must not be zero (got \"0s\"); allowed: Go duration text such as 30s, 1m30s or 250ms",
            "telemetry.otlp.endpoint: not an address (got \"http://\"); allowed: http://host[:port][/path] or https://...",
            "telemetry.otlp.one_in: out of range (got 0); allowed: 1 to 4294967295",
        ]
    );
    assert_eq!(
        problems(&with(
            "logging: {webhook: {queue: 1}}\nquic: {proxy_protocol: {}}"
        )),
        [
            "logging.webhook.url: missing; it is required",
            "quic.proxy_protocol.trusted: missing; it is required",
        ]
    );
}

/// Checks each contradiction with its warning; the defaults have none.
#[test]
fn limits_that_are_never_reached_are_reported() {
    let source = "limits.max_connections_per_source: it is ";
    for (limits, wanted) in [
        ("{}", &[][..]),
        ("{max_connections_per_source: 439}", &[]),
        (
            "{max_connections: 100, rate: {per_second: 9, burst: 9}}",
            &[],
        ),
        (
            "{max_half_open: 3200, retry_threshold: 1601}",
            &[
                "limits.retry_threshold: it is never reached (got 1601): unproven handshakes get half of `max_half_open` (3200) at most; set it to 1600 or less, or raise `max_half_open`",
            ],
        ),
        (
            "{max_half_open: 3200, retry_threshold: 1601, retry: always}",
            &[],
        ),
        (
            "{max_connections: 9600, max_half_open: 9601}",
            &[
                "limits.max_half_open: it is never reached (got 9601): half-open handshakes are connections, of which `max_connections` allows 9600; set it to that or less",
            ],
        ),
        (
            "{max_connections: 4096, max_connections_per_source: 399}",
            &[&*format!(
                "{source}never reached (got 399): a source gets 1/24 of `max_connections` at most, which is 171; set it to that or less, or raise `max_connections`"
            )],
        ),
        (
            "{max_half_open: 3199, retry_threshold: 9}",
            &[&*format!(
                "{source}above 1/8 of `max_half_open` (got 400, 1/8 is 399): a source gets 1/24 of that at most, so that clients of one source that come at once are refused; lower it, or raise `max_half_open`"
            )],
        ),
        (
            "{max_connections_per_source: 440}",
            &[
                "limits.max_connections_per_source: its connections could hold 16790840 bytes of packets, more than 1/4 of `max_unread` (got 440, 1/4 is 16777216): a source gets 1/24 of that at most; lower it, or raise `max_unread`",
            ],
        ),
        (
            "{rate: {per_second: 160, burst: 40000}, source_rate: {per_second: 11, burst: 2501}}",
            &[
                "limits.source_rate: its `per_second` is never reached (got 11): a network gets 1/16 of `rate` at most, which is 10; set it to that or less, or raise `rate`",
                "limits.source_rate: its `burst` is never reached (got 2501): a network gets 1/16 of `rate` at most, which is 2500; set it to that or less, or raise `rate`",
            ],
        ),
        (
            "{rate: {per_second: 0, burst: 1}, source_rate: {per_second: 9999, burst: 9999}}",
            &[],
        ),
    ] {
        let settings = load(&with(&format!("limits: {limits}"))).unwrap();
        assert_eq!(warnings(&settings), wanted, "{limits}");
    }
}

#[test]
fn files_are_listed_with_the_keys_that_name_them() {
    let settings = load(&with(
        "tls: {cert_file: c, key_file: k}
identity: {mode: report, jwks: keys.json, ca_file: ca}
plugins: [{name: w, type: wasm, wasm: {path: p.wasm}}, {name: g, type: grpc, grpc: {address: \"a:1\", tls: {ca_file: ca, cert_file: gc, key_file: gk}}}]",
    ))
    .unwrap();
    let expected = [
        ("tls.cert_file", "c"),
        ("tls.key_file", "k"),
        ("identity.jwks", "keys.json"),
        ("identity.ca_file", "ca"),
        ("plugins[0].wasm.path", "p.wasm"),
        ("plugins[1].grpc.tls.ca_file", "ca"),
        ("plugins[1].grpc.tls.cert_file", "gc"),
        ("plugins[1].grpc.tls.key_file", "gk"),
    ];
    assert_eq!(named(&settings.files), expected);
}
