//! The server of pushes: what it accepts, and what it refuses without a change.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use hyrouter_admin::{PushHandles, PushServer};
use hyrouter_discovery::push::PushProvider;
use hyrouter_discovery::{Feed, Provider as _, PushSettings, PushToken, feed};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::Client;
use crate::support::client::{PATIENCE, Response};

const ALL: &str = "all-0123456789abcdef";
const EU: &str = "eu-0123456789abcdef";
const OTHER: &str = "other-0123456789abcdef";
const LOBBY: &str = "/v1/providers/lobbies/backends/lobby-1";

/// A server with the providers `lobbies` and `games`.
struct Pushing {
    address: SocketAddr,
    feed: Feed,
    _tasks: JoinSet<()>,
}

impl Pushing {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token = |name: &str, text: &str, prefix: &str| {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            PushToken {
                file,
                prefix: prefix.to_owned(),
            }
        };
        let lobbies = vec![token("all", ALL, ""), token("eu", EU, "eu-")];
        let games = vec![token("other", OTHER, "")];
        let mut tasks = JoinSet::new();
        let mut feeds = Vec::new();
        let mut handles = Vec::new();
        for (name, tokens) in [("lobbies", lobbies), ("games", games)] {
            let settings = PushSettings {
                tokens,
                max_lease: Duration::from_mins(1),
                state_file: None,
            };
            let provider = PushProvider::new(name, 10, &settings).unwrap();
            let (publisher, mut feed) = feed(name, 10);
            tasks.spawn(provider.follow(publisher));
            feed.first().await;
            feeds.push(feed);
            handles.push(provider.handle());
        }
        let shared = PushHandles::default();
        shared.replace(handles);
        let server = PushServer::bind(([127, 0, 0, 1], 0).into(), None, shared).unwrap();
        let address = server.local_addr();
        tasks.spawn(server.run(std::future::pending::<()>()));
        Self {
            address,
            feed: feeds.swap_remove(0),
            _tasks: tasks,
        }
    }

    fn client(&self, token: &str) -> Client {
        Client::new(self.address).json().token(token)
    }
}

fn body() -> String {
    json!({"host": "10.0.0.1", "port": 5520, "players": 3, "ttl": 30}).to_string()
}

