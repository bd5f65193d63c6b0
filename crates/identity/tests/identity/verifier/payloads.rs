//! Payloads of tokens, all signed with the trusted key.

use std::time::Duration;

use hyrouter_identity::{Claims, ClientKind, Expected, TokenRefusal};
use serde_json::{Value, json};

use super::fixture::{
    GAME, HEADER, NOW, PLAYER, at, payload, payload_with, payload_without, trusted, verify,
};

fn judge(payload: &Value) -> Result<Claims, TokenRefusal> {
    judge_text(payload.to_string())
}

fn judge_text(payload: impl AsRef<[u8]>) -> Result<Claims, TokenRefusal> {
    let (key, verifier) = trusted();
    verify(&verifier, &key.sign(HEADER, payload))
}

/// Checks tokens with each value of a member.
fn table(member: &str, cases: impl IntoIterator<Item = (Value, Option<TokenRefusal>)>) {
    for (value, refusal) in cases {
        let judged = judge(&payload_with(member, value.clone()));
        assert_eq!(judged.err(), refusal, "{member}: {value}");
    }
}

#[test]
fn the_issuer_is_compared_exactly() {
    let others = [
        "",
        "https://sessions.hytale.com/",
        "https://SESSIONS.hytale.com",
        "http://sessions.hytale.com",
        " https://sessions.hytale.com",
        "https://sessions.hytale.com.example.org",
    ];
    table(
        "iss",
        others.map(|iss| (json!(iss), Some(TokenRefusal::Issuer))),
    );
    table("iss", [(json!(null), Some(TokenRefusal::Issuer))]);
    let wrong = [json!(7), json!(["https://sessions.hytale.com"]), json!({})];
    table("iss", wrong.map(|iss| (iss, Some(TokenRefusal::Malformed))));
    assert_eq!(judge(&payload_without("iss")), Err(TokenRefusal::Issuer));
}

#[test]
fn a_token_without_an_expiry_time_has_expired() {
    assert_eq!(judge(&payload_without("exp")), Err(TokenRefusal::Expired));
    table("exp", [(json!(null), Some(TokenRefusal::Expired))]);
}

#[test]
fn the_expiry_time_is_a_number_of_seconds() {
    table(
        "exp",
        [
            (json!(NOW - 299), None),
            (json!(NOW - 300), Some(TokenRefusal::Expired)),
            (json!(1_799_999_701.0), None),
            (json!(1_799_999_700.999), Some(TokenRefusal::Expired)),
            (json!(0), Some(TokenRefusal::Expired)),
            (json!(-1), Some(TokenRefusal::Expired)),
            (json!(-1.5), Some(TokenRefusal::Expired)),
            (json!(i64::MIN), Some(TokenRefusal::Expired)),
            (json!(i64::MAX), None),
            (json!(9_007_199_254_740_992.0), None),
            (json!(u64::MAX), Some(TokenRefusal::Malformed)),
            (json!(1e300), Some(TokenRefusal::Malformed)),
            (json!(-1e300), Some(TokenRefusal::Malformed)),
            (
                json!((NOW + 600).to_string()),
                Some(TokenRefusal::Malformed),
            ),
            (json!(true), Some(TokenRefusal::Malformed)),
            (json!([NOW + 600]), Some(TokenRefusal::Malformed)),
            (json!({ "$date": NOW + 600 }), Some(TokenRefusal::Malformed)),
        ],
    );
    for number in [
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "0x7fffffff",
        "01800000600",
        "+1800000600",
    ] {
        let text = payload_with("exp", json!("#"))
            .to_string()
            .replace("\"#\"", number);
        assert_eq!(judge_text(text), Err(TokenRefusal::Malformed), "{number}");
    }
}

#[test]
fn the_start_is_a_number_of_seconds_or_absent() {
    table(
        "nbf",
        [
            (json!(null), None),
            (json!(NOW + 300), None),
            (json!(NOW + 301), Some(TokenRefusal::NotYetValid)),
            (json!(1_800_000_300.001), Some(TokenRefusal::NotYetValid)),
            (json!(-7), None),
            (json!(i64::MIN), None),
            (json!(i64::MAX), Some(TokenRefusal::NotYetValid)),
            (json!("0"), Some(TokenRefusal::Malformed)),
            (json!(u64::MAX), Some(TokenRefusal::Malformed)),
        ],
    );
}

#[test]
fn times_are_compared_with_fractions_of_a_second() {
    let (key, verifier) = trusted();
    let token = key.token(&payload_with("nbf", json!(NOW)));
    let tick = Duration::from_nanos(1);
    for (time, refusal) in [
        (at(NOW - 300) - tick, Some(TokenRefusal::NotYetValid)),
        (at(NOW - 300), None),
        (at(NOW + 900) - tick, None),
        (at(NOW + 900), Some(TokenRefusal::Expired)),
        (
            at(0) - Duration::from_secs(7),
            Some(TokenRefusal::NotYetValid),
        ),
    ] {
        let judged = verifier.verify(Some(&token), &GAME, time);
        assert_eq!(judged.err(), refusal, "{time:?}");
    }
}

