//! An endpoint that fails does not affect clients of other endpoints.
#![cfg(target_os = "linux")]

use std::net::Ipv4Addr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::patiently;
use hyrouter_client::{Dial, Ending, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{
    Answer, ConnectInfo, Event, Failure, Handler, Limits, Refusal, ServerBuilder, ServerError,
};

const HELD: usize = 16;

/// Panics once, on the thread of the endpoint that refuses somebody.
#[derive(Debug, Default)]
struct Clumsy {
    done: AtomicBool,
}

impl Handler for Clumsy {
    type Note = ();

    async fn answer(&self, _info: ConnectInfo) -> (Answer, ()) {
        (Answer::referral("10.0.0.7", 5521, None), ())
    }

    fn failed(&self, failure: &Failure<'_>) -> (Answer, ()) {
        (failure.answer(), ())
    }

    fn observe(&self, event: &Event<'_, ()>) {
        let refused = matches!(
            event,
            Event::Refused {
                refusal: Refusal::Source,
                ..
            }
        );
        let again = !refused || self.done.swap(true, Ordering::AcqRel);
        assert!(again, "this is meant to happen");
    }
}

#[tokio::test]
async fn newcomers_are_refused_by_those_that_are_left() {
    let mut limits = Limits::default();
    limits.max_connections_per_source = HELD;
    // Until those that are held leave, which they do first.
    limits.drain_timeout = Duration::from_mins(1);
    let server = ServerBuilder::default()
        .listen(std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .limits(limits)
        .endpoints(NonZeroUsize::new(2).unwrap())
        .bind(Clumsy::default())
        .unwrap();
    let (address, handle) = (server.local_addr(), server.handle());
    let running = tokio::spawn(server.run(std::future::pending()));
    let dial = Dial::new(address).timeout(Duration::from_secs(20));
    let own_port = || GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let hello = Hello::of(Generation::G4);

    // Enough from ports of their own that each of the two surely serves some.
    let mut held = Vec::new();
    for _ in 0..HELD {
        let client = own_port();
        let session = client.connect(&dial, b"hytale/3").await.unwrap();
        held.push((client, session));
    }
    // The server counts them once it knows that the handshake is over.
    patiently(async {
        while handle.status().unproven > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // The next one is refused, which ends the endpoint that does so.
    let brief = dial.clone().timeout(Duration::from_secs(5));
    let mut refused = 0;
    while refused < 30 {
        match own_port().exchange(&brief, &hello).await.outcome {
            ExchangeOutcome::Ended(Ending::Transport { code: 0x02, .. }) => {
                refused += usize::from(handle.status().draining);
            }
            // No answer: it met the endpoint as that ended. A referral: the lost endpoint's connections count no more, and
            // the other endpoint does not drain yet.
            ExchangeOutcome::Ended(Ending::NoAnswer { .. }) | ExchangeOutcome::Referral { .. }
                if refused == 0 => {}
            other => panic!("{other:?}"),
        }
    }
    for (_, session) in &held {
        session.leave();
    }
    let error = patiently(running).await.unwrap().unwrap_err();
    assert!(matches!(error, ServerError::EndpointLost { .. }), "{error}");
}
