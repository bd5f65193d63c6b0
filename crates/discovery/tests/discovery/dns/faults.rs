//! Servers that are away or misbehave.

use std::net::SocketAddr;

use hyrouter_discovery::DnsRecord;
use hyrouter_testing::name_server::NameServer;
use tokio::net::UdpSocket;

use super::{follow, until_ids};

#[tokio::test]
async fn a_server_that_is_away_is_asked_again() {
    let Some(mut server) = NameServer::start("lobby A 10.0.0.1") else {
        return;
    };
    let mut followed = follow(&[server.address()], "lobby.example.test", |_| ());
    until_ids(&mut followed, &["10.0.0.1:5520"]).await;
    server.kill();
    let state = followed.until_error(&server.address().to_string()).await;
    assert_eq!(state.backends.len(), 1);
    server.start_again();
    until_ids(&mut followed, &["10.0.0.1:5520"]).await;
}

#[tokio::test]
async fn errors_of_a_server_are_named() {
    let Some(server) = NameServer::start("away CNAME lobby.broken.test.") else {
        return;
    };
    let address = server.address();
    for (name, code) in [
        ("lobby.broken.test", "SERVFAIL"),
        ("lobby.example.org", "REFUSED"),
        ("away.example.test", "SERVFAIL"),
    ] {
        let mut followed = follow(&[address], name, |dns| dns.record = DnsRecord::A);
        let state = followed.until_error("").await;
        let expected = format!("{name}: {address}: it answered {code}");
        assert_eq!(state.error.as_deref(), Some(&*expected));
        assert!(!state.is_synced);
    }
}

#[tokio::test]
async fn the_next_server_is_asked() {
    let records = "_games._udp SRV 0 0 5521 a\na A 10.0.1.1";
    let Some(server) = NameServer::start(records) else {
        return;
    };
    let silent = answering(|_| None).await;
    let garbage = answering(|query| Some([&query[..2], &[0x85; 5]].concat())).await;
    for first in [silent, garbage] {
        let servers = [first, server.address()];
        let mut followed = follow(&servers, "_games._udp.example.test", |_| ());
        until_ids(&mut followed, &["10.0.1.1:5521"]).await;
    }
}

#[tokio::test]
async fn garbage_is_an_error() {
    type Answer = fn(&[u8]) -> Option<Vec<u8>>;
    let answers: [Answer; 8] = [
        |_| None,
        |_| Some(vec![]),
        |_| Some(vec![0xff; 1_200]),
        // With the right id.
        |query| Some([&query[..2], &b"\x1b[2J\n"[..]].concat()),
        |query| Some([&query[..2], &[0xff; 1_000]].concat()),
        // 65,535 answers that are not there.
        |query| Some([&*header(query, 0xffff), &query[12..]].concat()),
        // A name that points to itself.
        |query| {
            let question = question(query);
            let pointer = 0xc000 | u16::try_from(12 + question.len()).unwrap();
            let record = [
                &pointer.to_be_bytes()[..],
                &[0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 10, 0, 0, 1],
            ];
            Some([&*header(query, 1), question, &record.concat()].concat())
        },
        // An address of three bytes.
        |query| {
            let record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 3, 10, 0, 0];
            Some([&*header(query, 1), question(query), &record].concat())
        },
    ];
    for (index, answer) in answers.into_iter().enumerate() {
        let address = answering(answer).await;
        let mut followed = follow(&[address], "lobby.example.test", |dns| {
            dns.record = DnsRecord::A;
        });
        let state = followed.until_error(&address.to_string()).await;
        let error = state.error.as_deref().unwrap();
        assert!(
            !error.contains(char::is_control) && error.len() < 500,
            "{index}: {error}"
        );
        assert!(!state.is_synced, "{index}");
    }
}

#[tokio::test]
async fn records_of_other_names_are_ignored() {
    // An answer for the root with an address, and no other record.
    let answer = |query: &[u8]| {
        let record = [0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 10, 0, 0, 1];
        Some([&*header(query, 1), question(query), &record].concat())
    };
    let address = answering(answer).await;
    let mut followed = follow(&[address], "lobby.example.test", |dns| {
        dns.record = DnsRecord::A;
    });
    followed
        .until_error("lobby.example.test has no A records")
        .await;
}

#[tokio::test]
async fn aliases_without_an_end_are_cut() {
    // Each name is an alias of the same name with one more label: `x.` and a pointer to the question.
    let answer = |query: &[u8]| {
        let alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 4, 1, b'x', 0xc0, 12];
        Some([&*header(query, 1), question(query), &alias].concat())
    };
    let address = answering(answer).await;
    let mut followed = follow(&[address], "lobby.example.test", |dns| {
        dns.record = DnsRecord::A;
    });
    followed.until_error("more than 8 aliases (CNAME)").await;
}

/// Returns the header of an answer without errors to this query.
fn header(query: &[u8], answers: u16) -> Vec<u8> {
    let [high, low] = answers.to_be_bytes();
    [&query[..2], &[0x85, 0x80, 0, 1, high, low, 0, 0, 0, 0]].concat()
}

/// Returns the question of a query: a name and four bytes.
fn question(query: &[u8]) -> &[u8] {
    let name = query[12..].iter().position(|&byte| byte == 0).unwrap();
    &query[12..12 + name + 5]
}

/// Starts a server that gives these bytes for each query, or nothing, and returns its address.
async fn answering(answer: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut query = [0; 2_000];
        while let Ok((len, peer)) = socket.recv_from(&mut query).await {
            if let Some(answer) = answer(&query[..len]) {
                socket.send_to(&answer, peer).await.unwrap();
            }
        }
    });
    address
}
