use proptest::{collection::vec, prelude::*};

use super::{CaptureProblem, HostTemplate};

fn template(host: &str) -> HostTemplate {
    HostTemplate::parse(host).unwrap().unwrap()
}

fn expand(host: &str, captured: &[&str]) -> Option<String> {
    let captured: Vec<_> = captured.iter().map(|text| (*text).to_owned()).collect();
    template(host).expand(&captured)
}

#[test]
fn hosts_without_a_dollar_are_no_templates() {
    for host in [
        "",
        "a",
        "play.example.com",
        "10.0.0.1",
        "2001:db8::1",
        "_a b",
    ] {
        assert_eq!(HostTemplate::parse(host), Ok(None), "{host}");
    }
}

#[test]
fn what_is_wrong_with_captures() {
    use CaptureProblem::{NoDigit, NoDomain, NoName};
    for (host, problem) in [
        ("$", NoDigit),
        ("$.svc", NoDigit),
        ("$0.svc", NoDigit),
        ("$a.svc", NoDigit),
        ("$$1.svc", NoDigit),
        ("$1.svc$", NoDigit),
        ("$1", NoDomain),
        ("a.$1", NoDomain),
        ("$1.", NoDomain),
        ("$1..", NoDomain),
        ("$1svc", NoDomain),
        ("$10.svc", NoDomain),
        ("$1-x.svc", NoDomain),
        ("$1.svc.$2", NoDomain),
        ("$1.0.0.1", NoDomain),
        ("$1.1", NoDomain),
        ("$1.0x7f", NoDomain),
        ("$1.-svc", NoDomain),
        ("$1..svc", NoName),
        ("$1.a_b.svc", NoName),
        ("$1.a..svc", NoName),
        ("$1.svc-", NoName),
        ("-$1.svc", NoName),
        (".$1.svc", NoName),
        ("a/$1.svc", NoName),
        ("ü$1.svc", NoName),
    ] {
        assert_eq!(HostTemplate::parse(host), Err(problem), "{host}");
    }
    let long = format!("$1.{}.svc", "x".repeat(64));
    assert_eq!(HostTemplate::parse(&long), Err(NoName));
}

#[test]
fn captures_are_filled_in() {
    for (host, captured, expanded) in [
        ("$1.svc", &["eu"][..], Some("eu.svc")),
        ("$1.svc.", &["eu"], Some("eu.svc.")),
        ("$1.Servers.Svc", &["a.b"], Some("a.b.Servers.Svc")),
        ("game-$2.$1.svc", &["eu", "7"], Some("game-7.eu.svc")),
        ("$1$1.svc", &["a"], Some("aa.svc")),
        ("$10.$1.svc", &["a"], Some("a0.a.svc")),
        ("$1-$2.svc", &["a", ""], None),
        ("$1.svc", &[""], None),
        ("$1.svc", &["."], None),
        ("$1.svc", &["a."], None),
        ("$1.svc", &["a..b"], None),
        ("$1.svc", &["-a"], None),
        ("$1.svc", &["a-"], None),
        ("$1.svc", &["a_b"], None),
        ("$1.svc", &["a b"], None),
        ("$1.svc", &["a/b"], None),
        ("$1.svc", &["a@b"], None),
        ("$1.svc", &["a:1"], None),
        ("$1.svc", &["a\0"], None),
        ("$1.svc", &["é"], None),
        ("$1.svc", &["$1"], None),
        // No pattern was asked, or it had fewer runs.
        ("$1.svc", &[], None),
    ] {
        assert_eq!(
            expand(host, captured).as_deref(),
            expanded,
            "{host} {captured:?}"
        );
    }
}

#[test]
fn labels_and_names_have_a_longest() {
    let label = "x".repeat(63);
    assert!(expand("$1.svc", &[&label]).is_some());
    assert_eq!(expand("$1.svc", &[&format!("{label}x")]), None);

    // 253 bytes in all.
    let name = format!("{label}.{label}.{label}.{}", "x".repeat(57));
    assert_eq!(expand("$1.svc", &[&name]).unwrap().len(), 253);
    assert_eq!(expand("$1.svc", &[&format!("{name}x")]), None);
    assert_eq!(expand("$1.svc.", &[&name]).unwrap().len(), 254);
}

#[test]
fn every_pattern_needs_the_runs() {
    let patterns = |texts: &[&str]| -> Vec<crate::HostPattern> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    };
    let check = |host: &str, texts: &[&str]| template(host).check(&patterns(texts));
    assert_eq!(check("$1.svc", &["*", "*.a", "*a*", "x?*"]), Ok(()));
    assert_eq!(check("$2.svc", &["*-*.a"]), Ok(()));
    assert_eq!(check("$1.svc", &[]), Ok(()));
    for (host, texts, capture, pattern, runs) in [
        ("$1.svc", &["*.a", "A.b"][..], 1, "A.b", 0),
        ("$1.svc", &["?.a"], 1, "?.a", 0),
        ("$1.svc", &[r"\*.a"], 1, r"\*.a", 0),
        ("$2.svc", &["**.a"], 2, "**.a", 1),
        ("$3.$1.svc", &["*-*.a"], 3, "*-*.a", 2),
    ] {
        let pattern = pattern.to_owned();
        let problem = CaptureProblem::TooFewRuns {
            capture,
            pattern,
            runs,
        };
        assert_eq!(check(host, texts), Err(problem), "{host} {texts:?}");
    }
}

/// Labels as a strict resolver takes them, by another way than the code under test.
fn is_strict_name(host: &str) -> bool {
    let label = |label: &str| {
        let bytes = label.as_bytes();
        let ends = [bytes.first(), bytes.last()];
        let alphanumeric = |byte: &u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9');
        bytes.len() < 64
            && ends.iter().all(|end| end.is_some_and(alphanumeric))
            && bytes.iter().all(|byte| alphanumeric(byte) || *byte == b'-')
    };
    host.len() < 254 && host.split('.').all(label)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Whatever a player types, the host stays in the domain.
    #[test]
    fn no_text_leaves_the_domain(captured in vec("[a.$0-]{0,4}|.{0,8}|[a-z.]{0,260}", 0..4)) {
        for host in ["$1.servers.svc", "$2.$1.servers.svc", "x$1.y-$3.servers.svc"] {
            if let Some(expanded) = template(host).expand(&captured) {
                prop_assert!(expanded.ends_with(".servers.svc"), "{}", expanded);
                prop_assert!(is_strict_name(&expanded), "{}", expanded);
                prop_assert!(expanded.parse::<std::net::IpAddr>().is_err());
            }
        }
    }

    #[test]
    fn a_good_label_is_taken(label in "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?") {
        let expanded = template("$1.servers.svc").expand(std::slice::from_ref(&label));
        prop_assert_eq!(expanded, Some(format!("{label}.servers.svc")));
    }

    #[test]
    fn no_host_makes_it_panic(host in "[$0-9a.-]{0,12}|.*", captured in vec(".*", 0..10)) {
        if let Ok(Some(template)) = HostTemplate::parse(&host) {
            template.expand(&captured);
        }
    }
}
