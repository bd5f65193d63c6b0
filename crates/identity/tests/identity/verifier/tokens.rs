//! Length, parts and counts of tokens.

use std::time::Duration;

use hyrouter_identity::{
    ClientKind, Expected, MAX_TOKEN, TokenPolicy, TokenRefusal, TokenVerifier,
};
use uuid::Uuid;

use super::fixture::{
    GAME, HEADER, Key, NOW, PLAYER, at, base64url, payload, payload_with, set, trusted, verify,
};

#[test]
fn a_good_token_names_the_player() {
    let (key, verifier) = trusted();
    let claims = verify(&verifier, &key.token(&payload())).unwrap();
    assert_eq!(claims.subject, Some(PLAYER));
    assert_eq!(claims.username.unwrap().as_str(), "Alder");
    assert_eq!(
        claims.issuer.as_deref(),
        Some("https://sessions.hytale.com")
    );
    assert_eq!(claims.expires_at, Some(NOW + 600));
    assert_eq!(claims.not_before, None);
    assert!(claims.scopes.client() && !claims.scopes.editor());
}

#[test]
fn no_token_and_an_empty_one_are_the_same() {
    let (_, verifier) = trusted();
    for token in [None, Some("")] {
        let refused = verifier.verify(token, &GAME, at(NOW));
        assert_eq!(refused, Err(TokenRefusal::Missing));
    }
}

#[test]
fn the_longest_token_is_good_and_one_byte_more_is_not() {
    let (key, verifier) = trusted();
    for (len, refusal) in [
        (MAX_TOKEN, None),
        (MAX_TOKEN + 1, Some(TokenRefusal::TooLong)),
    ] {
        let token = token_of(&key, len);
        assert_eq!(verify(&verifier, &token).err(), refusal);
    }
    assert_eq!(
        verify(&verifier, &"x".repeat(1 << 20)),
        Err(TokenRefusal::TooLong)
    );
}

/// Returns a good token of exactly this length. 3 bytes of JSON are 4 of base64url, so that padding of both header and
/// payload is needed to reach it.
fn token_of(key: &Key, len: usize) -> String {
    let payload_len = payload_with("pad", "".into()).to_string().len();
    let header = |pad| {
        format!(
            r#"{{"alg":"EdDSA","kid":"k1","pad":"{}"}}"#,
            "h".repeat(pad)
        )
    };
    let text_len = |pad, more: usize| {
        let header = base64url(header(pad)).len();
        header + ((payload_len + more) * 4).div_ceil(3) + 88
    };
    let near = (len * 3) / 4 - payload_len - 200;
    let (pad, more) = (0..3)
        .flat_map(|pad| (near..near + 200).map(move |more| (pad, more)))
        .find(|&(pad, more)| text_len(pad, more) == len)
        .unwrap();
    let token = key.sign(
        header(pad),
        payload_with("pad", "p".repeat(more).into()).to_string(),
    );
    assert_eq!(token.len(), len);
    token
}

#[test]
fn a_token_has_three_parts_in_base64url() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    assert!(verify(&verifier, &good).is_ok());
    let parts: Vec<_> = good.split('.').collect();
    let [header, body, signature] = parts[..] else {
        panic!("three parts");
    };
    for bad in [
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "....".to_owned(),
        header.to_owned(),
        format!("{header}.{body}"),
        format!(".{body}.{signature}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{header}.{body}.{body}.{body}.{signature}"),
        format!("{good}="),
        format!("{good}=="),
        format!("{good}\n"),
        format!(" {good}"),
        format!("Bearer {good}"),
        format!("{header}==.{body}.{signature}"),
        format!("{header}.{body}.{}+/", &signature[2..]),
        format!("{header}.{body}.{}\0", &signature[1..]),
        format!("{header}.{body}.é{}", &signature[2..]),
    ] {
        assert_eq!(
            verify(&verifier, &bad),
            Err(TokenRefusal::Malformed),
            "{bad:?}"
        );
    }
}

#[test]
fn a_signed_payload_with_padding_is_refused() {
    let (key, verifier) = trusted();
    let text = payload().to_string();
    let odd = if text.len().is_multiple_of(3) {
        " "
    } else {
        ""
    };
    let body = base64url(format!("{text}{odd}"));
    for padded in [format!("{body}="), format!("{body}==")] {
        let token = key.sign_text(&format!("{}.{padded}", base64url(HEADER)));
        assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Malformed));
    }
}

#[test]
fn without_keys_no_token_is_good() {
    let verifier = TokenVerifier::new(TokenPolicy::default());
    assert!(!verifier.has_keys());
    let token = Key::new("k1").token(&payload());
    assert_eq!(
        verify(&verifier, &token),
        Err(TokenRefusal::KeysUnavailable)
    );
    assert_eq!(verify(&verifier, "nonsense"), Err(TokenRefusal::Malformed));
}

#[test]
fn the_uuid_of_the_packet_must_be_that_of_the_token() {
    let (key, verifier) = trusted();
    let token = key.token(&payload());
    for (uuid, refusal) in [
        (None, None),
        (Some(PLAYER), None),
        (Some(Uuid::nil()), Some(TokenRefusal::UuidMismatch)),
    ] {
        let client = ClientKind::Game;
        let judged = verifier.verify(Some(&token), &Expected { client, uuid }, at(NOW));
        assert_eq!(judged.err(), refusal, "{uuid:?}");
    }
}

#[test]
fn issuer_and_skew_are_those_of_the_policy() {
    let (key, _) = trusted();
    let verifier = TokenVerifier::new(TokenPolicy {
        issuer: "test".to_owned(),
        clock_skew: Duration::ZERO,
        ..TokenPolicy::default()
    });
    verifier.replace_keys(set(&[&key]));
    let token = key.token(&payload_with("iss", "test".into()));
    let verify_at = |second| verifier.verify(Some(&token), &GAME, at(second)).err();
    assert_eq!(verify_at(NOW + 599), None);
    assert_eq!(verify_at(NOW + 600), Some(TokenRefusal::Expired));
    assert_eq!(
        verify(&verifier, &key.token(&payload())),
        Err(TokenRefusal::Issuer)
    );
}

#[test]
fn a_skew_may_have_a_fraction() {
    let (key, _) = trusted();
    let verifier = TokenVerifier::new(TokenPolicy {
        clock_skew: Duration::from_millis(500),
        ..TokenPolicy::default()
    });
    verifier.replace_keys(set(&[&key]));
    let token = key.token(&payload());
    for (millis, refusal) in [(499, None), (500, Some(TokenRefusal::Expired))] {
        let time = at(NOW + 600) + Duration::from_millis(millis);
        let judged = verifier.verify(Some(&token), &GAME, time);
        assert_eq!(judged.err(), refusal, "{millis}");
    }
}

#[test]
fn each_result_is_counted_under_its_name() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    for token in [&good, &good, &good, "", "x", "x"] {
        let _ = verify(&verifier, token);
    }
    let counts = verifier.counts();
    assert_eq!((counts.verified(), counts.from_cache()), (3, 2));
    assert_eq!(counts.refused(TokenRefusal::Missing), 1);
    assert_eq!(counts.refused(TokenRefusal::Malformed), 2);
    let counted: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).collect();
    let expected = [
        ("verified", 3),
        ("from_cache", 2),
        ("identity_missing", 1),
        ("identity_malformed", 2),
    ];
    assert_eq!(counted, expected);
    assert_eq!(counts.iter().count(), 2 + TokenRefusal::ALL.len());
}
