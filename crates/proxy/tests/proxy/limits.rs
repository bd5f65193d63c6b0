//! What a server bears, and whom it turns away.

use std::time::Duration;

use crate::support::{Observation, patiently, server};
use hyrouter_client::{Ending, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::Answer;

/// `CONNECTION_REFUSED` (RFC 9000, section 20.1).
const REFUSED: u64 = 0x02;

fn refused(outcome: &ExchangeOutcome) -> bool {
    matches!(
        outcome,
        ExchangeOutcome::Ended(Ending::Transport { code: REFUSED, .. })
    )
}

/// The whole of 127.0.0.0/8 is this machine on Linux, so that clients can come from several networks.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_in_total_are_bounded() {
    let mut server = server()
        .limits(|limits| limits.max_connections = 2)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let clients = [1, 2, 3].map(|n| GameClient::bind(([127, 0, n, 1], 0).into()).unwrap());
    let [first, second, third] = &clients;
    let (dial, hello) = (server.dial(), Hello::of(Generation::G4));
    let first = first.connect(&dial, b"hytale/3").await.unwrap();
    let second = second.connect(&dial, b"hytale/3").await.unwrap();
    server.until(|status| status.sources == 2).await;
    let refusal = third.exchange(&dial, &hello).await;
    assert!(refused(&refusal.outcome), "{refusal:?}");
    assert_eq!(server.next().await, Observation::Refused("limited_total"));

    first.leave();
    assert_eq!(server.next().await, Observation::Finished("client_gone"));
    drop(second);
    assert_eq!(server.next().await, Observation::Finished("client_gone"));
    let next = third.exchange(&dial, &hello).await;
    assert!(
        matches!(next.outcome, ExchangeOutcome::Referral { .. }),
        "{next:?}"
    );
}

#[tokio::test]
async fn connections_of_one_source_are_bounded_apart_from_others() {
    let mut server = server()
        .limits(|limits| limits.max_connections_per_source = 1)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    // An answer shows that the server has counted the connection, which a handshake that is done on
    // this side does not. The client stays for now.
    let hello = Hello::of(Generation::G4);
    let mut held = server.connected().await;
    held.send(&hello.frame().unwrap()).await.unwrap();
    let _ = held.answer(&hello).await;
    assert_eq!(server.next().await, Observation::Finished("referred"));
    let again = server.hello(Generation::G4).await;
    assert!(refused(&again.outcome), "{again:?}");
    assert_eq!(server.next().await, Observation::Refused("limited_source"));

    // The whole of 127.0.0.0/8 is this machine on Linux.
    #[cfg(target_os = "linux")]
    {
        let other = GameClient::bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let exchange = other
            .exchange(&server.dial(), &Hello::of(Generation::G4))
            .await;
        assert!(
            matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
            "{exchange:?}"
        );
        assert_eq!(server.next().await, Observation::Finished("referred"));
    }
    held.leave();
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up() {
    let mut server = server()
        .limits(|limits| limits.handshake_timeout = Duration::from_millis(200))
        .answering(|_| Answer::disconnect(None));
    // A real first flight, from a client that hears nothing of the server's.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    silent
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let dial =
        hyrouter_client::Dial::new(silent.local_addr().unwrap()).timeout(Duration::from_secs(10));
    let asking =
        tokio::spawn(async move { client.exchange(&dial, &Hello::of(Generation::G4)).await });
    let initial = patiently(tokio::task::spawn_blocking({
        let silent = silent.try_clone().unwrap();
        move || {
            let mut datagram = vec![0; 2048];
            let (len, _) = silent.recv_from(&mut datagram).unwrap();
            datagram.truncate(len);
            datagram
        }
    }))
    .await
    .unwrap();
    silent.send_to(&initial, server.address).unwrap();
    assert_eq!(server.next().await, Observation::HandshakeFailed);
    asking.abort();
}

#[tokio::test]
async fn bytes_that_are_no_quic_hurt_nobody() {
    let server = server().answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in [0_usize, 1, 20, 1199, 1200, 1472] {
        for first in [0x00, 0x40, 0xc0, 0xff] {
            let mut datagram = vec![0xa5; length];
            if let Some(byte) = datagram.first_mut() {
                *byte = first;
            }
            socket.send_to(&datagram, server.address).unwrap();
        }
    }
    let exchange = server.hello(Generation::G4).await;
    assert!(
        matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
        "{exchange:?}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_burst_over_several_endpoints_loses_nobody() {
    let server = server()
        .endpoints(2)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (client, dial) = (server.client.clone(), server.dial());
        clients.spawn(async move { client.exchange(&dial, &Hello::of(Generation::G3)).await });
    }
    while let Some(exchange) = clients.join_next().await {
        let exchange = exchange.unwrap();
        assert!(
            matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
            "{exchange:?}"
        );
    }
}

#[tokio::test]
async fn forged_addresses_do_not_take_the_places_of_players() {
    let server = server()
        .limits(|limits| {
            limits.max_connections = 8;
            limits.retry_threshold = 4;
        })
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    // First flights of clients that never hear an answer: each goes to a socket that only relays.
    for _ in 0..20 {
        let relay = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let dial = hyrouter_client::Dial::new(relay.local_addr().unwrap());
        let asking = tokio::spawn(async move { client.connect(&dial, b"hytale/3").await });
        let mut initial = [0; 2048];
        let (length, _) = patiently(relay.recv_from(&mut initial)).await.unwrap();
        relay
            .send_to(&initial[..length], server.address)
            .await
            .unwrap();
        asking.abort();
    }
    for _ in 0..4 {
        let exchange = server.hello(Generation::G4).await;
        assert!(
            matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
            "{exchange:?}"
        );
    }
}
