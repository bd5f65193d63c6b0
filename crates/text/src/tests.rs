use proptest::prelude::*;

use super::{MAX_LEN, must_be_escaped, shown, shown_json};

#[test]
fn foul_characters_are_escaped_and_nothing_else() {
    for (text, escaped) in [
        ("play.example.com", "play.example.com"),
        (r"C:\new", r"C:\new"),
        ("Grüße, 世界 🎮", "Grüße, 世界 🎮"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\u{1b}[31mred\u{7f}", r"\u{1b}[31mred\u{7f}"),
        ("\u{9b}2K", r"\u{9b}2K"),
        ("a\u{2028}b\u{2029}", r"a\u{2028}b\u{2029}"),
        ("\u{202e}\u{2066}\u{200f}", r"\u{202e}\u{2066}\u{200f}"),
        (
            "pay\u{200b}pal\u{feff}\u{ad}",
            r"pay\u{200b}pal\u{feff}\u{ad}",
        ),
        ("\u{e0041}", r"\u{e0041}"),
        ("\0", r"\u{0}"),
    ] {
        assert_eq!(shown(text).to_string(), escaped);
        assert_eq!(format!("{:?}", shown(text)), escaped);
    }
}

#[test]
fn lines_stay_when_asked_for() {
    let text = "first\n\tsecond\r\u{1b}c";
    assert_eq!(
        shown(text).in_lines().to_string(),
        "first\n\tsecond\\r\\u{1b}c"
    );
}

#[test]
fn long_texts_are_cut_between_characters() {
    for (text, max, cut) in [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abcd…"),
        ("€€", 5, "€…"),
        // An escape is whole or not there.
        ("ab\n", 3, "ab…"),
        ("", 0, ""),
    ] {
        assert_eq!(shown(text).within(max).to_string(), cut);
    }
    let long = "x".repeat(MAX_LEN + 1);
    assert_eq!(shown(&long).to_string().len(), MAX_LEN + '…'.len_utf8());
    assert_eq!(shown(&long).whole().to_string(), long);
}

/// Nothing after the cut is formatted: a value that never ends is shown.
#[test]
fn the_rest_is_not_formatted() {
    struct Endless;
    impl std::fmt::Display for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            loop {
                f.write_str("again ")?;
            }
        }
    }
    assert_eq!(shown(Endless).within(8).to_string(), "again ag…");
}

proptest! {
    #[test]
    fn nothing_foul_comes_out(text in ".{0,40}|[\\x00-\\x1f\\x7f-\\x9f\u{200b}-\u{206f}]{0,40}", max in 0_usize..64) {
        let escaped = shown(&text).within(max).to_string();
        prop_assert!(!escaped.contains(must_be_escaped), "{escaped:?}");
        prop_assert!(escaped.len() <= max + '…'.len_utf8());
        // As Rust's own escapes see it, by another list of characters.
        let is_control = |c: char| c.is_control() || "\u{2028}\u{2029}\u{202e}\u{2066}".contains(c);
        prop_assert!(!escaped.contains(is_control));
    }

    #[test]
    fn json_means_the_same(text in any::<String>()) {
        let json = format!("[\n{}]", serde_json::to_string(&text).unwrap());
        let escaped = shown_json(&json);
        prop_assert!(!escaped.replace('\n', "").contains(must_be_escaped));
        let read: Vec<String> = serde_json::from_str(&escaped).unwrap();
        prop_assert_eq!(read, [text]);
    }
}

#[test]
fn an_address_is_shown_without_what_may_be_a_secret() {
    for (text, shown) in [
        ("https://keys.example/k", "https://keys.example/k"),
        ("https://u:S3cr3t@keys.example/k", "https://keys.example/k"),
        ("https://S3cr3t@keys.example", "https://keys.example"),
        ("https://S3cr3t@[::1", "https://[::1"),
        (
            "http://localhost@S3cr3t@keys.example/k",
            "http://keys.example/k",
        ),
        ("https://u:S3/cr3t@keys.example/k", "https://keys.example/k"),
        ("https://u:S3?cr3t@keys.example/k", "https://..."),
        ("https://u:p@S3#cr3t@keys.example/k", "https://..."),
        (
            "https://keys.example/k?key=S3cr3t",
            "https://keys.example/k",
        ),
        ("https://keys.example/k?key=a@S3cr3t", "https://..."),
        ("https://keys.example?S3cr3t", "https://keys.example"),
        ("https://keys.example/k#S3cr3t", "https://keys.example/k"),
        ("https://keys.example/k#a?S3cr3t", "https://keys.example/k"),
        ("u:S3cr3t@keys.example/k", "keys.example/k"),
        ("https:/u:S3cr3t@keys.example/k", "keys.example/k"),
        ("S3cr3t@https://keys.example/k", "https://keys.example/k"),
        ("u:S3cr3t://@keys.example", "keys.example"),
        ("ftp://u:S3cr3t@a/b", "ftp://a/b"),
        ("keys.example?S3cr3t", "keys.example"),
        ("", ""),
    ] {
        assert_eq!(super::shown_address(text), shown, "{text}");
        assert!(!shown.contains("S3") && !shown.contains("cr3t"));
    }
}
