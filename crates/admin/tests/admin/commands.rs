//! Commands, what they answer and what they are refused for.

use hyrouter_admin::{CommandError, ReloadReport};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::support::client::PATIENCE;
use crate::support::serve;

#[tokio::test]
async fn a_reload_says_what_waits_for_a_restart() {
    let running = serve();
    let client = running.client().json();
    let response = client.ask("POST", "/reload", "").await;
    assert_eq!(
        (response.status, response.json()),
        (
            200,
            json!({"changed": [], "changed_files": [], "warnings": [], "restart_needed": []})
        )
    );
    *running.fake.reload.lock().unwrap() = Ok(ReloadReport {
        restart_needed: vec!["listen".into()],
        ..ReloadReport::default()
    });
    let response = client.ask("POST", "/reload", "").await;
    assert_eq!(
        response.json(),
        json!({"changed": [], "changed_files": [], "warnings": [], "restart_needed": ["listen"]})
    );
}

#[tokio::test]
async fn a_reload_that_is_refused_lists_the_mistakes() {
    let running = serve();
    let mistakes = vec![
        "tls.key: is another's".to_owned(),
        "listen: is no address".to_owned(),
    ];
    let failed = CommandError::Failed {
        message: "the configuration has 2 mistakes".into(),
        mistakes: mistakes.clone(),
    };
    *running.fake.reload.lock().unwrap() = Err(failed);
    let response = running.client().json().ask("POST", "/reload", "").await;
    let wanted = json!({"error": "the configuration has 2 mistakes", "mistakes": mistakes});
    assert_eq!((response.status, response.json()), (409, wanted));
}

#[tokio::test]
async fn a_command_is_done_when_its_caller_has_gone() {
    let running = serve();
    let reloads = &running.fake.reloads;
    let all = reloads.available_permits();
    reloads.forget_permits(all);
    let client = running.client().json();
    let mut told = running.fake.told.subscribe();
    let mut stream = client.connect().await;
    let head = client.head("POST", "/reload", "Content-Length: 0\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    timeout(
        PATIENCE,
        told.wait_for(|told| told.contains(&"reload".into())),
    )
    .await
    .unwrap()
    .unwrap();
    drop(stream);
    // The listener has had time to see that the caller has gone: it answers another.
    assert_eq!(client.get("/livez").await.status, 200);
    reloads.add_permits(1);
    timeout(
        PATIENCE,
        told.wait_for(|told| told.contains(&"done".into())),
    )
    .await
    .unwrap()
    .unwrap();
}

#[tokio::test]
async fn commands_at_once_are_bounded() {
    let running = serve();
    let reloads = &running.fake.reloads;
    reloads.forget_permits(reloads.available_permits());
    let client = running.client().json();
    let head = client.head("POST", "/reload", "Content-Length: 0\r\n");
    let mut told = running.fake.told.subscribe();
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = client.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        streams.push(stream);
    }
    timeout(PATIENCE, told.wait_for(|told| told.len() == 8))
        .await
        .unwrap()
        .unwrap();
    drop(streams);
    assert_eq!(client.ask("POST", "/reload", "").await.status, 503);
    // A reload that hangs takes the place of no other command.
    let drain = "/api/backends/lobby.example.net:5520/drain";
    assert_eq!(client.ask("POST", drain, "").await.status, 200);
    reloads.add_permits(8);
    timeout(PATIENCE, told.wait_for(|told| told.len() == 16 + 1))
        .await
        .unwrap()
        .unwrap();
    reloads.add_permits(1);
    assert_eq!(client.ask("POST", "/reload", "").await.status, 200);
}

#[tokio::test]
async fn backends_are_named_in_the_path() {
    let running = serve();
    let client = running.client().json();
    for (method, path) in [
        ("POST", "/api/backends/lobby.example.net:5520/drain"),
        ("DELETE", "/api/backends/lobby.example.net%3A5520/drain"),
        ("POST", "/api/backends/%5B2001:db8::1%5D:5520/drain"),
    ] {
        let response = client.ask(method, path, "").await;
        assert_eq!(
            (response.status, response.json()),
            (200, json!({})),
            "{path}"
        );
    }
    let told = running.fake.told();
    let wanted = [
        "drain lobby.example.net:5520 true",
        "drain lobby.example.net:5520 false",
        "drain [2001:db8::1]:5520 true",
    ];
    assert_eq!(told, wanted);
    let response = client
        .ask("POST", "/api/backends/unknown:1/drain", "")
        .await;
    let wanted = json!({"error": "no route has this backend", "mistakes": []});
    assert_eq!((response.status, response.json()), (404, wanted));
    let response = client.ask("POST", "/api/backends/%ff:1/drain", "").await;
    assert_eq!(response.status, 400);
    assert!(response.json()["error"].as_str().unwrap().contains("UTF-8"));
}

