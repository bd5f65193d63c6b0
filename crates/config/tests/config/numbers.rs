//! Written forms of numbers.

use crate::support::{NOTHING, lines, load, load_with, problems};

#[test]
fn numbers_with_leading_zeros_are_mistakes() {
    let pool = "routing: {default: {backends: [{host: a, port: 1}]}}";
    for (yaml, found) in [
        (
            "routing: {default: {backends: [{host: a, port: 017}]}}",
            "routing.default.backends[0].port: a number with leading zeros (got 017); write 17 or 15, since",
        ),
        (
            "routing: {default: {backends: [{host: a, port: 1, weight: 010}]}}",
            "routing.default.backends[0].weight: a number with leading zeros (got 010); write 10 or 8, since",
        ),
        (
            "routing: {default: {backends: [{host: a, port: 1, weight: 08}]}}",
            "routing.default.backends[0].weight: a number with leading zeros (got 08); write 8",
        ),
        (
            &format!("{pool}\nreferral: {{key_id: 010}}"),
            "referral.key_id: a number with leading zeros (got 010); write 10 or 8, since",
        ),
        (
            &format!(
                "{pool}\nplugins: [{{name: p, type: wasm, wasm: {{path: p}}, config: {{a: [1, 007]}}}}]"
            ),
            "plugins[0].config.a[1]: a number with leading zeros, which is octal",
        ),
        (
            &format!("x-n: &n 07\n{pool}\nlimits: {{max_connections: *n}}"),
            "limits.max_connections: a number with leading zeros (got 07); write 7",
        ),
    ] {
        let problems = problems(yaml);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with(found), "{problems:?}");
    }
    let variables = [
        ("HYROUTER_QUIC__ENDPOINTS", "04"),
        ("HYROUTER_LIMITS__RATE", r#"{"per_second": "0017"}"#),
    ];
    assert_eq!(
        lines(&load_with(NOTHING, variables).unwrap_err()),
        [
            "limits.rate.per_second: a number with leading zeros (got 0017); write 17 or 15, since some programs read \
             leading zeros as octal (from HYROUTER_LIMITS__RATE)",
            "quic.endpoints: a number with leading zeros (got 04); write 4 (from HYROUTER_QUIC__ENDPOINTS)",
        ]
    );
    // Texts keep leading zeros, and a key that holds anchors is not read.
    load(&format!(
        "x-code: 007\n{pool}\nreferral: {{hmac_secret: 00123}}"
    ))
    .unwrap();
}

#[test]
fn meta_is_the_text_as_written() {
    for (written, meant) in [
        ("!!int \"5\"", "5"),
        ("!!int '5'", "5"),
        ("!!float \"1.50\"", "1.50"),
        ("!!bool \"true\"", "true"),
        ("\"5\"", "5"),
        ("5", "5"),
        ("0x1F", "0x1F"),
        ("007", "007"),
        ("1.10", "1.10"),
        ("1.0e400", "1.0e400"),
        ("-1.0e400", "-1.0e400"),
        ("!!float \"1.0e400\"", "1.0e400"),
        (".inf", ".inf"),
        ("\".inf\"", ".inf"),
        ("True", "True"),
    ] {
        let yaml = format!(
            "routing: {{default: {{backends: [{{host: a, port: 1, meta: {{k: {written}}}}}]}}}}"
        );
        let settings = load(&yaml).unwrap();
        let backends = settings.routing.default.unwrap().backends;
        assert_eq!(backends[0].meta["k"], meant, "{written}");
    }
}
