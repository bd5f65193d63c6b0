use proptest::{collection::vec, prelude::*, sample::select};

use super::{HostPattern, MAX_HOST_LEN, PatternError, Shape};

fn pattern(text: &str) -> HostPattern {
    text.parse().unwrap()
}

#[test]
fn matches_and_does_not() {
    for (text, hosts, others) in [
        (
            "play.example.com",
            &["play.example.com", "PLAY.Example.com."][..],
            &["play.example.com..", "xplay.example.com", ""][..],
        ),
        (
            "Play.Example.Com.",
            &["play.example.com"],
            &["play.example"],
        ),
        (
            "*.example.com",
            &["a.example.com", "a.b.example.com", ".example.com"],
            &["example.com", "aexample.com", "a.example.com.org"],
        ),
        ("*", &["", "a", "a.b.c", "."], &["a/b"]),
        ("*.", &["a"], &["a/b"]),
        ("*..", &["a.."], &["a", "a."]),
        ("", &["", "."], &["a", ".."]),
        (".", &["", "."], &["a"]),
        ("?", &["a", "é", "-"], &["", "ab", "/"]),
        (
            "lobby-?.net",
            &["lobby-1.net"],
            &["lobby-.net", "lobby-10.net"],
        ),
        (
            "lobby-*.net",
            &["lobby-.net", "lobby-1.eu.net"],
            &["lobby.net"],
        ),
        (
            "*-eu.*",
            &["a-eu.net", "-eu..", "-eu-eu.x"],
            &["a-us.net", "a-eu"],
        ),
        ("[a-c]x", &["ax", "Bx", "cx"], &["dx", "x"]),
        ("[A-C]x", &["ax", "Bx"], &["dx"]),
        ("[^a-c]x", &["dx", "-x", "/x"], &["ax", "Ax", "x"]),
        ("[^A]x", &["bx"], &["ax", "Ax"]),
        (r"[\]\-\\]", &["]", "-", "\\"], &["a"]),
        ("[*?[]", &["*", "?", "["], &["a"]),
        ("[c-a]", &[], &["a", "b", "c"]),
        ("[a-bx-z]", &["a", "b", "x", "z"], &["c", "w"]),
        (r"\*\?\[\a", &["*?[a", "*?[A"], &["x?[a"]),
        ("a]", &["a]"], &["a"]),
        (r"a\.", &["a", "a."], &["a.."]),
        ("a**b", &["ab", "axxb"], &["a/b"]),
        ("a/*", &["a/b", "a/"], &["a/b/c", "a"]),
        ("é.example", &["é.example"], &["É.example"]),
    ] {
        for host in hosts {
            assert!(
                pattern(text).matches(host),
                "{text:?} should match {host:?}"
            );
        }
        for host in others {
            assert!(
                !pattern(text).matches(host),
                "{text:?} should not match {host:?}"
            );
        }
    }
}

#[test]
fn malformed_patterns_say_where_and_why() {
    for (text, at, why) in [
        ("[", 0, "not closed"),
        ("ab[", 2, "not closed"),
        ("[a", 0, "not closed"),
        ("[a-", 0, "not closed"),
        ("[^", 0, "not closed"),
        ("[]", 1, "needs a character"),
        ("[]a]", 1, "needs a character"),
        ("[^]a]", 2, "needs a character"),
        ("[-a]", 1, "needs a character"),
        ("[a-]", 3, "needs a character"),
        ("[a--b]", 3, "needs a character"),
        ("é[]", 3, "needs a character"),
        ("\\", 0, "escapes nothing"),
        ("a\\", 1, "escapes nothing"),
        ("[a\\", 2, "escapes nothing"),
    ] {
        let PatternError {
            pattern,
            at: found,
            why: reason,
        } = text.parse::<HostPattern>().unwrap_err();
        assert_eq!((pattern.as_str(), found), (text, at));
        assert!(reason.contains(why), "{text:?}: {reason}");
    }
}

#[test]
fn each_shape_is_recognised() {
    let kind = |text| match pattern(text).shape {
        Shape::Exact(_) => "exact",
        Shape::Suffix(_) => "suffix",
        Shape::Any => "any",
        Shape::Glob(_) => "glob",
    };
    for (text, expected) in [
        ("a.b", "exact"),
        ("", "exact"),
        (r"a\*", "exact"),
        ("*.b", "suffix"),
        (r"*.b\?.", "suffix"),
        ("**.b", "suffix"),
        ("*", "any"),
        ("**.", "any"),
        ("*b", "glob"),
        ("*.*.b", "glob"),
        ("*.[b]", "glob"),
        ("?", "glob"),
    ] {
        assert_eq!(kind(text), expected, "{text:?}");
    }
}

#[test]
fn each_run_takes_as_little_as_it_can() {
    for (text, host, taken) in [
        ("a.b", "A.b.", &[][..]),
        ("*.b", "X.y.B.", &["x.y"]),
        ("*.b", ".b", &[""]),
        ("*", "a.b.", &["a.b"]),
        ("*", "", &[""]),
        ("**.b", "a.b", &["a"]),
        ("*.*.b", "x.y.z.b", &["x", "y.z"]),
        ("*-*.b", "a-b-c.b", &["a", "b-c"]),
        ("*a*", "aaa", &["", "aa"]),
        ("*a*b", "xaxaxbxb", &["x", "xaxbx"]),
        ("x*", "xyz", &["yz"]),
        ("lobby-*.?.net", "lobby-eu.1.net", &["eu"]),
        ("[a-c]*[0-9]", "b12", &["1"]),
        ("*.[ab].*", "x.c.a.b.y", &["x.c", "b.y"]),
        ("*é*", "aéb", &["a", "b"]),
    ] {
        assert_eq!(pattern(text).runs(), taken.len(), "{text:?}");
        assert_eq!(
            pattern(text).captures(host).unwrap(),
            taken,
            "{text:?} {host:?}"
        );
    }
    for (text, host) in [("a", "b"), ("*.b", "b"), ("*", "a/b"), ("*-*", "ab")] {
        assert_eq!(pattern(text).captures(host), None, "{text:?} {host:?}");
    }
}

