//! Receivers that are unreachable, slow, or refuse a batch.

use std::time::Duration;

use super::server::{Answer, OK, Server};
use super::{counts, open, options, record};
use hyrouter_testing::clock::{Clock, until};
use hyrouter_testing::listen::deaf;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn temporary_failures_are_retried() {
    let clock = Clock::hold().await;
    for answer in [
        Answer::Status("408 Request Timeout", ""),
        Answer::Status("425 Too Early", ""),
        Answer::Status("429 Too Many Requests", ""),
        Answer::Status("500 Internal Server Error", ""),
        Answer::Status("503 Service Unavailable", "Retry-After: nonsense\r\n"),
        Answer::Status("599 Unknown", ""),
        Answer::Raw(""),
        Answer::Raw("HTTP/1.1 200"),
        Answer::Raw("SSH-2.0-OpenSSH_9.9\r\n"),
    ] {
        let server = Server::new([answer]).await;
        let sink = open(&options(&server.url(), 2));
        record(&sink, 1..=2);
        until("a try", || server.count() == 1).await;
        clock.settle().await;
        clock.pass(Duration::from_millis(124)).await;
        assert_eq!(server.count(), 1);
        assert_eq!(counts(&sink), (0, 0, 0));
        clock.pass(Duration::from_millis(127)).await;
        until("a success", || sink.counts().sent == 2).await;
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].body, requests[1].body);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_receiver_is_retried() {
    let clock = Clock::hold().await;
    let (port, address) = deaf();
    let sink = open(&options(&format!("http://{address}/"), 1));
    record(&sink, [1]);
    clock.settle().await;
    assert_eq!(counts(&sink), (0, 0, 0));
    let server = Server::on(port.listen(16).unwrap(), None, []);
    clock.pass(SECOND / 4).await;
    until("a success", || sink.counts().sent == 1).await;
    assert_eq!(server.requests()[0].connections(), [1]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_delays_the_next_attempt() {
    let clock = Clock::hold().await;
    for (asks, least) in [
        ("Retry-After: 7\r\n", 7),
        ("Retry-After: 3600\r\n", 60),
        ("Retry-After: Fri, 31 Dec 2999 23:59:59 GMT\r\n", 60),
    ] {
        let busy = Answer::Status("429 Too Many Requests", asks);
        let server = Server::new([busy]).await;
        let sink = open(&options(&server.url(), 1));
        record(&sink, [1]);
        until("a try", || server.count() == 1).await;
        clock.settle().await;
        clock.pass(SECOND * (least - 1)).await;
        assert_eq!(server.count(), 1, "{asks}");
        clock.pass(SECOND * 2).await;
        until("a success", || sink.counts().sent == 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_batch_is_dropped() {
    let _clock = Clock::hold().await;
    for status in [
        "300 Multiple Choices",
        "400 Bad Request",
        "401 Unauthorized",
        "404 Not Found",
        "410 Gone",
        "413 Content Too Large",
    ] {
        let server = Server::new([Answer::Status(status, "Retry-After: 1\r\n")]).await;
        let sink = open(&options(&server.url(), 2));
        record(&sink, 1..=2);
        until(status, || sink.counts().failed == 2).await;
        record(&sink, 3..=4);
        until("the next batch", || sink.counts().sent == 2).await;
        assert_eq!(counts(&sink), (2, 0, 2));
        assert_eq!(server.requests()[1].connections(), [3, 4]);
    }
}

#[tokio::test(start_paused = true)]
async fn redirects_are_not_followed() {
    let _clock = Clock::hold().await;
    for status in [
        "301 Moved Permanently",
        "303 See Other",
        "307 Temporary Redirect",
    ] {
        let there = Answer::Status(status, "Location: /elsewhere\r\n");
        let server = Server::new([there]).await;
        let sink = open(&options(&server.url(), 1));
        record(&sink, [1]);
        until(status, || sink.counts().failed == 1).await;
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn one_batch_does_not_block_the_others_without_end() {
    let clock = Clock::hold().await;
    let broken = Answer::Status("500 Internal Server Error", "");
    let server = Server::new(vec![broken; 10]).await;
    let sink = open(&options(&server.url(), 1));
    record(&sink, 1..=2);
    for tries in 1..10 {
        until("a try", || server.count() == tries).await;
        clock.settle().await;
        clock.pass(SECOND * 30).await;
    }
    until("the end of it", || sink.counts().failed == 1).await;
    until("the next batch", || sink.counts().sent == 1).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 11);
    assert_eq!(requests[9].connections(), [1]);
    assert_eq!(requests[10].connections(), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_request_to_a_hanging_receiver_times_out() {
    let clock = Clock::hold().await;
    for bytes in ["", "HTTP/1.1 200 OK\r\n"] {
        let server = Server::new([Answer::Stall(bytes), OK]).await;
        let sink = open(&options(&server.url(), 1));
        record(&sink, [1]);
        until("a try", || server.count() == 1).await;
        clock.settle().await;
        clock.pass(Duration::from_millis(4_990)).await;
        assert_eq!(server.closed_by_client(), 0);
        clock.pass(Duration::from_millis(20)).await;
        until("the end of the connection", || {
            server.closed_by_client() == 1
        })
        .await;
        clock.settle().await;
        clock.pass(SECOND / 4).await;
        until("a success", || sink.counts().sent == 1).await;
        let requests = server.requests();
        assert!(requests[1].at - requests[0].at >= SECOND * 5);
    }
}

#[tokio::test(start_paused = true)]
async fn the_body_of_a_response_has_no_effect() {
    let clock = Clock::hold().await;
    let half = Answer::Stall("HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\n");
    let slow = Answer::Stall("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[");
    let broken = Answer::Raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[");
    for answer in [half, slow, broken, Answer::Endless] {
        let server = Server::new([answer]).await;
        let sink = open(&options(&server.url(), 1));
        record(&sink, [1]);
        until("a try", || server.count() == 1).await;
        clock.settle().await;
        clock.pass(SECOND).await;
        until("a success", || sink.counts().sent == 1).await;
        record(&sink, [2]);
        until("the next batch", || sink.counts().sent == 2).await;
        assert_eq!(server.requests()[1].connections(), [2]);
    }
}
