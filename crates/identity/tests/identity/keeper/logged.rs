//! Changes, each of which is logged once.

use std::time::Duration;

use hyrouter_identity::KeeperStatus;

use super::log;
use super::server::{Answer, Server};
use super::support::{Kept, key, keys, set};
use hyrouter_testing::clock::{Clock, until};

/// Longer than any wait for the next attempt.
const REFRESH: Duration = Duration::from_secs(661);

#[tokio::test(start_paused = true)]
async fn changes_are_logged_and_attempts_are_not() {
    let clock = Clock::hold().await;
    let (a, b, c) = (key("a"), key("b"), key("c"));
    let away = Answer::Raw(b"HTTP/1.1 503 Away\r\n\r\n".to_vec());
    let server = Server::new(away.clone()).await;
    let kept = Kept::new(&server.url()).run();
    let source = format!("source={}", server.url());
    let next = async |answer: Answer| {
        let tries = server.count();
        server.answers(answer);
        clock.pass(REFRESH).await;
        until("a try", || server.count() > tries).await;
        clock.settle().await;
    };

    until("a failure", || kept.status().failures == 1).await;
    let no_keys = format!(
        "WARN fetching identity keys failed {source} error=\"the response has status 503 Service Unavailable\""
    );
    assert_eq!(log::take(), [format!("{no_keys} kept=false")]);
    for _ in 0..3 {
        next(away.clone()).await;
    }
    assert_eq!(log::take(), [""; 0], "the same failure is not logged again");
    for (answer, reason) in [
        (
            Answer::Raw(b"HTTP/1.1 404 X\r\n\r\n".to_vec()),
            "404 Not Found",
        ),
        (Answer::Keys("<html>".to_owned()), "line 1, column 1"),
        (
            Answer::Keys(r#"{"keys":[]}"#.to_owned()),
            "no key to verify with",
        ),
    ] {
        next(answer.clone()).await;
        let lines = log::take();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].starts_with("WARN") && lines[0].contains(reason),
            "{lines:?}"
        );
        next(answer).await;
        assert_eq!(log::take(), [""; 0], "the same reason is not logged again");
    }

    let back = format!("INFO source of identity keys recovered {source}");
    next(keys(&[&a, &b])).await;
    until("keys", || kept.status().failures == 0).await;
    let here = format!("INFO identity keys loaded {source} kids=\"a, b\" skipped=0");
    assert_eq!(log::take(), [here, back.clone()]);
    for _ in 0..3 {
        next(keys(&[&a, &b])).await;
    }
    next(keys(&[&b, &a])).await;
    assert_eq!(log::take(), [""; 0], "the same keys are not logged again");

    next(keys(&[&c, &b])).await;
    until("other keys", || kept.status().key_ids == ["c", "b"]).await;
    let changed =
        format!("INFO identity keys changed {source} added=\"c\" removed=\"a\" skipped=0");
    assert_eq!(log::take(), [changed]);

    next(away.clone()).await;
    next(away).await;
    until("two failures", || kept.status().failures == 2).await;
    assert_eq!(log::take(), [format!("{no_keys} kept=true")]);
    next(keys(&[&c, &b])).await;
    until("a success", || kept.status().failures == 0).await;
    assert_eq!(log::take(), [back]);
}

#[tokio::test(start_paused = true)]
async fn a_response_is_not_in_the_log() {
    let clock = Clock::hold().await;
    let private = key("private");
    let secret = private.to_json();
    for body in [
        format!(r#"{{"keys":{secret:?}}}"#),
        format!(r#"{{"keys":[{secret}]}}"#),
        secret.clone(),
    ] {
        let server = Server::new(Answer::Keys(body)).await;
        let kept = Kept::new(&server.url()).run();
        until("a try", || kept.status() != KeeperStatus::default()).await;
        let d = secret.split(r#""d":""#).nth(1).unwrap();
        let d = d.split('"').next().unwrap();
        assert_eq!(d.len(), 43, "32 bytes in base64");
        let lines = log::take();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(!format!("{lines:?} {:?}", kept.status()).contains(d));
        clock.settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn key_ids_are_cut_in_the_log() {
    let _clock = Clock::hold().await;
    // The maximum number of keys, with ids of maximum length.
    let ids = (0..64).map(|n| format!("{n:02}\n{}", "x".repeat(253)));
    let all: Vec<_> = ids.map(|id| key(&id)).collect();
    let server = Server::new(keys(&all.iter().collect::<Vec<_>>())).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verifier.has_keys()).await;
    let lines = log::take();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].len() < 600, "{lines:?}");
    assert!(lines[0].contains("kids=\"00 xxx"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_is_an_error_once() {
    let clock = Clock::hold().await;
    let a = key("a");
    let with = |kid: &str, other: &str| {
        let weak = format!(
            r#"{{"kty":"OKP","crv":"Ed25519","kid":{kid:?},"x":"{}"}}"#,
            "A".repeat(43)
        );
        let set = set(&[&a]).replacen('[', &format!("[{weak},"), 1);
        Answer::Keys(set.replacen('{', &format!(r#"{{"at":"{other}","#), 1))
    };
    let server = Server::new(with("placeholder\n", "1")).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&a).is_ok()).await;
    let refused = |kid: &str| {
        format!(
            "ERROR identity key refused source={} kid={kid:?} reason=\"its point has small order; anyone could \
             sign for it\"",
            server.url()
        )
    };
    assert_eq!(log::take()[0], refused("placeholder "));
    for (answer, lines) in [
        (with("placeholder\n", "2"), vec![]),
        (with("other", "3"), vec![refused("other")]),
        (keys(&[&a]), vec![]),
        (with("other", "4"), vec![refused("other")]),
    ] {
        let tries = server.count();
        server.answers(answer);
        clock.pass(REFRESH).await;
        until("a try", || server.count() > tries).await;
        clock.settle().await;
        assert_eq!(log::take(), lines);
        assert_eq!(kept.status().failures, 0);
    }
}
