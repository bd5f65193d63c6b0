use std::time::Duration;

/// Units of Go's duration text with their length in nanoseconds, the longest first. Of equal units, the first one is
/// written. Both spellings of the micro sign are in use.
const UNITS: [(&str, u128); 8] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ns", 1),
];

/// Resolution of fractions: an hour has less than 10^13 nanoseconds.
const FRACTION: u128 = 10_u128.pow(18);

/// Maximum duration of Go in nanoseconds, about 292 years.
const MAX: u128 = i64::MAX as u128;

/// Parses a duration like Go's `time.ParseDuration`: numbers with units, such as `1m30s` or `1.5s`, or `0`. Negative
/// durations are refused, since no key allows them.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0;
    while !rest.is_empty() {
        let (nanos, tail) = parse_part(rest)?;
        total += nanos;
        if total > MAX {
            return None;
        }
        rest = tail;
    }
    u64::try_from(total).ok().map(Duration::from_nanos)
}

/// Writes a duration as a whole number of the largest unit that fits, such as `90s`.
pub(crate) fn to_text(duration: &Duration) -> String {
    let nanos = duration.as_nanos();
    let fitting = UNITS
        .iter()
        .find(|(_, unit)| nanos > 0 && nanos.is_multiple_of(*unit));
    fitting.map_or_else(
        || "0s".to_owned(),
        |(name, unit)| format!("{}{name}", nanos / unit),
    )
}

/// Parses one number with its unit. Returns nanoseconds and the rest of the text.
fn parse_part(text: &str) -> Option<(u128, &str)> {
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), split_digits);
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let unit_len = rest
        .find(|c: char| c == '.' || c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at_checked(unit_len)?;
    let &(_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;

    let whole: u128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let nanos = whole.checked_mul(scale).filter(|nanos| *nanos <= MAX)?;
    Some((nanos + parse_fraction(fraction) * scale / FRACTION, rest))
}

/// Parses the digits after the point in units of 1 / [`FRACTION`]. Further digits are below a nanosecond in every unit.
fn parse_fraction(digits: &str) -> u128 {
    let mut place = FRACTION;
    let digits = digits.chars().filter_map(|digit| digit.to_digit(10));
    let parts = digits.map(|digit| {
        place /= 10;
        place * u128::from(digit)
    });
    parts.sum()
}

fn split_digits(text: &str) -> (&str, &str) {
    let len = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(len).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_texts_are_read() {
        let cases = [
            ("0", 0),
            ("0s", 0),
            ("+30s", 30_000_000_000),
            ("30s", 30_000_000_000),
            ("1m30s", 90_000_000_000),
            ("250ms", 250_000_000),
            ("1h", 3_600_000_000_000),
            ("1.5s", 1_500_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("0.1h", 360_000_000_000),
            ("10us", 10_000),
            ("10\u{b5}s", 10_000),
            ("10\u{3bc}s", 10_000),
            ("7ns", 7),
            ("1.000000000999s", 1_000_000_000),
            ("0.333333333333333333333333333333h", 1_199_999_999_999),
            ("1h0m0.5s", 3_600_500_000_000),
            ("9223372036854775807ns", i64::MAX.unsigned_abs()),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse(text), Some(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn written_durations_can_be_read() {
        for text in ["0s", "90s", "2h", "5m", "250ms", "7us", "1ns", "61m"] {
            assert_eq!(to_text(&parse(text).unwrap()), text);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let cases = [
            "",
            "+",
            "30",
            "1",
            "-1s",
            "-0",
            "s",
            ".s",
            ".",
            "30 s",
            " 30s",
            "30S",
            "1d",
            "1m30",
            "1,5s",
            "1e3s",
            "30sec",
            "9223372036854775808ns",
            "3000000h",
            "99999999999999999999999999999999999999999h",
            "１s",
        ];
        for text in cases {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
