//! Sets of which a part cannot be looked up.

use super::*;

fn services() -> ScriptedServers {
    let servers = ScriptedServers::default();
    servers.set(
        "play",
        RecordType::SRV,
        5,
        [srv(0, 1, 1, "a"), srv(0, 1, 1, "b")],
    );
    for (name, last) in [("a", 1), ("b", 2)] {
        servers.set(name, RecordType::A, 5, [v4(last)]);
        servers.set(name, RecordType::AAAA, 5, []);
    }
    servers
}

const A: &str = "10.0.0.1:1 1 priority=0 target=a.example.com";
const A_MOVED: &str = "10.0.0.9:1 1 priority=0 target=a.example.com";
const B: &str = "10.0.0.2:1 1 priority=0 target=b.example.com";

#[tokio::test(start_paused = true)]
async fn a_target_that_fails_keeps_its_addresses_for_max_staleness() {
    let mut running = Running::start_with(services(), Some(SECOND * 60), |_| ());
    running.feed.first().await;
    running.servers.fail("b", RecordType::A);
    running.servers.set("a", RecordType::A, 5, [v4(9)]);
    sleep(SECOND * 6).await;
    assert_eq!(running.backends(), [A_MOVED, B]);
    assert_eq!(running.error(), None);
    let problem =
        "b.example.com: 10.0.0.53:53: it answered SERVFAIL; its last addresses stay in use";
    assert_eq!(running.problems(), [problem]);
    sleep(SECOND * 60).await;
    assert_eq!(running.backends(), [A_MOVED]);
    assert_eq!(running.problems(), [problem]);
    running.servers.set("b", RecordType::A, 5, [v4(2)]);
    sleep(SECOND * 30).await;
    assert_eq!(running.backends(), [A_MOVED, B]);
    assert_eq!(running.problems(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_gone_spoils_no_other() {
    let mut running = Running::start(services(), |_| ());
    running.feed.first().await;
    running.servers.set("b", RecordType::A, 5, []);
    sleep(SECOND * 6).await;
    assert_eq!(running.backends(), [A]);
    let problem = "b.example.com: it has no A or AAAA records";
    assert_eq!(running.problems(), [problem]);
    running.servers.set(
        "play",
        RecordType::SRV,
        5,
        [srv(0, 1, 1, "a"), srv(0, 1, 1, "none")],
    );
    sleep(SECOND * 6).await;
    let problem = "none.example.com: it does not exist (NXDOMAIN)";
    assert_eq!(running.problems(), [problem]);
}

#[tokio::test(start_paused = true)]
async fn targets_without_any_address_keep_the_set() {
    let mut running = Running::start(services(), |_| ());
    running.feed.first().await;
    for name in ["a", "b"] {
        running.servers.set(name, RecordType::A, 5, []);
    }
    sleep(SECOND * 6).await;
    assert_eq!(running.backends(), [A, B]);
    let error = "no SRV target of play.example.com has an address";
    assert_eq!(running.error().as_deref(), Some(error));
    for name in ["a", "b"] {
        running.servers.fail(name, RecordType::A);
        running.servers.fail(name, RecordType::AAAA);
    }
    sleep(SECOND * 30).await;
    assert_eq!(running.backends(), [A, B]);
    let error =
        "no address of the SRV targets of play.example.com: 10.0.0.53:53: it answered SERVFAIL";
    assert_eq!(running.error().as_deref(), Some(error));
    assert!(running.feed.age() > Some(SECOND * 30));
}

#[tokio::test(start_paused = true)]
async fn one_family_can_fail() {
    let servers = ScriptedServers::default();
    servers.set("play", RecordType::A, 5, [v4(1)]);
    servers.fail("play", RecordType::AAAA);
    let mut running = Running::start(servers, |_| ());
    running.feed.first().await;
    assert_eq!(running.backends(), ["10.0.0.1:5520 1"]);
    assert_eq!(running.problems().len(), 1);
    // A failure and an empty answer together are not proof that there is nothing.
    running.servers.set("play", RecordType::A, 5, []);
    sleep(SECOND * 31).await;
    assert_eq!(running.backends(), ["10.0.0.1:5520 1"]);
    let error = running.error().unwrap();
    assert!(error.contains("SERVFAIL"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn unusable_addresses_are_reported() {
    let servers = ScriptedServers::default();
    let link_local = RData::AAAA(AAAA::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));
    let none = RData::A(A::new(0, 0, 0, 0));
    servers.set("play", RecordType::A, 5, [none, v4(1)]);
    servers.set("play", RecordType::AAAA, 5, [link_local]);
    let mut running = Running::start(servers, |_| ());
    running.feed.first().await;
    assert_eq!(running.backends(), ["10.0.0.1:5520 1"]);
    let problems = running.problems().join("\n");
    assert!(
        problems.contains("fe80::1 is a link-local address"),
        "{problems}"
    );
    assert!(
        problems.contains("0.0.0.0:5520: invalid host"),
        "{problems}"
    );
}

#[tokio::test(start_paused = true)]
async fn many_targets_are_looked_up_some_at_a_time_and_for_a_limited_time() {
    let servers = ScriptedServers::default();
    let names: Vec<_> = (0..200).map(|n| format!("s{n:03}")).collect();
    let records: Vec<_> = names.iter().map(|name| srv(0, 1, 1, name)).collect();
    servers.set("play", RecordType::SRV, 5, records);
    for (n, name) in (0..).zip(&names) {
        servers.set(name, RecordType::A, 5, [v4(n)]);
        servers.set(name, RecordType::AAAA, 5, []);
    }
    servers.set_delay(SECOND);
    let mut running = Running::start(servers, |_| ());
    let state = running.feed.first().await;
    assert_eq!((state.backends.len(), state.unusable), (200, 0));
    assert_eq!(running.servers.most_running(), 16);

    // 400 queries of 2 s, 16 at a time, need 50 s.
    running.servers.set_delay(SECOND * 2);
    sleep(SECOND * 40).await;
    let state = running.feed.now();
    assert_eq!(state.backends.len(), 200, "their last addresses");
    assert!(state.unusable > 50, "{}", state.unusable);
    assert!(running.problems()[0].contains("no answer within 30 s"));
}

#[tokio::test(start_paused = true)]
async fn the_addresses_of_a_target_are_bounded() {
    let servers = ScriptedServers::default();
    servers.set("play", RecordType::SRV, 5, [srv(0, 1, 1, "a")]);
    let many: Vec<_> = (0..200).map(v4).collect();
    servers.set("a", RecordType::A, 5, many);
    let mut running = Running::start(servers, |_| ());
    running.feed.first().await;
    assert_eq!(running.backends().len(), 16);
    let problem = "a.example.com: 16 of its addresses are used, 184 are not";
    assert_eq!(running.problems(), [problem]);
}
