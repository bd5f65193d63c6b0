//! HTTP/2 responses that are not valid gRPC, and refusals that are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use h2::server::{Connection, SendResponse};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use hyrouter_plugin_api::PluginError;
use hyrouter_plugin_grpc::ConnectResponse;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::{PATIENCE, SHORT, ask, ask_within, code, message, plugin};

type Headers = &'static [(&'static str, &'static str)];

const GRPC: Headers = &[("content-type", "application/grpc")];
const OK: Headers = &[("grpc-status", "0")];
const EMPTY_ANSWER: &[u8] = b"\0\0\0\0\x02{}";

/// Response: HTTP status, headers, pieces of the body, trailers.
type Script = (u16, Headers, &'static [&'static [u8]], Option<Headers>);

fn map(headers: Headers) -> HeaderMap {
    let pairs = headers.iter().map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    });
    pairs.collect()
}

fn play((status, headers, pieces, trailers): Script, mut respond: SendResponse<Bytes>) {
    let mut response = Response::builder().status(status).body(()).unwrap();
    *response.headers_mut() = map(headers);
    let ends = pieces.is_empty() && trailers.is_none();
    let mut body = respond.send_response(response, ends).unwrap();
    for (number, piece) in pieces.iter().enumerate() {
        let ends = trailers.is_none() && number + 1 == pieces.len();
        body.send_data(Bytes::from_static(piece), ends).unwrap();
    }
    if let Some(trailers) = trailers {
        body.send_trailers(map(trailers)).unwrap();
    }
}

type Served = (Request<h2::RecvStream>, SendResponse<Bytes>);

/// Runs a server that passes each connection to a function, with the number of earlier ones.
async fn server<F>(
    serve: impl Fn(usize, Connection<TcpStream, Bytes>) -> F + Send + 'static,
) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let connection = h2::server::handshake(stream).await.unwrap();
            tokio::spawn(serve(number, connection));
        }
    });
    address
}

/// Runs a server that handles each call with a function.
async fn answering(answer: impl Fn(Served) + Clone + Send + 'static) -> String {
    server(move |_, mut connection| {
        let answer = answer.clone();
        async move {
            while let Some(Ok(served)) = connection.accept().await {
                answer(served);
            }
        }
    })
    .await
}

async fn answer_to(script: Script) -> crate::support::Answer {
    let address = answering(move |(_, respond)| play(script, respond)).await;
    ask(&plugin(&address), "a").await
}

#[tokio::test]
async fn a_response_in_pieces_is_accepted() {
    for pieces in [
        &[EMPTY_ANSWER][..],
        &[b"\0\0", b"\0\0\x02", b"{", b"}"],
        &[b"", EMPTY_ANSWER, b""],
    ] {
        let answer = answer_to((200, GRPC, pieces, Some(OK))).await;
        assert_eq!(answer, Ok(ConnectResponse::default()));
    }
}

#[tokio::test]
async fn other_responses_than_grpc_are_errors() {
    const HTML: Headers = &[("content-type", "text/html")];
    let cases: [(Script, &str); 7] = [
        (
            (404, HTML, &[b"<h1>"], None),
            "404 Not Found, content type \"text/html\"",
        ),
        ((503, GRPC, &[], None), "503 Service Unavailable"),
        (
            (200, HTML, &[b"<h1>"], None),
            "200 OK, content type \"text/html\"",
        ),
        ((200, &[], &[], None), "200 OK, content type \"\""),
        ((200, GRPC, &[], None), "ended without a status"),
        ((200, GRPC, &[EMPTY_ANSWER], None), "ended without a status"),
        (
            (200, GRPC, &[EMPTY_ANSWER], Some(GRPC)),
            "ended without a status",
        ),
    ];
    for (script, problem) in cases {
        let answer = answer_to(script).await;
        assert_eq!(code(&answer), "transport", "{answer:?}");
        assert!(message(&answer).contains(problem), "{answer:?}");
    }
}

