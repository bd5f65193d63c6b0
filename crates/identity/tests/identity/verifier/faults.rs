//! Tokens with several faults, keys of other kinds, and bounds of times.

use std::time::{Duration, SystemTime};

use hyrouter_identity::{
    ClientKind, Expected, MAX_TOKEN, TokenPolicy, TokenRefusal, TokenVerifier, read,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixture::{
    GAME, HEADER, Key, NOW, PLAYER, at, base64url, payload, payload_with, set, trusted, verifier,
    verify,
};

/// A token with faults, each in its own place, so that any two of them can be in one.
struct Faulty {
    header: Value,
    payload: Value,
    /// Text after the signature.
    tail: String,
    is_forged: bool,
    has_keys: bool,
    uuid: Uuid,
}

impl Faulty {
    fn new(faults: [TokenRefusal; 2]) -> Self {
        let mut token = Self {
            header: json!({ "alg": "EdDSA", "kid": "k1" }),
            payload: payload_with("iat", json!(NOW)),
            tail: String::new(),
            is_forged: false,
            has_keys: true,
            uuid: PLAYER,
        };
        for fault in faults {
            token.add(fault);
        }
        token
    }

    fn add(&mut self, fault: TokenRefusal) {
        match fault {
            TokenRefusal::TooLong => self.tail.push_str(&"A".repeat(MAX_TOKEN)),
            TokenRefusal::Malformed => self.tail.push('.'),
            TokenRefusal::Algorithm => self.header["alg"] = json!("HS256"),
            TokenRefusal::KeysUnavailable => self.has_keys = false,
            TokenRefusal::UnknownKey => self.header["kid"] = json!("k2"),
            TokenRefusal::Signature => self.is_forged = true,
            TokenRefusal::Issuer => self.payload["iss"] = json!("https://sessions.hytale.con"),
            TokenRefusal::Expired => self.payload["exp"] = json!(NOW - 300),
            TokenRefusal::MaxAge => self.payload["iat"] = json!(NOW - 900),
            TokenRefusal::NotYetValid => self.payload["nbf"] = json!(NOW + 301),
            TokenRefusal::Scope => self.payload["scope"] = json!("hytale:clientele"),
            TokenRefusal::Subject => self.payload["sub"] = json!("Alder"),
            TokenRefusal::Username => self.payload["profile"]["username"] = json!("Al der"),
            TokenRefusal::UuidMismatch => self.uuid = Uuid::nil(),
            other => panic!("{other:?} is not a fault of this test"),
        }
    }

    /// Verifies the token with a new verifier.
    fn judge(&self) -> (Option<TokenRefusal>, TokenVerifier) {
        let key = Key::new("k1");
        let forger = Key::new("k1");
        let verifier = TokenVerifier::new(TokenPolicy {
            max_age: Some(Duration::from_mins(10)),
            ..TokenPolicy::default()
        });
        if self.has_keys {
            verifier.replace_keys(set(&[&key]));
        }
        let signer = if self.is_forged { &forger } else { &key };
        let token = signer.sign(self.header.to_string(), self.payload.to_string());
        let expected = Expected {
            client: ClientKind::Game,
            uuid: Some(self.uuid),
        };
        let token = format!("{token}{}", self.tail);
        let judged = verifier.verify(Some(&token), &expected, at(NOW));
        (judged.err(), verifier)
    }
}

#[test]
fn the_first_of_two_faults_is_returned_and_counted() {
    // The last is a fault of the client, not of the token.
    let faults = &TokenRefusal::ALL[1..TokenRefusal::ALL.len() - 1];
    for (place, first) in faults.iter().enumerate() {
        for second in &faults[place..] {
            for order in [[*first, *second], [*second, *first]] {
                let (judged, verifier) = Faulty::new(order).judge();
                assert_eq!(judged, Some(*first), "{order:?}");
                let counts = verifier.counts();
                assert_eq!(counts.refused(*first), 1, "{order:?}");
                let all: u64 = counts.iter().map(|(_, count)| count).sum();
                assert_eq!((all, verifier.cached()), (1, 0), "{order:?}");
            }
        }
    }
}

#[test]
fn a_token_without_those_faults_is_good() {
    let mut token = Faulty::new([TokenRefusal::Signature; 2]);
    token.is_forged = false;
    let (judged, verifier) = token.judge();
    assert_eq!((judged, verifier.counts().verified()), (None, 1));
}

#[test]
fn a_payload_is_not_read_before_its_signature_is_good() {
    let (key, verifier) = trusted();
    let forger = Key::new("k1");
    let stranger = Key::new("k2");
    for body in ["!".to_owned(), base64url("{"), base64url(r#"{"sub":1}"#)] {
        let header = base64url(HEADER);
        let unknown = base64url(r#"{"alg":"EdDSA","kid":"k2"}"#);
        for (key, header, refusal) in [
            (&key, &header, TokenRefusal::Malformed),
            (&forger, &header, TokenRefusal::Signature),
            (&stranger, &unknown, TokenRefusal::UnknownKey),
        ] {
            let token = key.sign_text(&format!("{header}.{body}"));
            assert_eq!(verify(&verifier, &token), Err(refusal), "{token}");
        }
    }
}

#[test]
fn the_key_is_found_before_the_signature_is_decoded() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    let (_, signature) = good.rsplit_once('.').unwrap();
    for kid in ["k1", "k2"] {
        let header = json!({ "alg": "EdDSA", "kid": kid }).to_string();
        let signed = format!("{}.{}", base64url(header), base64url(payload().to_string()));
        for (wrong, refusal) in [
            (String::new(), TokenRefusal::Signature),
            (base64url([0; 63]), TokenRefusal::Signature),
            (base64url([0; 64]), TokenRefusal::Signature),
            (base64url([0; 65]), TokenRefusal::Signature),
            ("=".to_owned(), TokenRefusal::Malformed),
            (format!("{signature}="), TokenRefusal::Malformed),
        ] {
            let judged = verify(&verifier, &format!("{signed}.{wrong}"));
            let refusal = if kid == "k1" {
                refusal
            } else {
                TokenRefusal::UnknownKey
            };
            assert_eq!(judged, Err(refusal), "{kid}: {wrong}");
        }
    }
}

#[test]
fn a_key_in_the_token_does_not_replace_an_id() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let thief = Key::new("k1");
    let header = json!({ "alg": "Ed25519", "jwk": thief.jwk() }).to_string();
    let token = thief.sign(header, payload().to_string());
    let verifier = verifier(&[&one]);
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Signature));
    verifier.replace_keys(set(&[&one, &two]));
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::UnknownKey));
}

