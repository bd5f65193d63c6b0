//! Problems: each is reported once, all together, with path, value and allowed values.

use hyrouter_config::ConfigError;
use hyrouter_router::HostPattern;

use crate::support::{NOTHING, data, lines, load, load_file, load_named, problems};

#[test]
fn mistakes_of_all_kinds_are_reported_together() {
    let malformed = "a[.example.com".parse::<HostPattern>().unwrap_err();
    let found = problems(
        r#"
listen: ":5520"
logging: {log_client_ips: true}
quic: {max_idle_timeout: "30"}
tls: {cert_file: a.pem}
referral: {key_id: 256, hmac_secret: "hex:hunter2"}
routing:
  routes:
    - match: {hostname: "a[.example.com"}
      pool:
        strategy: p2c
        backends: [{host: h, port: 70000}]
"#,
    );
    assert_eq!(
        found,
        [
            "logging.log_client_ips: unknown key; did you mean `log_client_ip`?",
            r#"quic.max_idle_timeout: not a duration (got "30"); allowed: Go duration text such as 30s, 1m30s or 250ms"#,
            "referral.hmac_secret: the text after `hex:` is not an even number of hexadecimal digits (value not shown); \
             allowed: plain text, base64:... or hex:...",
            "referral.key_id: out of range (got 256); allowed: 0 to 255",
            &format!(
                r#"routing.routes[0].match.hostname: malformed host pattern at byte 1: {} (got "a[.example.com"); allowed: host name with *, ?, [a-z], [^x] and \ as in Go's path.Match"#,
                malformed.why
            ),
            "routing.routes[0].pool.backends[0].port: out of range (got 70000); allowed: 1 to 65535",
            "routing.routes[0].pool.key: missing; required by strategy `p2c`",
            "tls.key_file: missing; required by `cert_file`",
        ]
    );
}

#[test]
fn five_mistakes_are_five_lines() {
    let found = problems(
        "listne: x\ntls: {key_file: k}\nlimits: {max_connections: 0}\nplugins: {}\nprotocol: {unknown: maybe}",
    );
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn the_error_of_an_unknown_provider_lists_the_known_ones() {
    let found = problems(
        "routing: {default: {discovery: {provider: fleat}}}\n\
         discovery: {providers: [{name: fleet, type: agones, agones: {}}]}",
    );
    assert_eq!(
        found,
        [r#"routing.default.discovery.provider: no such provider (got "fleat"); allowed: fleet"#,]
    );
}

#[test]
fn a_misspelt_key_hides_no_mistake_of_the_right_one() {
    assert_eq!(
        problems("routing: {default: {strategy: p2c, key: weight, kee: a, backends: [{host: '', hots: a, port: 1}]}}").len(),
        3
    );
}

#[test]
fn long_values_are_shortened_and_escaped() {
    let found = problems(&format!("listen: \"a\\n{}\"", "x".repeat(500)));
    assert!(
        found[0].contains(&format!(r#"(got "a\n{}"...)"#, "x".repeat(58))),
        "{found:?}"
    );
}

#[test]
fn syntax_errors_name_file_line_and_column() {
    let cases = [
        ("c.yaml", "listen: :1\ntls:\n  alpn: [a\nquic: 1\n", ":4:"),
        (
            "c.yml",
            "listen: :1\nlisten: :2\n",
            ":2:1: duplicate mapping key: listen",
        ),
        (
            "c.yaml",
            "- a\n",
            ":1:1: the file is not an object of keys and values",
        ),
        ("c.json", "{\n  \"listen\": 1,\n}", ":3:1: "),
        (
            "c.json",
            "{\"listen\": \":1\",\n \"listen\": \":2\"}",
            ":2:9: duplicate key \"listen\"",
        ),
        (
            "c.json",
            "[]",
            ":1:1: the file is not an object of keys and values",
        ),
    ];
    for (name, text, expected) in cases {
        let error = load_named(name, text, [("", ""); 0]).unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains(&format!("{name}{expected}")), "{shown}");
        assert!(!shown.contains('\n'), "{shown}");
        assert!(error.problems().is_empty());
    }
}

#[test]
fn files_that_cannot_be_read_are_errors() {
    let shown = load_file(data("absent.yaml")).unwrap_err().to_string();
    assert!(
        shown.ends_with("absent.yaml: the file does not exist"),
        "{shown}"
    );
    let shown = load_named("config.toml", "", [("", ""); 0])
        .unwrap_err()
        .to_string();
    assert!(
        shown.ends_with("config.toml: unknown file extension; allowed: .yaml, .yml, .json"),
        "{shown}"
    );
    let folder = tempfile::tempdir().unwrap().path().with_extension("yaml");
    std::fs::create_dir(&folder).unwrap();
    let error = load_file(folder.clone()).unwrap_err();
    std::fs::remove_dir(&folder).unwrap();
    assert!(matches!(error, ConfigError::Read { .. }), "{error}");
}

#[test]
fn a_secret_is_never_printed() {
    let texts = [
        "referral: {hmac_secret: 'hex:hunter2'}",
        "referral: {hmac_secret: [hunter2]}",
        "referral: {hmac_secret: {hunter2: 1}}",
        "referral: hunter2",
        "referral: {hmac_secre: hunter2}",
        "referral:\n  hmac_secret: hunter2: x\n",
        "referral:\n  hmac_secret: \"hunter2\n",
    ];
    for text in texts {
        let error = load(text).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
    let settings = load("referral: {hmac_secret: hunter2}").unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn mistakes_from_the_environment_name_the_variable() {
    let error = crate::support::load_with(
        NOTHING,
        [
            ("HYROUTER_TLS__ALPN", "a,b*"),
            ("HYROUTER_QUIC__ENDPOINTS", "many"),
        ],
    )
    .unwrap_err();
    assert_eq!(
        lines(&error),
        [
            r#"quic.endpoints: wrong type (got "many"); allowed: a whole number (from HYROUTER_QUIC__ENDPOINTS)"#,
            r#"tls.alpn[1]: not an application protocol (got "b*"); allowed: hytale/*, or a name of 1 to 255 bytes without * (from HYROUTER_TLS__ALPN)"#,
        ]
    );
}
