//! `hyrouter plugin bench`.

use std::process::{Command, Stdio};

use hyrouter_testing::peer::PeerProcess;
use serde_json::json;

use crate::support::{example_plugin, folder};

#[test]
fn a_bench_prints_the_distribution() {
    let file = example_plugin("wasm-plugin.wasm");
    let args = [
        "plugin",
        "bench",
        "--wasm",
        &file,
        "--calls",
        "500",
        "--concurrency",
        "4",
    ];
    let ran = folder().run(&args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .contains("500 of 500 calls answered, 4 at a time"),
        "{ran:?}"
    );
    let told = folder().run(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(
        (&told["answered"], &told["failed"]),
        (&json!(500), &json!({}))
    );
    let times = &told["microseconds"];
    assert!(times["p50"].as_f64() <= times["p99"].as_f64(), "{told}");
    assert!(times["p99"].as_f64() <= times["slowest"].as_f64(), "{told}");
}

#[test]
fn a_bench_of_a_server_that_is_gone_ends() {
    let args = ["plugin", "bench", "--grpc", "127.0.0.1:9", "--json"];
    let ran = folder().run(&args);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let report = ran.json();
    let failed = report["failed"].as_object().unwrap();
    let count: u64 = failed.values().filter_map(serde_json::Value::as_u64).sum();
    assert!((1..=100).contains(&count), "{report}");
    let reason = report["ended_by"].as_str().unwrap();
    assert!(reason.ends_with(" without a connection"), "{report}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_bench_prints_its_figures_on_ctrl_c() {
    let peer = PeerProcess::rust_example();
    let args = [
        "plugin",
        "bench",
        "--grpc",
        peer.address(),
        "--calls",
        "1000000000",
    ];
    let folder = folder();
    let mut command = folder.hyrouter(&args);
    let bench = command.stdout(Stdio::piped()).spawn().unwrap();
    while !catches_interrupt(bench.id()) {
        std::thread::yield_now();
    }
    let mut kill = Command::new("kill");
    kill.arg("-INT").arg(bench.id().to_string());
    assert!(kill.status().unwrap().success());
    let ended = bench.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let printed = String::from_utf8(ended.stdout).unwrap();
    assert!(
        printed.contains(" of 1000000000 calls answered"),
        "{printed}"
    );
    assert!(printed.ends_with("ended by Ctrl-C\n"), "{printed}");
}

/// Returns whether a process has a handler for SIGINT.
#[cfg(target_os = "linux")]
fn catches_interrupt(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mut lines = status.lines();
    let caught = lines.find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
}
