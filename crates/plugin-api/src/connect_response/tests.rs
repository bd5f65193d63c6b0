use std::time::Duration;

use super::{CacheField, ConnectResponse};

fn read(json: &str) -> Result<ConnectResponse, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[test]
fn null_absent_and_empty_change_nothing() {
    for json in [
        "null",
        "{}",
        r#"{"deny":false}"#,
        r#"{"deny":null,"deny_reason":null,"candidates":null,"selected_index":null,"backend":null,"referral_data":null,"referral_content":null,"cache_ttl":null,"cache_key":null}"#,
        r#"{"candidates":[],"something_newer":{"deep":[1,2,{}]}}"#,
    ] {
        assert_eq!(read(json), Ok(ConnectResponse::default()), "{json}");
    }
}

#[test]
fn referral_data_wins_over_its_later_name() {
    for (json, data) in [
        (r#"{"referral_content":"bmV3"}"#, Some("new")),
        (
            r#"{"referral_content":"bmV3","referral_data":"b2xk"}"#,
            Some("old"),
        ),
        (
            r#"{"referral_data":"b2xk","referral_content":"bmV3"}"#,
            Some("old"),
        ),
        (
            r#"{"referral_data":"","referral_content":"bmV3"}"#,
            Some(""),
        ),
        (
            r#"{"referral_data":null,"referral_content":"bmV3"}"#,
            Some("new"),
        ),
        (r#"{"referral_content":""}"#, Some("")),
        (r#"{"referral_content":[110,101,119]}"#, Some("new")),
        (r#"{"referral_data":[]}"#, Some("")),
    ] {
        let response = read(json).unwrap();
        let expected = data.map(|data| data.as_bytes().to_vec());
        assert_eq!(response.referral_data, expected, "{json}");
        let written = serde_json::to_string(&response).unwrap();
        assert!(!written.contains("referral_content"), "{written}");
    }
}

/// As Go reads them. A name that is missing in `NAMES` would not be read in another case.
#[test]
fn names_are_read_in_any_case() {
    let exact = r#"{"deny_reason":"no","candidates":[{"host":"a","port":1}],"selected_index":0,"backend":{"host":"b","port":2,"weight":3,"meta":{"Region":"eu"}},"referral_content":"aGk=","cache_ttl":30,"cache_key":["uuid"]}"#;
    let upper = r#"{"DENY_REASON":"no","Candidates":[{"HOST":"a","Port":1}],"Selected_Index":0.0,"BACKEND":{"Host":"b","PORT":2.0,"Weight":3,"META":{"Region":"eu"}},"Referral_Content":"aGk=","Cache_TTL":30.0,"CACHE_KEY":["uuid"]}"#;
    assert_eq!(read(upper), read(exact));
    assert_eq!(read(r#"{"Deny":true}"#), read(r#"{"deny":true}"#));
    assert_eq!(
        read(r#"{"REFERRAL_DATA":"aGk="}"#),
        read(r#"{"referral_data":"aGk="}"#)
    );
}

#[test]
fn lists_and_maps_are_counted() {
    let list = |count| format!(r#"{{"candidates":[{}]}}"#, vec!["{}"; count].join(","));
    let meta = |count| {
        let entries: Vec<_> = (0..count).map(|n| format!(r#""{n}":"""#)).collect();
        format!(r#"{{"meta":{{{}}}}}"#, entries.join(","))
    };
    let candidate = |count| format!(r#"{{"candidates":[{{}},{}]}}"#, meta(count));
    let backend = |count| format!(r#"{{"backend":{}}}"#, meta(count));
    let key = |count| {
        format!(
            r#"{{"cache_key":[{}]}}"#,
            vec![r#""uuid""#; count].join(",")
        )
    };
    let full = vec![meta(64); 1024].join(",");
    let full = format!(r#"{{"candidates":[{full}]}}"#);
    for json in [list(1024), candidate(64), backend(64), key(32), full] {
        assert!(read(&json).is_ok());
    }
    let same = vec![r#""a":"""#; 65].join(",");
    let same = format!(r#"{{"backend":{{"meta":{{{same}}}}}}}"#);
    for (json, max) in [
        (list(1025), 1024),
        (list(349_000), 1024),
        (candidate(65), 64),
        (backend(65), 64),
        (same, 64),
        (key(33), 32),
    ] {
        let error = read(&json).unwrap_err();
        let start = format!("more than {max} entries at line 1 column ");
        assert!(error.starts_with(&start), "{error}");
    }
}

#[test]
fn times_and_names_of_the_cache_are_read_as_written() {
    for (json, ttl, key) in [
        (r#"{"cache_ttl":30}"#, Some(30), None),
        (r#"{"cache_ttl":30,"cache_key":null}"#, Some(30), None),
        (r#"{"cache_ttl":0,"cache_key":[]}"#, Some(0), Some(&[][..])),
        (r#"{"cache_ttl":-1}"#, Some(-1), None),
        (
            r#"{"cache_ttl":1e18}"#,
            Some(1_000_000_000_000_000_000),
            None,
        ),
        (
            r#"{"cache_key":["uuid","sni","uid"]}"#,
            None,
            Some(&["uuid", "sni", "uid"]),
        ),
    ] {
        let response = read(json).unwrap();
        assert_eq!(response.cache_ttl, ttl, "{json}");
        let names: Option<Vec<_>> = key.map(|key| key.iter().map(ToString::to_string).collect());
        assert_eq!(response.cache_key, names, "{json}");
    }
}

/// An absent key is not the empty one.
#[test]
fn a_key_without_names_is_written() {
    let everyone = ConnectResponse::default().cacheable(Duration::from_secs(30), []);
    let json = serde_json::to_string(&everyone).unwrap();
    assert_eq!(json, r#"{"deny":false,"cache_ttl":30,"cache_key":[]}"#);
    assert_eq!(read(&json).unwrap(), everyone);
}

#[test]
fn every_field_of_a_cache_key_has_a_name() {
    for field in CacheField::ALL {
        assert_eq!(CacheField::from_name(field.as_str()), Some(field));
    }
    assert_eq!(CacheField::from_name("sni"), Some(CacheField::Host));
    for name in ["", "UUID", "remote_addr", "connection_id", "event.uuid"] {
        assert_eq!(CacheField::from_name(name), None, "{name}");
    }
}

/// The list of a request is the router's own: it has as many backends as the pool.
#[test]
fn requests_are_not_counted() {
    let json = format!(r#"{{"candidates":[{}]}}"#, vec!["{}"; 3000].join(","));
    let request: crate::ConnectRequest = serde_json::from_str(&json).unwrap();
    assert_eq!(request.candidates.len(), 3000);
}

#[test]
fn what_is_no_response_is_refused() {
    for json in [
        "",
        "[]",
        "[true]",
        "true",
        "7",
        r#""deny""#,
        "{",
        "{}{}",
        r#"{"deny":"yes"}"#,
        r#"{"deny":1}"#,
        r#"{"selected_index":"0"}"#,
        r#"{"selected_index":0.5}"#,
        r#"{"deny":true,"Deny":false}"#,
        r#"{"deny":true,"deny":true}"#,
        r#"{"selected_index":9223372036854775808}"#,
        r#"{"candidates":{}}"#,
        r#"{"candidates":["10.0.0.1:5520"]}"#,
        r#"{"backend":["10.0.0.1",5520]}"#,
        r#"{"referral_data":"aGk"}"#,
        r#"{"cache_ttl":"30"}"#,
        r#"{"cache_ttl":0.5}"#,
        r#"{"cache_ttl":true}"#,
        r#"{"cache_key":"uuid"}"#,
        r#"{"cache_key":[null]}"#,
        r#"{"cache_key":[7]}"#,
    ] {
        assert!(read(json).is_err(), "{json}");
    }
}
