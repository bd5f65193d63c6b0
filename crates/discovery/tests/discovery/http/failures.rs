//! Answers that cannot be used.

use std::time::{Duration, Instant};

use hyrouter_testing::document_server::DocumentServer;

use super::{FIRST, ONE, SECOND, TWO, follow, settings};
use crate::followed::eventually;

/// Query, headers and body of an answer, and the error.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const CASES: [Case; 12] = [
    (
        "status=500",
        &[],
        "",
        ": the response has status 500 Internal Server Error",
    ),
    (
        "status=302",
        &[("Location", "/other")],
        "",
        ": redirects are not followed (got 302); configure the final URL",
    ),
    (
        "status=503",
        &[("Retry-After", "1")],
        "",
        ": the response has status 503",
    ),
    ("status=204", &[], "", ": the response has status 204"),
    (
        "status=304",
        &[],
        "",
        ": the response has status 304, but no ETag was sent",
    ),
    ("mode=cut", &[], ONE, ": the response is incomplete: "),
    ("mode=slow", &[], "", ": no response within 700ms"),
    ("mode=silent", &[], "", ": no response within 700ms"),
    (
        "mode=endless",
        &[],
        "",
        ": the response has more than 65536 bytes",
    ),
    (
        "",
        &[("Content-Encoding", "gzip")],
        ONE,
        ": the response is compressed",
    ),
    (
        "",
        &[("Content-Type", "text/html")],
        "<!doctype html>",
        "(Content-Type text/html, read as JSON)",
    ),
    (
        "",
        &[],
        r#"{"backend": []}"#,
        ": the document has no `backends`; expected",
    ),
];

#[tokio::test]
async fn the_last_set_stays_and_the_next_good_answer_counts() {
    let server = DocumentServer::start();
    let mut followed = Vec::new();
    for number in 0..CASES.len() {
        let name = format!("d{number}");
        server.answer(&name, "", &[], ONE);
        let settings = super::HttpSettings {
            timeout: Duration::from_millis(700),
            max_bytes: 64 << 10,
            ..settings(server.url(&name))
        };
        followed.push((name, follow(settings)));
    }
    for ((query, headers, body, _), (name, followed)) in CASES.iter().zip(&mut followed) {
        followed.until_backends(&FIRST).await;
        server.answer(name, query, headers, body);
    }
    for ((.., error), (name, followed)) in CASES.iter().zip(&mut followed) {
        let state = followed.until_error(error).await;
        assert_eq!(&*state.backends[0].id, "one");
        let text = state.error.as_deref().unwrap();
        assert!(
            text.starts_with(&format!("{}: ", server.url(name))),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1, "{text}");
        server.answer(name, "", &[("Content-Type", "application/yaml")], TWO);
    }
    for (_, followed) in &mut followed {
        followed.until_backends(&SECOND).await;
    }
}

#[tokio::test]
async fn a_server_is_left_alone_as_long_as_it_asks() {
    let server = DocumentServer::start();
    server.answer("d", "status=503", &[("Retry-After", "2")], "");
    let mut followed = follow(settings(server.url("d")));
    followed.until_error("503").await;
    let started = Instant::now();
    eventually(|| server.requests("d").len() > 1).await;
    // The first request was a moment before its error.
    assert!(started.elapsed() >= Duration::from_millis(1_900));
    server.answer(
        "d",
        "status=429",
        &[("Retry-After", "Fri, 31 Dec 2999 23:59:59 GMT")],
        "",
    );
    followed.until_error("429").await;
}
