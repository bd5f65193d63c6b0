//! The example plugins pass the suite and their own cases.

use std::path::Path;

use hyrouter_testing::peer::PeerProcess;
use serde_json::Value;

use super::example;
use crate::support::{example_plugin, folder};

fn passes(target: [&str; 2], cases: &Path) -> Value {
    let cases = cases.display().to_string();
    let args = ["plugin", "test", target[0], target[1], "--cases", &cases];
    let ran = folder().run(&[&args[..], &["--calls", "200", "--json"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let report = ran.json();
    assert_eq!(report["failed"], 0);
    let groups = report["checks"].as_array().unwrap().iter();
    let mut groups = groups.map(|check| check["group"].as_str().unwrap());
    assert!(groups.any(|group| group == "cases"), "{report}");
    report
}

#[test]
fn a_grpc_server_in_rust() {
    let bans = example("grpc-plugin/bans.txt");
    let address = hyrouter_testing::peer::anywhere();
    let peer = PeerProcess::rust_example_at(&address, &["--bans".as_ref(), &bans]);
    let report = passes(["--grpc", peer.address()], &example("grpc-plugin/cases"));
    assert_eq!(report["warned"], 0, "{report:#}");
}

#[test]
fn wasm_modules_in_rust_and_go() {
    for name in ["wasm-plugin", "wasm-plugin-go"] {
        let file = example_plugin(&format!("{name}.wasm"));
        let report = passes(["--wasm", &file], &example(&format!("{name}/cases")));
        // Of the fuel for a request of a megabyte.
        let checks = report["checks"].as_array().unwrap().iter();
        let warned = checks.filter(|check| check["result"] == "warned");
        let names: Vec<_> = warned.map(|check| check["name"].clone()).collect();
        assert_eq!(names, ["biggest request"], "{report:#}");
    }
}
