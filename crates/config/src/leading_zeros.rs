//! Numbers with leading zeros, which are decimal in YAML 1.2, and octal in YAML 1.1 and in the original.

/// Maximum length of a number that an error repeats.
const SHOWN: usize = 19;

/// Returns the problem of a number with leading zeros, and the number to write instead.
pub(crate) fn message(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let has_zeros = digits.len() > 1 && digits.starts_with('0');
    if !has_zeros || digits.len() > SHOWN || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimal: u64 = digits.parse().ok()?;
    let octal = u64::from_str_radix(digits, 8).ok();
    let octal = octal.filter(|octal| *octal != decimal);
    let or = octal.map_or_else(String::new, |octal| {
        format!(" or {sign}{octal}, since some programs read leading zeros as octal")
    });
    Some(format!(
        "a number with leading zeros (got {text}); write {sign}{decimal}{or}"
    ))
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn both_meanings_are_offered() {
        for (text, offered) in [
            ("017", "; write 17 or 15, since"),
            (" -010 ", "(got -010); write -10 or -8, since"),
            ("+07", "(got +07); write 7"),
            ("008", "; write 8"),
            ("00", "; write 0"),
        ] {
            let found = message(text).unwrap();
            assert!(found.contains(offered), "{text}: {found}");
        }
        let long = "0".repeat(20);
        for text in [
            "0", "10", "0x1f", "0o17", "0.5", "00.5", "-0", "", "-", "0a", &long,
        ] {
            assert_eq!(message(text), None, "{text}");
        }
    }
}
