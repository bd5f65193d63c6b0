//! The ALPN names of the game, `hytale/<n>`.

/// Returns the number in `hytale/<n>`, or `None` for any other name.
///
/// Strict: decimal digits without sign or leading zero, at most `u32::MAX`. Names seen are `hytale/1` to `hytale/3`.
/// The number says little about a client: `hytale/2` covers two layouts of Connect (builds 2 to 63 and 77 to 100), so
/// it only decides where the payload does not.
#[must_use]
pub fn alpn_version(alpn: &[u8]) -> Option<u32> {
    let digits = alpn.strip_prefix(b"hytale/")?;
    let canonical =
        digits.iter().all(u8::is_ascii_digit) && (digits == b"0" || !digits.starts_with(b"0"));
    if !canonical {
        return None;
    }
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::alpn_version;

    #[test]
    fn only_the_canonical_form_is_a_version() {
        for (alpn, version) in [
            ("hytale/1", Some(1)),
            ("hytale/3", Some(3)),
            ("hytale/255", Some(255)),
            ("hytale/0", Some(0)),
            ("hytale/4294967295", Some(u32::MAX)),
            ("hytale/4294967296", None),
            ("hytale/", None),
            ("hytale/01", None),
            ("hytale/+1", None),
            ("hytale/-1", None),
            ("hytale/1 ", None),
            ("hytale/*", None),
            ("Hytale/1", None),
            ("h3", None),
            ("", None),
        ] {
            assert_eq!(alpn_version(alpn.as_bytes()), version, "{alpn}");
        }
    }
}
