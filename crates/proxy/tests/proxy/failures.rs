//! Every way in which an exchange goes wrong, and what the client gets for it.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Observation, Running, patiently, server};
use hyrouter_client::{Ending, ExchangeOutcome, Hello};
use hyrouter_protocol::{Connect, FrameHeader, Generation};
use hyrouter_proxy::Answer;
use tokio::sync::Semaphore;

fn referring() -> Running {
    server()
        .limits(|limits| limits.connect_timeout = Duration::from_millis(300))
        .answering(|_| Answer::referral("10.0.0.7", 5521, None))
}

fn frame(packet_id: i32, payload: &[u8]) -> Vec<u8> {
    let header = FrameHeader {
        payload_len: payload.len(),
        packet_id,
    }
    .encode()
    .unwrap_or_default();
    [&header, payload].concat()
}

fn application(code: u64) -> Ending {
    Ending::Application {
        code,
        reason: String::new(),
    }
}

#[tokio::test]
async fn a_first_frame_that_is_no_connect_closes_with_3() {
    let mut server = referring();
    let negative_length = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0].to_vec();
    let one_too_long = [0x12, 0x95, 0, 0, 0, 0, 0, 0].to_vec();
    for (what, sent) in [
        ("another packet", frame(4, &[0; 20])),
        ("negative id", frame(0, &[]).iter().map(|_| 0xff).collect()),
        ("negative length", negative_length),
        ("38,162 bytes", one_too_long),
    ] {
        let mut session = server.connected().await;
        session.send(&sent).await.unwrap();
        assert_eq!(patiently(session.ended()).await, application(3), "{what}");
        assert_eq!(
            server.next().await,
            Observation::Finished("bad_frame"),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_stream_that_ends_inside_the_frame_closes_with_3() {
    let mut server = referring();
    let whole = Hello::of(Generation::G4).frame().unwrap();
    for cut in [0, 3, 8, whole.len() - 1] {
        let mut session = server.connected().await;
        session.send(&whole[..cut]).await.unwrap();
        session.finish().await.unwrap();
        assert_eq!(
            patiently(session.ended()).await,
            application(3),
            "cut at {cut}"
        );
        assert_eq!(
            server.next().await,
            Observation::Finished("bad_frame"),
            "cut at {cut}"
        );
    }
}

#[tokio::test]
async fn a_connect_that_does_not_come_closes_with_4() {
    let mut server = referring();
    let whole = Hello::of(Generation::G4).frame().unwrap();
    for cut in [0, 5, whole.len() - 1] {
        let mut session = server.connected().await;
        session.send(&whole[..cut]).await.unwrap();
        assert_eq!(
            patiently(session.ended()).await,
            application(4),
            "cut at {cut}"
        );
        assert_eq!(
            server.next().await,
            Observation::Finished("connect_timeout"),
            "cut at {cut}"
        );
    }
}

#[tokio::test]
async fn a_connect_that_can_not_be_read_is_answered_in_the_safe_form() {
    let mut server = referring();
    let garbage = frame(Connect::PACKET_ID, &[0xff; 60]);
    for (alpn, packet_id, reason) in [
        (&b"hytale/1"[..], 1, Some("bad_connect".to_owned())),
        (b"hytale/2", 2, None),
        (b"hytale/3", 2, None),
    ] {
        let mut session = server.client.connect(&server.dial(), alpn).await.unwrap();
        session.send(&garbage).await.unwrap();
        let outcome = session.answer(&Hello::of(Generation::G4)).await;
        assert_eq!(outcome, ExchangeOutcome::Disconnect { packet_id, reason });
        assert_eq!(server.next().await, Observation::Finished("bad_connect"));
    }
}

#[tokio::test]
async fn a_handler_that_takes_too_long_is_cut_off() {
    let mut server = server()
        .limits(|limits| limits.decision_timeout = Duration::from_millis(100))
        .deciding(|_| std::future::pending());
    let exchange = server.hello(Generation::G4).await;
    let reason = Some("budget_exceeded".to_owned());
    assert_eq!(
        exchange.outcome,
        ExchangeOutcome::Disconnect {
            packet_id: 2,
            reason
        }
    );
    assert_eq!(
        server.next().await,
        Observation::Finished("budget_exceeded")
    );
}

#[tokio::test]
async fn a_client_that_leaves_cancels_its_decision() {
    let deciding = Arc::new(Semaphore::new(0));
    let in_handler = Arc::clone(&deciding);
    let mut server = server().deciding(move |_| {
        in_handler.add_permits(1);
        std::future::pending()
    });
    let mut session = server.connected().await;
    session
        .send(&Hello::of(Generation::G4).frame().unwrap())
        .await
        .unwrap();
    let _begun = patiently(deciding.acquire()).await.unwrap();
    session.leave();
    assert_eq!(server.next().await, Observation::Finished("client_gone"));
}

#[tokio::test]
async fn a_client_that_leaves_before_its_connect_is_gone() {
    let mut server = referring();
    server.connected().await.leave();
    assert_eq!(server.next().await, Observation::Finished("client_gone"));
}

#[tokio::test]
async fn a_panic_costs_one_connection() {
    let mut server = server().answering(|info| {
        assert!(info.host() != "panic.example.com", "asked for");
        Answer::referral("10.0.0.7", 5521, None)
    });
    let dial = server.dial().host("panic.example.com");
    let exchange = server
        .client
        .exchange(&dial, &Hello::of(Generation::G4))
        .await;
    assert!(
        matches!(exchange.outcome, ExchangeOutcome::Ended(_)),
        "{exchange:?}"
    );
    assert_eq!(server.next().await, Observation::Panicked);
    let exchange = server.hello(Generation::G4).await;
    assert!(
        matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
        "{exchange:?}"
    );
}
