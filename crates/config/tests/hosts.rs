//! What can be the host of a backend.

mod support;

use support::{load, mistakes};

#[test]
fn hosts_are_addresses_or_names_and_no_urls() {
    for host in [
        "10.0.0.1:5521",
        "http://x/",
        "a@b",
        "[a]",
        "fe80::1:x",
        "lobby..example.com",
        ".example.com",
        "lobby%20x",
        "lobby#1",
        "lobby\".example.com",
        "127.1",
        "010.0.0.7",
        "0.0.0.0",
        "::",
        "bücher.example.com",
    ] {
        let yaml = format!("routing: {{default: {{backends: [{{host: '{host}', port: 1}}]}}}}");
        let found = mistakes(&yaml);
        assert!(
            found[0].starts_with("routing.default.backends[0].host: not a host"),
            "{found:?}"
        );
    }
    for (host, meant) in [
        ("[::1]", "::1"),
        ("2001:db8::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("lobby", "lobby"),
        ("stack_lobby.1.k3x9", "stack_lobby.1.k3x9"),
        ("lobby.example.com.", "lobby.example.com."),
    ] {
        let yaml = format!("routing: {{default: {{backends: [{{host: '{host}', port: 1}}]}}}}");
        let settings = load(&yaml).unwrap();
        assert_eq!(settings.routing.default.unwrap().backends[0].host, meant);
    }
}
