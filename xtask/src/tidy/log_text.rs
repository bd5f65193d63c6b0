//! Values that log macros show by `Display`.
//!
//! `%` and `display` write a text as it is. The router's own log escapes control characters of every value, but a
//! program that embeds a crate has another subscriber, so a crate escapes foreign texts with `shown`.

use std::path::Path;

/// Expressions that may be shown by `Display` besides `shown(..)`, and the reason.
const SAFE: &[(&str, &str)] = &[
    ("error", "errors escape and bound what they quote of others"),
    ("cause", "the same"),
    (
        "reason",
        "an error of loading, which escapes and bounds quotes too",
    ),
    ("self.source", "an address or a file of the configuration"),
    ("address", "a socket address"),
    ("admin.local_addr()", "a socket address"),
    ("push.local_addr()", "a socket address"),
    ("from", "a socket address"),
    ("remote", "a socket address"),
    ("server.fingerprint()", "hexadecimal"),
    ("target", "a file of the configuration"),
    ("file.display()", "a file of the configuration"),
    ("self.folder.display()", "a folder of the configuration"),
    ("self.0.display()", "a socket file of the configuration"),
];

const MACROS: &[&str] = &[
    "trace!(", "debug!(", "info!(", "warn!(", "error!(", "event!(",
];

/// Finds values that log macros of a product's file show unescaped.
pub(crate) fn check(file: &Path, text: &str, faults: &mut Vec<String>) {
    let is_product = file.starts_with("crates") || file.starts_with("bins");
    if !is_product || file.components().any(|part| part.as_os_str() == "tests") {
        return;
    }
    let (product, _) = text
        .split_once("#[cfg(test)]\nmod tests {")
        .unwrap_or((text, ""));
    for (line, shown) in shown_by_display(product) {
        faults.push(format!(
            "{}:{line}: `{shown}` is logged as it is; write shown(..) of hyrouter-text around it, or add it to \
             xtask/src/tidy/log_text.rs with the reason why other parties cannot control it",
            file.display()
        ));
    }
}

/// Returns each expression that a log macro shows by `Display`, with its line, if it is neither `shown(..)` nor safe.
fn shown_by_display(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, name) in MACROS.iter().flat_map(|name| text.match_indices(name)) {
        let is_whole = !text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if !is_whole {
            continue;
        }
        let begin = start + name.len();
        let arguments = &text[begin..begin + closing(&text[begin..])];
        for (at, expression) in displayed(arguments) {
            if !expression.starts_with("shown(")
                && !SAFE.iter().any(|(safe, _)| *safe == expression)
            {
                let line = text[..begin + at].matches('\n').count() + 1;
                found.push((line, expression));
            }
        }
    }
    found
}

/// Returns the expressions that are shown by `%`, by `display(..)` or by `.map(display)`.
fn displayed(arguments: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in arguments.match_indices('%') {
        // Between expressions `%` would be the remainder, which is not logged.
        let rest = &arguments[at + 1..];
        found.push((at, rest[..end(rest)].trim().to_owned()));
    }
    for (at, call) in arguments.match_indices("display(") {
        if !arguments[..at].ends_with(['.', '_']) {
            let rest = &arguments[at + call.len()..];
            found.push((at, rest[..closing(rest)].trim().to_owned()));
        }
    }
    for (at, _) in arguments.match_indices("display)") {
        let before =
            arguments[..at].trim_end_matches(|c: char| c.is_alphanumeric() || "_:".contains(c));
        if before.ends_with(".map(") && !before.ends_with(".map(shown).map(") {
            let from = before.rfind([',', '\n']).map_or(0, |comma| comma + 1);
            found.push((at, before[from..].trim().to_owned()));
        }
    }
    found
}

/// Returns the offset of the parenthesis that closes the one before this text. Assumes that
/// parentheses in texts are balanced.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns the offset where an argument ends.
fn end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' | ',' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::shown_by_display;

    #[test]
    fn what_others_wrote_is_found() {
        for (text, found) in [
            ("tracing::warn!(plugin, %notice, \"x\");", &["notice"][..]),
            (
                "info!(\n    host = %request.host(),\n    \"x\"\n);",
                &["request.host()"],
            ),
            (
                "info!(backend = backend.map(display), \"x\");",
                &["backend = backend.map("],
            ),
            (
                "info!(backend = backend.map(tracing::field::display));",
                &["backend = backend.map("],
            ),
            (
                "info!(backend = display(&backend.host));",
                &["&backend.host"],
            ),
            ("info!(%from, %error, notice = %shown(notice), \"x\");", &[]),
            (
                "info!(backend = backend.map(shown).map(display), \"x\");",
                &[],
            ),
            ("info!(file = %file.display(), \"x\");", &[]),
            ("print!(\"{}%\", name); let x = a % b;", &[]),
        ] {
            let names: Vec<_> = shown_by_display(text)
                .into_iter()
                .map(|(_, name)| name)
                .collect();
            assert_eq!(names, found, "{text}");
        }
        assert_eq!(shown_by_display("\n\ninfo!(\n%a)")[0].0, 4);
    }
}
