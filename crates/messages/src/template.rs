use std::borrow::Cow;

/// Maximum length of a host name in DNS, in bytes. A client may send anything, and the game would show it.
const MAX_SNI: usize = 255;
/// Maximum length of an error text, in bytes.
const MAX_ERROR: usize = 512;

/// Replaces the placeholders. Values are not searched for further placeholders: a client controls the host name.
pub(super) fn fill<'a>(text: &'a str, sni: &str, error: &str) -> Cow<'a, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        rest = if let Some(after) = after.strip_prefix("sni}") {
            push_clean(&mut filled, sni, MAX_SNI);
            after
        } else if let Some(after) = after.strip_prefix("error}") {
            push_clean(&mut filled, error, MAX_ERROR);
            after
        } else {
            filled.push_str("${");
            after
        };
    }
    filled.push_str(rest);
    Cow::Owned(filled)
}

fn push_clean(to: &mut String, value: &str, max: usize) {
    let bounded = value
        .char_indices()
        .take_while(|(at, c)| at + c.len_utf8() <= max);
    to.extend(bounded.map(|(_, c)| c).filter(|c| !c.is_control()));
}
