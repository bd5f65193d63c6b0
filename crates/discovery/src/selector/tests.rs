use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{LabelTerm, Selector};

fn selects(selector: &str, labels: &[(&str, &str)]) -> bool {
    let selector: Selector = selector.parse().unwrap();
    let labels: BTreeMap<_, _> = labels.iter().copied().collect();
    selector.selects(|key| labels.get(key).copied())
}

#[test]
fn each_form_selects() {
    let labels = [
        ("a", "b"),
        ("example.com/tier", "hub"),
        ("n", "7"),
        ("empty", ""),
    ];
    for (selector, expected) in [
        ("", true),
        (" ", true),
        ("a=b", true),
        ("a==b", true),
        (" a = b ", true),
        ("a=c", false),
        ("a!=c", true),
        ("a!=b", false),
        ("absent!=b", true),
        ("a", true),
        ("absent", false),
        ("!absent", true),
        ("!a", false),
        ("a in (b,c)", true),
        ("a in (c, d)", false),
        ("absent in (c)", false),
        ("a notin (c,d)", true),
        ("a notin (b)", false),
        ("absent notin (b)", true),
        ("example.com/tier=hub,a=b", true),
        ("example.com/tier=hub,a=c", false),
        ("n>6", true),
        ("n > 7", false),
        ("n<8", true),
        ("a>1", false),
        ("empty=", true),
        ("a=", false),
        ("a in (,b)", true),
        ("in in (x)", false),
    ] {
        assert_eq!(selects(selector, &labels), expected, "{selector:?}");
    }
}

#[test]
fn malformed_expressions_are_refused_with_a_place() {
    for (selector, problem) in [
        ("a in b", "expected `(` at byte 5"),
        ("a in (b", "expected `,` or `)` at byte 7"),
        (
            "a b",
            "expected `=`, `!=`, `in`, `notin`, `>`, `<`, `,` or the end at byte 2",
        ),
        (
            ",a",
            "expected a label: letters, digits, `-`, `_` and `.`, with an optional prefix and `/` at byte 0",
        ),
        (
            "a,",
            "expected a label: letters, digits, `-`, `_` and `.`, with an optional prefix and `/` at byte 2",
        ),
        ("a>b", "expected a whole number at byte 2"),
        ("a=b c", "expected `,` or the end at byte 4"),
    ] {
        let error = selector.parse::<Selector>().unwrap_err();
        assert_eq!(error.to_string(), problem, "{selector:?}");
    }
    for selector in [
        "-a=b",
        "a=-b",
        "a/b/c",
        "/a",
        "a=b)",
        "!",
        "a=ä",
        &"a".repeat(64),
        &"a,".repeat(3000),
    ] {
        assert!(selector.parse::<Selector>().is_err(), "{selector:?}");
    }
}

#[test]
fn a_key_of_meta_is_a_label_or_the_fact_itself() {
    let meta = [
        ("label.tier", "hub"),
        ("region", "eu"),
        ("tier", "never read"),
    ];
    let meta: BTreeMap<_, _> = meta
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    for (selector, expected) in [
        ("tier=hub,region=eu", true),
        ("label.tier=hub", true),
        ("region=us", false),
    ] {
        let selector: Selector = selector.parse().unwrap();
        assert_eq!(selector.selects_meta(&meta), expected, "{selector}");
    }
}

#[test]
fn terms_are_the_requirements_in_their_order() {
    let selector: Selector = "a=b,c!=d,e in (f,g),!h,i,j>1,k<2".parse().unwrap();
    let one = |text: &str| [text.to_owned()];
    let terms: Vec<_> = selector.terms().collect();
    let expected = [
        LabelTerm::In("a", &one("b")),
        LabelTerm::NotIn("c", &one("d")),
        LabelTerm::In("e", &["f", "g"].map(str::to_owned)),
        LabelTerm::Absent("h"),
        LabelTerm::Exists("i"),
        LabelTerm::Above("j", 1),
        LabelTerm::Below("k", 2),
    ];
    assert_eq!(terms, expected);
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,60}") {
        let _ = text.parse::<Selector>();
    }

    #[test]
    fn symbols_in_any_order_do_not_panic(text in "[a-c=!<>(), innot]{0,40}") {
        if let Ok(selector) = text.parse::<Selector>() {
            let again: Selector = selector.to_string().parse().unwrap();
            prop_assert_eq!(again, selector);
        }
    }
}
