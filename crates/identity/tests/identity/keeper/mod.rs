//! Fetching and keeping of keys over real sockets, with a paused clock.

mod failures;
mod files;
mod log;
mod logged;
mod server;
mod support;
mod times;
mod tls;

use std::time::Duration;

use hyrouter_identity::TokenRefusal;

use self::server::{Answer, Server};
use self::support::{Kept, key, keys, set};
use hyrouter_testing::clock::{Clock, until};

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_at_once() {
    let _clock = Clock::hold().await;
    let key = key("a");
    let server = Server::new(keys(&[&key])).await;
    let kept = Kept::new(&server.url());
    assert_eq!(kept.verify(&key), Err(TokenRefusal::KeysUnavailable));
    assert_eq!(server.count(), 0, "making a keeper fetches nothing");

    let kept = kept.run();
    until("a first success", || kept.status().last_success.is_some()).await;
    assert_eq!(kept.verify(&key), Ok(()));
    let status = kept.status();
    assert_eq!(status.key_ids, ["a"]);
    assert_eq!((status.failures, status.last_error), (0, None));

    let head = server.requests().remove(0).head.to_lowercase();
    assert!(head.starts_with("get /jwks.json http/1.1\r\n"), "{head}");
    for field in [
        format!("\r\nhost: {}\r\n", server.address),
        "\r\naccept: application/json\r\n".to_owned(),
        "\r\nuser-agent: hyrouter-identity/".to_owned(),
    ] {
        assert!(head.contains(&field), "{head}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_key_is_not_trusted_after_the_refresh() {
    let clock = Clock::hold().await;
    let (old, new) = (key("old"), key("new"));
    let server = Server::new(keys(&[&old, &new])).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&old).is_ok()).await;
    assert_eq!(kept.verify(&new), Ok(()));

    server.answers(keys(&[&new]));
    clock.pass(Duration::from_secs(539)).await;
    assert_eq!(server.count(), 1, "no fetch after 9 min");
    clock.pass(Duration::from_secs(122)).await;
    until("a refresh", || {
        kept.verify(&old) == Err(TokenRefusal::UnknownKey)
    })
    .await;
    assert_eq!(kept.verify(&new), Ok(()));
    assert_eq!(kept.status().key_ids, ["new"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_with_the_same_id_is_replaced_too() {
    let clock = Clock::hold().await;
    let (old, new) = (key("a"), key("a"));
    let server = Server::new(keys(&[&old])).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&old).is_ok()).await;
    server.answers(keys(&[&new]));
    clock.pass(Duration::from_secs(661)).await;
    until("the new key", || kept.verify(&new).is_ok()).await;
    assert_eq!(kept.verify(&old), Err(TokenRefusal::Signature));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_triggers_a_fetch_at_once() {
    let _clock = Clock::hold().await;
    let (old, new) = (key("old"), key("new"));
    let server = Server::new(keys(&[&old])).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&old).is_ok()).await;

    server.answers(Answer::Keys(set(&[&old, &new])));
    assert_eq!(kept.verify(&new), Err(TokenRefusal::UnknownKey));
    // The clock is paused, so a timer would never fire.
    until("the new key", || kept.verifier.key_ids().len() == 2).await;
    assert_eq!(kept.verify(&new), Ok(()));
    assert_eq!(kept.verify(&old), Ok(()));
    assert_eq!(server.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_keeper_stops_fetching() {
    let clock = Clock::hold().await;
    let key = key("a");
    let server = Server::new(keys(&[&key])).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&key).is_ok()).await;
    kept.stop().await;
    clock.pass(Duration::from_hours(1)).await;
    assert_eq!(server.count(), 1);
    assert_eq!(kept.verify(&key), Ok(()), "the keys stay");
}