#[tokio::test]
async fn messages_that_are_none() {
    let cases: [(&'static [&'static [u8]], &str); 7] = [
        (&[], "no message"),
        (&[b"\0\0\0\0"], "no message"),
        (&[b"\0\0\0\0\x03{}"], "incomplete"),
        (&[b"\x01\0\0\0\x02{}"], "compressed"),
        (&[EMPTY_ANSWER, EMPTY_ANSWER], "more than one"),
        (&[b"\0\0\0\0\0"], "is empty"),
        (&[b"\0\0\0\0\x02[]"], "expected an object"),
    ];
    for (pieces, problem) in cases {
        let answer = answer_to((200, GRPC, pieces, Some(OK))).await;
        assert_eq!(code(&answer), "bad_response", "{answer:?}");
        assert!(message(&answer).contains(problem), "{answer:?}");
    }
}

#[tokio::test]
async fn a_status_is_read_from_headers_and_trailers() {
    const DETAILS: Headers = &[
        ("grpc-status", "3"),
        ("grpc-message", "no%20name"),
        ("grpc-status-details-bin", "this is no base64!"),
    ];
    const EARLY: Headers = &[
        ("content-type", "application/grpc"),
        ("grpc-status", "3"),
        ("grpc-message", "no%20name"),
    ];
    let expected = PluginError::Status {
        code: 3,
        message: "no name".into(),
    };
    let cases: [Script; 5] = [
        (200, GRPC, &[], Some(DETAILS)),
        (200, GRPC, &[EMPTY_ANSWER], Some(DETAILS)),
        (200, EARLY, &[], None),
        (500, EARLY, &[], None),
        (200, DETAILS, &[], None),
    ];
    for script in cases {
        assert_eq!(answer_to(script).await, Err(expected.clone()));
    }
    let late = answer_to((200, GRPC, &[], Some(&[("grpc-status", "4")]))).await;
    assert_eq!(code(&late), "timeout");
}

#[tokio::test]
async fn a_body_without_end_is_cut_by_its_length_or_by_the_deadline() {
    async fn flood(first: &'static [u8]) -> String {
        answering(move |(_, mut respond)| {
            let mut response = Response::new(());
            *response.headers_mut() = map(GRPC);
            let mut body = respond.send_response(response, false).unwrap();
            body.send_data(Bytes::from_static(first), false).unwrap();
            tokio::spawn(async move {
                let chunk = Bytes::from_static(&[b' '; 16_384]);
                // Until the client resets the stream.
                while body.send_data(chunk.clone(), false).is_ok() {
                    body.reserve_capacity(chunk.len());
                    let capacity = std::future::poll_fn(|context| body.poll_capacity(context));
                    let Some(Ok(_)) = capacity.await else { return };
                }
            });
        })
        .await
    }
    let too_long = plugin(&flood(b"\0\xff\xff\xff\xff").await);
    assert_eq!(code(&ask(&too_long, "a").await), "oversize");
    let too_many = plugin(&flood(EMPTY_ANSWER).await);
    assert_eq!(code(&ask(&too_many, "a").await), "bad_response");
    let within = plugin(&flood(b"\0\0\x0f\0\0").await);
    assert_eq!(code(&ask(&within, "a").await), "bad_response");

    let silent = answering(|(_, mut respond)| {
        let mut response = Response::new(());
        *response.headers_mut() = map(GRPC);
        let body = respond.send_response(response, false).unwrap();
        // A drop would reset the stream.
        std::mem::forget(body);
    })
    .await;
    let answer = ask_within(&plugin(&silent), "a", Duration::from_millis(100)).await;
    assert_eq!(code(&answer), "timeout");
}

/// Runs a server that counts calls and resets the first ones.
async fn resetting(count: usize, reason: Reason) -> (String, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let address = answering(move |(_, mut respond)| {
        if counter.fetch_add(1, Ordering::Relaxed) < count {
            respond.send_reset(reason);
        } else {
            play((200, GRPC, &[EMPTY_ANSWER], Some(OK)), respond);
        }
    })
    .await;
    (address, calls)
}

#[tokio::test]
async fn a_call_that_the_server_refused_unread_is_repeated() {
    let (address, calls) = resetting(1, Reason::REFUSED_STREAM).await;
    assert_eq!(
        ask(&plugin(&address), "a").await,
        Ok(ConnectResponse::default())
    );
    assert_eq!(calls.load(Ordering::Relaxed), 2);

    let (address, calls) = resetting(4, Reason::REFUSED_STREAM).await;
    assert_eq!(
        ask(&plugin(&address), "a").await,
        Ok(ConnectResponse::default())
    );
    assert_eq!(calls.load(Ordering::Relaxed), 5);

    // A server that always refuses is called with pauses.
    let (address, calls) = resetting(usize::MAX, Reason::REFUSED_STREAM).await;
    let answer = ask_within(&plugin(&address), "a", SHORT).await;
    assert_eq!(code(&answer), "unreachable", "{answer:?}");
    assert!(calls.load(Ordering::Relaxed) <= 12);
}

