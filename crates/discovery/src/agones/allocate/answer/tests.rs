use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::*;
use crate::cluster::ApiError;

/// Reads a recorded answer as the client of the API server gives it.
fn read_record(record: &Value) -> Result<AllocatedServer, AllocationFailed> {
    let response = &record["response"];
    let body = match response {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let code = u16::try_from(record["status"].as_u64().unwrap()).unwrap();
    let status = StatusCode::from_u16(code).unwrap();
    if status.is_success() {
        return read(Ok(body.into_bytes()));
    }
    let error = ApiError::of_response(status, &HeaderMap::new(), body.as_bytes());
    read(Err(PostFailed::Status(code, error.to_string())))
}

#[test]
fn each_recorded_answer_is_understood() {
    use AllocationFailure::{Refused, Unallocated, Unavailable, Unknown};

    let records = include_str!("../../../../tests/data/agones-allocations.jsonl");
    let mut cases = 0;
    for line in records.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let case = record["case"].as_str().unwrap();
        let found = read_record(&record);
        let expected = match record["status"].as_u64().unwrap() {
            201 if record["response"]["status"]["state"] == "UnAllocated" => Some(Unallocated),
            201 => None,
            500 | 503 => Some(Unavailable),
            504 => Some(Unknown),
            _ => Some(Refused),
        };
        let failure = found.as_ref().err().map(AllocationFailed::failure);
        assert_eq!(failure, expected, "{case}: {found:?}");
        if let Ok(server) = found {
            let status = &record["response"]["status"];
            assert_eq!(server.name, status["gameServerName"], "{case}");
            assert_eq!(server.status.address, status["address"], "{case}");
            assert!(!server.status.ports.is_empty(), "{case}");
        }
        cases += 1;
    }
    assert_eq!(cases, 26);
}

#[test]
fn the_answer_has_what_the_changes_of_the_request_left() {
    let records = include_str!("../../../../tests/data/agones-allocations.jsonl");
    let record: Value = serde_json::from_str(records.lines().next().unwrap()).unwrap();
    let server = read_record(&record).unwrap();
    assert_eq!(server.metadata.labels["mode"], "dm");
    assert_eq!(server.metadata.annotations["map"], "x");
    assert_eq!(server.status.counters["players"].count, 1);
    assert_eq!(
        server.status.lists["whitelistedPlayers"].values,
        ["alice", "bob"]
    );
}

#[test]
fn what_agones_did_is_unknown_when_it_may_have_been_asked() {
    use AllocationFailure::{Contention, Refused, Unavailable, Unknown};

    let status = |code, text: &str| read(Err(PostFailed::Status(code, text.to_owned())));
    let cases = [
        (
            status(503, "HTTP status 503: error trying to reach service: EOF"),
            Unknown,
        ),
        (
            status(
                503,
                "HTTP status 503: error trying to reach service: dial tcp 127.0.0.1:1: connect: connection refused",
            ),
            Unavailable,
        ),
        (status(429, "too many requests"), Unavailable),
        (status(502, ""), Unknown),
        (status(403, "forbidden"), Refused),
        (
            read(Err(PostFailed::NotSent("refused".to_owned()))),
            Unavailable,
        ),
        (read(Err(PostFailed::Lost("reset".to_owned()))), Unknown),
        (read(Ok(b"{".to_vec())), Unknown),
        (read(Ok(br#"{"status":{"state":"New"}}"#.to_vec())), Unknown),
        (
            read(Ok(br#"{"status":{"state":"Contention"}}"#.to_vec())),
            Contention,
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found.unwrap_err().failure(), expected);
    }
}
