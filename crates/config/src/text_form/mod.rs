//! Values that a configuration holds as text: durations, networks, files, enums.
//!
//! A field of the model has the type that the router uses, and an adapter for its text:
//! `#[serde(with = "AsText::<PositiveDuration>")]`. The adapter reads and writes the text, and gives the schema the
//! `format` or `enum` for the schema check. A text that passes the schema check can always be read.

mod names;
mod values;

use std::fmt::Display;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::{SerializeSeq as _, Serializer};
use serde::{Deserialize as _, Deserializer};
use serde_json::{Map, Value};

pub(crate) use self::names::{Name, names};
pub(crate) use self::values::{
    Alpn, BuildRangeText, DnsServerText, GoDuration, PositiveDuration, PublicKeyText, SelectorText,
    TextPattern, timestamp_text,
};

/// A way to write a value as text.
pub(crate) trait TextForm {
    type Value;

    /// Returns the keywords of the schema beside `type`.
    fn keywords() -> Map<String, Value>;

    /// Reads a text. `None` for one that the schema check refuses, and for the empty text of an absent value.
    fn read(text: &str) -> Option<Self::Value>;

    fn write(value: &Self::Value) -> impl Display;
}

/// A text.
pub(crate) struct AsText<F>(PhantomData<F>);

/// A text that may be absent. An empty one is absent.
pub(crate) struct AsOptionalText<F>(PhantomData<F>);

/// A list of texts.
pub(crate) struct AsTextList<F>(PhantomData<F>);

impl<F: TextForm> AsText<F> {
    pub(crate) fn serialize<S: Serializer>(
        value: &F::Value,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&F::write(value))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<F::Value, D::Error> {
        let text = String::deserialize(deserializer)?;
        F::read(&text).ok_or_else(unreadable)
    }
}

impl<F: TextForm> AsOptionalText<F> {
    #[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<F::Value>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => AsText::<F>::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<F::Value>, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "" => Ok(None),
            text => F::read(text).map(Some).ok_or_else(unreadable),
        }
    }
}

impl<F: TextForm> AsTextList<F> {
    pub(crate) fn serialize<S: Serializer>(
        values: &[F::Value],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(values.len()))?;
        for value in values {
            list.serialize_element(&F::write(value).to_string())?;
        }
        list.end()
    }

    /// Leaves out empty texts, which replace entries that the schema check refused.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<F::Value>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let texts = texts.iter().filter(|text| !text.is_empty());
        texts
            .map(|text| F::read(text).ok_or_else(unreadable))
            .collect()
    }
}

/// Returns an error without the text, which may be a secret.
fn unreadable<E: serde::de::Error>() -> E {
    E::custom("a value that its schema allows cannot be read")
}

/// Implements the schema of an adapter inline, not as a definition.
macro_rules! schema_in_place {
    ($($adapter:ident => $schema:expr),+ $(,)?) => {$(
        impl<F: TextForm> JsonSchema for $adapter<F> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($adapter).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let schema: fn(Map<String, Value>) -> Map<String, Value> = $schema;
                schema(text_schema::<F>()).into()
            }
        }
    )+};
}

schema_in_place! {
    AsText => |text| text,
    AsOptionalText => |text| text,
    AsTextList => |text| Map::from_iter([
        ("type".to_owned(), "array".into()),
        ("items".to_owned(), text.into()),
    ]),
}

fn text_schema<F: TextForm>() -> Map<String, Value> {
    let mut schema = F::keywords();
    schema.insert("type".to_owned(), "string".into());
    schema
}
