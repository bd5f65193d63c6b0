//! Servers that are killed, stopped, or not started yet.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hyrouter_plugin_api::Plugin as _;
use hyrouter_plugin_grpc::{ConnectResponse, GrpcPlugin};
use tokio::time::{interval, timeout};

use crate::support::{
    PATIENCE, SHORT, ask, ask_until_answered, ask_within, code, message, plugin, settings,
};
use hyrouter_testing::peer::{PeerProcess, anywhere};

fn peers() -> Vec<(&'static str, PeerProcess)> {
    let go = PeerProcess::go().map(|peer| ("go", peer));
    let others = [
        ("python", PeerProcess::python()),
        ("rust", PeerProcess::rust_example()),
    ];
    go.into_iter().chain(others).collect()
}

fn denied(language: &str) -> ConnectResponse {
    ConnectResponse::deny(match language {
        "rust" => "denied by the example ban list".to_owned(),
        language => format!("denied by {language} peer"),
    })
}

/// Returns a port that no process listens on.
fn free_port() -> String {
    let listener = TcpListener::bind(anywhere()).unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_is_called_again_when_it_is_back() {
    for (language, mut peer) in peers() {
        let plugin = plugin(peer.address());
        assert_eq!(ask(&plugin, "deny").await, Ok(denied(language)));
        peer.kill();
        for _ in 0..3 {
            let answer = ask_within(&plugin, "deny", SHORT).await;
            assert_eq!(code(&answer), "unreachable", "{language}: {answer:?}");
        }
        peer.start_again();
        let response = ask_until_answered(&plugin, "deny").await;
        assert_eq!(response, denied(language));
    }
}

/// Checks that the first call after a restart replaces the connection without a wait.
#[tokio::test]
async fn a_restart_between_two_calls_costs_no_call() {
    for (language, mut peer) in peers() {
        let plugin = plugin(peer.address());
        for _ in 0..3 {
            assert_eq!(
                ask(&plugin, "deny").await,
                Ok(denied(language)),
                "{language}"
            );
            peer.kill();
            peer.start_again();
            // The kernel knows that the connection has ended; the runtime polls for it when it is idle.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(
            ask(&plugin, "deny").await,
            Ok(denied(language)),
            "{language}"
        );
    }
}

/// Checks that no call fails when a server is killed and started again under load.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_under_load_costs_no_call() {
    let mut peer = PeerProcess::python();
    let plugin = Arc::new(plugin(peer.address()));
    assert_eq!(ask(&plugin, "deny").await, Ok(denied("python")));
    let is_over = Arc::new(AtomicBool::new(false));
    let players = {
        let (plugin, is_over) = (Arc::clone(&plugin), Arc::clone(&is_over));
        tokio::spawn(async move {
            let mut players = tokio::task::JoinSet::new();
            let mut ticks = interval(Duration::from_millis(20));
            while !is_over.load(Ordering::Relaxed) {
                ticks.tick().await;
                let plugin = Arc::clone(&plugin);
                players.spawn(async move { ask(&plugin, "deny").await });
            }
            players.join_all().await
        })
    };
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::task::block_in_place(|| {
            peer.kill();
            peer.start_again();
        });
        assert_eq!(ask(&plugin, "deny").await, Ok(denied("python")));
    }
    is_over.store(true, Ordering::Relaxed);
    let answers = players.await.unwrap();
    assert!(answers.len() > 30, "{}", answers.len());
    for answer in answers {
        assert_eq!(answer, Ok(denied("python")));
    }
}

/// Checks the signal by which an open breaker closes before its cool-down ends.
#[tokio::test]
async fn a_returning_server_is_noticed_without_a_call() {
    let mut peer = PeerProcess::python();
    let plugin = plugin(peer.address());
    peer.kill();
    let answer = ask_within(&plugin, "deny", SHORT).await;
    assert_eq!(code(&answer), "unreachable");
    plugin.disconnect();
    // Long enough for a failed attempt.
    tokio::time::sleep(SHORT).await;
    assert!(!plugin.has_recovered());
    peer.start_again();
    let back = timeout(PATIENCE, async {
        let mut ticks = interval(Duration::from_millis(5));
        while !plugin.has_recovered() {
            ticks.tick().await;
        }
    });
    assert!(back.await.is_ok());
    assert_eq!(ask(&plugin, "deny").await, Ok(denied("python")));
}

#[tokio::test]
async fn a_server_may_start_after_the_router() {
    let address = free_port();
    let plugin = plugin(&address);
    let answer = ask_within(&plugin, "a", SHORT).await;
    assert_eq!(code(&answer), "unreachable");
    let expected = format!("unreachable: connecting to {address}: ");
    assert!(message(&answer).starts_with(&expected), "{answer:?}");
    assert!(message(&answer).contains("refused"), "{answer:?}");
    assert!(
        message(&answer).ends_with("waited 200 ms (`timeout`)"),
        "{answer:?}"
    );

    // The call is made before the server starts, and waits for it.
    let (answer, peer) = tokio::join!(
        ask(&plugin, "deny"),
        tokio::task::spawn_blocking({
            let address = address.clone();
            move || PeerProcess::python_at(&address, &[])
        })
    );
    assert_eq!(peer.unwrap().address(), address);
    assert_eq!(answer, Ok(denied("python")));
}

#[tokio::test]
async fn a_stopped_server_costs_the_deadline_and_is_called_again_when_it_continues() {
    for (language, peer) in peers() {
        let plugin = plugin(peer.address());
        assert_eq!(ask(&plugin, "deny").await, Ok(denied(language)));
        peer.signal("STOP");
        for _ in 0..3 {
            let left = Duration::from_millis(100);
            let answer = ask_within(&plugin, "deny", left).await;
            assert_eq!(code(&answer), "timeout", "{language}: {answer:?}");
        }
        peer.signal("CONT");
        let response = ask_until_answered(&plugin, "deny").await;
        assert_eq!(response, denied(language));
    }
}

#[tokio::test]
async fn a_stopped_server_is_noticed_by_pings() {
    let peer = PeerProcess::rust_example();
    let mut settings = settings(peer.address());
    settings.keepalive_interval = Duration::from_millis(100);
    settings.keepalive_timeout = Duration::from_millis(100);
    let plugin = GrpcPlugin::new(&settings).unwrap();
    assert_eq!(ask(&plugin, "deny").await, Ok(denied("rust")));
    peer.signal("STOP");
    let started = Instant::now();
    let answer = ask(&plugin, "deny").await;
    assert!(started.elapsed() < PATIENCE / 2, "{:?}", started.elapsed());
    assert!(
        message(&answer).contains("keep-alive timed out"),
        "{answer:?}"
    );
    peer.signal("CONT");
    let response = ask_until_answered(&plugin, "deny").await;
    assert_eq!(response, denied("rust"));
}

/// Checks that a thousand dropped calls end on both sides and leave a working connection.
#[tokio::test]
async fn dropped_calls_end_on_both_sides() {
    let peer = PeerProcess::python();
    let plugin = plugin(peer.address());
    assert_eq!(ask(&plugin, "deny").await, Ok(denied("python")));
    peer.signal("STOP");
    let plugin = Arc::new(plugin);
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let plugin = Arc::clone(&plugin);
        crowd.spawn(async move { ask_within(&plugin, "deny", Duration::from_millis(200)).await });
    }
    for answer in crowd.join_all().await {
        assert_eq!(code(&answer), "timeout");
    }
    peer.signal("CONT");
    let response = ask_until_answered(&plugin, "deny").await;
    assert_eq!(response, denied("python"));
}