#[tokio::test]
async fn maintenance_begins_with_or_without_a_body_and_ends() {
    let running = serve();
    let client = running.client().json();
    let path = "/api/routes/lobby%20%2F%201/maintenance";
    for (method, body) in [
        ("PUT", r#"{"text":{"en":"Soon."}}"#),
        ("POST", " \n"),
        ("DELETE", ""),
    ] {
        let response = client.ask(method, path, body).await;
        assert_eq!(
            (response.status, response.json()),
            (200, json!({})),
            "{method}"
        );
    }
    let wanted = [
        r#"maintain lobby / 1 {"text":{"en":"Soon."}}"#,
        "maintain lobby / 1 {}",
        "maintain lobby / 1 ended",
    ];
    assert_eq!(running.fake.told(), wanted);
    let response = client.ask("PUT", path, "{").await;
    assert_eq!(response.status, 400);
    assert!(
        response.json()["error"]
            .as_str()
            .unwrap()
            .contains("line 1")
    );
    assert_eq!(running.fake.told().len(), 3);
}

#[tokio::test]
async fn an_explanation_is_whatever_the_router_says() {
    let running = serve();
    let client = running.client().json();
    let response = client
        .ask("POST", "/api/explain", r#"{"sni":"a.example"}"#)
        .await;
    assert_eq!(
        (response.status, response.json()),
        (200, json!({"asked": {"sni": "a.example"}}))
    );
    let response = client.ask("POST", "/api/explain", "{}").await;
    let wanted = json!({
        "error": "the question is not complete",
        "mistakes": ["sni: is missing", "language: has no such code"],
    });
    assert_eq!((response.status, response.json()), (422, wanted));
    for body in ["", "nonsense", "{\"sni\":", &"[".repeat(60_000)] {
        assert_eq!(client.ask("POST", "/api/explain", body).await.status, 400);
    }
}

/// The later of two would win without a word.
#[tokio::test]
async fn a_body_that_says_a_key_twice_is_refused() {
    let running = serve();
    let client = running.client().json();
    for (method, path, body, key) in [
        (
            "PUT",
            "/api/routes/a/maintenance",
            r#"{"until":"2030-01-01T00:00:00Z","until":null}"#,
            "until",
        ),
        (
            "POST",
            "/api/routes/a/maintenance",
            r#"{"text":{"de":"a","de":"b"}}"#,
            "de",
        ),
        ("POST", "/api/explain", r#"{"sni":"a","sni":"b"}"#, "sni"),
        (
            "POST",
            "/api/explain",
            r#"{"sni":"a","list":[{"x":1,"\u0078":2.5}]}"#,
            "x",
        ),
        (
            "PUT",
            "/api/log-level",
            r#"{"level":"info","level":"debug"}"#,
            "level",
        ),
    ] {
        let response = client.ask(method, path, body).await;
        let error = response.json()["error"].to_string();
        assert_eq!(response.status, 400, "{body}: {error}");
        assert!(
            error.contains(&format!("duplicate key \\\"{key}\\\"")),
            "{error}"
        );
    }
    assert_eq!(running.fake.told(), [""; 0]);
    let body = r#"{"text":{"a":"x","b":"x"},"list":[{"a":1},{"a":null}],"from":true}"#;
    let right = client.ask("PUT", "/api/routes/a/maintenance", body).await;
    assert_eq!(right.status, 200);
}

#[tokio::test]
async fn a_drain_is_begun_and_not_waited_for() {
    let running = serve();
    let response = running.client().json().ask("POST", "/drain", "").await;
    assert_eq!((response.status, response.json()), (202, json!({})));
    assert_eq!(running.fake.told(), ["drain"]);
}

#[tokio::test]
async fn the_log_level_is_read_and_set() {
    let running = serve();
    let client = running.client().json();
    let path = "/api/log-level";
    assert_eq!(client.get(path).await.json(), json!({"level": "info"}));
    assert_eq!(
        client.ask("PUT", path, r#"{"level":"debug"}"#).await.status,
        200
    );
    assert_eq!(
        client.ask("PUT", path, r#"{"level":"loud"}"#).await.status,
        422
    );
    for body in [
        r#"{"level":1}"#,
        "{}",
        r#"{"level":"debug","more":1}"#,
        "\"debug\"",
    ] {
        assert_eq!(client.ask("PUT", path, body).await.status, 400, "{body}");
    }
    assert_eq!(running.fake.told(), ["level debug", "level loud"]);
}

#[tokio::test]
async fn decisions_are_as_many_as_asked_for() {
    let running = serve();
    *running.fake.decisions.lock().unwrap() = (0..200)
        .map(|number| json!({"connection": number}))
        .collect();
    let client = running.client();
    let first = client.get("/api/decisions?limit=2").await.json();
    assert_eq!(first, json!([{"connection": 0}, {"connection": 1}]));
    let count = |answer: serde_json::Value| answer.as_array().unwrap().len();
    assert_eq!(count(client.get("/api/decisions").await.json()), 100);
    assert_eq!(
        count(client.get("/api/decisions?limit=99999999").await.json()),
        200
    );
    assert_eq!(running.fake.told().last().unwrap(), "decisions 10000");
    for query in ["-1", "many", "1e3", "", "18446744073709551616"] {
        let response = client.get(&format!("/api/decisions?limit={query}")).await;
        assert_eq!(response.status, 400, "{query}");
        assert!(response.json()["error"].as_str().unwrap().contains("limit"));
    }
}

#[tokio::test]
async fn backends_are_asked_for_by_provider_route_and_page() {
    let running = serve();
    let client = running.client();
    let page = client
        .get("/api/backends?provider=pods&route=a%20b&offset=2&limit=7")
        .await
        .json();
    assert_eq!(
        page,
        json!({"providers": [], "backends": [], "total": 3, "next": 2})
    );
    client.get("/api/backends").await;
    assert_eq!(
        running.fake.told(),
        [
            r#"backends Some("pods") Some("a b") 2 Some(7)"#,
            "backends None None 0 None"
        ]
    );
    assert_eq!(
        client.get("/api/backends?provider=unknown").await.status,
        404
    );
    for query in ["limit=-1", "offset=x", "pool=a"] {
        let response = client.get(&format!("/api/backends?{query}")).await;
        assert_eq!(response.status, 400, "{query}");
        assert!(
            response.json()["error"]
                .as_str()
                .unwrap()
                .contains("offset")
        );
    }
}
