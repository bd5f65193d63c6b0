//! Traces to a real collector. Sockets are real; the clock is the test's.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic"
)]

mod collector;
mod content;
mod failures;
mod runtimes;
mod tls;

use std::time::{Duration, SystemTime};

use hyrouter_decision_log::{DecisionOutcome, DecisionRecord};
use hyrouter_traces::{Tracer, TracerOptions};
use tokio::runtime::Handle;

use crate::collector::{Answer, Collector};
use hyrouter_testing::clock::{Clock, until};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn open(options: &TracerOptions) -> Tracer {
    Tracer::open(options, &Handle::current()).unwrap()
}

/// A connection of two spans.
pub(crate) fn record(tracer: &Tracer, connections: impl IntoIterator<Item = u64>) {
    for connection in connections {
        let referred = DecisionOutcome::Referral;
        let record = DecisionRecord {
            handshake: Duration::from_micros(10),
            ..DecisionRecord::new(SystemTime::now(), connection, referred, "referred")
        };
        tracer.record(&record, [].into_iter());
    }
}

/// Spans that were sent, lost, failed.
pub(crate) fn counts(tracer: &Tracer) -> (u64, u64, u64) {
    let counts = tracer.counts();
    (counts.sent, counts.lost, counts.failed)
}

#[tokio::test(start_paused = true)]
async fn a_full_batch_is_sent_at_once() {
    let _clock = Clock::hold().await;
    let collector = Collector::new([]).await;
    let tracer = open(&TracerOptions::new(collector.url()));
    record(&tracer, 0..128);
    until("a batch", || counts(&tracer) == (256, 0, 0)).await;
    assert_eq!(collector.requests()[0].spans().len(), 256);
    record(&tracer, 128..256);
    until("another batch", || counts(&tracer) == (512, 0, 0)).await;
    assert_eq!(collector.accepted(), 1, "a connection is used again");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_not_full_is_sent_after_a_second() {
    let clock = Clock::hold().await;
    let collector = Collector::new([]).await;
    let tracer = open(&TracerOptions::new(collector.url()));
    record(&tracer, [1]);
    clock.settle().await;
    clock.pass(SECOND * 9 / 10).await;
    record(&tracer, [2]);
    clock.settle().await;
    assert_eq!(collector.count(), 0);
    clock.pass(SECOND / 9).await;
    until("a batch", || counts(&tracer) == (4, 0, 0)).await;
    clock.pass(SECOND * 10).await;
    assert_eq!(collector.count(), 1, "nothing is sent for nothing");
}

#[tokio::test(start_paused = true)]
async fn a_queue_holds_what_it_may_and_no_more() {
    let _clock = Clock::hold().await;
    let collector = Collector::new([Answer::Stall]).await;
    let options = TracerOptions::new(collector.url()).with_queue(200);
    let tracer = open(&options);
    record(&tracer, 0..128);
    until("a request", || collector.count() == 1).await;
    record(&tracer, 128..331);
    assert_eq!(counts(&tracer), (0, 6, 0), "three connections of two spans");
}

#[tokio::test]
async fn as_many_are_sampled_as_is_asked_for() {
    let sampled = |one_in| {
        let options = TracerOptions::new("http://127.0.0.1:1").with_one_in(one_in);
        let tracer = open(&options);
        (0..10_000).filter(|_| tracer.samples()).count()
    };
    assert_eq!(sampled(1), 10_000);
    // Six standard deviations around 1,000.
    let tenth = sampled(10);
    assert!((820..=1_180).contains(&tenth), "{tenth}");
    assert!(sampled(u32::MAX) < 3);
}
