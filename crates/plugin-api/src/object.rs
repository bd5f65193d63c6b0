//! Reads JSON as Go does: `null` is the empty value, an object is never written as a list, and names are read in any
//! case.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

use crate::misnamed_field::{MAX_MISNAMED, MisnamedField};

/// Type with fields.
pub(crate) trait Named {
    /// Their names.
    const NAMES: &'static [&'static str];
}

/// A `T` from an object, or its default from `null`. The derived code of serde alone also takes a list of the
/// fields' values, by which `[true]` would be a denial.
pub(crate) struct Object<T> {
    pub(crate) value: T,
    /// The first names that are not exactly those of the fields.
    pub(crate) misnamed: Vec<MisnamedField>,
}

impl<'de, T: Deserialize<'de> + Default + Named> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default + Named> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut misnamed = Vec::new();
        let names = Names {
            map,
            known: T::NAMES,
            misnamed: &mut misnamed,
        };
        let value = T::deserialize(MapAccessDeserializer::new(names))?;
        Ok(Object { value, misnamed })
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Object {
            value: T::default(),
            misnamed: Vec::new(),
        })
    }
}

/// An object whose names are read in any case. One that is exact costs a comparison or two.
struct Names<'a, A> {
    map: A,
    known: &'static [&'static str],
    misnamed: &'a mut Vec<MisnamedField>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Names<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(Text(name)) = self.map.next_key()? else {
            return Ok(None);
        };
        if self.known.contains(&&*name) {
            return seed.deserialize((*name).into_deserializer()).map(Some);
        }
        let known = self.known.iter();
        let meant = known
            .copied()
            .find(|known| known.eq_ignore_ascii_case(&name));
        if self.misnamed.len() < MAX_MISNAMED {
            self.misnamed
                .push(MisnamedField::new(&name, meant, self.known));
        }
        let name = meant.unwrap_or(&name);
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Borrowed from the input where the JSON has no escapes in it.
struct Text<'a>(Cow<'a, str>);

// Written by hand: the derived code of a newtype hides the text from deserializers that track the path of an error.
impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// For a field that may be `null`.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
