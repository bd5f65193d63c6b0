//! Sources that are unreachable, slow, or return garbage.

use std::time::{Duration, SystemTime};

use hyrouter_identity::{KeeperSettings, TokenRefusal};
use serde_json::json;

use super::server::{Answer, Server, ok};
use super::support::{Kept, key, keys, set};
use hyrouter_testing::clock::{Clock, until};
use hyrouter_testing::listen::deaf;

/// Longer than any wait for the next attempt.
const REFRESH: Duration = Duration::from_secs(661);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn an_unreachable_service_is_retried_until_it_responds() {
    let clock = Clock::hold().await;
    let key = key("a");
    let (port, address) = deaf();
    let kept = Kept::new(&format!("http://{address}/")).run();
    until("a failure", || kept.status().failures == 1).await;
    assert!(kept.error().contains("refused"), "{}", kept.error());
    assert_eq!(kept.status().last_success, None);
    assert_eq!(kept.verify(&key), Err(TokenRefusal::KeysUnavailable));

    let _server = Server::on(port.listen(16).unwrap(), None, keys(&[&key]));
    clock.pass(SECOND + SECOND / 100).await;
    until("keys", || kept.verify(&key).is_ok()).await;
    assert_eq!((kept.error(), kept.status().failures), (String::new(), 0));
}

#[tokio::test(start_paused = true)]
async fn keys_stay_whatever_a_service_returns() {
    let clock = Clock::hold().await;
    let (a, b) = (key("a"), key("b"));
    let server = Server::new(keys(&[&a])).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&a).is_ok()).await;
    let first_success = kept.status().last_success;

    let elsewhere = Server::new(keys(&[&b])).await;
    let redirect = |status: &str| {
        let location = elsewhere.url();
        format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into()
    };
    let good = set(&[&b]);
    let whole = ok(&good);
    let too_long = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{good}",
        262_145
    );
    let padding = " ".repeat(262_145 - good.len());
    let chunk = format!("40001\r\n{good}{padding}\r\n0\r\n\r\n");
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
    let long_head = format!(
        "HTTP/1.1 200 OK\r\nX: {}\r\n\r\n{good}",
        "x".repeat(140_000)
    );
    let private = json!({ "keys": "a-private-part" }).to_string();
    for (bytes, problem) in [
        (ok("certainly no JSON"), "not a JSON Web Key Set"),
        (ok(&private), "not a JSON Web Key Set"),
        (ok(""), "not a JSON Web Key Set"),
        (ok("{}"), "not a JSON Web Key Set"),
        (ok("[]"), "not a JSON Web Key Set"),
        (ok(r#"{"keys":[]}"#), "no key to verify with"),
        (
            ok(r#"{"keys":[{"kty":"RSA","kid":"b"}]}"#),
            "no key to verify with",
        ),
        (ok(&set(&[&b, &key("b")])), "two different keys with kid"),
        (ok(&good[..good.len() - 1]), "not a JSON Web Key Set"),
        (whole[..whole.len() - 1].to_vec(), "is incomplete"),
        (too_long.into(), "the response has more than 262144 bytes"),
        (chunked.into(), "the response has more than 262144 bytes"),
        (long_head.into(), "too large"),
        (
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            "404",
        ),
        (
            b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n".to_vec(),
            "503",
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), "204"),
        (redirect("301 Moved Permanently"), "not followed (got 301)"),
        (redirect("302 Found"), "configure the final URL"),
        (redirect("308 Permanent Redirect"), "redirect"),
        (b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), "invalid HTTP version"),
        (Vec::new(), "connection closed"),
    ] {
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        server.answers(Answer::Raw(bytes));
        let failures = kept.status().failures;
        clock.pass(REFRESH).await;
        until(&what, || kept.status().failures == failures + 1).await;
        let error = kept.error();
        assert!(error.contains(problem), "{what}: {error}");
        assert!(!error.contains("a-private-part"), "{error}");
        assert_eq!(kept.verify(&a), Ok(()), "{what}");
        assert_eq!(kept.status().key_ids, ["a"]);
        assert_eq!(kept.status().last_success, first_success);
    }
    assert_eq!(elsewhere.count(), 0, "redirects are not followed");

    server.answers(keys(&[&b]));
    clock.pass(REFRESH).await;
    until("a success", || kept.status().failures == 0).await;
    assert_eq!(kept.verify(&b), Ok(()));
    assert!(kept.status().last_success > first_success);
}

