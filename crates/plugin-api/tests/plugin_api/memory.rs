//! Memory of the largest answer once it is read. Other tests of the process run beside this one; they take megabytes,
//! which do not show in the mean of [`CALLS`] answers.

use std::fmt::Write as _;

use hyrouter_plugin_api::{MAX_CANDIDATES, MAX_META, decode_response};

/// Bytes that docs/plugin-configuration.md states, of an answer of [`LEN`].
const DOCUMENTED: usize = 12_000_000;
/// Longest answer that the router takes.
const LEN: usize = 1 << 20;
/// As many as a chain asks at once by default.
const CALLS: usize = 256;

/// The answer with most values: as many candidates and entries as are allowed, with texts that are not empty, so that
/// each takes a piece of memory, filled up to the longest answer.
fn largest() -> String {
    let mut json = String::from(r#"{"candidates":["#);
    for candidate in 0..MAX_CANDIDATES {
        json.push_str(if candidate == 0 { "" } else { "," });
        json.push_str(r#"{"host":"h","meta":{"#);
        for entry in 0..MAX_META {
            let comma = if entry == 0 { "" } else { "," };
            let key = char::from(u8::try_from(entry).unwrap() + b'0');
            let key = if key == '\\' { '!' } else { key };
            write!(json, r#"{comma}"{key}":"v""#).unwrap();
        }
        json.push_str("}}");
    }
    let rest = LEN - json.len() - r#"],"deny_reason":""}"#.len();
    write!(json, r#"],"deny_reason":"{}"}}"#, "x".repeat(rest)).unwrap();
    assert_eq!(json.len(), LEN);
    json
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = status.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[test]
fn the_largest_answers_take_what_is_documented() {
    let json = largest();
    let before = resident();
    let answers: Vec<_> = (0..CALLS)
        .map(|_| decode_response(json.as_bytes()).unwrap())
        .collect();
    let each = (resident() - before) / CALLS;
    assert_eq!(
        answers.last().unwrap().response.candidates.len(),
        MAX_CANDIDATES
    );
    assert!(each > LEN, "{each} bytes: the measure is wrong");
    assert!(each < DOCUMENTED, "{each} bytes for each answer");
    println!("{each} bytes for each answer");
}