#[test]
fn a_null_member_does_not_allow_a_second() {
    let (key, verifier) = trusted();
    let good = payload_with("nbf", json!(NOW)).to_string();
    for header in [
        r#"{"alg":null,"alg":"EdDSA","kid":"k1"}"#,
        r#"{"alg":"EdDSA","kid":null,"kid":"k1"}"#,
        r#"{"alg":"EdDSA","kid":"k1","kid":null}"#,
    ] {
        let token = key.sign(header, &good);
        assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Malformed));
        assert_eq!(read(&token), Err(TokenRefusal::Malformed), "{header}");
    }
    for member in ["iss", "sub", "exp", "nbf", "scope", "profile", "username"] {
        let name = format!("\"{member}\":");
        let twice = good.replacen(&name, &format!("{name}null,{name}"), 1);
        assert_ne!(twice, good);
        let token = key.sign(HEADER, twice);
        assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Malformed));
        assert_eq!(read(&token), Err(TokenRefusal::Malformed), "{member}");
    }
}

#[test]
fn ignored_members_may_occur_twice_and_elsewhere() {
    let (key, verifier) = trusted();
    let header = r#"{"alg":"EdDSA","jwk":1,"jwk":2,"kid":"k1","x5u":[],"x5u":[],"Alg":"none"}"#;
    let mut misplaced = payload();
    misplaced["username"] = json!("Birch");
    misplaced["uuid"] = json!(Uuid::nil().to_string());
    misplaced["Scope"] = json!("hytale:editor");
    misplaced["profile"]["sub"] = json!(Uuid::nil().to_string());
    misplaced["profile"]["exp"] = json!(1);
    misplaced["profile"]["profile"] = json!({ "username": "Birch" });
    let plain = verify(&verifier, &key.token(&payload())).unwrap();
    let token = key.sign(header, misplaced.to_string());
    assert_eq!(verify(&verifier, &token), Ok(plain));
}

/// Returns the time this many seconds and nanoseconds from 1970, before or after it.
fn moment(second: i64, nanos: i64) -> SystemTime {
    let add = |time: SystemTime, unit: Duration, count: i64| {
        let span = unit.saturating_mul(u32::try_from(count.unsigned_abs()).unwrap());
        if count < 0 { time - span } else { time + span }
    };
    let time = add(SystemTime::UNIX_EPOCH, Duration::from_secs(1), second);
    add(time, Duration::from_nanos(1), nanos)
}

#[test]
fn times_before_1970_are_times() {
    let (key, verifier) = trusted();
    let expired = Some(TokenRefusal::Expired);
    let early = Some(TokenRefusal::NotYetValid);
    for (exp, nbf, now, refusal) in [
        (json!(-10), json!(null), moment(290, -1), None),
        (json!(-10), json!(null), moment(290, 0), expired),
        (json!(-1000), json!(null), moment(-700, -1), None),
        (json!(-1000), json!(null), moment(-700, 0), expired),
        // Rounded down, away from 1970.
        (json!(-1000.5), json!(null), moment(-701, -1), None),
        (json!(-1000.5), json!(null), moment(-701, 0), expired),
        (json!(0), json!(-1000), moment(-1300, -1), early),
        (json!(0), json!(-1000), moment(-1300, 0), None),
        // Rounded up, towards 1970.
        (json!(0), json!(-1000.5), moment(-1300, -1), early),
        (json!(0), json!(-1000.5), moment(-1300, 0), None),
    ] {
        let mut payload = payload_with("exp", exp.clone());
        payload["nbf"] = nbf.clone();
        let token = key.token(&payload);
        let judged = verifier.verify(Some(&token), &GAME, now);
        assert_eq!(judged.err(), refusal, "{exp} {nbf} {now:?}");
    }
}

