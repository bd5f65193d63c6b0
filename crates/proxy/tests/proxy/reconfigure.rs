//! A server whose settings change while it runs.

use std::sync::Arc;
use std::time::Duration;

use crate::support::relay::relay;
use crate::support::shown::fingerprint;
use crate::support::{Observation, patiently, server};
use hyrouter_client::{Ending, ExchangeOutcome, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{
    AlpnList, Answer, Reconfiguration, Refusal, RetryMode, ServerCertificate, ServerError,
};
use tokio::sync::Semaphore;

#[track_caller]
fn assert_let_in(outcome: &ExchangeOutcome) {
    assert!(
        matches!(outcome, ExchangeOutcome::Referral { .. }),
        "{outcome:?}"
    );
}

fn settings(change: impl FnOnce(&mut Reconfiguration)) -> Reconfiguration {
    let mut settings = Reconfiguration::default();
    change(&mut settings);
    settings
}

#[tokio::test]
async fn a_certificate_is_kept_or_replaced() {
    let server = server()
        .endpoints(2)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let before = server.handle.fingerprint();
    server
        .handle
        .reconfigure(Reconfiguration::default())
        .unwrap();
    assert_eq!(server.handle.fingerprint(), before);
    assert_eq!(fingerprint(server.address).await, before);

    let certificate = ServerCertificate::self_signed().unwrap();
    let after = certificate.fingerprint();
    assert_ne!(after, before);
    server
        .handle
        .reconfigure(settings(|settings| {
            settings.certificate = Some(certificate);
        }))
        .unwrap();
    assert_eq!(server.handle.fingerprint(), after);
    // Enough that both endpoints are met.
    for _ in 0..8 {
        assert_eq!(fingerprint(server.address).await, after);
    }
}

#[tokio::test]
async fn protocols_and_limits_hold_for_those_who_come_then() {
    let mut server = server().answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let hello = Hello::of(Generation::G4);
    let mut in_flight = server.connected().await;

    let strict = settings(|settings| {
        settings.alpn = AlpnList::parse(["something/else"]).unwrap();
        settings.limits.max_connections_per_source = 2;
    });
    server.handle.reconfigure(strict).unwrap();
    let exchange = server.hello(Generation::G4).await;
    assert!(
        matches!(
            exchange.outcome,
            ExchangeOutcome::Ended(Ending::Transport { code: 0x178, .. })
        ),
        "{exchange:?}"
    );
    assert_eq!(server.next().await, Observation::HandshakeFailed);

    let lenient = settings(|settings| settings.limits.max_connections_per_source = 1);
    server.handle.reconfigure(lenient).unwrap();
    let exchange = server.hello(Generation::G4).await;
    assert!(
        matches!(
            exchange.outcome,
            ExchangeOutcome::Ended(Ending::Transport { code: 0x02, .. })
        ),
        "the connection in flight still counts: {exchange:?}"
    );
    assert_eq!(server.next().await, Observation::Refused("limited_source"));

    in_flight.send(&hello.frame().unwrap()).await.unwrap();
    assert_let_in(&in_flight.answer(&hello).await);
    in_flight.leave();
    assert_eq!(server.next().await, Observation::Finished("referred"));
    server.until(|status| status.open == 0).await;
    assert_let_in(&server.hello(Generation::G4).await.outcome);
    assert_eq!(server.handle.status().refused.of(Refusal::Source), 1);
}

#[tokio::test]
async fn a_configuration_that_cannot_be_used_changes_nothing() {
    let server = server().answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let before = server.handle.fingerprint();
    let unusable = settings(|settings| {
        settings.certificate = Some(ServerCertificate::self_signed().unwrap());
        settings.limits.retry = RetryMode::Always;
        settings.limits.idle_timeout = Duration::MAX;
    });
    let error = server.handle.reconfigure(unusable).unwrap_err();
    assert!(matches!(error, ServerError::IdleTimeout(_)), "{error}");
    assert_eq!(server.handle.fingerprint(), before);
    assert_let_in(&server.hello(Generation::G4).await.outcome);
    assert_eq!(server.handle.status().retries_sent, 0);
}

#[tokio::test]
async fn a_client_in_the_middle_of_a_retry_gets_in() {
    let server = server()
        .limits(|limits| limits.retry = RetryMode::Always)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let handle = server.handle.clone();
    let way = relay(server.address, server.address, move || {
        let same = settings(|settings| settings.limits.retry = RetryMode::Always);
        handle.reconfigure(same).unwrap();
    })
    .await;
    let dial = hyrouter_client::Dial::new(way).timeout(Duration::from_secs(20));
    let hello = Hello::of(Generation::G4);
    assert_let_in(&server.client.exchange(&dial, &hello).await.outcome);
    assert_eq!(server.handle.status().retries_sent, 1);
}

#[tokio::test]
async fn changes_are_safe_while_draining_and_too_late_after_the_end() {
    let gate = Arc::new(Semaphore::new(0));
    let begun = Arc::new(Semaphore::new(0));
    let (open, inside) = (Arc::clone(&gate), Arc::clone(&begun));
    let mut server = server().endpoints(2).deciding(move |_| {
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

    let handle = server.handle.clone();
    assert!(!handle.status().draining);
    server.stop();
    server.until(|status| status.draining).await;
    for _ in 0..20 {
        handle.reconfigure(Reconfiguration::default()).unwrap();
    }
    assert_eq!(handle.status().open, 1);
    gate.add_permits(1);
    assert_let_in(&in_flight.answer(&hello).await);
    in_flight.leave();

    let address = server.address;
    server.ended().await.unwrap();
    let error = handle.reconfigure(Reconfiguration::default()).unwrap_err();
    assert!(matches!(error, ServerError::Ended), "{error}");
    let _ = handle.fingerprint();
    assert_eq!(handle.status().open, 0);
    // A handle that is kept does not keep the port.
    std::net::UdpSocket::bind(address).unwrap();
}

#[tokio::test]
async fn a_thousand_changes_lose_no_player() {
    let server = server()
        .endpoints(2)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let handle = server.handle.clone();
    let changing = std::thread::spawn(move || {
        for _ in 0..1_000 {
            let certificate = ServerCertificate::self_signed().unwrap();
            handle
                .reconfigure(settings(|settings| {
                    settings.certificate = Some(certificate);
                }))
                .unwrap();
        }
    });
    let mut players = 0;
    while !changing.is_finished() || players < 20 {
        assert_let_in(&server.hello(Generation::G3).await.outcome);
        players += 1;
    }
    changing.join().unwrap();
}
