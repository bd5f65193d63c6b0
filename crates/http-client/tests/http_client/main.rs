//! A client and real servers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

mod server;

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyrouter_http_client::{HttpClient, HttpClientError, HttpClientOptions, ServiceUrl, UrlRules};
use hyrouter_text::Causes;
use tokio::io::AsyncWriteExt as _;

use crate::server::Server;
use hyrouter_testing::authority::Authority;
use hyrouter_testing::listen::{deaf, listen};
use hyrouter_testing::post;

/// Limit that ends a test that hangs; far longer than any test takes.
const LONG: Duration = Duration::from_secs(30);

fn client(
    address: &ServiceUrl,
    idle: Option<Duration>,
    ca_file: Option<&Path>,
) -> HttpClient<Full<Bytes>> {
    let settings = HttpClientOptions {
        ca_file,
        connect_timeout: LONG,
        idle,
    };
    settings.client(address).unwrap()
}

/// Posts a body and reads the answer to its end.
async fn post(
    client: &HttpClient<Full<Bytes>>,
    address: &ServiceUrl,
    body: &'static str,
) -> Result<String, HttpClientError> {
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = address.uri().clone();
    let answer = tokio::time::timeout(LONG, client.request(request));
    let body = answer.await.unwrap()?.into_body().collect().await.unwrap();
    Ok(String::from_utf8(body.to_bytes().into()).unwrap())
}

fn address(scheme: &str, server: &Server) -> ServiceUrl {
    url(&format!("{scheme}://{}/d?key=1", server.address))
}

fn url(text: &str) -> ServiceUrl {
    ServiceUrl::parse(text, UrlRules::default()).unwrap()
}

#[tokio::test]
async fn a_connection_is_reused_if_it_may_idle() {
    for (idle, connections) in [(Some(LONG), 1), (None, 2)] {
        let server = Server::new(None).await;
        let address = address("http", &server);
        let client = client(&address, idle, None);
        for body in ["one", "two"] {
            assert_eq!(post(&client, &address, body).await.unwrap(), body);
        }
        assert_eq!(server.connections(), connections, "{idle:?}");
        let head = server.heads().remove(0);
        assert!(head.starts_with("post /d?key=1 http/1.1\r\n"), "{head}");
    }
}

#[tokio::test]
async fn a_service_is_trusted_by_a_private_authority() {
    let authority = Authority::new();
    let server = Server::new(Some(authority.acceptor("127.0.0.1"))).await;
    let address = address("https", &server);
    let client = client(&address, None, Some(&authority.file()));
    assert_eq!(post(&client, &address, "one").await.unwrap(), "one");
    assert!(
        rustls::crypto::CryptoProvider::get_default().is_none(),
        "no provider is installed for the process"
    );
}

#[tokio::test]
async fn a_service_of_another_authority_or_name_is_not() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    for (authority, host, problem) in [
        (&theirs, "127.0.0.1", "BadSignature"),
        (&ours, "127.0.0.2", "not valid for name"),
    ] {
        let server = Server::new(Some(authority.acceptor(host))).await;
        let address = address("https", &server);
        let client = client(&address, None, Some(&ours.file()));
        let error = post(&client, &address, "one").await.unwrap_err();
        let error = Causes(&error).to_string();
        assert!(error.contains(problem), "{error}");
        assert!(server.heads().is_empty());
    }
}

#[tokio::test]
async fn a_client_for_tls_sends_nothing_without() {
    let authority = Authority::new();
    let server = Server::new(None).await;
    let client = client(&address("https", &server), None, Some(&authority.file()));
    assert!(
        post(&client, &address("http", &server), "one")
            .await
            .is_err()
    );
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn a_refused_connection_is_one_line() {
    let (_port, at) = deaf();
    let address = url(&format!("http://{at}/"));
    let error = post(&client(&address, None, None), &address, "one").await;
    let error = Causes(&error.unwrap_err()).to_string();
    assert_eq!(error.matches("refused").count(), 1, "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

/// Hangs without the bound on informational responses.
#[tokio::test]
async fn endless_informational_responses_close_the_connection() {
    let authority = Authority::new();
    for tls in [false, true] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (left, has_left) = tokio::sync::oneshot::channel();
        let left = std::sync::Arc::new(std::sync::Mutex::new(Some(left)));
        listen(
            listener,
            tls.then(|| authority.acceptor("localhost")),
            move |stream| {
                let left = left.lock().unwrap().take();
                async move {
                    let (Some(mut stream), Some(left)) = (stream, left) else {
                        return;
                    };
                    post::read(&mut stream).await;
                    let endless = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
                    while stream.write_all(endless.as_bytes()).await.is_ok() {}
                    let _ = left.send(());
                }
            },
        );
        let scheme = if tls { "https" } else { "http" };
        let address = url(&format!("{scheme}://localhost:{port}/"));
        let client = client(&address, None, Some(&authority.file()));
        let error = post(&client, &address, "body").await.unwrap_err();
        let text = Causes(&error).to_string();
        assert!(text.contains("16 informational responses"), "{text}");
        tokio::time::timeout(LONG, has_left).await.unwrap().unwrap();
    }
}