#[test]
fn each_client_needs_its_scope() {
    let (key, verifier) = trusted();
    let judge_for = |scope: &Value, client| {
        let token = key.token(&payload_with("scope", scope.clone()));
        let expected = Expected { client, uuid: None };
        verifier.verify(Some(&token), &expected, at(NOW)).err()
    };
    let missing = Some(TokenRefusal::Scope);
    for (scope, game, editor) in [
        (json!("hytale:client"), None, missing),
        (json!("hytale:editor"), missing, None),
        (json!("hytale:editor hytale:client"), None, None),
        (json!("openid  hytale:client offline"), None, missing),
        (json!(["hytale:client"]), None, missing),
        (json!(["openid", "hytale:editor"]), missing, None),
        (json!(["hytale:client hytale:editor"]), missing, missing),
        (json!("hytale:clients"), missing, missing),
        (json!("xhytale:client"), missing, missing),
        (json!("HYTALE:CLIENT"), missing, missing),
        (json!("hytale:client,hytale:editor"), missing, missing),
        (json!("hytale:client\thytale:editor"), missing, missing),
        (json!("hytale: client"), missing, missing),
        (json!(""), missing, missing),
        (json!([]), missing, missing),
        (json!(null), missing, missing),
    ] {
        assert_eq!(judge_for(&scope, ClientKind::Game), game, "{scope}");
        assert_eq!(judge_for(&scope, ClientKind::Other(7)), game, "{scope}");
        assert_eq!(judge_for(&scope, ClientKind::Editor), editor, "{scope}");
    }
    let wrong = [
        json!(1),
        json!({}),
        json!(["hytale:client", 1]),
        json!([["hytale:client"]]),
    ];
    table(
        "scope",
        wrong.map(|scope| (scope, Some(TokenRefusal::Malformed))),
    );
    assert_eq!(judge(&payload_without("scope")), Err(TokenRefusal::Scope));
}

#[test]
fn the_subject_is_a_uuid() {
    let simple = PLAYER.simple().to_string();
    table(
        "sub",
        [
            (json!(simple), None),
            (json!(simple.to_uppercase()), None),
            (json!(PLAYER.urn().to_string()), Some(TokenRefusal::Subject)),
            (
                json!(PLAYER.braced().to_string()),
                Some(TokenRefusal::Subject),
            ),
            (json!(format!("{PLAYER} ")), Some(TokenRefusal::Subject)),
            (json!(&simple[1..]), Some(TokenRefusal::Subject)),
            (
                json!(format!("{}g", &simple[1..])),
                Some(TokenRefusal::Subject),
            ),
            (json!(""), Some(TokenRefusal::Subject)),
            (json!(null), Some(TokenRefusal::Subject)),
            (json!(1), Some(TokenRefusal::Malformed)),
            (json!([PLAYER.to_string()]), Some(TokenRefusal::Malformed)),
        ],
    );
    assert_eq!(judge(&payload_without("sub")), Err(TokenRefusal::Subject));
}

#[test]
fn the_name_is_one_that_the_game_allows() {
    let name = |name: Value| json!({ "username": name });
    let absent = Some(TokenRefusal::Username);
    let malformed = Some(TokenRefusal::Malformed);
    table(
        "profile",
        [
            (name(json!("x")), None),
            (name(json!("Sixteen_Letters_")), None),
            (name(json!("seventeen_letters")), absent),
            (name(json!("")), absent),
            (name(json!("a b")), absent),
            (name(json!("a\0")), absent),
            (name(json!("ä")), absent),
            (name(json!(null)), absent),
            (json!({}), absent),
            (json!(null), absent),
            (name(json!(7)), malformed),
            (name(json!(["Alder"])), malformed),
            (json!(["Alder"]), malformed),
            (json!("Alder"), malformed),
        ],
    );
    assert_eq!(
        judge(&payload_without("profile")),
        Err(TokenRefusal::Username)
    );
}

#[test]
fn checked_members_must_not_occur_twice() {
    let text = payload_with("nbf", json!(NOW)).to_string();
    let with = |more: &str| format!("{{{more},{}", &text[1..]);
    for twice in [
        r#""sub":"00000000-0000-0000-0000-000000000000""#,
        r#""s\u0075b":"00000000-0000-0000-0000-000000000000""#,
        r#""iss":"https://sessions.hytale.com""#,
        r#""exp":1800000600"#,
        r#""nbf":1800000000"#,
        r#""scope":"hytale:client""#,
        r#""profile":{"username":"Alder"}"#,
        r#""profile":null"#,
    ] {
        assert_eq!(
            judge_text(with(twice)),
            Err(TokenRefusal::Malformed),
            "{twice}"
        );
    }
    assert!(judge_text(with(r#""aud":1,"aud":[],"Sub":1"#)).is_ok());
    let name = text.replace(r#""username""#, r#""username":"Birch","username""#);
    assert_ne!(name, text);
    assert_eq!(judge_text(name), Err(TokenRefusal::Malformed));
}

#[test]
fn a_payload_is_one_object_of_text() {
    let good = payload().to_string();
    assert!(judge_text(format!("\n{good} ")).is_ok());
    for bad in [
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        format!("{good}x").into_bytes(),
        format!("{good}{good}").into_bytes(),
        format!("[{good}]").into_bytes(),
        good.as_bytes()[1..].to_vec(),
        good.as_bytes()[..good.len() - 1].to_vec(),
        [b"{\"a\":\"\xff\",", &good.as_bytes()[1..]].concat(),
        [b"{\"\xc0\x80\":1,", &good.as_bytes()[1..]].concat(),
    ] {
        let text = String::from_utf8_lossy(&bad).into_owned();
        assert_eq!(judge_text(bad), Err(TokenRefusal::Malformed), "{text}");
    }
}
