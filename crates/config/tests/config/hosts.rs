//! Hosts of backends, and patterns of host names.

use crate::support::{load, problems};

#[test]
fn hosts_are_addresses_or_names_and_not_urls() {
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
    ] {
        let yaml = format!("routing: {{default: {{backends: [{{host: '{host}', port: 1}}]}}}}");
        let found = problems(&yaml);
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

/// Checks that the form for resolvers is required, since it is not known how game clients resolve other alphabets.
#[test]
fn the_error_of_a_unicode_host_has_its_ascii_form() {
    let found = problems("routing: {default: {backends: [{host: bücher.example.com, port: 1}]}}");
    let advice = "; write xn--bcher-kva.example.com (got \"bücher.example.com\")";
    assert!(found[0].contains(advice), "{found:?}");
}

#[test]
fn patterns_that_no_client_can_match_are_mistakes() {
    for (pattern, why) in [
        ("play.example.com:5520", "write \"play.example.com\""),
        ("https://*.example.com/", "write \"*.example.com\""),
        ("203.0.113.5", "it is an IP address"),
        ("[2001:db8::1]", "it is an IP address"),
        ("play..example.com", "nothing before or between its dots"),
        ("play example.com", "the character ' '"),
        ("münchen-*.example.com", "\"münchen-*\" has a wildcard"),
        (&format!("{}xx", "x.".repeat(126)), "it has 254 bytes"),
        (&"x".repeat(64), "a part between its dots has 64 bytes"),
    ] {
        for key in [
            format!("hostname: '{pattern}'"),
            format!("hostnames: ['{pattern}']"),
        ] {
            let found = problems(&format!(
                "routing: {{routes: [{{match: {{{key}}}, pool: {{backends: [{{host: a, port: 1}}]}}}}]}}"
            ));
            let is_told = found[0].contains("no client can send such a host name");
            assert!(is_told && found[0].contains(why), "{key}: {found:?}");
        }
        // Routes and sources of tickets are names of servers, not of hosts.
        let ticket = "{referral: {routes: ['a:1', 'grün-*'], sources: ['10.0.0.1']}}";
        load(&format!(
            "routing: {{routes: [{{match: {ticket}, pool: {{backends: [{{host: a, port: 1}}]}}}}]}}"
        ))
        .unwrap();
    }
}
