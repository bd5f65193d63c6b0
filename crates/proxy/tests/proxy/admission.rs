//! Whom a server lets in when, and what it says of the others.

use crate::support::{Observation, Running, Setup, flood, patiently, server};
use hyrouter_client::{Ending, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{Answer, Rate, Refusal, RetryMode, ServerStatus};

/// `CONNECTION_REFUSED` (RFC 9000, section 20.1).
const REFUSED: u64 = 0x02;

fn start(setup: Setup) -> Running {
    setup.answering(|_| Answer::referral("10.0.0.7", 5521, None))
}

#[track_caller]
fn assert_let_in(outcome: &ExchangeOutcome) {
    assert!(
        matches!(outcome, ExchangeOutcome::Referral { .. }),
        "{outcome:?}"
    );
}

#[track_caller]
fn assert_refused(outcome: &ExchangeOutcome) {
    assert!(
        matches!(
            outcome,
            ExchangeOutcome::Ended(Ending::Transport { code: REFUSED, .. })
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn always_retry_proves_each_address() {
    let server = start(server().limits(|limits| limits.retry = RetryMode::Always));
    for _ in 0..3 {
        assert_let_in(&server.hello(Generation::G4).await.outcome);
    }
    assert_eq!(server.handle.status().retries_sent, 3);
}

#[tokio::test]
async fn adaptive_retry_is_not_sent_without_load() {
    let mut server = start(server());
    assert_let_in(&server.hello(Generation::G4).await.outcome);
    assert_eq!(server.next().await, Observation::Finished("referred"));
    let status = server.until(|status| status.open == 0).await;
    assert_eq!(status.retries_sent, 0);
    assert_eq!(status.refused.total(), 0);
    assert_eq!((status.sources, status.unread_bytes), (0, 0));
}

#[tokio::test]
async fn denied_networks_are_refused_and_counted() {
    let mut server = start(server().limits(|limits| {
        limits.access.deny = vec!["127.0.0.0/24".parse().unwrap()];
        // Whoever is denied does not get as far as a Retry either.
        limits.retry = RetryMode::Always;
    }));
    assert_refused(&server.hello(Generation::G4).await.outcome);
    assert_eq!(server.next().await, Observation::Refused("limited_denied"));
    let status = server.handle.status();
    assert_eq!(status.refused.of(Refusal::Denied), 1);
    assert_eq!(status.refused.total(), 1);
    assert_eq!(status.retries_sent, 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_allow_list_lets_only_those_in() {
    let server = start(server().limits(|limits| {
        limits.access.allow = vec!["127.0.5.0/24".parse().unwrap()];
    }));
    assert_refused(&server.hello(Generation::G4).await.outcome);
    let other = GameClient::bind("127.0.5.1:0".parse().unwrap()).unwrap();
    let hello = Hello::of(Generation::G4);
    assert_let_in(&other.exchange(&server.dial(), &hello).await.outcome);
}

#[tokio::test]
async fn a_source_that_comes_too_often_proves_its_address_and_is_refused_then() {
    let mut server = start(server().limits(|limits| {
        limits.rate.per_source = Rate {
            per_second: 1,
            burst: 40,
        };
    }));
    // Some tokens come back meanwhile, so that the bounds are not exact: 40 at once by either bucket.
    let mut let_in = 0;
    let refused = loop {
        let exchange = server.hello(Generation::G4).await;
        match exchange.outcome {
            ExchangeOutcome::Referral { .. } => let_in += 1,
            other => break other,
        }
        assert_eq!(server.next().await, Observation::Finished("referred"));
        assert!(let_in < 200, "a source has to meet its rate");
    };
    assert_refused(&refused);
    assert_eq!(server.next().await, Observation::Refused("limited_rate"));
    assert!(let_in >= 40, "{let_in}");
    let status = server.handle.status();
    assert!(status.retries_sent >= 1, "{status:?}");
    assert_eq!(status.refused.of(Refusal::Rate), 1);

    #[cfg(target_os = "linux")]
    {
        let other = GameClient::bind("127.0.5.1:0".parse().unwrap()).unwrap();
        let hello = Hello::of(Generation::G4);
        assert_let_in(&other.exchange(&server.dial(), &hello).await.outcome);
    }
}

#[tokio::test]
async fn half_open_handshakes_are_bounded_whatever_the_mode() {
    for (mode, places) in [(RetryMode::Adaptive, 2), (RetryMode::Never, 4)] {
        let mut server = start(server().limits(|limits| {
            limits.retry = mode;
            limits.max_half_open = 4;
        }));
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        for initial in flood::initials(20).await {
            socket.send_to(&initial, server.address).unwrap();
        }
        let others = 20 - places;
        // Each of those that make room for another is refused.
        let status = server
            .until(|status| status.retries_sent + status.refused.total() == others)
            .await;
        assert_eq!(status.half_open as u64, places, "{mode:?}: {status:?}");
        assert_eq!(status.unproven as u64, places);
        let outcome = server.hello(Generation::G4).await.outcome;
        if mode == RetryMode::Never {
            assert_eq!(status.refused.of(Refusal::HalfOpen), others);
            assert_eq!(
                server.next().await,
                Observation::Refused("limited_half_open")
            );
        } else {
            assert_eq!(status.retries_sent, others);
        }
        assert_let_in(&outcome);
    }
}

#[tokio::test]
async fn memory_for_first_frames_is_bounded() {
    let hello = Hello::of(Generation::G4);
    let frame = hello.frame().unwrap();
    // Room for one frame and a half, of which the header's eight bytes are not kept.
    let payload = frame.len() - 8;
    let mut server = start(server().limits(|limits| limits.max_unread_bytes = payload * 3 / 2));
    let mut first = server.connected().await;
    let mut second = server.connected().await;
    first.send(&frame[..frame.len() - 1]).await.unwrap();
    // A client knows that its handshake is over before the server does.
    let read = |status: &ServerStatus| status.unread_bytes > 0 && status.half_open == 0;
    assert_eq!(server.until(read).await.open, 2);

    second.send(&frame).await.unwrap();
    let limited = Ending::Application {
        code: 1,
        reason: "limited_memory".to_owned(),
    };
    assert_eq!(patiently(second.ended()).await, limited);
    assert_eq!(server.next().await, Observation::Refused("limited_memory"));
    assert_eq!(server.handle.status().refused.of(Refusal::Memory), 1);

    first.send(&frame[frame.len() - 1..]).await.unwrap();
    assert_let_in(&first.answer(&hello).await);
    first.leave();
    assert_eq!(server.next().await, Observation::Finished("referred"));
    server.until(|status| status.unread_bytes == 0).await;
    assert_let_in(&server.hello(Generation::G4).await.outcome);
}
