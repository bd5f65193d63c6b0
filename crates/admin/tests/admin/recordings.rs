//! Recordings of plugins.

use serde_json::json;

use crate::support::{TOKEN, serve, serve_with_token};

#[tokio::test]
async fn a_recording_is_started_read_and_ended() {
    let running = serve();
    let client = running.client().json();
    let path = "/api/plugins/a%2Fb/recording";
    for (body, noted) in [
        ("", "record a/b 20 60 []"),
        (r#"{"cases": 3, "seconds": 5}"#, "record a/b 3 5 []"),
    ] {
        let response = client.ask("POST", path, body).await;
        assert_eq!((response.status, response.json()), (200, json!({})));
        assert_eq!(running.fake.told().last().unwrap(), noted);
    }
    let response = client.get(path).await;
    assert_eq!(
        (response.status, response.json()),
        (200, json!({"calls": 1}))
    );
    let response = client.ask("DELETE", path, "").await;
    assert_eq!(
        (response.status, response.json()),
        (200, json!({"calls": 1}))
    );
    assert_eq!(running.fake.told().last().unwrap(), "stop recording a/b");
}

#[tokio::test]
async fn wrong_commands_about_recordings_are_refused() {
    let running = serve();
    let client = running.client().json();
    let path = "/api/plugins/bans/recording";
    for body in [
        "7",
        r#"{"count": 3}"#,
        r#"{"cases": -1}"#,
        r#"{"keep": "username"}"#,
    ] {
        assert_eq!(client.ask("POST", path, body).await.status, 400, "{body}");
    }
    let busy = "/api/plugins/busy/recording";
    assert_eq!(client.ask("POST", busy, "").await.status, 409);
    let unknown = "/api/plugins/unknown/recording";
    for method in ["GET", "DELETE"] {
        assert_eq!(
            client.ask(method, unknown, "").await.status,
            404,
            "{method}"
        );
    }
}

#[tokio::test]
async fn data_of_players_is_kept_for_bearers_of_a_token_only() {
    let path = "/api/plugins/bans/recording";
    let keep = r#"{"keep": ["username"]}"#;
    let running = serve();
    let response = running.client().json().ask("POST", path, keep).await;
    assert_eq!(response.status, 403);
    assert!(
        response.json()["error"]
            .as_str()
            .unwrap()
            .contains("admin.token_file")
    );
    assert_eq!(running.fake.told(), [""; 0]);
    let running = serve_with_token();
    let client = running.client().json().token(TOKEN);
    assert_eq!(client.ask("POST", path, keep).await.status, 200);
    assert_eq!(running.fake.told(), [r#"record bans 20 60 ["username"]"#]);
}
