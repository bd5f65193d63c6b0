//! Lists and maps that are counted while they are read. A megabyte of `{},{},` would be forty as values.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// At most `MAX` values.
pub(crate) struct BoundedList<T, const MAX: usize>(pub(crate) Vec<T>);

impl<T, const MAX: usize> Default for BoundedList<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for BoundedList<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for ListVisitor<T, MAX> {
    type Value = BoundedList<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX} entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while values.len() < MAX {
            match list.next_element()? {
                Some(value) => values.push(value),
                None => return Ok(BoundedList(values)),
            }
        }
        match list.next_element::<IgnoredAny>()? {
            None => Ok(BoundedList(values)),
            Some(_) => Err(too_many(MAX)),
        }
    }
}

/// At most `MAX` entries, each key that is written counted.
#[derive(Default)]
pub(crate) struct BoundedMap<const MAX: usize>(BTreeMap<String, String>);

impl<const MAX: usize> From<BoundedMap<MAX>> for BTreeMap<String, String> {
    fn from(BoundedMap(map): BoundedMap<MAX>) -> Self {
        map
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for BoundedMap<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor)
    }
}

struct MapVisitor<const MAX: usize>;

impl<'de, const MAX: usize> Visitor<'de> for MapVisitor<MAX> {
    type Value = BoundedMap<MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of at most {MAX} entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = BTreeMap::new();
        for _ in 0..MAX {
            match map.next_entry()? {
                Some((key, value)) => values.insert(key, value),
                None => return Ok(BoundedMap(values)),
            };
        }
        match map.next_key::<IgnoredAny>()? {
            None => Ok(BoundedMap(values)),
            Some(_) => Err(too_many(MAX)),
        }
    }
}

fn too_many<E: Error>(max: usize) -> E {
    E::custom(format_args!("more than {max} entries"))
}
