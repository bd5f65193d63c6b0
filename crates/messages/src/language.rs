//! Language tags.

/// Returns whether two language tags are equal. Tags are case-insensitive, and `_` equals `-`.
pub fn same_tag(left: &str, right: &str) -> bool {
    let fold = |byte: u8| match byte {
        b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    };
    left.bytes().map(fold).eq(right.bytes().map(fold))
}

/// Returns the language without its region and script.
pub(crate) fn base(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}