#[test]
fn the_farthest_times_and_skews_do_not_overflow() {
    let key = Key::new("k1");
    let farthest = Duration::from_secs(i64::MAX.unsigned_abs());
    let (first, last) = (
        SystemTime::UNIX_EPOCH - farthest,
        SystemTime::UNIX_EPOCH + farthest,
    );
    let ends = |exp: i64, nbf: i64| {
        let mut payload = payload_with("exp", json!(exp));
        payload["nbf"] = json!(nbf);
        key.token(&payload)
    };
    let (min, max) = (i64::MIN, i64::MAX);
    let expired = Some(TokenRefusal::Expired);
    let early = Some(TokenRefusal::NotYetValid);
    for (skew, exp, nbf, now, refusal) in [
        (Duration::ZERO, max, min, first, None),
        (Duration::ZERO, max, min, last, expired),
        (Duration::from_nanos(1), max, min, last, None),
        (Duration::ZERO, min, min, first, expired),
        (Duration::ZERO, max, max, first, early),
        (Duration::MAX, min, max, at(NOW), None),
        (Duration::MAX, max, max, first, None),
        (Duration::MAX, min, min, last, None),
    ] {
        let verifier = TokenVerifier::new(TokenPolicy {
            clock_skew: skew,
            ..TokenPolicy::default()
        });
        verifier.replace_keys(set(&[&key]));
        let judged = verifier.verify(Some(&ends(exp, nbf)), &GAME, now);
        assert_eq!(judged.err(), refusal, "{skew:?} {exp} {nbf} {now:?}");
    }
}

#[test]
fn scopes_are_whole_names_between_blanks() {
    let (key, verifier) = trusted();
    for (scope, is_client, is_editor) in [
        (json!(" hytale:client "), true, false),
        (json!("a  hytale:editor  hytale:client"), true, true),
        (json!("hytale:client hytale:client"), true, false),
        (json!("hytale:clientele"), false, false),
        (json!("hytale:clien t"), false, false),
        (json!("hytale:client\n"), false, false),
        (json!("\thytale:client"), false, false),
        (json!("a\u{a0}hytale:client"), false, false),
        (json!("hytale:client\0"), false, false),
        (json!("hytale:client;hytale:editor"), false, false),
        (json!(["hytale:client "]), false, false),
        (json!(["", "hytale:editor", "hytale:client"]), true, true),
    ] {
        let token = key.token(&payload_with("scope", scope.clone()));
        let told = read(&token).unwrap().scopes;
        assert_eq!(
            (told.client(), told.editor()),
            (is_client, is_editor),
            "{scope}"
        );
        for (client, is_allowed) in [
            (ClientKind::Game, is_client),
            (ClientKind::Other(0), is_client),
            (ClientKind::Other(255), is_client),
            (ClientKind::Editor, is_editor),
        ] {
            let expected = Expected { client, uuid: None };
            let judged = verifier.verify(Some(&token), &expected, at(NOW));
            let refusal = (!is_allowed).then_some(TokenRefusal::Scope);
            assert_eq!(judged.err(), refusal, "{client:?} {scope}");
        }
    }
    let broken = payload_with("scope", json!(["hytale:client", null]));
    assert_eq!(
        verify(&verifier, &key.token(&broken)),
        Err(TokenRefusal::Malformed)
    );
}

#[test]
fn times_are_read_to_the_second() {
    for (value, floor, ceil) in [
        (json!(null), None, None),
        (json!(0), Some(0), Some(0)),
        (json!(-0.0), Some(0), Some(0)),
        (json!(1.25), Some(1), Some(2)),
        (json!(-1.25), Some(-2), Some(-1)),
        (json!(1e3), Some(1000), Some(1000)),
        (json!(1e-300), Some(0), Some(1)),
        (json!(i64::MIN), Some(i64::MIN), Some(i64::MIN)),
        (json!(i64::MAX), Some(i64::MAX), Some(i64::MAX)),
    ] {
        let payload = json!({ "exp": value, "nbf": value }).to_string();
        let claims = read(&format!("{}.{}.", base64url("{}"), base64url(payload))).unwrap();
        assert_eq!(
            (claims.expires_at, claims.not_before),
            (floor, ceil),
            "{value}"
        );
    }
    for member in ["exp", "nbf"] {
        for number in ["9223372036854775808", "1e16", "-1e300", "\"1\"", "[1]"] {
            let payload = format!(r#"{{"{member}":{number}}}"#);
            let judged = read(&format!("{}.{}.", base64url("{}"), base64url(payload)));
            assert_eq!(judged, Err(TokenRefusal::Malformed), "{member}: {number}");
        }
    }
}
