use serde_json::json;

use super::*;

const MAX: Duration = Duration::from_mins(1);

fn registered(body: Value) -> Result<(DiscoveredBackend, Duration), String> {
    let Value::Object(body) = body else {
        panic!("the body is an object");
    };
    let checked = Registration::from_json(body).and_then(|read| read.checked("a-1", MAX));
    checked.map_err(|refusal| refusal.to_string())
}

#[test]
fn a_backend_is_read_with_its_lease() {
    let body = json!({"id": "a-1", "host": "10.0.0.1", "port": 5520, "players": 3, "ttl": 20});
    let (found, ttl) = registered(body).unwrap();
    assert_eq!(&*found.id, "a-1");
    assert_eq!(found.backend.to_string(), "10.0.0.1:5520");
    assert_eq!(found.backend.meta["players"], "3");
    assert_eq!(ttl, Duration::from_secs(20));
    let (_, ttl) = registered(json!({"host": "a", "port": 1})).unwrap();
    assert_eq!(ttl, MAX);
}

#[test]
fn a_refusal_names_the_place_and_what_is_allowed() {
    for (body, problem) in [
        (json!({"port": 1}), "missing field `host`"),
        (
            json!({"host": 7, "port": 1}),
            "host: invalid type: integer `7`; allowed: a text",
        ),
        (
            json!({"host": "a", "port": 70_000}),
            "port: invalid value: integer `70000`; allowed: 1 to 65535",
        ),
        (
            json!({"host": "a", "port": 0}),
            "its port is 0; allowed: 1 to 65535",
        ),
        (json!({"host": "a b", "port": 1}), "invalid host \"a b\""),
        (
            json!({"host": "a", "port": 1, "wieght": 1}),
            "unknown field `wieght`, expected one of `id`, `host`",
        ),
        (
            json!({"host": "a", "port": 1, "meta": {"mode": 1}}),
            "meta.mode: invalid type: integer `1`; allowed: a text",
        ),
        (
            json!({"host": "a", "port": 1, "id": "b"}),
            "id: \"b\" differs from \"a-1\" in the path",
        ),
        (
            json!({"host": "a", "port": 1, "ttl": 61}),
            "ttl: 61; allowed: 1 to 60, in whole seconds",
        ),
        (json!({"host": "a", "port": 1, "ttl": 0}), "ttl: 0; allowed"),
        (
            json!({"host": "a", "port": 1, "ttl": "9"}),
            "ttl: \"9\"; allowed",
        ),
    ] {
        let found = registered(body).unwrap_err();
        assert!(found.starts_with(problem), "{found}");
    }
}

#[test]
fn a_heartbeat_has_three_keys() {
    let read = |body: Value| {
        let Value::Object(body) = body else {
            panic!("the body is an object");
        };
        Heartbeat::from_json(body).map_err(|refusal| refusal.to_string())
    };
    assert_eq!(read(json!({})), Ok(Heartbeat::default()));
    let all = read(json!({"players": 1, "max_players": 2, "drained": true})).unwrap();
    let values = (all.players, all.max_players, all.drained);
    assert_eq!(values, (Some(1), Some(2), Some(true)));
    for (body, problem) in [
        (
            json!({"port": 1}),
            "unknown field `port`, expected one of `players`",
        ),
        (
            json!({"players": null}),
            "players: invalid type: null; allowed: 0 to",
        ),
        (
            json!({"players": -1}),
            "players: invalid value: integer `-1`; allowed: 0 to",
        ),
        (
            json!({"drained": 1}),
            "drained: invalid type: integer `1`; allowed: true or false",
        ),
    ] {
        let found = read(body).unwrap_err();
        assert!(found.starts_with(problem), "{found}");
    }
}
