use super::{MAX_TEXT, PluginError, PluginErrorCode};

#[test]
fn long_texts_are_cut_between_characters() {
    for (len, text) in [
        (MAX_TEXT, "x".repeat(MAX_TEXT)),
        (MAX_TEXT + '…'.len_utf8(), "x".repeat(MAX_TEXT + 1)),
        (255 + '…'.len_utf8(), "€".repeat(1000)),
    ] {
        let PluginError::Trap { message } = PluginError::trap(&text) else {
            panic!("not a trap");
        };
        assert_eq!(message.len(), len, "{message}");
        assert!(text.starts_with(message.trim_end_matches('…')));
    }
}

#[test]
fn words_of_a_plugin_stay_on_their_line() {
    for (error, text) in [
        (
            PluginError::status(5, "no\nINFO decision\u{1b}[2K"),
            r"status 5 NOT_FOUND: no\nINFO decision\u{1b}[2K",
        ),
        (PluginError::trap("a\u{202e}b"), r"trap: a\u{202e}b"),
        (PluginError::transport("a\r"), r"transport: a\r"),
        (PluginError::bad_pointer("\0"), r"bad pointer: \u{0}"),
    ] {
        assert_eq!(error.to_string(), text);
    }
    let error = crate::decode_response(b"{\"deny\":\"\\n\\u009b\"}").unwrap_err();
    assert!(!error.to_string().contains(char::is_control), "{error}");
}

#[test]
fn codes_are_all_different() {
    let errors = [
        PluginError::Timeout {
            after: std::time::Duration::ZERO,
        },
        PluginError::unreachable(""),
        PluginError::transport(""),
        PluginError::status(14, ""),
        PluginError::trap(""),
        PluginError::bad_pointer(""),
        PluginError::bad_response(""),
        PluginError::Oversize { len: 2, max: 1 },
        PluginError::Overloaded { limit: 1 },
        PluginError::BreakerOpen,
        PluginError::Panic,
    ];
    let codes: Vec<_> = errors.iter().map(PluginError::code).collect();
    assert_eq!(codes, PluginErrorCode::ALL);
    let names: std::collections::BTreeSet<_> = codes.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), codes.len());
    let skips = errors.iter().filter(|error| error.is_skip());
    let skips: Vec<_> = skips.map(PluginError::code).collect();
    assert_eq!(skips, PluginErrorCode::SKIPS);
}
