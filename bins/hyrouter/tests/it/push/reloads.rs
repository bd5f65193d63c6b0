//! Reloads, and TLS.

use std::fs;
use std::process::Command;

use super::support::{ALL, LOBBY, PushRouter, config, push_folder};

#[test]
fn a_reload_keeps_leases_and_takes_new_tokens() {
    const LISTEN: &str = "listen: '127.0.0.1:0'";
    const NEXT: &str = "next-0123456789abcdef";
    let folder = push_folder(LISTEN);
    let mut push = PushRouter::begin(&folder);
    push.register("lobby-1", "10.9.9.1", 60);
    push.until_target(Some("10.9.9.1"));
    // Other settings of the provider, which replace it.
    let other = config(LISTEN).replace("token_file: all,", "token_file: next, max_lease: 30s,");
    fs::write(folder.path("next"), NEXT).unwrap();
    fs::write(folder.path("config.yaml"), other).unwrap();
    push.router.signal("HUP");
    push.router.until("configuration reloaded");
    assert_eq!(push.target().as_deref(), Some("10.9.9.1"));
    push.curl(ALL, "PATCH", LOBBY, "{}")
        .is_refused(401, "token");
    assert_eq!(push.curl(NEXT, "PATCH", LOBBY, "{}").status, 200);
    // A token is rotated in its file, without another configuration.
    fs::write(folder.path("next"), ALL).unwrap();
    while push.curl(ALL, "PATCH", LOBBY, "{}").status != 200 {}
    push.curl(NEXT, "PATCH", LOBBY, "{}")
        .is_refused(401, "token");
}

#[test]
fn an_address_that_others_reach_has_tls() {
    // Without `cert_file` the server presents the certificate of the router, which is self-signed here.
    let folder = push_folder("listen: '0.0.0.0:0'");
    let push = PushRouter::begin(&folder);
    assert!(push.url.starts_with("https://"), "{}", push.url);
    assert_eq!(push.register("lobby-1", "10.9.9.1", 60).status, 201);
    let plain = push.url.replace("https", "http");
    let output = Command::new("curl")
        .args(["--silent", &plain])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let checked = Command::new("curl")
        .args(["--silent", &push.url])
        .output()
        .unwrap();
    assert!(
        !checked.status.success(),
        "no authority has signed the certificate"
    );
    drop(push);
    let folder = push_folder("listen: '0.0.0.0:0', allow_plaintext: true");
    let push = PushRouter::begin(&folder);
    assert!(push.url.starts_with("http://"), "{}", push.url);
    assert_eq!(push.register("lobby-1", "10.9.9.1", 60).status, 201);
}
