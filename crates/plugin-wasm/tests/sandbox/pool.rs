//! Instances that wear out, break, and are replaced.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::{LONG, bad_request, call, eventually, good_request, guest};
use hyrouter_plugin_api::ConnectResponse;

#[tokio::test]
async fn worn_instances_are_replaced_by_calls_and_by_memory() {
    let by_calls = guest("good/minimal").max_calls(10).plugin().await;
    let by_memory = guest("good/leak").max_memory(4 << 20).plugin().await;
    for plugin in [by_calls, by_memory] {
        let mut calls = 0;
        while plugin.status().worn < 3 {
            assert_eq!(
                call(&plugin, &bad_request()).await,
                Ok(ConnectResponse::default())
            );
            calls += 1;
            assert!(calls < 1_000_000, "never replaced: {:?}", plugin.status());
        }
        let status = plugin.status();
        assert!(
            calls >= 30,
            "replaced too early, after {calls} calls: {status:?}"
        );
        assert_eq!(status.broken, 0, "{status:?}");
        assert!(status.memory_peak <= 4 << 20, "{status:?}");
    }
}

#[tokio::test]
async fn no_call_waits_for_a_replacement() {
    // It takes a second to start, so whoever waits for that takes as long.
    let plugin = guest("good/slow_start").max_calls(5).plugin().await;
    let mut slowest = Duration::ZERO;
    while plugin.status().worn < 3 {
        let begun = Instant::now();
        assert_eq!(
            call(&plugin, &good_request()).await,
            Ok(ConnectResponse::default())
        );
        slowest = slowest.max(begun.elapsed());
        tokio::task::yield_now().await;
    }
    assert!(
        slowest < Duration::from_millis(900),
        "a call took {slowest:?}"
    );
}

#[tokio::test]
async fn many_callers_get_their_own_answers_while_instances_break() {
    let plugin = Arc::new(guest("bad/trap").instances(2).max_calls(50).plugin().await);
    let callers = (0..16).map(|caller| {
        let plugin = Arc::clone(&plugin);
        tokio::spawn(async move {
            for turn in 0..100 {
                let is_bad = (caller + turn) % 10 == 0;
                let request = if is_bad {
                    bad_request()
                } else {
                    good_request()
                };
                let answer = call(&plugin, &request).await;
                assert_eq!(answer.is_err(), is_bad, "{answer:?}");
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    for caller in callers {
        caller.await.unwrap();
    }
    // The last one is counted after its caller was answered.
    eventually("all are counted", || {
        let status = plugin.status();
        (status.calls, status.broken) == (1600, 160)
    })
    .await;
    eventually("all instances are back", || {
        let status = plugin.status();
        (status.serving, status.standing_by) == (2, 1)
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_refuses_rather_than_grows() {
    // As much fuel as takes seconds, so that nothing leaves the queue while it fills.
    let plugin = Arc::new(guest("bad/loop").fuel(5_000_000_000).plugin().await);
    let busy = tokio::spawn({
        let plugin = Arc::clone(&plugin);
        async move { call(&plugin, &bad_request()).await }
    });
    eventually("the instance is busy", || {
        plugin.status().waiting == 0 && !busy.is_finished()
    })
    .await;
    let mut waiting: Vec<_> = Vec::new();
    for _ in 0..1200 {
        let plugin = Arc::clone(&plugin);
        waiting.push(tokio::spawn(
            async move { call(&plugin, &good_request()).await },
        ));
    }
    let mut refused = 0;
    for answer in waiting {
        match answer.await.unwrap() {
            Ok(response) => assert_eq!(response, ConnectResponse::default()),
            Err(error) => {
                assert_eq!(error.code().as_str(), "overloaded", "{error}");
                refused += 1;
            }
        }
    }
    assert!(
        (1..=176).contains(&refused),
        "{refused} of 1200 were refused"
    );
    assert_eq!(busy.await.unwrap().unwrap_err().code().as_str(), "trap");
}

#[tokio::test]
async fn calls_of_players_who_left_are_not_made() {
    let plugin = guest("bad/loop").fuel(5_000_000_000).plugin().await;
    let (bad, good) = (bad_request(), good_request());
    let busy = plugin.call(&bad, LONG);
    let left = async {
        for _ in 0..100 {
            // Polled once, which puts it into the queue, and dropped.
            let call = plugin.call(&good, LONG);
            tokio::select! {
                biased;
                answer = call => panic!("answered at once: {answer:?}"),
                () = std::future::ready(()) => {}
            }
        }
    };
    let (busy, ()) = tokio::join!(busy, left);
    assert_eq!(busy.unwrap_err().code().as_str(), "trap");
    assert_eq!(call(&plugin, &good).await, Ok(ConnectResponse::default()));
}

#[tokio::test]
async fn a_guest_that_loops_delays_no_answer_of_the_other_instance() {
    let guest = guest("bad/loop").fuel(1_000_000_000_000).instances(2);
    let plugin = Arc::new(guest.plugin().await);
    let looping = tokio::spawn({
        let plugin = Arc::clone(&plugin);
        async move { plugin.call(&bad_request(), Duration::from_secs(5)).await }
    });
    eventually("an instance loops", || plugin.status().calls == 1).await;
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let plugin = Arc::clone(&plugin);
            tokio::spawn(async move {
                for _ in 0..50 {
                    let answer = call(&plugin, &good_request()).await;
                    assert_eq!(answer, Ok(ConnectResponse::default()));
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert!(!looping.is_finished(), "the others waited for the loop");
    let error = looping.await.unwrap().unwrap_err();
    assert_eq!(error.code().as_str(), "timeout", "{error}");
}

/// Also on a runtime of several threads, and with callers that stop waiting at any time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_leave_take_no_answers_of_others() {
    let plugin = Arc::new(guest("good/minimal").instances(2).plugin().await);
    let callers: Vec<_> = (0..32)
        .map(|caller| {
            let plugin = Arc::clone(&plugin);
            tokio::spawn(async move {
                for turn in 0..100 {
                    let request = good_request();
                    let called = call(&plugin, &request);
                    if (caller + turn) % 3 == 0 {
                        let patience = Duration::from_micros(turn % 7 * 10);
                        let _ = tokio::time::timeout(patience, called).await;
                    } else {
                        assert_eq!(called.await, Ok(ConnectResponse::default()));
                    }
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let status = plugin.status();
    assert_eq!((status.waiting, status.broken), (0, 0), "{status:?}");
}

#[tokio::test]
async fn dropping_a_plugin_ends_its_threads() {
    let named = |name: &str| {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let names = tasks
            .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
        names.filter(|found| found.trim() == name).count()
    };
    let plugin = guest("good/minimal")
        .named("dropped")
        .instances(3)
        .plugin()
        .await;
    eventually("its threads are there", || named("wasm-dropped") == 4).await;
    drop(plugin);
    eventually("its threads are gone", || named("wasm-dropped") == 0).await;
}
