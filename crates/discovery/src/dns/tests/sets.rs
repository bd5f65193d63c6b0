//! Backends of records.

use super::*;

async fn backends(
    servers: ScriptedServers,
    change: impl FnOnce(&mut DnsSettings),
) -> (Vec<String>, Option<String>, Vec<String>) {
    let mut running = Running::start(servers, change);
    running.feed.first().await;
    (running.backends(), running.error(), running.problems())
}

#[tokio::test(start_paused = true)]
async fn each_address_is_a_backend_in_the_order_of_addresses() {
    for (record, expected) in [
        (DnsRecord::A, &["10.0.0.1:5520 1", "10.0.0.2:5520 1"][..]),
        (DnsRecord::Aaaa, &["[2001:db8::7]:5520 1"]),
        (
            DnsRecord::Auto,
            &["10.0.0.1:5520 1", "10.0.0.2:5520 1", "[2001:db8::7]:5520 1"],
        ),
    ] {
        let servers = ScriptedServers::default();
        servers.set("play", RecordType::A, 5, [v4(2), v4(1), v4(2)]);
        servers.set("play", RecordType::AAAA, 5, [v6(7)]);
        let (backends, error, problems) = backends(servers, |dns| dns.record = record).await;
        assert_eq!(backends, expected);
        assert_eq!((error, problems), (None, vec![]));
    }
}

#[tokio::test(start_paused = true)]
async fn without_per_address_the_name_itself_is_the_backend() {
    let servers = ScriptedServers::default();
    servers.set("play", RecordType::AAAA, 5, [v6(7), v6(8)]);
    let (backends, ..) = backends(servers, |dns| {
        dns.per_address = false;
        dns.name = "PLAY.example.com.".to_owned();
    })
    .await;
    assert_eq!(backends, ["play.example.com:5520 1"]);
}

fn two_services() -> ScriptedServers {
    let servers = ScriptedServers::default();
    let records = [
        srv(1, 0, 5523, "c"),
        srv(0, 10, 5522, "b"),
        srv(0, 30, 5521, "A"),
    ];
    servers.set("play", RecordType::SRV, 5, records);
    servers.set("A", RecordType::A, 5, [v4(1)]);
    servers.set("A", RecordType::AAAA, 5, [v6(1)]);
    servers.set("b", RecordType::A, 5, [v4(2)]);
    servers.set("c", RecordType::A, 5, [v4(3)]);
    // SRV records come first.
    servers.set("play", RecordType::A, 5, [v4(99)]);
    servers
}

#[tokio::test(start_paused = true)]
async fn srv_records_give_ports_weights_and_priorities() {
    for record in [DnsRecord::Auto, DnsRecord::Srv] {
        let (found, error, problems) = backends(two_services(), |dns| {
            dns.record = record;
            dns.port = None;
        })
        .await;
        let expected = [
            "10.0.0.1:5521 30 priority=0 target=a.example.com",
            "[2001:db8::1]:5521 30 priority=0 target=a.example.com",
            "10.0.0.2:5522 10 priority=0 target=b.example.com",
            "10.0.0.3:5523 1 priority=1 target=c.example.com",
        ];
        assert_eq!(found, expected);
        assert_eq!((error, problems), (None, vec![]));
    }
    let (found, ..) = backends(two_services(), |dns| dns.per_address = false).await;
    let expected = [
        "a.example.com:5521 30 priority=0",
        "b.example.com:5522 10 priority=0",
        "c.example.com:5523 1 priority=1",
    ];
    assert_eq!(found, expected);
}

#[tokio::test(start_paused = true)]
async fn an_srv_record_with_target_root_says_that_there_are_no_backends() {
    let servers = ScriptedServers::default();
    servers.set("play", RecordType::SRV, 5, [srv(0, 0, 1, "a")]);
    servers.set("a", RecordType::A, 5, [v4(1)]);
    let mut running = Running::start(servers, |_| ());
    assert_eq!(running.feed.first().await.backends.len(), 1);
    running
        .servers
        .set("play", RecordType::SRV, 5, [srv(0, 0, 0, ".")]);
    sleep(SECOND * 6).await;
    let state = running.feed.now();
    assert!(state.is_synced && state.error.is_none() && state.backends.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_first_answer_without_records_is_an_error() {
    type Change = fn(&mut DnsSettings);
    let cases: [(Change, &str); 5] = [
        (
            |dns| dns.name = "gone.example.com".to_owned(),
            "gone.example.com does not exist (NXDOMAIN)",
        ),
        (|_| (), "play.example.com has no SRV, A or AAAA records"),
        (
            |dns| dns.record = DnsRecord::A,
            "play.example.com has no A records",
        ),
        (
            |dns| dns.record = DnsRecord::Srv,
            "play.example.com has no SRV records",
        ),
        (
            |dns| dns.port = None,
            "play.example.com has no SRV records, and its A and AAAA records need `port`",
        ),
    ];
    for (change, expected) in cases {
        let servers = ScriptedServers::default();
        for kind in [RecordType::A, RecordType::AAAA, RecordType::SRV] {
            servers.set("play", kind, 5, []);
        }
        let mut running = Running::start(servers, change);
        let state = running.feed.first().await;
        assert_eq!(state.error.as_deref(), Some(expected));
        assert!(!state.is_synced);
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_records_cannot_break_the_log_or_a_host() {
    let servers = ScriptedServers::default();
    let name = Name::from_labels([&b"a\n\x1b[2J"[..], b"example", b"com"]).unwrap();
    let odd = RData::SRV(SRV::new(0, 0, 1, name));
    servers.set("play", RecordType::SRV, 5, [odd, srv(0, 0, 1, "b")]);
    let mut running = Running::start(servers, |dns| dns.per_address = false);
    running.feed.first().await;
    assert_eq!(running.backends(), ["b.example.com:1 1 priority=0"]);
    let problems = running.problems();
    assert_eq!(problems.len(), 1);
    assert!(!problems[0].contains(char::is_control), "{problems:?}");
}
