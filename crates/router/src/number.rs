//! Numbers in the metadata of backends.

use std::cmp::Ordering;

/// A finite number with a total order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number(f64);

impl Number {
    /// Reads decimal text: sign, digits, fraction and exponent as in `-12.5e3`.
    ///
    /// Text with blanks around it, `inf`, `nan`, hexadecimal text and values too large for a double are no numbers.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let value: f64 = text.parse().ok()?;
        // Adding zero makes -0 and 0 the same value for the total order.
        value.is_finite().then_some(Self(value + 0.0))
    }

    pub(crate) const fn get(self) -> f64 {
        self.0
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl Eq for Number {}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    fn read(text: &str) -> Option<f64> {
        Number::parse(text).map(Number::get)
    }

    #[test]
    fn decimals_are_numbers() {
        for (text, value) in [
            ("0", 0.0),
            ("42", 42.0),
            ("+7", 7.0),
            ("-12.5", -12.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("1700000000123", 1_700_000_000_123.0),
        ] {
            assert_eq!(read(text), Some(value), "{text:?}");
        }
    }

    #[test]
    fn anything_else_is_missing() {
        for text in [
            "",
            " ",
            ".",
            "-",
            "e3",
            "inf",
            "-Infinity",
            "NaN",
            "0x10",
            "1e999",
            "-1e999",
            "1_000",
            "1,5",
            "1 2",
            " 7",
            "7 ",
            "8\t",
            "12 players",
            "٣",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn both_zeros_are_one_value() {
        assert_eq!(
            Number::parse("-0").cmp(&Number::parse("0")),
            std::cmp::Ordering::Equal
        );
    }
}
