//! Whole numbers, also as languages write them that know only one kind of number: `1.0`.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// The least number that is too large, which a float has exactly.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Reads a whole number, or none from `null`. `expected` names the allowed values in errors.
pub(crate) fn whole<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Whole(expected))
}

struct Whole(&'static str);

impl Visitor<'_> for Whole {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        i64::try_from(number)
            .map(Some)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        if number.fract() != 0.0 || !(-LIMIT..LIMIT).contains(&number) {
            return Err(E::invalid_value(Unexpected::Float(number), &self));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and in range, as was just seen"
        )]
        Ok(Some(number as i64))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
