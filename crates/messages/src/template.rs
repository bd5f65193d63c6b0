use std::borrow::Cow;

/// The longest host name that DNS has.
const MAX_SNI: usize = 255;
/// Enough for one sentence of an error.
const MAX_ERROR: usize = 512;

/// Puts the values in. A value is not searched for further placeholders.
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