#[test]
fn the_text_stays_as_written() {
    assert_eq!(pattern("*.Example.COM.").to_string(), "*.Example.COM.");
}

#[test]
fn a_hostile_host_costs_no_more_than_pattern_times_host() {
    let many_runs = pattern(&format!("{}b", "*a".repeat(100)));
    assert!(!many_runs.matches(&"a".repeat(MAX_HOST_LEN)));
    assert!(many_runs.matches(&format!("{}b", "a".repeat(MAX_HOST_LEN - 1))));
}

/// The textbook definition, exponential and without any preparation.
fn oracle(pattern: &[char], host: &[char]) -> bool {
    match pattern {
        [] => host.is_empty(),
        ['*', rest @ ..] => {
            oracle(rest, host)
                || matches!(host, [c, tail @ ..] if *c != '/' && oracle(pattern, tail))
        }
        ['?', rest @ ..] => matches!(host, [c, tail @ ..] if *c != '/' && oracle(rest, tail)),
        ['[', class @ ..] => {
            let [c, tail @ ..] = host else { return false };
            let (negated, mut class) = match class {
                ['^', class @ ..] => (true, class),
                class => (false, class),
            };
            let mut found = false;
            loop {
                let (low, high);
                (low, high, class) = match class {
                    [']', rest @ ..] => return found != negated && oracle(rest, tail),
                    ['\\', low, rest @ ..] => (*low, *low, rest),
                    [low, '-', high, rest @ ..] => (*low, *high, rest),
                    [low, rest @ ..] => (*low, *low, rest),
                    [] => unreachable!("generated classes are closed"),
                };
                found |= (low..=high).contains(c);
            }
        }
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
            matches!(host, [c, tail @ ..] if c == literal && oracle(rest, tail))
        }
    }
}

/// Returns the text that each run takes, by trying lengths from the shortest on.
fn first_way(pattern: &[char], host: &str) -> Option<Vec<String>> {
    let chars: Vec<_> = host.chars().collect();
    let Some(run) = runs(pattern).next() else {
        return oracle(pattern, &chars).then(Vec::new);
    };
    let (before, after) = (&pattern[..run], &pattern[run + 1..]);
    (0..=host.len())
        .flat_map(|from| (from..=host.len()).map(move |to| (from, to)))
        .filter(|(from, _)| oracle(before, &chars[..*from]))
        .find_map(|(from, to)| {
            let mut taken = vec![host[from..to].to_owned()];
            taken.extend(first_way(after, &host[to..])?);
            Some(taken)
        })
}

/// Returns the positions of the runs in a pattern.
fn runs(pattern: &[char]) -> impl Iterator<Item = usize> {
    (0..pattern.len()).filter(|at| pattern[*at] == '*' && (*at == 0 || pattern[at - 1] != '\\'))
}

fn agrees(pieces: &[&str], host: &str) -> Result<(), TestCaseError> {
    let kept = match pieces {
        [kept @ .., "." | r"\."] => kept,
        all => all,
    };
    let chars = |text: &str| text.to_ascii_lowercase().chars().collect::<Vec<_>>();
    let expected = oracle(
        &chars(&kept.concat()),
        &chars(host.strip_suffix('.').unwrap_or(host)),
    );
    let text = pieces.concat();
    prop_assert_eq!(
        pattern(&text).matches(host),
        expected,
        "{:?} {:?}",
        text,
        host
    );
    Ok(())
}

fn pieces(choices: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(choices), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    // Apart, because Go lets a class match '/' and then gives up where the textbook would try an earlier run again.
    #[test]
    fn agrees_with_the_definition_on_classes(
        pieces in pieces(&["*", "*", "?", "a", "B", ".", r"\.", r"\*", "[ab]", "[^a]", "[a-cX]", "[^.]", r"[\]x]", "[b-a]"]),
        host in pieces(&["a", "b", "A", "c", "x", ".", ".", "]", "*"]),
    ) {
        agrees(&pieces, &host.concat())?;
    }

    #[test]
    fn agrees_with_the_definition_on_slashes(
        pieces in pieces(&["*", "*", "?", "a", "b", ".", r"\.", "/"]),
        host in pieces(&["a", "b", ".", "/"]),
    ) {
        agrees(&pieces, &host.concat())?;
    }

    /// Of all ways to match, the one taken has the shortest first run, then the shortest second, and so on.
    #[test]
    fn captures_are_the_first_way_to_match(
        pieces in pieces(&["*", "*", "?", "a", "b", "-", r"\*", "[ab]"]),
        host in pieces(&["a", "b", "a", "-", "*"]),
    ) {
        let (text, host) = (pieces.concat(), host.concat());
        // Runs side by side are one.
        let text = text.replace("**", "*").replace("**", "*").replace("**", "*");
        let chars: Vec<_> = text.chars().collect();
        let expected = first_way(&chars, &host);
        prop_assert_eq!(pattern(&text).captures(&host), expected, "{:?} {:?}", text, host);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), host in any::<String>()) {
        if let Ok(pattern) = text.parse::<HostPattern>() {
            prop_assert_eq!(pattern.captures(&host).is_some(), pattern.matches(&host));
        }
    }
}
