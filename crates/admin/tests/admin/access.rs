//! Who may ask what.

use std::sync::Arc;

use hyrouter_admin::{AccessRefusal, AdminError, AdminServer, AdminToken};

use crate::support::{Fake, TOKEN, run, serve, serve_with_token};

const OPEN: &[&str] = &[
    "/",
    "/assets/app.css",
    "/assets/app.js",
    "/livez",
    "/readyz",
    "/metrics",
];
const GUARDED: &[(&str, &str)] = &[
    ("GET", "/api/status"),
    ("GET", "/api/backends"),
    ("GET", "/api/decisions"),
    ("GET", "/api/events"),
    ("GET", "/api/log-level"),
    ("PUT", "/api/log-level"),
    ("POST", "/api/explain"),
    ("POST", "/reload"),
    ("POST", "/drain"),
    ("POST", "/api/backends/10.0.0.1:5520/drain"),
    ("DELETE", "/api/backends/10.0.0.1:5520/drain"),
    ("PUT", "/api/routes/lobby/maintenance"),
    ("POST", "/api/routes/lobby/maintenance"),
    ("DELETE", "/api/routes/lobby/maintenance"),
    ("POST", "/api/plugins/bans/recording"),
    ("GET", "/api/plugins/bans/recording"),
    ("DELETE", "/api/plugins/bans/recording"),
];

fn bind(listen: &str, token: Option<AdminToken>) -> Result<AdminServer, AdminError> {
    let listen = listen.parse().unwrap();
    AdminServer::bind(listen, token, Arc::new(Fake::default()))
}

#[test]
fn beyond_loopback_it_takes_a_token() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:0.0.0.0]:0"] {
        let error = bind(listen, None).unwrap_err();
        assert!(
            matches!(error, AdminError::NoToken { .. }),
            "{listen}: {error}"
        );
    }
    bind("127.0.0.1:0", None).unwrap();
    bind("127.1.2.3:0", None).unwrap();
    bind("0.0.0.0:0", Some(AdminToken::parse(TOKEN).unwrap())).unwrap();
}

#[test]
fn an_address_that_is_taken_is_an_error_of_the_start() {
    let first = bind("127.0.0.1:0", None).unwrap();
    let error = bind(&first.local_addr().to_string(), None).unwrap_err();
    assert!(matches!(error, AdminError::Bind { .. }), "{error}");
    let port = first.local_addr().port().to_string();
    assert!(error.to_string().contains(&port), "{error}");
}

