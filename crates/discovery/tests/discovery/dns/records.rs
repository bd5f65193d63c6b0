//! Records of a real server.

use std::fmt::Write as _;

use hyrouter_discovery::DnsRecord;
use hyrouter_testing::name_server::NameServer;

use super::{follow, until_ids};

const RECORDS: &str = "
lobby A 10.0.0.2
lobby A 10.0.0.1
lobby AAAA 2001:db8::1
alias CNAME other
other CNAME lobby
away CNAME lobby.broken.test.
text TXT \"no address\"
_hytale._udp.games SRV 1 0 5523 c
_hytale._udp.games SRV 0 30 5521 a
_hytale._udp.games SRV 0 10 5522 B
_hytale._udp.alias CNAME _hytale._udp.games
a A 10.0.1.1
b A 10.0.1.2
b AAAA 2001:db8::2
c A 10.0.1.3
";

#[tokio::test]
async fn addresses_become_backends() {
    let Some(server) = NameServer::start(RECORDS) else {
        return;
    };
    let servers = [server.address()];
    let (v4, v6) = (["10.0.0.1:5520", "10.0.0.2:5520"], "[2001:db8::1]:5520");
    for (name, record, expected) in [
        ("lobby.example.test", DnsRecord::A, &v4[..]),
        ("LOBBY.example.test.", DnsRecord::Aaaa, &[v6]),
        ("lobby.example.test", DnsRecord::Auto, &[v4[0], v4[1], v6]),
        ("alias.example.test", DnsRecord::Auto, &[v4[0], v4[1], v6]),
    ] {
        let mut followed = follow(&servers, name, |dns| dns.record = record);
        until_ids(&mut followed, expected).await;
    }
    let mut named = follow(&servers, "alias.example.test", |dns| {
        dns.per_address = false;
    });
    until_ids(&mut named, &["alias.example.test:5520"]).await;
}

#[tokio::test]
async fn srv_records_become_backends_with_weights_and_priorities() {
    let Some(server) = NameServer::start(RECORDS) else {
        return;
    };
    let servers = [server.address()];
    for name in [
        "_hytale._udp.games.example.test",
        "_hytale._udp.alias.example.test",
    ] {
        let mut followed = follow(&servers, name, |dns| dns.port = None);
        let ids = [
            "10.0.1.1:5521",
            "10.0.1.2:5522",
            "[2001:db8::2]:5522",
            "10.0.1.3:5523",
        ];
        let state = until_ids(&mut followed, &ids).await;
        let facts = state.backends.iter().map(|one| {
            let meta = &one.backend.meta;
            (one.backend.weight, &*meta["priority"], &*meta["target"])
        });
        let (a, b, c) = ("a.example.test", "b.example.test", "c.example.test");
        let expected = [(30, "0", a), (10, "0", b), (10, "0", b), (1, "1", c)];
        assert_eq!(facts.collect::<Vec<_>>(), expected);

        let mut named = follow(&servers, name, |dns| dns.per_address = false);
        let ids = [
            "a.example.test:5521",
            "b.example.test:5522",
            "c.example.test:5523",
        ];
        until_ids(&mut named, &ids).await;
    }
}

#[tokio::test]
async fn a_change_is_seen_after_the_ttl() {
    let Some(mut server) = NameServer::start("lobby A 10.0.0.1") else {
        return;
    };
    let mut followed = follow(&[server.address()], "lobby.example.test", |_| ());
    until_ids(&mut followed, &["10.0.0.1:5520"]).await;
    server.set_records("lobby A 10.0.0.1\nlobby A 10.0.0.2");
    until_ids(&mut followed, &["10.0.0.1:5520", "10.0.0.2:5520"]).await;
    server.set_records("lobby SRV 0 0 5600 lobby-2\nlobby-2 A 10.0.0.2");
    until_ids(&mut followed, &["10.0.0.2:5600"]).await;
    server.set_records("lobby SRV 0 0 0 .");
    until_ids(&mut followed, &[]).await;
}

#[tokio::test]
async fn missing_names_and_empty_answers_keep_the_last_set() {
    let Some(mut server) = NameServer::start("lobby A 10.0.0.1") else {
        return;
    };
    let mut followed = follow(&[server.address()], "lobby.example.test", |_| ());
    until_ids(&mut followed, &["10.0.0.1:5520"]).await;
    server.set_records("");
    let state = followed
        .until_error("lobby.example.test does not exist (NXDOMAIN)")
        .await;
    assert_eq!(state.backends.len(), 1);
    server.set_records("lobby TXT here");
    let state = followed
        .until_error("lobby.example.test has no SRV, A or AAAA records")
        .await;
    assert_eq!(state.backends.len(), 1);
    server.set_records("lobby A 10.0.0.3");
    until_ids(&mut followed, &["10.0.0.3:5520"]).await;
}

#[tokio::test]
async fn a_long_answer_comes_by_tcp() {
    let mut records = String::new();
    for n in 0..500 {
        writeln!(records, "many A 10.1.{}.{}", n / 250, n % 250).unwrap();
    }
    let Some(server) = NameServer::start(&records) else {
        return;
    };
    let mut followed = follow(&[server.address()], "many.example.test", |_| ());
    let state = followed
        .until("500 backends", |state| state.is_synced)
        .await;
    assert_eq!((state.backends.len(), state.unusable), (500, 0));
    assert_eq!(&*state.backends[499].id, "10.1.1.249:5520");
}
