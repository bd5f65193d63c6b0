use std::io;
use std::time::{Duration, SystemTime};

use super::{BackendAddress, DecisionOutcome, DecisionRecord, ErrorText};
use crate::DecisionLine;

fn at(time: SystemTime) -> DecisionRecord<'static> {
    DecisionRecord::new(time, 1, DecisionOutcome::Closed, "timeout")
}

#[test]
fn absent_values_are_left_out() {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_769_860_800_007);
    assert_eq!(
        DecisionLine::new(&at(time)).unwrap().as_str(),
        "{\"time\":\"2026-01-31T12:00:00.007Z\",\"connection\":1,\"outcome\":\"closed\",\
         \"reason\":\"timeout\",\"host\":\"\",\"handshake_us\":0,\"connect_us\":0,\"decision_us\":0,\
         \"total_us\":0}"
    );
}

#[test]
fn json_is_flat_and_has_the_names_of_the_log() {
    let error = io::Error::other("too long");
    let record = DecisionRecord {
        host: "a\"\n\u{1b}.example",
        route: Some("lobby"),
        backend: Some(BackendAddress {
            host: "2001:db8::1",
            port: 5520,
        }),
        plugins: Some("a: failed"),
        identity: Some("verified"),
        ticket: Some("valid"),
        generation: Some("g4"),
        build: Some(-77),
        error: Some(ErrorText(&error)),
        language: Some("de"),
        alpn: Some("hytale/2"),
        handshake: Duration::from_nanos(1_999),
        connect: Duration::from_micros(2),
        decision: Duration::from_micros(3),
        total: Duration::MAX,
        client: Some("2001:db8::2".parse().unwrap()),
        ..DecisionRecord::new(
            SystemTime::UNIX_EPOCH,
            9,
            DecisionOutcome::Referral,
            "referred",
        )
    };
    let line = DecisionLine::new(&record).unwrap();
    assert!(!line.as_str().contains(char::is_control), "{line:?}");
    let wanted = serde_json::json!({
        "time": "1970-01-01T00:00:00.000Z",
        "connection": 9,
        "outcome": "referral",
        "reason": "referred",
        "host": "a\"\n\u{1b}.example",
        "route": "lobby",
        "backend": "[2001:db8::1]:5520",
        "plugins": "a: failed",
        "identity": "verified",
        "ticket": "valid",
        "generation": "g4",
        "build": -77,
        "error": "too long",
        "language": "de",
        "alpn": "hytale/2",
        "handshake_us": 1,
        "connect_us": 2,
        "decision_us": 3,
        "total_us": u64::MAX,
        "client": "2001:db8::2",
    });
    let value: serde_json::Value = serde_json::from_str(line.as_str()).unwrap();
    assert_eq!(value, wanted);
}

#[test]
fn outcomes_have_the_same_name_everywhere() {
    for outcome in DecisionOutcome::ALL {
        let json = serde_json::to_value(outcome).unwrap();
        assert_eq!(json.as_str(), Some(outcome.as_str()));
    }
}

#[test]
fn no_clock_is_too_wrong() {
    let last_second = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    for (time, wanted) in [
        (
            SystemTime::UNIX_EPOCH - Duration::from_millis(1),
            "1969-12-31T23:59:59.999Z",
        ),
        (last_second, "9999-12-31T23:59:59.000Z"),
        (
            last_second + Duration::from_secs(1),
            "1970-01-01T00:00:00.000Z",
        ),
        (
            SystemTime::UNIX_EPOCH - Duration::from_secs(100_000_000_000),
            "1970-01-01T00:00:00.000Z",
        ),
    ] {
        let value = serde_json::to_value(at(time)).unwrap();
        assert_eq!(value["time"], wanted);
    }
}
