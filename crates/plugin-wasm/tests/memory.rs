//! Memory of a process that runs for long. A binary of its own, since it measures its process and takes every core.
#![allow(clippy::unwrap_used, reason = "a test fails by panic")]
#![cfg(target_os = "linux")]

#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of the other binary, of which this test takes a part"
)]
#[path = "sandbox/support/mod.rs"]
mod support;

use std::sync::Arc;

use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugin_wasm::WasmPlugin;
use support::{bad_request, call, good_request, guest};

const MIB: u64 = 1 << 20;

/// Resident memory of this process in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

async fn call_often(plugin: &Arc<WasmPlugin>, calls: u64) {
    const CALLERS: u64 = 8;
    let callers = (0..CALLERS).map(|_| {
        let plugin = Arc::clone(plugin);
        tokio::spawn(async move {
            let mut request = good_request();
            // About what a request of four candidates has.
            request.event.username = Some("x".repeat(400));
            for _ in 0..calls / CALLERS {
                assert_eq!(
                    call(&plugin, &request).await,
                    Ok(ConnectResponse::default())
                );
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    for caller in callers {
        caller.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_million_leaking_calls_and_thousands_of_broken_instances_take_no_memory() {
    let plugin = Arc::new(guest("good/leak").max_memory(4 * MIB).plugin().await);
    call_often(&plugin, 100_000).await;
    let before = resident();
    call_often(&plugin, 900_000).await;
    let status = plugin.status();
    assert_eq!((status.calls, status.broken), (1_000_000, 0), "{status:?}");
    assert!(status.worn > 100, "{status:?}");
    assert!(status.memory_peak <= 4 * MIB, "{status:?}");
    let grown = resident().saturating_sub(before);
    assert!(
        grown < 16 * MIB,
        "a million calls took {grown} bytes: {status:?}"
    );

    // Whatever is bad about a guest, what it took is given back.
    let every_bad_guest = async || {
        for name in support::names("bad")
            .iter()
            .filter(|name| *name != "bad/sleep")
        {
            let plugin = guest(name)
                .max_memory(4 * MIB)
                .fuel(2_000_000)
                .plugin()
                .await;
            for _ in 0..20 {
                drop(call(&plugin, &bad_request()).await);
            }
        }
    };
    every_bad_guest().await;
    let before = resident();
    every_bad_guest().await;
    let grown = resident().saturating_sub(before);
    assert!(grown < 16 * MIB, "bad guests took {grown} bytes");

    let plugin = guest("bad/trap").plugin().await;
    let break_often = async |times: usize| {
        for _ in 0..times {
            call(&plugin, &bad_request()).await.unwrap_err();
        }
    };
    break_often(200).await;
    let before = resident();
    break_often(2000).await;
    let grown = resident().saturating_sub(before);
    assert!(grown < 16 * MIB, "2000 broken instances took {grown} bytes");
}
