//! The server as an author uses it, called by the client of this crate and by plain HTTP/2.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use hyrouter_plugin_api::PluginError;
use hyrouter_plugin_grpc::{
    ConnectRequest, ConnectResponse, OnConnect, PluginFailure, PluginServer,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::support::{Running, ask, ask_within, code, message, peer_like, plugin, request, upper};

struct Counter {
    greeting: String,
}

impl OnConnect for Counter {
    async fn on_connect(&self, request: ConnectRequest) -> Result<ConnectResponse, PluginFailure> {
        let name = request
            .event
            .username
            .ok_or_else(|| PluginFailure::status(3, "no name"))?;
        let number: u16 = name.parse()?;
        Ok(ConnectResponse::deny(format!("{} {number}", self.greeting)))
    }
}

#[tokio::test]
async fn an_author_writes_a_trait_and_uses_the_question_mark() {
    let greeting = "Hello".into();
    let server = Running::new(PluginServer::new(Counter { greeting })).await;
    let plugin = plugin(&server.address);
    assert_eq!(
        ask(&plugin, "7").await,
        Ok(ConnectResponse::deny("Hello 7"))
    );
    let failed = |code, message: &str| {
        Err(PluginError::Status {
            code,
            message: message.into(),
        })
    };
    assert_eq!(
        ask(&plugin, "x").await,
        failed(13, "invalid digit found in string")
    );
}

#[tokio::test]
async fn a_panic_is_a_status_and_does_not_stop_the_server() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    let plugin = plugin(&server.address);
    for _ in 0..3 {
        let answer = ask(&plugin, "panic").await;
        assert_eq!(message(&answer), "status 13 INTERNAL: the plugin panicked");
        assert_eq!(ask(&plugin, "a").await, Ok(upper("a")));
    }
}

#[tokio::test]
async fn a_bound_socket_is_served() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let bound = PluginServer::new(peer_like).listen(listener).unwrap();
    assert_eq!(bound.address(), address);
    let server = Running::run(bound);
    assert_eq!(ask(&plugin(&server.address), "a").await, Ok(upper("a")));
}

#[tokio::test]
async fn an_address_that_cannot_be_listened_on_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken
        .local_addr()
        .map(|address| (address.to_string(), taken))
        .unwrap();
    for (address, problem) in [
        ("7777", "has no port"),
        ("https://127.0.0.1:0", "cannot listen on"),
        (taken.0.as_str(), "in use"),
        (
            "unix:/nowhere/at/all.sock",
            "listening on unix:/nowhere/at/all.sock",
        ),
    ] {
        let error = PluginServer::new(peer_like)
            .bind(address)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(problem) && error.contains(address),
            "{error}"
        );
    }
}

#[tokio::test]
async fn calls_beyond_the_limit_are_refused_and_those_within_are_answered() {
    let gate = Arc::new(Semaphore::new(0));
    let entered = Arc::new(Semaphore::new(0));
    let (opened, enters) = (Arc::clone(&gate), Arc::clone(&entered));
    let wait = move |_: ConnectRequest| {
        let (gate, entered) = (Arc::clone(&opened), Arc::clone(&enters));
        async move {
            entered.add_permits(1);
            drop(gate.acquire().await?);
            Ok(ConnectResponse::default())
        }
    };
    let limit = NonZeroU32::new(2).unwrap();
    let server = Running::new(PluginServer::new(wait).with_max_calls(limit)).await;
    let plugin = plugin(&server.address);
    let inside = async { tokio::join!(ask(&plugin, "a"), ask(&plugin, "b")) };
    let beyond = async {
        drop(entered.acquire_many(2).await.unwrap());
        let answer = ask(&plugin, "c").await;
        gate.add_permits(2);
        answer
    };
    let ((first, second), third) = tokio::join!(inside, beyond);
    assert_eq!(
        message(&third),
        "status 8 RESOURCE_EXHAUSTED: 2 calls are running, the maximum"
    );
    assert!(first.is_ok() && second.is_ok());
    assert!(ask(&plugin, "d").await.is_ok());
}

