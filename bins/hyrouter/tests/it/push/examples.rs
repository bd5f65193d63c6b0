//! The examples of docs/discovery.md.

use std::fs;
use std::process::{Command, Stdio};

use super::support::{ALL, LOBBY, PushRouter, block, push_folder};

#[test]
fn the_example_in_java_registers_and_renews() {
    let has_java = Command::new("java").arg("-version").output().is_ok();
    if !has_java {
        assert!(std::env::var_os("REQUIRE_PEERS").is_none(), "no java");
        eprintln!("skipped: no java");
        return;
    }
    let folder = push_folder("listen: '127.0.0.1:0'");
    fs::write(folder.path("HyrouterPush.java"), block("import java")).unwrap();
    let push = PushRouter::begin(&folder);
    let mut java = Command::new("java");
    java.arg(folder.path("HyrouterPush.java"));
    java.args([&format!("{}{LOBBY}", push.url), "10.9.9.1", "5521"]);
    java.env("HYROUTER_TOKEN", ALL).stdin(Stdio::null());
    let mut java = java.spawn().unwrap();
    push.until_target(Some("10.9.9.1"));
    // The router has lost the lease: the example registers again.
    assert_eq!(push.curl_with(ALL, "DELETE", LOBBY, &[]).status, 204);
    push.until_target(None);
    push.until_target(Some("10.9.9.1"));
    // It ends its lease when it is stopped.
    let pid = java.id().to_string();
    assert!(Command::new("kill").arg(&pid).status().unwrap().success());
    java.wait().unwrap();
    assert_eq!(push.target(), None);
}