#[track_caller]
fn assert_refused(response: &Response, status: u16, problem: &str) {
    assert_eq!(response.status, status, "{response:?}");
    let body = response.json();
    let error = body["error"].as_str().unwrap();
    assert!(error.contains(problem), "{error}");
    assert_eq!(body.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_backend_is_registered_shown_renewed_and_ended() {
    let mut pushing = Pushing::begin().await;
    let client = pushing.client(ALL);
    let registered = client.ask("PUT", LOBBY, &body()).await;
    assert_eq!(registered.status, 201);
    let lease = registered.json();
    assert_eq!(
        (&lease["id"], &lease["ttl"]),
        (&json!("lobby-1"), &json!(30))
    );
    assert!(lease["expires_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(client.ask("PUT", LOBBY, &body()).await.status, 200);
    let load = r#"{"players": 4, "max_players": 9}"#;
    assert_eq!(client.ask("PATCH", LOBBY, load).await.status, 200);
    assert_eq!(client.ask("PATCH", LOBBY, "").await.status, 200);
    let shown = client.get(LOBBY).await.json();
    assert_eq!(
        (&shown["host"], &shown["port"]),
        (&json!("10.0.0.1"), &json!(5520))
    );
    assert_eq!(
        (&shown["players"], &shown["max_players"]),
        (&json!(4), &json!(9))
    );
    let list = client.get("/v1/providers/lobbies/backends").await.json();
    assert_eq!(list["backends"], json!([shown]));
    while pushing.feed.now().backends.is_empty() {
        pushing.feed.changed().await;
    }
    assert_eq!(client.ask("DELETE", LOBBY, "").await.status, 204);
    assert_refused(&client.ask("DELETE", LOBBY, "").await, 404, "has no lease");
    assert_refused(
        &client.ask("PATCH", LOBBY, "").await,
        404,
        "register it with PUT",
    );
    while !pushing.feed.now().backends.is_empty() {
        pushing.feed.changed().await;
    }
}

#[tokio::test]
async fn a_request_without_the_right_token_is_refused() {
    let pushing = Pushing::begin().await;
    let without = Client::new(pushing.address).json();
    let refused = without.ask("PUT", LOBBY, &body()).await;
    assert_refused(&refused, 401, "Authorization: Bearer");
    assert_eq!(refused.header("WWW-Authenticate"), Some("Bearer"));
    for (token, path, status, problem) in [
        ("another-0123456789", LOBBY, 401, "token"),
        (
            "another-0123456789",
            "/v1/providers/none/backends/a",
            401,
            "token",
        ),
        (
            OTHER,
            LOBBY,
            403,
            "belongs to another provider than \"lobbies\"",
        ),
        (
            ALL,
            "/v1/providers/none/backends/a",
            404,
            "no provider \"none\"",
        ),
        (EU, LOBBY, 403, "allowed: ids that begin with \"eu-\""),
    ] {
        let client = pushing.client(token);
        for method in ["PUT", "PATCH", "DELETE", "GET"] {
            assert_refused(&client.ask(method, path, &body()).await, status, problem);
        }
    }
    let twice = pushing
        .client(ALL)
        .and("Authorization", &format!("Bearer {ALL}"));
    assert_refused(&twice.ask("PUT", LOBBY, &body()).await, 401, "token");
    assert!(pushing.feed.now().backends.is_empty());
}

#[tokio::test]
async fn a_body_that_cannot_be_used_is_refused() {
    let pushing = Pushing::begin().await;
    let client = pushing.client(ALL);
    let long = json!({"host": "a", "port": 1, "meta": {"k": "x".repeat(65_536)}}).to_string();
    for (body, status, problem) in [
        ("", 422, "missing field `host`"),
        ("{", 400, "not valid: EOF"),
        ("[]", 400, "not valid"),
        (
            r#"{"host": "a", "host": "b", "port": 1}"#,
            400,
            "duplicate key \"host\"",
        ),
        (
            r#"{"host": "a", "port": 70000}"#,
            422,
            "port: invalid value: integer `70000`; allowed: 1 to 65535",
        ),
        (
            r#"{"host": "a", "port": 1, "ttl": 3600}"#,
            422,
            "ttl: 3600; allowed: 1 to 60",
        ),
        (&long, 413, "65536 bytes"),
    ] {
        assert_refused(&client.ask("PUT", LOBBY, body).await, status, problem);
    }
    let form = client.with("Content-Type", "application/x-www-form-urlencoded");
    assert_refused(
        &form.ask("PUT", LOBBY, &body()).await,
        415,
        "application/json",
    );
    let client = pushing.client(ALL);
    for (path, status, problem) in [
        ("/v1/providers/lobbies/backends/%FF", 400, "not UTF-8"),
        (
            "/v1/providers/lobbies/backends/a%0Ab",
            422,
            "control character",
        ),
        ("/v1/providers/lobbies/backends/", 404, "unknown path"),
        ("/v1/providers/lobbies/backends/a/b", 404, "unknown path"),
        ("/v2", 404, "unknown path"),
        ("/v1/providers/lobbies/backends", 405, "method"),
    ] {
        assert_refused(&client.ask("PUT", path, &body()).await, status, problem);
    }
    let id = "x".repeat(257);
    let path = format!("/v1/providers/lobbies/backends/{id}");
    assert_refused(
        &client.ask("PUT", &path, &body()).await,
        422,
        "1 to 256 bytes",
    );
    assert!(pushing.feed.now().backends.is_empty());
    // A name in the path is decoded.
    let path = "/v1/providers/lobbies/backends/a%2Fb%20%C3%BC";
    assert_eq!(client.ask("PUT", path, &body()).await.json()["id"], "a/b ü");
}

#[tokio::test]
async fn no_more_backends_than_the_maximum() {
    let pushing = Pushing::begin().await;
    let client = pushing.client(ALL);
    for n in 0..11 {
        let path = format!("/v1/providers/lobbies/backends/{n}");
        let response = client.ask("PUT", &path, &body()).await;
        if n < 10 {
            assert_eq!(response.status, 201);
        } else {
            assert_refused(&response, 507, "10 leases");
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_refused_and_others_are_answered() {
    let pushing = Pushing::begin().await;
    let client = pushing.client(ALL);
    let mut slow = client.connect().await;
    let head = client.head("PUT", LOBBY, "Content-Length: 100\r\n");
    slow.write_all(format!("{head}{{").as_bytes())
        .await
        .unwrap();
    // A body of a wrong token is not waited for.
    let wrong = pushing.client("another-0123456789");
    let mut early = wrong.connect().await;
    let head = wrong.head("PUT", LOBBY, "Content-Length: 100\r\n");
    early.write_all(head.as_bytes()).await.unwrap();
    let mut some = [0; 12];
    early.read_exact(&mut some).await.unwrap();
    assert!(some.ends_with(b"401"));
    assert_eq!(client.ask("PUT", LOBBY, &body()).await.status, 201);
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, slow.read_to_end(&mut answer)).await;
    read.expect("the server ends the connection").unwrap();
    assert_refused(&Response::parse(&answer), 408, "did not arrive within 10 s");
}