/// Checks that each good response confirms the keys, an unchanged one included, and no other does.
#[tokio::test(start_paused = true)]
async fn keys_are_as_old_as_the_last_good_response() {
    let clock = Clock::hold().await;
    let key = key("a");
    let (server, folder) = (
        Server::new(keys(&[&key])).await,
        tempfile::tempdir().unwrap(),
    );
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, set(&[&key])).unwrap();
    for (source, is_file) in [(server.url(), false), (file.display().to_string(), true)] {
        let kept = Kept::new(&source).run();
        until("keys", || kept.verify(&key).is_ok()).await;
        let age = || kept.verifier.keys_age(SystemTime::now()).unwrap();
        assert!(age() < HOUR);

        let long_ago = || kept.verifier.confirm_keys(SystemTime::now() - 7 * HOUR);
        long_ago();
        assert_eq!(kept.verify(&key), Err(TokenRefusal::KeysUnavailable));
        clock.pass(REFRESH).await;
        until("the same keys again", || kept.verify(&key).is_ok()).await;

        if is_file {
            std::fs::write(&file, "nonsense").unwrap();
        } else {
            server.answers(Answer::Keys("nonsense".to_owned()));
        }
        long_ago();
        clock.pass(REFRESH).await;
        until("a failure", || kept.status().failures == 1).await;
        assert!(age() >= 7 * HOUR);
        assert_eq!(kept.verify(&key), Err(TokenRefusal::KeysUnavailable));
        kept.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_without_end_is_read_up_to_the_limit() {
    let _clock = Clock::hold().await;
    let server = Server::new(Answer::Endless).await;
    let kept = Kept::new(&server.url()).run();
    until("a failure", || kept.status().failures == 1).await;
    assert_eq!(kept.error(), "the response has more than 262144 bytes");
    until("a closed connection", || server.left() == 1).await;
    // The system buffers more than the limit.
    assert!(server.written() > 262_144 && server.written() < 64 << 20);
}

#[tokio::test(start_paused = true)]
async fn a_set_of_the_maximum_length_is_accepted() {
    let _clock = Clock::hold().await;
    let key = key("a");
    let set = set(&[&key]);
    let padding = " ".repeat(262_144 - set.len());
    let server = Server::new(Answer::Keys(set + &padding)).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&key).is_ok()).await;
}

#[tokio::test(start_paused = true)]
async fn a_fetch_from_a_hanging_service_times_out() {
    let clock = Clock::hold().await;
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{".to_vec();
    for answer in [Answer::Stall(Vec::new()), Answer::Stall(half), Answer::Drip] {
        let server = Server::new(answer).await;
        let kept = Kept::new(&server.url()).run();
        until("a request", || server.count() == 1).await;
        for _ in 0..9 {
            clock.pass(SECOND).await;
        }
        assert_eq!(kept.status().failures, 0, "no timeout after 9 s");
        clock.pass(SECOND + SECOND / 100).await;
        until("a failure", || kept.status().failures == 1).await;
        assert_eq!(kept.error(), "no response within 10s");
        // The server notices at its next write.
        clock.pass(SECOND).await;
        clock.pass(SECOND).await;
        until("a closed connection", || server.left() >= 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeout_is_that_of_the_settings() {
    let clock = Clock::hold().await;
    let server = Server::new(Answer::Stall(Vec::new())).await;
    let settings = KeeperSettings {
        timeout: 3 * SECOND,
        ..KeeperSettings::default()
    };
    let kept = Kept::with(&server.url(), settings).run();
    until("a request", || server.count() == 1).await;
    clock.pass(3 * SECOND + SECOND / 100).await;
    until("a failure", || kept.status().failures == 1).await;
    assert_eq!(kept.error(), "no response within 3s");
}