#[tokio::test]
async fn a_request_that_is_too_long_is_refused() {
    let longest = serde_json::to_vec(&request("exactly so long"))
        .unwrap()
        .len();
    let server = Running::new(PluginServer::new(peer_like).with_max_request(longest)).await;
    let plugin = plugin(&server.address);
    assert!(ask(&plugin, "exactly so long").await.is_ok());
    let answer = ask(&plugin, "exactly so long!").await;
    assert_eq!(code(&answer), "status", "{answer:?}");
    assert!(
        message(&answer).starts_with("status 11 OUT_OF_RANGE: "),
        "{answer:?}"
    );
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let limit = NonZeroU32::new(1).unwrap();
    let server = Running::new(PluginServer::new(peer_like).with_max_connections(limit)).await;
    let first = plugin(&server.address);
    assert_eq!(ask(&first, "a").await, Ok(upper("a")));
    let second = plugin(&server.address);
    let waiting = ask_within(&second, "b", Duration::from_millis(200)).await;
    assert_eq!(code(&waiting), "timeout", "{waiting:?}");
    drop(first);
    assert_eq!(ask(&second, "b").await, Ok(upper("b")));
}

struct Bare(h2::client::SendRequest<Bytes>);

impl Bare {
    async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self(client)
    }

    /// Status, headers and trailers.
    async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: &'static [u8],
    ) -> (StatusCode, HeaderMap, HeaderMap) {
        let mut client = self.0.clone().ready().await.unwrap();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://plugin{path}"))
            .header("content-type", content_type)
            .body(())
            .unwrap();
        let (response, mut stream) = client.send_request(request, false).unwrap();
        stream.send_data(Bytes::from_static(body), true).unwrap();
        let (head, mut body) = response.await.unwrap().into_parts();
        while let Some(piece) = body.data().await {
            let len = piece.unwrap().len();
            body.flow_control().release_capacity(len).unwrap();
        }
        let trailers = body.trailers().await.unwrap();
        (head.status, head.headers, trailers.unwrap_or_default())
    }
}

const PATH: &str = "/hyrouter.Plugin/OnConnect";
const NULL: &[u8] = b"\0\0\0\0\x02{}";

#[tokio::test]
async fn responses_have_the_content_type_of_the_request() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    let bare = Bare::connect(&server.address).await;
    for (path, body) in [
        (PATH, NULL),
        (PATH, b"\0\0\0\0\x01["),
        ("/hyrouter.Plugin/Other", NULL),
        ("/grpc.health.v1.Health/Check", b"\0\0\0\0\0"),
    ] {
        for content_type in [
            "application/grpc",
            "application/grpc+json",
            "application/grpc;v=1",
        ] {
            let (status, headers, _) = bare.send(Method::POST, path, content_type, body).await;
            assert_eq!(status, 200);
            assert_eq!(headers["content-type"], content_type, "{path}");
        }
    }
}

#[tokio::test]
async fn other_requests_than_grpc_get_an_http_status() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    let bare = Bare::connect(&server.address).await;
    for content_type in ["application/json", "application/grpc-web", "text/html", ""] {
        let (status, headers, _) = bare.send(Method::POST, PATH, content_type, NULL).await;
        assert_eq!(status, 415, "{content_type}");
        assert!(!headers.contains_key("grpc-status"));
    }
    let (status, headers, _) = bare.send(Method::GET, PATH, "application/grpc", NULL).await;
    assert_eq!(
        (status, &headers["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
}

#[tokio::test]
async fn invalid_requests_have_a_status() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    let bare = Bare::connect(&server.address).await;
    for (path, body, code) in [
        (PATH, NULL, "0"),
        (PATH, b"\0\0\0\0\x01[", "3"),
        (PATH, b"\0\0\0\0\0", "3"),
        (PATH, b"", "13"),
        (PATH, b"\0\0\0\0\x03{}", "13"),
        (PATH, b"\x01\0\0\0\x02{}", "13"),
        (PATH, b"\0\xff\xff\xff\xff", "11"),
        ("/hyrouter.Plugin/Other", NULL, "12"),
        ("/", NULL, "12"),
    ] as [(&str, &'static [u8], &str); 9]
    {
        let (_, headers, trailers) = bare
            .send(Method::POST, path, "application/grpc", body)
            .await;
        let status = headers
            .get("grpc-status")
            .or_else(|| trailers.get("grpc-status"));
        assert_eq!(status.unwrap(), code, "{path} {body:?}");
    }
}
