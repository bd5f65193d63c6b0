//! Guests that load and then misbehave: each is stopped and reported, and other plugins are not affected.

use crate::support::{LONG, bad_request, call, eventually, good_request, guest};
use hyrouter_plugin_api::{ConnectResponse, PluginError};
use hyrouter_plugin_wasm::WasmPlugin;

/// What comes of the bad call: the code of the error and a part of its text.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("alloc_at_end", "bad_pointer", "alloc("),
    ("alloc_loops", "trap", "did not return"),
    ("alloc_negative", "bad_pointer", "returned 4294967280"),
    (
        "alloc_outside",
        "bad_pointer",
        "outside of its 131072 bytes",
    ),
    ("alloc_traps", "trap", "unreachable"),
    ("alloc_zero", "bad_pointer", "returned 0"),
    ("divide_by_zero", "trap", "divide by zero"),
    ("exit", "trap", "exited with code 3"),
    ("log_flood", "trap", "did not return"),
    ("log_wild", "trap", "unreachable"),
    ("loop", "trap", "did not return"),
    ("loop_of_clocks", "trap", "did not return"),
    ("loop_of_copies", "trap", "did not return"),
    ("loop_of_fills", "trap", "did not return"),
    ("loop_of_grows", "trap", "did not return"),
    ("loop_of_opens", "trap", "did not return"),
    ("loop_of_paths", "trap", "did not return"),
    ("loop_of_random", "trap", "did not return"),
    ("loop_of_table_branches", "trap", "did not return"),
    ("loop_of_table_calls", "trap", "did not return"),
    ("loop_of_table_grows", "trap", "did not return"),
    ("loop_of_wasi", "trap", "did not return"),
    ("loop_with_branches", "trap", "did not return"),
    ("memory_bomb", "trap", "unreachable"),
    ("output_flood", "trap", "did not return"),
    ("raise", "trap", "exited with code 137"),
    ("read_outside", "trap", "out of bounds memory access"),
    ("recursion", "trap", "call stack exhausted"),
    ("response_at_zero", "bad_pointer", "at 0"),
    ("response_beyond_end", "bad_pointer", "2 bytes at 131071"),
    ("response_empty", "bad_response", "is empty"),
    ("response_huge", "oversize", "4294967295"),
    ("response_is_a_list", "bad_response", "expected an object"),
    ("response_not_json", "bad_response", "EOF"),
    ("response_not_utf8", "bad_response", "UTF-8"),
    (
        "response_of_deep_json",
        "bad_response",
        "expected an object",
    ),
    (
        "response_swapped",
        "bad_pointer",
        "address and length are swapped",
    ),
    (
        "response_wild",
        "bad_pointer",
        "outside of its 131072 bytes",
    ),
    ("response_wraps", "bad_pointer", "65535 bytes at 4294967295"),
    ("trap", "trap", "unreachable"),
];

/// Those whose answer is safe before they misbehave.
const TOO_LATE: &[&str] = &["dealloc_loops", "dealloc_traps"];

/// The one that is stopped by the clock, not by its fuel.
const BY_TIME: &str = "sleep";

#[test]
fn every_bad_guest_has_a_test() {
    let mut tested: Vec<_> = EXPECTED.iter().map(|(name, ..)| *name).collect();
    tested.extend(TOO_LATE);
    tested.push(BY_TIME);
    tested.sort_unstable();
    let names: Vec<_> = tested.iter().map(|name| format!("bad/{name}")).collect();
    assert_eq!(names, crate::support::names("bad"));
}

