//! Reports for CI.

use std::process::Command;

use hyrouter_testing::peer::python;
use serde_json::json;

use super::bad;
use crate::support::folder;

/// Prints suites, test cases and failures as JSON.
const READ_XML: &str = r#"
import json, sys
from xml.etree import ElementTree
root = ElementTree.parse(sys.argv[1]).getroot()
print(json.dumps({
    "root": [root.tag, root.get("tests"), root.get("failures")],
    "suites": [[suite.get("name"), suite.get("tests"), suite.get("failures")] for suite in root],
    "cases": [case.get("name") for suite in root for case in suite],
    "failures": [failure.get("message") for failure in root.iter("failure")],
}))
"#;

#[test]
fn the_xml_is_read_by_a_parser() {
    let peer = bad("latin_1");
    let folder = folder();
    std::fs::create_dir(folder.path("cases")).unwrap();
    let text = r#"{"request": {"event": {"username": "<\u0001&\"\uffff>"}}, "response": {"deny_reason": "\u0007]]>"}}"#;
    let folder = folder.file("cases/a<b>.json", text);
    let args = [
        "plugin",
        "test",
        "--grpc",
        peer.address(),
        "--cases",
        "cases",
    ];
    let ran = folder.run(&[&args[..], &["--calls", "10", "--junit", "junit.xml"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let mut parser = Command::new(python());
    let parsed = parser
        .args(["-c", READ_XML])
        .arg(folder.path("junit.xml"))
        .output()
        .unwrap();
    assert!(parsed.status.success(), "{parsed:?}");
    let xml: serde_json::Value = serde_json::from_slice(&parsed.stdout).unwrap();
    assert_eq!(xml["root"][0], "testsuites", "{xml:#}");
    assert_eq!(xml["suites"][0], json!(["cases", "1", "1"]), "{xml:#}");
    assert_eq!(xml["cases"][0], "a<b>");
    assert_eq!(xml["cases"].as_array().unwrap().len(), 23);
    let failures = xml["failures"].to_string();
    assert!(failures.contains("it is not UTF-8 at byte"), "{failures}");
    // The table has the same counts.
    let summary = format!("{} failed", xml["root"][2].as_str().unwrap());
    assert!(ran.stdout.contains(&summary), "{ran:?}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let peer = bad("good");
    let args = [
        "plugin",
        "test",
        "--grpc",
        peer.address(),
        "--only",
        "every field",
    ];
    let ran = folder().run(&[&args[..], &["--junit", "none/junit.xml"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("cannot write none/junit.xml"),
        "{ran:?}"
    );
}

#[test]
fn every_check_is_documented() {
    let peer = bad("good");
    let args = [
        "plugin",
        "test",
        "--grpc",
        peer.address(),
        "--stage",
        "deny",
    ];
    let ran = folder().run(&[&args[..], &["--calls", "10", "--json"]].concat());
    let page = include_str!("../../../../../docs/plugin-testing.md");
    let report = ran.json();
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 23);
    for check in checks {
        let name = check["name"].as_str().unwrap();
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