#[tokio::test]
async fn health_metrics_and_the_empty_page_take_no_token() {
    let running = serve_with_token();
    for path in OPEN {
        assert_eq!(running.client().get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn all_else_takes_it() {
    let running = serve_with_token();
    for (method, path) in GUARDED {
        for client in [
            running.client(),
            running.client().json(),
            running.client().token("another-token-0123456789"),
            running.client().token(&TOKEN[1..]),
            running.client().token(&format!("{TOKEN}x")),
            running.client().token(""),
            running.client().with("Authorization", TOKEN),
            running
                .client()
                .with("Authorization", &format!("Basic {TOKEN}")),
            running
                .client()
                .token(TOKEN)
                .and("Authorization", "Bearer x"),
        ] {
            let response = client.ask(method, path, "{}").await;
            assert_eq!(response.status, 401, "{method} {path}: {response:?}");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
            assert!(response.json()["error"].as_str().unwrap().contains("token"));
        }
    }
    assert_eq!(running.fake.told(), [""; 0]);
}

#[tokio::test]
async fn what_is_refused_is_counted_by_its_reason() {
    let (with, without) = (serve_with_token(), serve());
    let there = with.client();
    let (twice, wrong) = (
        there.token(TOKEN).and("Authorization", "Bearer x"),
        "0123456789abcdefg",
    );
    for (running, client, refused) in [
        (&with, with.client(), Some(AccessRefusal::TokenMissing)),
        (
            &with,
            with.client().token(wrong),
            Some(AccessRefusal::TokenWrong),
        ),
        (
            &with,
            with.client().token(""),
            Some(AccessRefusal::TokenWrong),
        ),
        (&with, twice, Some(AccessRefusal::TokenWrong)),
        (&with, with.client().token(TOKEN), None),
        (
            &without,
            without.client().with("Host", "evil.example"),
            Some(AccessRefusal::WebPage),
        ),
        (&without, without.client(), None),
    ] {
        client.get("/api/status").await;
        let counted = std::mem::take(&mut *running.fake.refused.lock().unwrap());
        assert_eq!(counted, Vec::from_iter(refused));
    }
}

#[tokio::test]
async fn with_the_token_the_name_of_the_host_does_not_matter() {
    let running = serve_with_token();
    let client = running
        .client()
        .with("Host", "router.internal")
        .token(TOKEN);
    assert_eq!(client.get("/api/status").await.status, 200);
    assert_eq!(client.ask("POST", "/reload", "").await.status, 200);
    let lower = running
        .client()
        .with("Authorization", &format!("bearer  {TOKEN} "));
    assert_eq!(lower.get("/api/status").await.status, 200);
}

#[tokio::test]
async fn without_a_token_programs_of_this_machine_may_ask() {
    let running = serve();
    for host in ["localhost", "localhost:1", "127.0.0.1:9", "[::1]:80"] {
        let client = running.client().with("Host", host);
        assert_eq!(client.get("/api/status").await.status, 200, "{host}");
        assert_eq!(
            client.json().ask("POST", "/reload", "").await.status,
            200,
            "{host}"
        );
    }
    let command = running.client().with("X-Hyrouter-Command", "1");
    assert_eq!(command.ask("POST", "/drain", "").await.status, 202);
}

#[tokio::test]
async fn a_page_whose_name_leads_here_is_refused() {
    let running = serve();
    for client in [
        running.client().with("Host", "evil.example"),
        running
            .client()
            .with("Host", &format!("evil.example:{}", running.address.port())),
        running.client().and("Host", "evil.example"),
        running.client().with("Host", ""),
    ] {
        let client = client.json();
        for (method, path) in GUARDED {
            let response = client.ask(method, path, "{}").await;
            assert_eq!(response.status, 403, "{method} {path}: {response:?}");
            assert!(response.json()["error"].as_str().unwrap().contains("Host"));
        }
    }
    let nameless = running.client().without("Host").json();
    assert_eq!(nameless.get("/api/status").await.status, 403);
    assert_eq!(running.fake.told(), [""; 0]);
}

#[tokio::test]
async fn a_page_of_another_site_can_command_nothing() {
    let running = serve();
    for client in [
        running.client(),
        running.client().with("Content-Type", "text/plain"),
        running
            .client()
            .with("Content-Type", "application/x-www-form-urlencoded"),
        running.client().json().and("Content-Type", "text/plain"),
        running.client().json().with("Sec-Fetch-Site", "cross-site"),
        running.client().json().with("Sec-Fetch-Site", "same-site"),
    ] {
        for (method, path) in GUARDED.iter().filter(|(method, _)| *method != "GET") {
            let response = client.ask(method, path, "{}").await;
            assert_eq!(response.status, 403, "{method} {path}: {response:?}");
        }
    }
    let other = running.client().with("Sec-Fetch-Site", "cross-site");
    assert_eq!(other.get("/api/events").await.status, 403);
    // What a browser asks before it lets such a page send JSON.
    let preflight = running.client().with("Origin", "https://evil.example");
    let answer = preflight.ask("OPTIONS", "/reload", "").await;
    assert!(answer.status >= 400 && answer.header("access-control-allow-origin").is_none());
    assert_eq!(running.fake.told(), [""; 0]);
    let own = running
        .client()
        .json()
        .with("Sec-Fetch-Site", "same-origin");
    assert_eq!(own.ask("POST", "/reload", "").await.status, 200);
}

#[tokio::test]
async fn an_address_of_ipv6_is_loopback_too() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: there is no IPv6 here");
        return;
    }
    let running = run("[::1]:0", None);
    assert_eq!(running.client().get("/api/status").await.status, 200);
}
