//! Collectors that are away, slow, or do not want it.

use std::time::Duration;

use hyrouter_traces::TracerOptions;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message as _;

use crate::collector::{Answer, Collector, status};
use crate::{SECOND, counts, open, record};
use hyrouter_testing::clock::{Clock, until};
use hyrouter_testing::listen::deaf;

#[tokio::test(start_paused = true)]
async fn temporary_failures_are_retried() {
    let clock = Clock::hold().await;
    for answer in [
        status("429 Too Many Requests"),
        status("502 Bad Gateway"),
        status("503 Service Unavailable"),
        status("504 Gateway Timeout"),
        Answer::End,
    ] {
        let collector = Collector::new([answer]).await;
        let tracer = open(&TracerOptions::new(collector.url()));
        record(&tracer, 0..128);
        until("a try", || collector.count() == 1).await;
        clock.settle().await;
        clock.pass(Duration::from_millis(124)).await;
        assert_eq!((collector.count(), counts(&tracer)), (1, (0, 0, 0)));
        clock.pass(Duration::from_millis(127)).await;
        until("a success", || counts(&tracer) == (256, 0, 0)).await;
        let requests = collector.requests();
        assert_eq!(requests[0].export, requests[1].export);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_the_shortest_wait_up_to_half_a_minute() {
    let clock = Clock::hold().await;
    for (asked, seconds) in [("Retry-After: 7\r\n", 7), ("Retry-After: 3600\r\n", 30)] {
        let busy = Answer::Status("429 Too Many Requests", asked, Vec::new());
        let collector = Collector::new([busy]).await;
        let tracer = open(&TracerOptions::new(collector.url()));
        record(&tracer, 0..128);
        until("a try", || collector.count() == 1).await;
        clock.settle().await;
        clock.pass(SECOND * (seconds - 1)).await;
        clock.pass(Duration::from_millis(990)).await;
        assert_eq!(collector.count(), 1);
        clock.pass(SECOND / 5).await;
        until("a success", || counts(&tracer) == (256, 0, 0)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_is_away_costs_the_spans_and_nothing_else() {
    let clock = Clock::hold().await;
    let (port, address) = deaf();
    let tracer = open(&TracerOptions::new(format!("http://{address}")));
    record(&tracer, 0..128);
    for _ in 0..5 {
        clock.settle().await;
        clock.pass(SECOND * 3).await;
    }
    until("the end of it", || counts(&tracer) == (0, 0, 256)).await;

    let collector = Collector::on(port.listen(16).unwrap(), None, []);
    record(&tracer, 0..128);
    until("a success", || counts(&tracer) == (256, 0, 256)).await;
    assert_eq!(collector.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_the_collector_refuses_is_dropped() {
    let _clock = Clock::hold().await;
    for refusal in [
        "301 Moved Permanently",
        "400 Bad Request",
        "401 Unauthorized",
        "404 Not Found",
        "500 Internal Server Error",
    ] {
        let collector = Collector::new([status(refusal)]).await;
        let tracer = open(&TracerOptions::new(collector.url()));
        record(&tracer, 0..128);
        until(refusal, || counts(&tracer) == (0, 0, 256)).await;
        record(&tracer, 0..128);
        until("a success", || counts(&tracer) == (256, 0, 256)).await;
        assert_eq!(collector.count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn spans_that_are_refused_all_the_same_are_counted() {
    let _clock = Clock::hold().await;
    let response = |rejected_spans| {
        let partial_success = Some(ExportTracePartialSuccess {
            rejected_spans,
            error_message: "too old".to_owned(),
        });
        ExportTraceServiceResponse { partial_success }.encode_to_vec()
    };
    for (body, sent) in [
        (response(6), 250),
        (response(0), 256),
        (response(-1), 256),
        (response(i64::MAX), 0),
        (b"\xff no message".to_vec(), 256),
        (vec![0; 1 << 20], 256),
    ] {
        let answer = Answer::Status("200 OK", "", body);
        let collector = Collector::new([answer]).await;
        let tracer = open(&TracerOptions::new(collector.url()));
        record(&tracer, 0..128);
        until("an answer", || counts(&tracer) == (sent, 0, 256 - sent)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_hangs_is_left_in_time() {
    let clock = Clock::hold().await;
    let collector = Collector::new([Answer::Stall]).await;
    let options = TracerOptions::new(collector.url()).with_timeout(SECOND * 3);
    let tracer = open(&options);
    record(&tracer, 0..128);
    until("a try", || collector.count() == 1).await;
    clock.settle().await;
    clock.pass(Duration::from_millis(2_980)).await;
    assert_eq!(collector.closed_by_client(), 0);
    clock.pass(Duration::from_millis(40)).await;
    until("the end of the connection", || {
        collector.closed_by_client() == 1
    })
    .await;
    clock.settle().await;
    clock.pass(SECOND / 4).await;
    until("a success", || counts(&tracer) == (256, 0, 0)).await;
}

#[tokio::test(start_paused = true)]
async fn the_end_does_not_wait_for_a_collector() {
    let clock = Clock::hold().await;
    let collector = Collector::new([Answer::Stall]).await;
    let tracer = open(&TracerOptions::new(collector.url()));
    record(&tracer, 0..130);
    until("a request", || collector.count() == 1).await;
    let closing = tokio::spawn(async move {
        let in_time = tracer.shutdown(SECOND * 2).await;
        record(&tracer, [130]);
        (in_time, counts(&tracer))
    });
    clock.settle().await;
    clock.pass(Duration::from_millis(1_990)).await;
    assert!(!closing.is_finished());
    clock.pass(Duration::from_millis(20)).await;
    assert_eq!(closing.await.unwrap(), (false, (0, 262, 0)));
}
