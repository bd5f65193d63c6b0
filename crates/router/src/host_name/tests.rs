use super::{NameProblem, wire_name};
use crate::{HostPattern, HostPatternError, HostProblem};

#[test]
fn names_are_in_the_form_of_the_wire() {
    for (text, name) in [
        ("play.example.com", "play.example.com"),
        ("PLAY.Example.com.", "play.example.com"),
        ("münchen.example.com", "xn--mnchen-3ya.example.com"),
        ("MÜNCHEN.example.com", "xn--mnchen-3ya.example.com"),
        ("mu\u{308}nchen.example.com", "xn--mnchen-3ya.example.com"),
        ("straße.de", "xn--strae-oqa.de"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("ｐｌａｙ.example.com", "play.example.com"),
        ("xn--mnchen-3ya.example.com", "xn--mnchen-3ya.example.com"),
        ("stack_lobby.k3x9", "stack_lobby.k3x9"),
        ("1.servers.svc", "1.servers.svc"),
    ] {
        assert_eq!(wire_name(text).as_deref(), Ok(name), "{text:?}");
    }
}

/// Patterns and names agree on what no client sends.
#[test]
fn what_no_client_sends_says_why() {
    use HostProblem::{Character, EmptyLabel, Hyphen, LongLabel, TooLong};
    use NameProblem::{Address, EndsInNumber, Host};
    let more = |name: &str| NameProblem::MoreThanName {
        name: name.to_owned(),
    };
    let label = "x".repeat(64);
    let long = "x.".repeat(126) + "xx";
    for (text, problem) in [
        ("203.0.113.5", Address),
        ("203.0.113.5:5520", Address),
        ("https://203.0.113.5/", Address),
        ("2001:db8::1", Address),
        ("[2001:db8::1]", Address),
        ("[2001:db8::1]:5520", Address),
        ("play.example.com:5520", more("play.example.com")),
        ("münchen.example.com:5520", more("münchen.example.com")),
        ("https://play.example.com", more("play.example.com")),
        ("https://play.example.com:5520/x", more("play.example.com")),
        ("play.example.com/x", more("play.example.com")),
        ("play..example.com", Host(EmptyLabel)),
        (".example.com", Host(EmptyLabel)),
        ("example.com..", Host(EmptyLabel)),
        ("play example.com", Host(Character { found: ' ' })),
        ("play,example.com", Host(Character { found: ',' })),
        ("a@example.com", Host(Character { found: '@' })),
        ("-play.example.com", Host(Hyphen)),
        ("play-.example.com", Host(Hyphen)),
        ("play.example.com-", Host(Hyphen)),
        ("10.0.0", EndsInNumber),
        ("lobby.1", EndsInNumber),
        ("lobby.0x1f", EndsInNumber),
        (&label, Host(LongLabel { len: 64 })),
        (&long, Host(TooLong { len: 254 })),
    ] {
        assert_eq!(wire_name(text).unwrap_err(), problem, "{text:?}");
        let error = HostPattern::of_names(text).unwrap_err();
        assert_eq!(error, HostPatternError::NoName(problem), "{text:?}");
    }
    for text in [
        "xn--\u{fc}",
        "a\u{200b}\u{ad}.example.com",
        "\u{202e}a.example.com",
    ] {
        let refused = wire_name(text);
        let is_converted = refused.as_ref().is_ok_and(|name| name.is_ascii());
        assert!(refused.is_err() || is_converted, "{text:?}: {refused:?}");
    }
}

#[test]
fn patterns_match_what_clients_send() {
    for (text, host) in [
        ("münchen.example.com", "xn--mnchen-3ya.example.com"),
        ("*.münchen.example.com", "eu.xn--mnchen-3ya.example.com"),
        ("MÜNCHEN.*", "xn--mnchen-3ya.de"),
        ("*.例え。テスト", "a.xn--r8jz45g.xn--zckzah"),
    ] {
        let pattern = HostPattern::of_names(text).unwrap();
        assert!(pattern.matches(host), "{text:?} {host:?}");
        assert_eq!(pattern.as_str(), text);
        assert!(pattern.wire().is_some(), "{text:?}");
    }
    let pattern = HostPattern::of_names("münchen.example.com").unwrap();
    let both = "münchen.example.com (xn--mnchen-3ya.example.com)";
    assert_eq!(pattern.to_string(), both);
}

#[test]
fn patterns_that_match_something_are_taken() {
    let label = "x".repeat(63);
    for text in [
        "",
        "*",
        "*.",
        "**",
        "?",
        "*.example.com",
        "*example.com",
        "lobby-*.example.com",
        "*-eu.example.com",
        "*-*.example.com",
        "[a-c]x.example.com",
        "[^x]*",
        r"a\.example.com",
        "10.0.0.*",
        &format!("*{label}.example.com"),
        &format!("{label}?{label}"),
        "xn--mnchen-3ya.example.com",
    ] {
        let pattern = HostPattern::of_names(text);
        assert!(pattern.is_ok(), "{text:?}: {pattern:?}");
        assert_eq!(pattern.unwrap().wire(), None, "{text:?}");
    }
}

#[test]
fn patterns_that_match_nothing_are_refused() {
    let long = format!("*{}", "x?".repeat(127));
    for (text, part) in [
        ("*.example.com:5520", "write \"*.example.com\""),
        ("https://*.example.com", "write \"*.example.com\""),
        ("*..example.com", "nothing before or between"),
        (".*", "nothing before or between"),
        ("*. example.com", "character ' '"),
        ("[é]x.example.com", "\"[é]x\" has a wildcard"),
        ("bücher-*.example.com", "\"bücher-*\" has a wildcard"),
        ("[+]x.example.com", "a class in it"),
        (r"a\:b", "character ':'"),
        ("-*", "begins or ends with `-`"),
        ("*.5", "last part is a number"),
        (&long, "it has 254 bytes"),
    ] {
        let error = HostPattern::of_names(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text:?}: {error}");
    }
}