#[tokio::test]
async fn a_call_that_the_server_may_have_read_is_not_repeated() {
    for reason in [Reason::INTERNAL_ERROR, Reason::CANCEL, Reason::NO_ERROR] {
        let (address, calls) = resetting(1, reason).await;
        let answer = ask(&plugin(&address), "a").await;
        assert_eq!(code(&answer), "transport", "{answer:?}");
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
}

/// Runs a server that counts calls and answers the first ones with status CANCELLED.
async fn cancelling(count: usize) -> (String, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let address = answering(move |(_, respond)| {
        let script: Script = if counter.fetch_add(1, Ordering::Relaxed) < count {
            (200, GRPC, &[], Some(&[("grpc-status", "1")]))
        } else {
            (200, GRPC, &[EMPTY_ANSWER], Some(OK))
        };
        play(script, respond);
    })
    .await;
    (address, calls)
}

/// Acts as a server with grpcio that stops: it cancels calls until the client has another connection.
#[tokio::test]
async fn a_call_that_the_server_cancels_before_its_deadline_is_repeated() {
    for count in [1, 2] {
        let (address, calls) = cancelling(count).await;
        assert_eq!(
            ask(&plugin(&address), "a").await,
            Ok(ConnectResponse::default())
        );
        assert_eq!(calls.load(Ordering::Relaxed), count + 1);
    }
    let (address, calls) = cancelling(usize::MAX).await;
    let answer = ask(&plugin(&address), "a").await;
    assert_eq!(code(&answer), "status", "{answer:?}");
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

/// Acts as a restarting server: it announces the last call, and the client sees it at the next call.
#[tokio::test]
async fn a_closing_connection_is_replaced_without_loss() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let address = server(move |number, mut connection| {
        counter.store(number + 1, Ordering::Relaxed);
        async move {
            while let Some(Ok((_, respond))) = connection.accept().await {
                play((200, GRPC, &[EMPTY_ANSWER], Some(OK)), respond);
                connection.graceful_shutdown();
            }
        }
    })
    .await;
    let plugin = plugin(&address);
    for _ in 0..100 {
        assert_eq!(ask(&plugin, "a").await, Ok(ConnectResponse::default()));
    }
    let connections = connections.load(Ordering::Relaxed);
    assert!(connections > 10, "{connections}");
}

/// Acts as grpc-go with a client that pings too often.
#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced_without_loss() {
    let (closed, mut is_closed) = tokio::sync::mpsc::channel(1);
    let address = server(move |_, mut connection| {
        let closed = closed.clone();
        async move {
            let idle = Duration::from_millis(20);
            while let Ok(Some(Ok((_, respond)))) = timeout(idle, connection.accept()).await {
                play((200, GRPC, &[EMPTY_ANSWER], Some(OK)), respond);
            }
            connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
            while connection.accept().await.is_some_and(|call| call.is_ok()) {}
            closed.send(()).await.unwrap();
        }
    })
    .await;
    let plugin = plugin(&address);
    for _ in 0..20 {
        assert_eq!(ask(&plugin, "a").await, Ok(ConnectResponse::default()));
        timeout(PATIENCE, is_closed.recv()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_server_limits_concurrent_calls_and_all_are_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut builder = h2::server::Builder::new();
        let handshake = builder
            .max_concurrent_streams(3)
            .handshake::<_, Bytes>(stream);
        let mut connection = handshake.await.unwrap();
        while let Some(Ok((_, respond))) = connection.accept().await {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                play((200, GRPC, &[EMPTY_ANSWER], Some(OK)), respond);
            });
        }
    });
    let plugin = Arc::new(plugin(&address));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let plugin = Arc::clone(&plugin);
        calls.spawn(async move { ask_within(&plugin, "a", PATIENCE).await });
    }
    for answer in calls.join_all().await {
        assert_eq!(answer, Ok(ConnectResponse::default()));
    }
}
