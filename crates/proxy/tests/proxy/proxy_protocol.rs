//! Clients who come through a UDP load balancer.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::time::Duration;

use crate::support::balancer::{BALANCER, ProxyHeaders, balancer, header};
use crate::support::{Running, patiently, server};
use hyrouter_client::{ClientExchange, Dial, Ending, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{Answer, Limits, ProxyProtocol, Refusal, RetryMode};
use ipnet::IpNet;

/// How a server believes the balancers of these networks.
type Believing = fn(Vec<IpNet>) -> ProxyProtocol;

/// A server that believes the balancer, and sends clients to whom it takes them to be.
fn start(change: impl FnOnce(&mut Limits)) -> Running {
    believing(ProxyProtocol::first, change)
}

fn believing(settings: Believing, change: impl FnOnce(&mut Limits)) -> Running {
    let trusted = vec![format!("{BALANCER}/32").parse().unwrap()];
    server()
        .limits(change)
        .built(|builder| builder.proxy_protocol(settings(trusted)))
        .answering(|info| {
            let remote = info.peer().remote;
            Answer::referral(remote.ip().to_string(), remote.port(), None)
        })
}

/// One exchange of a client of that address, and the address that the server saw.
async fn visit(from: &str, way: SocketAddr) -> (SocketAddr, ClientExchange) {
    let socket = std::net::UdpSocket::bind(from).unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let client = GameClient::bind(address).unwrap();
    let dial = Dial::new(way).timeout(Duration::from_secs(20));
    let exchange = client.exchange(&dial, &Hello::of(Generation::G4)).await;
    (address, exchange)
}

#[track_caller]
fn assert_seen_as(address: SocketAddr, exchange: &ClientExchange) {
    let ExchangeOutcome::Referral { host, port, .. } = &exchange.outcome else {
        panic!("{exchange:?}");
    };
    assert_eq!(format!("{host}:{port}"), address.to_string());
}

#[tokio::test]
async fn the_server_sees_the_clients_own_addresses() {
    let cases: [(Believing, ProxyHeaders); 3] = [
        (ProxyProtocol::first, ProxyHeaders::First),
        (ProxyProtocol::first, ProxyHeaders::Each),
        (ProxyProtocol::every, ProxyHeaders::Each),
    ];
    for (settings, headers) in cases {
        for retry in [RetryMode::Never, RetryMode::Always] {
            let server = believing(settings, |limits| limits.retry = retry);
            let way = balancer(server.address, headers).await;
            for from in ["127.0.0.1:0", "127.0.3.1:0", "127.0.0.1:0"] {
                let (address, exchange) = visit(from, way).await;
                assert_seen_as(address, &exchange);
            }
            let proxied = server.handle.status().proxied.unwrap();
            assert_eq!((proxied.unknown, proxied.malformed), (0, 0));
            assert_eq!(proxied.flows, 3);
        }
    }
}

#[tokio::test]
async fn limits_count_clients_and_not_the_balancer() {
    let server = start(|limits| limits.max_connections_per_source = 1);
    let way = balancer(server.address, ProxyHeaders::First).await;
    let dial = Dial::new(way).timeout(Duration::from_secs(20));
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let held = client.connect(&dial, b"hytale/3").await.unwrap();
    server.until(|status| status.sources == 1).await;

    let (address, exchange) = visit("127.0.3.1:0", way).await;
    assert_seen_as(address, &exchange);
    let (_, exchange) = visit("127.0.0.1:0", way).await;
    assert!(
        matches!(
            exchange.outcome,
            ExchangeOutcome::Ended(Ending::Transport { code: 0x02, .. })
        ),
        "{exchange:?}"
    );
    // A refusal is counted once it is on its way.
    server
        .until(|status| status.refused.of(Refusal::Source) == 1)
        .await;
    held.leave();
}

#[tokio::test]
async fn lists_of_networks_are_held_against_clients() {
    let server = start(|limits| limits.access.deny = vec!["127.0.3.0/24".parse().unwrap()]);
    let way = balancer(server.address, ProxyHeaders::First).await;
    let (address, exchange) = visit("127.0.0.1:0", way).await;
    assert_seen_as(address, &exchange);
    let (_, exchange) = visit("127.0.3.1:0", way).await;
    assert!(
        matches!(
            exchange.outcome,
            ExchangeOutcome::Ended(Ending::Transport { .. })
        ),
        "{exchange:?}"
    );
}

#[tokio::test]
async fn a_balancer_that_sends_no_header_is_not_taken_for_a_client() {
    let server = start(|_| {});
    let way = balancer(server.address, ProxyHeaders::None).await;
    let asking = tokio::spawn(async move { visit("127.0.0.1:0", way).await });
    let status = server
        .until(|status| status.proxied.is_some_and(|proxied| proxied.unknown > 0))
        .await;
    assert_eq!((status.open, status.retries_sent), (0, 0));
    asking.abort();
}

/// A player who writes a header itself, where the balancer puts none in front of a flow's second datagram.
#[tokio::test]
async fn a_client_behind_a_balancer_can_not_say_who_it_is() {
    let server = start(|_| {});
    let way = balancer(server.address, ProxyHeaders::First).await;
    let player = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut initials = crate::support::flood::initials(2).await;
    let other = initials.remove(1);
    player.send_to(&initials[0], way).await.unwrap();
    server.until(|status| status.open == 1).await;

    let victim = "127.0.3.1:4000".parse().unwrap();
    let forged = [header(victim, server.address), other].concat();
    player.send_to(&forged, way).await.unwrap();
    let status = server
        .until(|status| status.proxied.is_some_and(|proxied| proxied.malformed == 1))
        .await;
    assert_eq!((status.open, status.proxied.unwrap().flows), (1, 1));
}

#[tokio::test]
async fn datagrams_without_the_header_that_every_one_has_are_dropped() {
    let server = believing(ProxyProtocol::every, |_| {});
    let way = balancer(server.address, ProxyHeaders::First).await;
    let player = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let initials = crate::support::flood::initials(2).await;
    player.send_to(&initials[0], way).await.unwrap();
    server.until(|status| status.open == 1).await;
    player.send_to(&initials[1], way).await.unwrap();
    let status = server
        .until(|status| status.proxied.is_some_and(|proxied| proxied.unknown == 1))
        .await;
    assert_eq!(status.open, 1);
}

#[tokio::test]
async fn strangers_can_not_say_who_they_are() {
    let server = start(|_| {});
    let (address, exchange) = visit("127.0.0.1:0", server.address).await;
    assert_seen_as(address, &exchange);

    let stranger = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let initial = crate::support::flood::initials(1).await.remove(0);
    let forged = [
        header("127.0.3.1:4000".parse().unwrap(), server.address),
        initial.clone(),
    ]
    .concat();
    stranger.send_to(&forged, server.address).await.unwrap();
    // Its datagrams come in order, so that this one's answer shows that the one before had none.
    stranger.send_to(&initial, server.address).await.unwrap();
    let status = server.until(|status| status.open > 0).await;
    assert_eq!(status.open, 1);
    assert_eq!(status.proxied.unwrap().flows, 0);
    let mut answer = [0; 2048];
    let (_, from) = patiently(stranger.recv_from(&mut answer)).await.unwrap();
    assert_eq!(from, server.address);
}
