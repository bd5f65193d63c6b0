//! Delivery at the end of a sink.

use std::time::Duration;

use hyrouter_decision_log::WebhookSink;

use super::server::{Answer, Server};
use super::{counts, open, options, record};
use hyrouter_testing::clock::{Clock, until};

const SECOND: Duration = Duration::from_secs(1);

/// Closes a sink while the clock is paused, so that a timer would never fire.
async fn closed(sink: WebhookSink) -> WebhookSink {
    let closing = tokio::spawn(async move {
        let in_time = sink.close(SECOND).await;
        (in_time, sink)
    });
    until("the end", || closing.is_finished()).await;
    let (in_time, sink) = closing.await.unwrap();
    assert!(in_time);
    sink
}

#[tokio::test(start_paused = true)]
async fn waiting_decisions_are_sent_at_the_end() {
    let _clock = Clock::hold().await;
    let server = Server::new([]).await;
    let sink = open(&options(&server.url(), 100));
    record(&sink, 0..250);
    let sink = closed(sink).await;
    let requests = server.requests();
    let sizes: Vec<_> = requests.iter().map(|one| one.connections().len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    record(&sink, [250]);
    assert_eq!(counts(&sink), (250, 1, 0));
    assert!(sink.close(SECOND).await, "closed before");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_waiting_is_sent_at_the_end() {
    let clock = Clock::hold().await;
    let server = Server::new([]).await;
    let sink = open(&options(&server.url(), 100));
    record(&sink, [1]);
    clock.settle().await;
    closed(sink).await;
    assert_eq!(server.requests()[0].connections(), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_end_does_not_wait_for_a_receiver() {
    let clock = Clock::hold().await;
    let server = Server::new([Answer::Stall("")]).await;
    let sink = open(&options(&server.url(), 2));
    record(&sink, 0..10);
    until("a request", || server.count() == 1).await;
    let closing = tokio::spawn(async move {
        let in_time = sink.close(SECOND * 2).await;
        (in_time, counts(&sink))
    });
    clock.settle().await;
    clock.pass(Duration::from_millis(1_990)).await;
    assert!(!closing.is_finished());
    clock.pass(Duration::from_millis(20)).await;
    assert_eq!(closing.await.unwrap(), (false, (0, 10, 0)));
    until("the end of the connection", || {
        server.closed_by_client() == 1
    })
    .await;
    assert_eq!(server.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_sink_sends_the_waiting_decisions() {
    let clock = Clock::hold().await;
    let server = Server::new([]).await;
    let sink = open(&options(&server.url(), 2));
    record(&sink, 0..3);
    clock.settle().await;
    drop(sink);
    until("all of it", || server.count() == 2).await;
    assert_eq!(server.requests()[1].connections(), [2]);
}
