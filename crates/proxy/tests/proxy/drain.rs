//! How a server ends: newcomers are refused, those in flight are answered.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{Observation, patiently, server};
use hyrouter_client::{Ending, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{Answer, ServerBuilder};
use tokio::sync::Semaphore;

/// As on every way out of a start that fails after the port was bound.
#[tokio::test]
async fn a_server_that_did_not_run_is_dropped_within_a_runtime() {
    let server = ServerBuilder::default()
        .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
        .endpoints(NonZeroUsize::new(2).unwrap())
        .bind(async |_| Answer::disconnect(None))
        .unwrap();
    drop(server);
}

#[tokio::test]
async fn an_idle_server_ends_at_once() {
    let mut server = server()
        .endpoints(2)
        .answering(|_| Answer::disconnect(None));
    server.stop();
    server.ended().await.unwrap();
}

#[tokio::test]
async fn those_in_flight_are_answered_and_newcomers_refused() {
    let gate = Arc::new(Semaphore::new(0));
    let begun = Arc::new(Semaphore::new(0));
    let (open, inside) = (Arc::clone(&gate), Arc::clone(&begun));
    let mut server = server().deciding(move |_| {
        let (open, inside) = (Arc::clone(&open), Arc::clone(&inside));
        async move {
            inside.add_permits(1);
            let _opened = open.acquire_owned().await;
            Answer::referral("10.0.0.7", 5521, None)
        }
    });
    let hello = Hello::of(Generation::G4);
    let mut in_flight = server.connected().await;
    in_flight.send(&hello.frame().unwrap()).await.unwrap();
    patiently(begun.acquire()).await.unwrap().forget();

    server.stop();
    // Until the worker has heard of it, a newcomer may still get in; it is then in flight as well.
    let newcomer = loop {
        let dial = server.dial().timeout(Duration::from_millis(500));
        let exchange = server.client.exchange(&dial, &hello).await;
        if !matches!(
            exchange.outcome,
            ExchangeOutcome::Ended(Ending::NoAnswer { .. })
        ) {
            break exchange;
        }
    };
    assert!(
        matches!(
            newcomer.outcome,
            ExchangeOutcome::Ended(Ending::Transport { code: 0x02, .. })
        ),
        "{newcomer:?}"
    );

    gate.add_permits(100);
    let answer = in_flight.answer(&hello).await;
    assert!(
        matches!(answer, ExchangeOutcome::Referral { .. }),
        "{answer:?}"
    );
    // The client stays on; while draining that does not keep the server from ending.
    assert_eq!(
        patiently(in_flight.ended()).await,
        Ending::Application {
            code: 0,
            reason: String::new()
        }
    );
    server.ended().await.unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_cut_at_the_deadline() {
    let mut server = server()
        .limits(|limits| limits.drain_timeout = Duration::from_millis(200))
        .answering(|_| Answer::disconnect(None));
    let silent = server.connected().await;
    server.stop();
    assert_eq!(
        patiently(silent.ended()).await,
        Ending::Application {
            code: 0,
            reason: String::new()
        }
    );
    while server.next().await != Observation::Finished("client_gone") {}
    server.ended().await.unwrap();
}

/// Sockets of one port that close one after the other send datagrams astray.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_client_is_lost_when_most_endpoints_are_idle() {
    let mut server = server()
        .endpoints(8)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let hello = Hello::of(Generation::G4);
    let mut held = Vec::new();
    for _ in 0..3 {
        // Each from a port of its own, so that the kernel spreads them.
        let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let session = client.connect(&server.dial(), b"hytale/3").await.unwrap();
        held.push((client, session));
    }
    server.stop();
    let mut refused = 0;
    while refused < 40 {
        let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let dial = server.dial().timeout(Duration::from_secs(5));
        let newcomer = client.exchange(&dial, &hello).await;
        match newcomer.outcome {
            ExchangeOutcome::Ended(Ending::Transport { code: 0x02, .. }) => refused += 1,
            // Got in before the endpoint had heard of the shutdown.
            ExchangeOutcome::Referral { .. } => {}
            other => panic!("a newcomer has to be refused at once: {other:?}"),
        }
    }
    for (_, session) in &mut held {
        session.send(&hello.frame().unwrap()).await.unwrap();
        let answer = patiently(session.answer(&hello)).await;
        assert!(
            matches!(answer, ExchangeOutcome::Referral { .. }),
            "{answer:?}"
        );
        session.leave();
    }
    server.ended().await.unwrap();
}
