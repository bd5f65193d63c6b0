//! A Retry of one server that is good on another.

use std::time::Duration;

use crate::support::relay::relay;
use crate::support::{Running, server};
use hyrouter_client::{ClientExchange, Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{AddressTokenKey, Answer, Reconfiguration, RetryMode};

const ONE: &str = "correct horse battery staple 012";
const OTHER: &str = "correct horse battery staple 013";

fn replica(key: &str) -> Running {
    let key = AddressTokenKey::new(key.as_bytes()).unwrap();
    server()
        .limits(|limits| limits.retry = RetryMode::Always)
        .built(|builder| builder.token_key(key))
        .answering(|_| Answer::referral("10.0.0.7", 5521, None))
}

/// A client that gets its Retry from `first` and shows the token to `second`.
async fn exchange(first: &Running, second: &Running) -> tokio::task::JoinHandle<ClientExchange> {
    let way = relay(first.address, second.address, || {}).await;
    let dial = Dial::new(way).timeout(Duration::from_secs(20));
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    tokio::spawn(async move { client.exchange(&dial, &Hello::of(Generation::G4)).await })
}

#[tokio::test]
async fn replicas_with_one_key_take_each_others_tokens() {
    let (first, second) = (replica(ONE), replica(ONE));
    let exchange = exchange(&first, &second).await.await.unwrap();
    assert!(
        matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
        "{exchange:?}"
    );
    assert_eq!(first.handle.status().retries_sent, 1);
    assert_eq!(second.handle.status().retries_sent, 0);
}

#[tokio::test]
async fn a_token_of_another_key_proves_nothing() {
    let (first, second) = (replica(ONE), replica(OTHER));
    let exchange = exchange(&first, &second).await;
    // A client takes one Retry and no second (RFC 9000, section 17.2.5.2), so that it gets no further.
    let status = second.until(|status| status.retries_sent > 0).await;
    assert_eq!(status.open, 0);
    exchange.abort();
}

#[tokio::test]
async fn a_key_can_be_replaced_while_the_server_runs() {
    let (first, second) = (replica(ONE), replica(OTHER));
    let mut settings = Reconfiguration::default();
    settings.limits.retry = RetryMode::Always;
    settings.token_key = Some(AddressTokenKey::new(ONE.as_bytes()).unwrap());
    second.handle.reconfigure(settings).unwrap();
    let exchange = exchange(&first, &second).await.await.unwrap();
    assert!(
        matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
        "{exchange:?}"
    );
    assert_eq!(second.handle.status().retries_sent, 0);
}