/// Bad and good calls in turn, and between them those of a neighbour, which knows nothing of it.
async fn try_guest(
    name: &str,
    neighbour: &WasmPlugin,
) -> Vec<Result<ConnectResponse, PluginError>> {
    let guest = guest(&format!("bad/{name}")).max_memory(4 << 20);
    let plugin = guest.plugin().await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        let (good, bad) = (good_request(), bad_request());
        let (bad, beside) = tokio::join!(call(&plugin, &bad), call(neighbour, &good));
        assert_eq!(
            beside,
            Ok(ConnectResponse::default()),
            "the neighbour of {name}"
        );
        answers.push(bad);
        let good = call(&plugin, &good).await;
        assert_eq!(
            good,
            Ok(ConnectResponse::default()),
            "{name}, the call after"
        );
    }
    eventually("all instances are back", || {
        let status = plugin.status();
        (status.serving, status.standing_by) == (1, 1)
    })
    .await;
    let status = plugin.status();
    assert!(status.memory_peak <= 4 << 20, "{name}: {status:?}");
    let lines = guest.lines.all();
    assert!(lines.len() < 1000, "{name} wrote {} lines", lines.len());
    assert!(
        lines
            .iter()
            .all(|(_, line)| line.len() <= 1024 + '…'.len_utf8())
    );
    answers
}

#[tokio::test]
async fn each_is_an_error_of_its_kind_and_the_next_call_works() {
    let neighbour = guest("good/minimal").named("neighbour").plugin().await;
    for (name, code, text) in EXPECTED {
        for answer in try_guest(name, &neighbour).await {
            let error = answer.expect_err(name);
            assert_eq!(error.code().as_str(), *code, "{name}: {error}");
            assert!(error.to_string().contains(text), "{name}: {error}");
        }
    }
}

#[tokio::test]
async fn an_answer_counts_whatever_dealloc_does_after_it() {
    let neighbour = guest("good/minimal").named("neighbour").plugin().await;
    for name in TOO_LATE {
        for answer in try_guest(name, &neighbour).await {
            assert_eq!(answer, Ok(ConnectResponse::default()), "{name}");
        }
    }
}

#[tokio::test]
async fn a_guest_that_sleeps_wakes_at_the_deadline_and_is_thrown_away() {
    let guest = guest(&format!("bad/{BY_TIME}"));
    let plugin = guest.plugin().await;
    let left = std::time::Duration::from_millis(50);
    let error = plugin.call(&bad_request(), left).await.unwrap_err();
    assert_eq!(error.code().as_str(), "timeout", "{error}");
    eventually("its instance is replaced", || plugin.status().broken == 1).await;
    assert_eq!(
        call(&plugin, &good_request()).await,
        Ok(ConnectResponse::default())
    );
}

#[tokio::test]
async fn a_call_that_waits_too_long_for_an_instance_is_not_made() {
    // Fuel for hundreds of milliseconds, even on a machine with nothing else to do.
    let guest = guest("bad/loop").fuel(2_000_000_000);
    let plugin = guest.plugin().await;
    let (bad, good) = (bad_request(), good_request());
    let busy = plugin.call(&bad, LONG);
    let late = plugin.call(&good, std::time::Duration::from_millis(1));
    let (busy, late) = tokio::join!(busy, late);
    assert_eq!(busy.unwrap_err().code().as_str(), "trap");
    // No failure of the plugin: it was never asked.
    assert_eq!(late.unwrap_err().code().as_str(), "overloaded");
}

#[tokio::test]
async fn while_one_loops_the_others_are_served() {
    let endless = guest("bad/loop").fuel(1_000_000_000_000).plugin().await;
    let neighbour = guest("good/minimal").plugin().await;
    let left = std::time::Duration::from_secs(3);
    let looping = tokio::spawn(async move {
        let answer = tokio::time::timeout(LONG, endless.call(&bad_request(), left)).await;
        (endless, answer)
    });
    for _ in 0..1000 {
        let answer = call(&neighbour, &good_request()).await;
        assert_eq!(answer, Ok(ConnectResponse::default()));
    }
    // This runtime has one thread: had the guest held it up, it would be over by now.
    assert!(
        !looping.is_finished(),
        "the loop ended before its neighbour was served"
    );
    let (_endless, answer) = looping.await.unwrap();
    let error = answer.unwrap().unwrap_err();
    assert_eq!(
        error.code().as_str(),
        "timeout",
        "the caller was not let go: {error}"
    );
}
