//! The client against servers in Python and Go.

use std::time::{Duration, Instant};

use hyrouter_plugin_api::PluginError;
use hyrouter_plugin_grpc::{ConnectResponse, GrpcPlugin};
use serde_json::{Value, json};

use crate::support::{ask, ask_within, code, message, plugin, settings, upper};
use hyrouter_testing::peer::PeerProcess;

/// Starts all peers, and returns them by name.
fn peers() -> Vec<(&'static str, PeerProcess)> {
    let go = PeerProcess::go().map(|peer| ("go", peer));
    go.into_iter()
        .chain([("python", PeerProcess::python())])
        .collect()
}

async fn facts(plugin: &GrpcPlugin, left: Duration) -> Value {
    let response = ask_within(plugin, "facts", left).await.unwrap();
    serde_json::from_slice(&response.referral_data.unwrap()).unwrap()
}

#[tokio::test]
async fn answers_are_read() {
    for (language, peer) in peers() {
        let plugin = plugin(peer.address());
        assert_eq!(
            ask(&plugin, "Älder").await,
            Ok(upper("Älder")),
            "{language}"
        );
        let denied = ConnectResponse::deny(format!("denied by {language} peer"));
        assert_eq!(ask(&plugin, "deny").await, Ok(denied), "{language}");
    }
}

#[tokio::test]
async fn content_type_and_deadline_are_sent() {
    for (language, peer) in peers() {
        let plugin = plugin(peer.address());
        for left in [Duration::from_secs(7), Duration::from_secs(500)] {
            let facts = facts(&plugin, left).await;
            let arrived = facts["deadline_ms"].as_u64().unwrap().into();
            let left = left.as_millis();
            assert!(
                (left / 2..=left).contains(&arrived),
                "{language}: {facts} of {left}"
            );
            if language == "go" {
                assert_eq!(facts["content_type"], "application/grpc+json");
            }
        }
    }
}

#[tokio::test]
async fn the_operators_config_is_sent_with_each_call() {
    for (language, peer) in peers() {
        let config = json!({"list": [1, null, "ä"], "deep": {"on": true}});
        let mut settings = settings(peer.address());
        settings.config = Some(config.clone());
        let plugin = GrpcPlugin::new(&settings).unwrap();
        let told = facts(&plugin, Duration::from_secs(20)).await;
        assert_eq!(told["config"], config, "{language}");
        let without = facts(&self::plugin(peer.address()), Duration::from_secs(20)).await;
        assert_eq!(without["config"], Value::Null, "{language}");

        settings.config = Some("x".repeat(5000).into());
        let error = GrpcPlugin::new(&settings).unwrap_err().to_string();
        assert!(error.contains("config has more than 4096 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_status_has_its_code_and_message() {
    for (language, peer) in peers() {
        let plugin = plugin(peer.address());
        let message = format!("the database is down, said the {language} peer ü");
        let expected = PluginError::Status { code: 14, message };
        assert_eq!(ask(&plugin, "error").await, Err(expected));
        assert_eq!(ask(&plugin, "a").await, Ok(upper("a")), "{language}");
    }
}

#[tokio::test]
async fn garbage_is_a_bad_response() {
    for (language, peer) in peers() {
        let plugin = plugin(peer.address());
        let answer = ask(&plugin, "garbage").await;
        assert_eq!(code(&answer), "bad_response", "{language}: {answer:?}");
        assert_eq!(ask(&plugin, "a").await, Ok(upper("a")), "{language}");
    }
}

#[tokio::test]
async fn a_response_that_is_too_long_is_reported_with_its_length() {
    for (language, peer) in peers() {
        let strict = plugin(peer.address());
        let Err(PluginError::Oversize { len, max }) = ask(&strict, "huge").await else {
            panic!("{language}: not oversize");
        };
        assert_eq!(max, 1024 * 1024);
        assert!((max + 1..max + 100).contains(&len), "{len}");
        assert_eq!(ask(&strict, "a").await, Ok(upper("a")), "{language}");

        let mut settings = settings(peer.address());
        settings.max_response = len;
        let exact = GrpcPlugin::new(&settings).unwrap();
        let response = ask(&exact, "huge").await.unwrap();
        assert_eq!(
            response.deny_reason.map(|reason| reason.len()),
            Some(max),
            "{language}"
        );
    }
}

#[tokio::test]
async fn large_metadata_ends_no_other_call() {
    let peer = PeerProcess::python();
    let plugin = plugin(peer.address());
    let (slow, large) = tokio::join!(ask(&plugin, "slow"), ask(&plugin, "metadata"));
    assert_eq!(large, Ok(upper("metadata")));
    assert_eq!(slow, Ok(upper("slow")));
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_and_delays_no_other() {
    for (language, peer) in peers() {
        let plugin = plugin(peer.address());
        assert_eq!(ask(&plugin, "a").await, Ok(upper("a")), "{language}");
        let left = Duration::from_millis(300);
        let started = Instant::now();
        let (slow, other) = tokio::join!(ask_within(&plugin, "slow", left), ask(&plugin, "b"));
        assert_eq!(code(&slow), "timeout", "{language}: {slow:?}");
        // The peer would respond after 5 s.
        assert!(started.elapsed() < Duration::from_secs(4), "{language}");
        assert_eq!(other, Ok(upper("b")), "{language}");
    }
}

#[tokio::test]
async fn without_time_no_call_is_made() {
    let plugin = plugin("127.0.0.1:1");
    let answer = ask_within(&plugin, "a", Duration::ZERO).await;
    assert_eq!(
        message(&answer),
        "no answer within 0 ms; `timeout` sets how long players wait"
    );
}

/// Checks servers that forbid pings without calls and close the connection after some.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_forbids_pings_costs_no_call() {
    for (language, peer) in peers() {
        let mut settings = settings(peer.address());
        settings.keepalive_interval = Duration::from_millis(20);
        let plugin = GrpcPlugin::new(&settings).unwrap();
        for _ in 0..5 {
            assert_eq!(ask(&plugin, "a").await, Ok(upper("a")), "{language}");
            // Longer than it takes to send too many pings.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
