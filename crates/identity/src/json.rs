//! Building blocks of the JSON of tokens and key sets.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// JSON text, borrowed if it has no escapes.
#[derive(serde::Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// JSON object. The code that serde derives would accept a list of the values as well.
pub(crate) struct JsonObject<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = JsonObject<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<JsonObject<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(JsonObject)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// `true` if a member is present with any value, null included.
#[derive(Clone, Copy, Default)]
pub(crate) struct IsPresent(pub(crate) bool);

impl<'de> Deserialize<'de> for IsPresent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self(true))
    }
}

/// Time in seconds since 1970, whole or with a fraction (RFC 7519, section 2).
#[derive(Clone, Copy)]
pub(crate) struct NumericDate {
    /// Returns the last whole second that is not later.
    pub(crate) floor: i64,
    /// Returns the first whole second that is not earlier.
    pub(crate) ceil: i64,
}

/// Number up to which a float holds all whole numbers exactly, 2^53. As a time, it is 285 million years from now.
const MAX_FRACTIONAL: f64 = 9_007_199_254_740_992.0;

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = NumericDate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }

            fn visit_i64<E>(self, whole: i64) -> Result<NumericDate, E> {
                Ok(NumericDate {
                    floor: whole,
                    ceil: whole,
                })
            }

            fn visit_u64<E: Error>(self, whole: u64) -> Result<NumericDate, E> {
                let whole = i64::try_from(whole).map_err(|_| E::custom("too large"))?;
                self.visit_i64(whole)
            }

            #[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
            fn visit_f64<E: Error>(self, number: f64) -> Result<NumericDate, E> {
                if number.abs() > MAX_FRACTIONAL {
                    return Err(E::custom("too large"));
                }
                Ok(NumericDate {
                    floor: number.floor() as i64,
                    ceil: number.ceil() as i64,
                })
            }
        }

        deserializer.deserialize_any(Number)
    }
}
