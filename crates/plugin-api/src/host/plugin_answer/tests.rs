use super::decode_response;

#[test]
fn what_is_wrong_is_said_with_the_field() {
    for (json, problem) in [
        (
            &b""[..],
            "the answer is empty; an answer that changes nothing is {}",
        ),
        (
            b" \n",
            "the answer is empty; an answer that changes nothing is {}",
        ),
        (
            b"\xef\xbb\xbf{}",
            "it begins with a byte order mark, which JSON does not have; write UTF-8 without it",
        ),
        (
            b"\x0a\x05Alder",
            "it is not JSON but begins with the bytes 0a 05 41 6c 64 65 72; is it protobuf? Answers are JSON",
        ),
        (
            b"<html><body>Bad Gateway",
            "it is not JSON, it begins with \"<html><body>Bad \"",
        ),
        (
            b"{\"deny_reason\":\"Gr\xfc\xdfe\"}",
            "it is not UTF-8 at byte 18; JSON is always UTF-8",
        ),
        (
            br#"{"backend":{"host":"a","port":"5520"}}"#,
            "backend.port: invalid type: string \"5520\", expected a whole number from 1 to 65535 at line 1 column 36",
        ),
        (
            br#"{"candidates":[{},{"Weight":0.5}]}"#,
            "candidates[1].Weight: invalid value: floating point `0.5`, expected a whole number from 0 to 4294967295",
        ),
        (
            br#"{"backend":["a",1]}"#,
            "backend: invalid type: sequence, expected an object or null",
        ),
        (
            br#"{"deny":"yes"}"#,
            "deny: invalid type: string \"yes\", expected a boolean",
        ),
        (
            br#"{"referral_data":"_-8="}"#,
            "referral_data: not base64: Invalid symbol 95, offset 0",
        ),
        (
            br#"{"referral_content":[256]}"#,
            "referral_content[0]: invalid value: integer `256`, expected u8",
        ),
        (
            b"[true]",
            "invalid type: sequence, expected an object or null",
        ),
        (b"{", "EOF while parsing an object at line 1 column 1"),
    ] {
        let error = decode_response(json).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("bad response: {problem}")),
            "{error}"
        );
    }
}

#[test]
fn names_that_are_not_exact_are_told() {
    for (json, told) in [
        (r#"{"deny":true}"#, &[][..]),
        (r#"{"Deny":true}"#, &[r#"field "Deny" was read as "deny""#]),
        (
            r#"{"denyReason":"no","reason":"no"}"#,
            &[
                r#"unknown field "denyReason" was ignored; did you mean "deny_reason"?"#,
                r#"unknown field "reason" was ignored; did you mean "deny_reason"?"#,
            ],
        ),
        (
            r#"{"denied":true}"#,
            &[r#"unknown field "denied" was ignored; did you mean "deny"?"#],
        ),
        (
            r#"{"response":{"deny":true}}"#,
            &[
                r#"unknown field "response" was ignored; the fields of an answer stand at its top level"#,
            ],
        ),
        (
            r#"{"newer":1,"backend":{"hostname":"a"},"candidates":[{},{"Port":1}]}"#,
            &[
                r#"unknown field "newer" was ignored"#,
                r#"unknown field "backend.hostname" was ignored; did you mean "host"?"#,
                r#"field "candidates[1].Port" was read as "port""#,
            ],
        ),
        (
            r#"{"a\n\u202e":1}"#,
            &[r#"unknown field "a\n\u{202e}" was ignored"#],
        ),
        (r#"{"backend":{"meta":{"Host":"free"}}}"#, &[]),
    ] {
        let answer = decode_response(json.as_bytes()).unwrap();
        let misnamed: Vec<_> = answer.misnamed.iter().map(ToString::to_string).collect();
        assert_eq!(misnamed, told, "{json}");
    }
}

/// Each `{"x":0},` of a megabyte would be remembered otherwise.
#[test]
fn few_names_are_remembered() {
    let strange: Vec<_> = (0..1000)
        .map(|n| format!(r#""{}{n}":0"#, "€".repeat(100)))
        .collect();
    let object = format!("{{{}}}", strange.join(","));
    let json = format!(r#"{{"candidates":[{object},{object}],"backend":{object}}}"#);
    let misnamed = decode_response(json.as_bytes()).unwrap().misnamed;
    assert_eq!(misnamed.len(), 8);
    assert!(misnamed.iter().all(|field| field.field().len() < 100));
}
