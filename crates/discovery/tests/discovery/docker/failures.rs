//! Engines that are unreachable, hang, or send something else.

use std::path::Path;

use hyrouter_testing::engine::ContainerEngine;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use super::{ENABLED, PORT, follow, names, on_both_engines};

on_both_engines!(the_last_set_stays_while_the_engine_is_unreachable);

async fn the_last_set_stays_while_the_engine_is_unreachable(engine: &ContainerEngine) {
    let mut followed = follow(&engine.socket());
    engine.run("lobby", &[ENABLED, PORT]);
    names(&mut followed, &["lobby"]).await;
    engine.kill_api();
    let state = followed
        .until_error("start the API of Docker or Podman")
        .await;
    assert_eq!(state.backends.len(), 1);
    engine.start_api();
    // Docker ends its containers when it starts again.
    engine.call(&["start", "lobby"]);
    engine.run("second", &[ENABLED, PORT]);
    names(&mut followed, &["lobby", "second"]).await;
}

#[tokio::test]
async fn a_missing_socket_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let mut followed = follow(&socket);
    let state = followed.until_error("there is no such socket").await;
    assert!(
        state
            .error
            .as_ref()
            .unwrap()
            .contains(socket.to_str().unwrap())
    );
    assert!(!state.is_synced);
    drop(UnixListener::bind(&socket).unwrap());
    followed.until_error("nothing listens on the socket").await;
}

/// Time is paused: it advances only when all tasks wait for it.
#[tokio::test(start_paused = true)]
async fn an_engine_that_hangs_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&socket).unwrap();
    let mut followed = follow(&socket);
    followed
        .until_error("no response to GET /version within 5s")
        .await;
}

#[tokio::test]
async fn refusals_and_foreign_answers_are_reported() {
    const VERSION: &str = r#"{"ApiVersion":"1.41","MinAPIVersion":"1.12"}"#;
    let version = answer("200 OK", VERSION);
    let refusal = answer("403 Forbidden", r#"{"message":"no \u001b[2J access"}"#);
    let page = answer("503 Service Unavailable", "<html>\n");
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_owned();
    for (answers, problem) in [
        (
            [refusal, String::new(), String::new()],
            r"GET /version got status 403 Forbidden: no \u{1b}[2J access",
        ),
        (
            [page, String::new(), String::new()],
            "GET /version got status 503 Service Unavailable: <html>",
        ),
        (
            [answer("200 OK", "[["), String::new(), String::new()],
            "GET /version: the response is not understood",
        ),
        (
            [version.clone(), answer("404 Not Found", ""), String::new()],
            "GET /events got status 404 Not Found",
        ),
        (
            [version.clone(), answer("200 OK", ""), long],
            "GET /containers/json: the response has more than 67108864 bytes",
        ),
        (
            [
                version.clone(),
                answer("200 OK", ""),
                answer("200 OK", "{}"),
            ],
            "GET /containers/json: the response is not understood",
        ),
        (
            [version, answer("200 OK", ""), "SSH-2.0\r\n".to_owned()],
            "GET /containers/json failed: invalid HTTP version parsed",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("docker.sock");
        serve(&socket, answers);
        follow(&socket).until_error(problem).await;
    }
}

#[tokio::test]
async fn a_foreign_entry_spoils_no_other() {
    let container = r#"{"Id":"a","Names":["/lobby"],"State":"running","Labels":{"hyrouter.enable":"true","hyrouter.port":"5520"},
        "NetworkSettings":{"Networks":{"bridge":{"IPAddress":"10.0.0.2"}}}}"#;
    let version = answer("200 OK", r#"{"ApiVersion":"1.41","MinAPIVersion":"1.12"}"#);
    let events = "HTTP/1.1 200 OK\r\n\r\n".to_owned();
    let list = answer("200 OK", &format!(r#"[{{"Id":7}},{container}]"#));
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    serve(&socket, [version, events, list]);
    let mut followed = follow(&socket);
    let state = followed.until_backends(&["lobby=10.0.0.2:5520"]).await;
    assert_eq!(
        state.problems[0].to_string(),
        "containers[0]: it is not what the API describes"
    );
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Gives these answers to requests for the version, for events, and for containers. There are no unhealthy ones. An
/// answer of any length stays open at its end.
fn serve(socket: &Path, answers: [String; 3]) {
    let listener = UnixListener::bind(socket).unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let [version, events, containers] = &answers;
            let head = head(&mut stream).await;
            let answer = if head.contains("GET /version ") {
                version.clone()
            } else if head.contains("/events?") {
                events.clone()
            } else if head.contains("unhealthy") {
                answer("200 OK", "[]")
            } else {
                containers.clone()
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
            open.push(stream);
        }
    });
}

async fn head(stream: &mut UnixStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}
