//! Precedence of environment variables, the file and the defaults.

use std::ffi::OsString;
use std::time::Duration;

use hyrouter_config::{MessageKind, Sources};
use hyrouter_referral::Secret;
use hyrouter_referral::v1::{KeyRing, open};

use crate::support::{NOTHING, lines, load_with};

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "listen: :1\nquic: {max_idle_timeout: 1m}\nlimits: {connect_timeout: 7s}";
    let env = [
        ("HYROUTER_LISTEN", ":2"),
        ("HYROUTER_LIMITS__MAX_CONNECTIONS", "5"),
        ("PATH", "/bin"),
    ];
    let settings = load_with(file, env).unwrap();
    assert_eq!(settings.listen.addr.port(), 2);
    assert_eq!(settings.quic.max_idle_timeout, Duration::from_mins(1));
    assert_eq!(settings.limits.connect_timeout, Duration::from_secs(7));
    assert_eq!(settings.limits.max_connections, 5);
    assert_eq!(settings.limits.handshake_timeout, Duration::from_secs(5));
}

#[test]
fn texts_are_taken_as_they_are() {
    let settings = load_with(
        NOTHING,
        [
            ("HYROUTER_REFERRAL__HMAC_SECRET", "00123"),
            ("HYROUTER_REFERRAL__KEY_ID", "9"),
        ],
    );
    let mut sealed = Vec::new();
    let _ = crate::support::sealer(&settings.unwrap()).seal(b"x", &mut sealed);
    let keys = KeyRing::new().with(9, &Secret::parse("00123").unwrap());
    assert_eq!(open(&sealed, &keys).unwrap(), b"x");
}

#[test]
fn lists_are_json_or_separated_by_commas() {
    let cases = [
        ("hytale/2", vec!["hytale/2"]),
        ("hytale/2, hytale/1", vec!["hytale/2", "hytale/1"]),
        (r#"["hytale/2","a,b"]"#, vec!["hytale/2", "a,b"]),
    ];
    for (text, alpn) in cases {
        assert_eq!(
            load_with(NOTHING, [("HYROUTER_TLS__ALPN", text)])
                .unwrap()
                .tls
                .alpn,
            alpn
        );
    }
}

#[test]
fn booleans_have_several_names() {
    for (text, expected) in [
        ("false", false),
        ("0", false),
        ("No", false),
        ("TRUE", true),
        ("1", true),
        ("on", true),
    ] {
        let settings = load_with(NOTHING, [("HYROUTER_LOGGING__LOG_CLIENT_IP", text)]).unwrap();
        assert_eq!(settings.logging.log_client_ip, expected, "{text}");
    }
}

#[test]
fn sections_are_json_and_their_parts_override_them() {
    let env = [
        ("HYROUTER_LIMITS__CLOSE_TIMEOUT", "9s"),
        (
            "HYROUTER_LIMITS",
            r#"{"close_timeout": "1s", "connect_timeout": "2s"}"#,
        ),
        (
            "HYROUTER_ROUTING__DEFAULT__BACKENDS",
            r#"[{"host": "10.0.0.9", "port": 5520}]"#,
        ),
    ];
    let settings = load_with("routing: {default: {strategy: random}}", env).unwrap();
    assert_eq!(settings.limits.close_timeout, Duration::from_secs(9));
    assert_eq!(settings.limits.connect_timeout, Duration::from_secs(2));
    let pool = settings.routing.default.unwrap();
    assert_eq!(pool.backends[0].to_string(), "10.0.0.9:5520");
    assert_eq!(pool.policy.strategy.as_str(), "random");
}

#[test]
fn the_built_in_configuration_takes_the_environment_too() {
    let env = [(
        "HYROUTER_ROUTING__DEFAULT__BACKENDS",
        r#"[{"host": "10.0.0.9", "port": 5520}]"#,
    )];
    let settings = Sources::new().with_env(env).load().unwrap();
    assert_eq!(
        settings.routing.default.unwrap().backends[0].to_string(),
        "10.0.0.9:5520"
    );
}

#[test]
fn language_tags_with_underscores_equal_those_of_the_file() {
    let file = "messages: {disconnect_locales: {pt-BR: {no_route: file, no_backends: file}}}";
    let env = [
        (
            "HYROUTER_MESSAGES__DISCONNECT_LOCALES__PT_BR__NO_ROUTE",
            "env",
        ),
        (
            "HYROUTER_MESSAGES__DISCONNECT_LOCALES__ZH_HANT__NO_ROUTE",
            "zh",
        ),
    ];
    let messages = load_with(file, env).unwrap().messages;
    let text = |kind, language| messages.text(kind, Some(language), "", "").into_owned();
    assert_eq!(text(MessageKind::NoRoute, "pt-BR"), "env");
    assert_eq!(text(MessageKind::NoBackends, "pt-BR"), "file");
    assert_eq!(text(MessageKind::NoRoute, "zh-Hant"), "zh");
}

#[test]
fn variables_of_kubernetes_are_ignored() {
    let env = [
        ("HYROUTER_SERVICE_HOST", "10.0.0.1"),
        ("HYROUTER_SERVICE_PORT_GAME", "5520"),
        ("HYROUTER_PORT", "udp://10.0.0.1:5520"),
        ("HYROUTER_PORT_5520_UDP_ADDR", "10.0.0.1"),
    ];
    assert!(load_with(NOTHING, env).is_ok());
}

#[test]
fn unknown_variables_are_named() {
    let error = load_with(
        NOTHING,
        [
            ("HYROUTER_LISTN", ":1"),
            ("HYROUTER_ROUTING__ROUTES__0__NAME", "a"),
            ("HYROUTER_XYZ", "1"),
            ("HYROUTER_REFERRAL__HMAC_SECRET", ""),
        ],
    )
    .unwrap_err();
    let unknown = "unknown variable: the configuration has no such key (lists are set whole)";
    assert_eq!(
        lines(&error),
        [
            format!("HYROUTER_LISTN: {unknown}; did you mean `HYROUTER_LISTEN`?"),
            format!("HYROUTER_ROUTING__ROUTES__0__NAME: {unknown}; did you mean `HYROUTER_ROUTING__ROUTES`?"),
            format!("HYROUTER_XYZ: {unknown}"),
            "referral.hmac_secret: the value is empty; allowed: plain text, base64:... or hex:...; leave the variable \
             out to use the default (from HYROUTER_REFERRAL__HMAC_SECRET)"
                .to_owned(),
        ]
    );
}

#[cfg(unix)]
#[test]
fn values_that_are_not_utf_8_are_mistakes() {
    use std::os::unix::ffi::OsStringExt as _;

    let env = [(
        OsString::from("HYROUTER_LISTEN"),
        OsString::from_vec(vec![0xff]),
    )];
    let error = Sources::new().with_env(env).load().unwrap_err();
    assert_eq!(lines(&error), ["HYROUTER_LISTEN: the value is not UTF-8"]);
}

#[test]
fn a_secret_in_the_environment_is_never_printed() {
    for (name, value) in [
        ("HYROUTER_REFERRAL__HMAC_SECRET", "hex:hunter2"),
        ("HYROUTER_REFERRAL", r#"{"hmac_secret": "hunter2""#),
        ("HYROUTER_REFERAL__HMAC_SECRET", "hunter2"),
    ] {
        let sources = Sources::new().with_env([(name, value)]);
        assert!(!format!("{sources:?}").contains("hunter2"));
        let error = sources.load().unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
}
