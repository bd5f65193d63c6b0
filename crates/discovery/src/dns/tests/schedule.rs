//! Times of lookups.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_ttl_within_its_bounds_decides_the_next_lookup() {
    for (ttl, expected) in [(0, 5), (1, 5), (7, 7), (86_400, 300)] {
        let servers = ScriptedServers::default();
        servers.set("play", RecordType::A, ttl, [v4(1)]);
        let running = Running::start(servers, |dns| dns.record = DnsRecord::A);
        sleep(SECOND * expected * 3 + SECOND / 2).await;
        let waits = running.servers.waits(RecordType::A);
        assert_eq!(waits, [SECOND * expected; 3], "a TTL of {ttl} s");
        assert_eq!(running.feed.age(), Some(SECOND / 2));
    }
}

#[tokio::test(start_paused = true)]
async fn the_shortest_ttl_of_all_answers_counts() {
    let servers = ScriptedServers::default();
    servers.set(
        "play",
        RecordType::SRV,
        100,
        [srv(0, 0, 1, "a"), srv(0, 0, 1, "b")],
    );
    servers.set("a", RecordType::A, 200, [v4(1)]);
    servers.set("b", RecordType::A, 40, [v4(2)]);
    for name in ["a", "b"] {
        // Without addresses of this family, which does not make the set worse.
        servers.set(name, RecordType::AAAA, 1, []);
    }
    let running = Running::start(servers, |_| ());
    sleep(SECOND * 90).await;
    assert_eq!(running.servers.waits(RecordType::SRV), [SECOND * 40; 2]);
}

#[tokio::test(start_paused = true)]
async fn failures_are_repeated_after_growing_waits_and_keep_the_set() {
    let servers = ScriptedServers::default();
    servers.set("play", RecordType::A, 5, [v4(1)]);
    let mut running = Running::start(servers, |dns| dns.record = DnsRecord::A);
    running.feed.first().await;
    running.servers.fail("play", RecordType::A);
    sleep(SECOND * 600).await;
    assert_eq!(running.backends(), ["10.0.0.1:5520 1"]);
    let expected = "play.example.com: 10.0.0.53:53: it answered SERVFAIL";
    assert_eq!(running.error().as_deref(), Some(expected));
    assert_eq!(running.feed.age(), Some(SECOND * 600));
    let waits = running.servers.waits(RecordType::A);
    assert_eq!(waits[0], SECOND * 5);
    let mut longest = SECOND / 2;
    for wait in &waits[1..] {
        assert!(
            *wait >= longest / 2 && *wait <= longest + SECOND / 100,
            "{waits:?}"
        );
        longest = (longest * 2).min(SECOND * 30);
    }
    assert!(waits.len() > 20, "{waits:?}");
    // The jitter makes the longest waits differ.
    assert_ne!(waits[waits.len() - 1], waits[waits.len() - 2]);

    running.servers.set("play", RecordType::A, 5, [v4(2)]);
    sleep(SECOND * 31).await;
    assert_eq!(running.backends(), ["10.0.0.2:5520 1"]);
    assert_eq!(running.error(), None);
    let before = running.servers.waits(RecordType::A).len();
    running.servers.fail("play", RecordType::A);
    sleep(SECOND * 7).await;
    // The count of failures starts anew.
    let wait = running.servers.waits(RecordType::A)[before + 1];
    assert!(wait <= SECOND / 2 + SECOND / 100, "{wait:?}");
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_keeps_the_set_and_is_repeated_after_its_ttl() {
    for (negative_ttl, expected) in [(1, 5), (10, 10), (3_600, 30)] {
        let servers = ScriptedServers::default();
        servers.set("play", RecordType::A, 5, [v4(1)]);
        let mut running = Running::start(servers, |dns| dns.record = DnsRecord::A);
        running.feed.first().await;
        running.servers.set("play", RecordType::A, negative_ttl, []);
        sleep(SECOND * (expected * 3 + 6)).await;
        let waits = running.servers.waits(RecordType::A);
        assert_eq!(waits[1..4], [SECOND * expected; 3]);
        assert_eq!(running.backends(), ["10.0.0.1:5520 1"]);
        let expected = "play.example.com has no A records";
        assert_eq!(running.error().as_deref(), Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_without_servers_is_tried_again() {
    let (publisher, feed) = feed("lobbies", 10);
    let provider = provider(None, |_| ()).unwrap();
    let client = || Err::<Arc<ScriptedServers>, _>(DnsFailure::System("no file".to_owned()));
    let last = LastAnswers::new(None);
    let task = tokio::spawn(follow(
        provider.target.clone(),
        provider.times,
        client,
        last,
        publisher,
    ));
    sleep(SECOND * 100).await;
    let error = "the system's DNS servers cannot be read: no file";
    assert_eq!(feed.now().error.as_deref(), Some(error));
    task.abort();
}
