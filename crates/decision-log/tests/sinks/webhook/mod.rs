//! Batches to a server over real sockets, with a paused clock.

mod ends;
mod failures;
mod server;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use hyrouter_decision_log::{BearerToken, RecentDecisions, SinkSet, WebhookOptions, WebhookSink};
use hyrouter_testing::clock::{Clock, until};
use tokio::runtime::Handle;

use self::server::{Answer, Server};
use crate::line;

fn options(url: &str, batch: usize) -> WebhookOptions {
    WebhookOptions::new(url).with_batch(batch)
}

fn open(options: &WebhookOptions) -> WebhookSink {
    WebhookSink::open(options, &Handle::current()).unwrap()
}

fn record(sink: &WebhookSink, connections: impl IntoIterator<Item = u64>) {
    for connection in connections {
        sink.record(line(connection));
    }
}

/// Returns the numbers of sent, lost and failed decisions.
fn counts(sink: &WebhookSink) -> (u64, u64, u64) {
    let counts = sink.counts();
    (counts.sent, counts.lost, counts.failed)
}

#[tokio::test(start_paused = true)]
async fn a_full_batch_is_sent_at_once() {
    let _clock = Clock::hold().await;
    let server = Server::new([]).await;
    let token = BearerToken::new("hunter2\n").unwrap();
    let sink = open(&options(&server.url(), 3).with_token(Some(token)));
    record(&sink, 1..=3);
    until("a batch", || sink.counts().sent == 3).await;
    record(&sink, 4..=6);
    until("another batch", || sink.counts().sent == 6).await;

    let requests = server.requests();
    assert_eq!(requests[0].connections(), [1, 2, 3]);
    assert_eq!(requests[1].connections(), [4, 5, 6]);
    assert_eq!(server.accepted(), 1, "the connection is reused");
    let head = &requests[0].head;
    assert!(
        head.starts_with("post /decisions?key=1 http/1.1\r\n"),
        "{head}"
    );
    for field in [
        format!("\r\nhost: {}\r\n", server.address),
        "\r\ncontent-type: application/json\r\n".to_owned(),
        "\r\nauthorization: bearer hunter2\r\n".to_owned(),
        "\r\nuser-agent: hyrouter/".to_owned(),
    ] {
        assert!(head.contains(&field), "{head}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_not_full_is_sent_after_a_second() {
    let clock = Clock::hold().await;
    let server = Server::new([]).await;
    let sink = open(&options(&server.url(), 100));
    record(&sink, [1]);
    clock.settle().await;
    clock.pass(Duration::from_millis(700)).await;
    record(&sink, [2]);
    clock.settle().await;
    clock.pass(Duration::from_millis(299)).await;
    assert_eq!(server.count(), 0);
    clock.pass(Duration::from_millis(2)).await;
    until("a batch", || sink.counts().sent == 2).await;
    let request = server.requests().remove(0);
    assert_eq!(
        request.connections(),
        [1, 2],
        "sent 1 s after the oldest decision"
    );
    assert!(!request.head.contains("authorization"), "{}", request.head);

    clock.pass(Duration::from_secs(10)).await;
    assert_eq!(server.count(), 1, "no empty batch is sent");
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_bounded() {
    let _clock = Clock::hold().await;
    let server = Server::new([Answer::Stall("")]).await;
    let sink = open(&options(&server.url(), 2).with_queue(5));
    record(&sink, 1..=2);
    until("a request", || server.count() == 1).await;
    record(&sink, 3..=10);
    assert_eq!(counts(&sink), (0, 3, 0));
}

#[tokio::test(start_paused = true)]
async fn one_decision_goes_to_all_sinks() {
    let _clock = Clock::hold().await;
    assert!(!SinkSet::default().is_enabled());
    let server = Server::new([]).await;
    let sinks = SinkSet {
        recent: Some(Arc::new(RecentDecisions::default())),
        webhook: Some(open(&options(&server.url(), 100))),
        ..SinkSet::default()
    };
    assert!(sinks.is_enabled());
    sinks.record(&crate::record(7));
    assert!(sinks.close(Duration::from_secs(5)).await);
    let newest = sinks.recent.as_ref().unwrap().newest(9);
    assert_eq!(newest.len(), 1);
    let requests = server.requests();
    assert_eq!(requests[0].connections(), [7]);
    assert_eq!(requests[0].body, format!("[{}]", newest[0].as_str()));
}
