//! Headers of tokens, all signed with the trusted key.

use hyrouter_identity::TokenRefusal;

use super::fixture::{Key, payload, trusted, verifier, verify};

fn judge(header: impl AsRef<[u8]>) -> Option<TokenRefusal> {
    let (key, verifier) = trusted();
    let token = key.sign(header, payload().to_string());
    verify(&verifier, &token).err()
}

#[test]
fn ignored_members_may_be_anything() {
    for header in [
        r#"{"alg":"EdDSA","kid":"k1"}"#,
        r#"{"alg":"Ed25519","kid":"k1"}"#,
        r#" { "typ" : "JWT" , "kid" : "k1" , "alg" : "EdDSA" } "#,
        r#"{"alg":"EdDSA","kid":"k\u0031"}"#,
        r#"{"\u0061lg":"EdDSA","kid":"k1"}"#,
        r#"{"alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","kid":null}"#,
        r#"{"alg":"EdDSA","kid":"k1","typ":1,"typ":[{}],"cty":null}"#,
        r#"{"alg":"EdDSA","kid":"k1","jku":"http://127.0.0.1:1/","x5u":"file:///","x5c":["x"],"jwk":7}"#,
    ] {
        assert_eq!(judge(header), None, "{header}");
    }
}

#[test]
fn other_algorithms_are_refused() {
    for header in [
        r#"{"kid":"k1"}"#,
        r#"{"alg":null,"kid":"k1"}"#,
        r#"{"alg":"","kid":"k1"}"#,
        r#"{"alg":"none","kid":"k1"}"#,
        r#"{"alg":"None","kid":"k1"}"#,
        r#"{"alg":"NONE","kid":"k1"}"#,
        r#"{"alg":"HS256","kid":"k1"}"#,
        r#"{"alg":"RS256","kid":"k1"}"#,
        r#"{"alg":"PS256","kid":"k1"}"#,
        r#"{"alg":"ES256","kid":"k1"}"#,
        r#"{"alg":"Ed448","kid":"k1"}"#,
        r#"{"alg":"eddsa","kid":"k1"}"#,
        r#"{"alg":"EdDSA ","kid":"k1"}"#,
        r#"{"alg":"EdDSA\u0000","kid":"k1"}"#,
    ] {
        assert_eq!(judge(header), Some(TokenRefusal::Algorithm), "{header}");
    }
}

#[test]
fn critical_extensions_are_refused() {
    for crit in [
        r#"["b64"]"#,
        r#"["exp"]"#,
        "[]",
        "null",
        "false",
        r#""exp""#,
    ] {
        let header = format!(r#"{{"alg":"EdDSA","kid":"k1","b64":false,"crit":{crit}}}"#);
        assert_eq!(judge(&header), Some(TokenRefusal::Algorithm), "{header}");
    }
}

#[test]
fn a_header_is_one_object_without_duplicates() {
    for header in [
        &b""[..],
        b"null",
        b"7",
        br#""EdDSA""#,
        b"{",
        b"{}{}",
        br#"["EdDSA","k1"]"#,
        br#"[{"alg":"EdDSA","kid":"k1"}]"#,
        br#"{"alg":"EdDSA","kid":"k1"}x"#,
        br#"{"alg":"EdDSA","kid":"k1"}{"alg":"none"}"#,
        b"{\"alg\":\"EdDSA\",\"kid\":\"k1\"}\0",
        b"\xef\xbb\xbf{\"alg\":\"EdDSA\",\"kid\":\"k1\"}",
        b"{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"\xff\"}",
        b"{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"\xed\xa0\x80\"}",
        br#"{"alg":"EdDSA","kid":"k1",}"#,
        br"{'alg':'EdDSA','kid':'k1'}",
        br#"{"alg":["EdDSA"],"kid":"k1"}"#,
        br#"{"alg":7,"kid":"k1"}"#,
        br#"{"alg":"EdDSA","kid":1}"#,
        br#"{"alg":"EdDSA","kid":["k1"]}"#,
        br#"{"alg":"EdDSA","alg":"EdDSA","kid":"k1"}"#,
        br#"{"alg":"none","alg":"EdDSA","kid":"k1"}"#,
        br#"{"alg":"EdDSA","\u0061lg":"none","kid":"k1"}"#,
        br#"{"alg":"EdDSA","kid":"k1","kid":"k1"}"#,
        br#"{"alg":"EdDSA","kid":"k1","crit":[],"crit":[]}"#,
    ] {
        let text = String::from_utf8_lossy(header);
        assert_eq!(judge(header), Some(TokenRefusal::Malformed), "{text}");
    }
}

#[test]
fn the_key_is_the_one_that_is_named() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let both = verifier(&[&one, &two]);
    for (header, key, refusal) in [
        (r#"{"alg":"EdDSA","kid":"k1"}"#, &one, None),
        (r#"{"alg":"EdDSA","kid":"k2"}"#, &two, None),
        (
            r#"{"alg":"EdDSA","kid":"k2"}"#,
            &one,
            Some(TokenRefusal::Signature),
        ),
        (
            r#"{"alg":"EdDSA","kid":"k3"}"#,
            &one,
            Some(TokenRefusal::UnknownKey),
        ),
        (
            r#"{"alg":"EdDSA","kid":"K1"}"#,
            &one,
            Some(TokenRefusal::UnknownKey),
        ),
        (
            r#"{"alg":"EdDSA","kid":""}"#,
            &one,
            Some(TokenRefusal::UnknownKey),
        ),
        (r#"{"alg":"EdDSA"}"#, &one, Some(TokenRefusal::UnknownKey)),
        (
            r#"{"alg":"EdDSA","kid":null}"#,
            &two,
            Some(TokenRefusal::UnknownKey),
        ),
    ] {
        let token = key.sign(header, payload().to_string());
        assert_eq!(verify(&both, &token).err(), refusal, "{header}");
    }
}
