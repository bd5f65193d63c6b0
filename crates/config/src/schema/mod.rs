mod simplify;

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use self::simplify::simplify;
use crate::model::Config;
use crate::path::{Path, Segment};

static ROOT: LazyLock<Value> = LazyLock::new(|| {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut root = generator.into_root_schema_for::<Config>().to_value();
    simplify(&mut root);
    if let Some(root) = root.as_object_mut() {
        // Keys that a file may hold beside the configuration; `source` removes them.
        root.insert("patternProperties".to_owned(), json!({ "^x-": {} }));
    }
    if let Some(definitions) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.values_mut().for_each(simplify);
    }
    root
});

/// Returns the JSON Schema (draft 2020-12) of the configuration.
///
/// `format` names texts that JSON Schema does not know, such as `go-duration` or `host-pattern`; a validator passes
/// over them. It lacks two forms that load: `null` for an absent value, and enum values in other case or with `-` for
/// `_`.
pub fn schema() -> Value {
    let mut schema = ROOT.clone();
    allow_lists(&mut schema);
    schema
}

/// Keyword of a key whose value is an object or a list of such objects.
const LIST_TOO: &str = "x-list";

/// Replaces [`LIST_TOO`] by what JSON Schema has for it.
fn allow_lists(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.remove(LIST_TOO).is_some()
                && let Some(one) = map.remove("$ref")
            {
                let one = json!({ "$ref": one });
                map.insert(
                    "anyOf".to_owned(),
                    json!([one, {"type": "array", "items": one}]),
                );
            }
            map.values_mut().for_each(allow_lists);
        }
        Value::Array(list) => list.iter_mut().for_each(allow_lists),
        _ => {}
    }
}

/// One place of the schema, with references followed.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    /// The node itself, which may describe a reference in its place.
    outer: &'static Value,
    /// The node that `outer` refers to, or `outer`.
    inner: &'static Value,
}

pub(crate) enum SchemaKind {
    Object,
    Map,
    List,
    Text,
    Integer,
    Bool,
    Any,
}

impl Schema {
    pub(crate) fn root() -> Self {
        Self::at(&ROOT)
    }

    fn at(outer: &'static Value) -> Self {
        let reference = outer.get("$ref").and_then(Value::as_str);
        let inner = reference
            .and_then(|reference| ROOT.pointer(reference.trim_start_matches('#')))
            .unwrap_or(outer);
        Self { outer, inner }
    }

    pub(crate) fn kind(self) -> SchemaKind {
        match self.text("type") {
            Some("object") if self.map_value().is_some() => SchemaKind::Map,
            Some("object") => SchemaKind::Object,
            Some("array") => SchemaKind::List,
            Some("string") => SchemaKind::Text,
            Some("integer") => SchemaKind::Integer,
            Some("boolean") => SchemaKind::Bool,
            _ => SchemaKind::Any,
        }
    }

    /// Returns the schema of a key of an object.
    pub(crate) fn property(self, key: &str) -> Option<Self> {
        self.inner.get("properties")?.get(key).map(Self::at)
    }

    /// Returns the known keys of an object with their schemas.
    pub(crate) fn properties(self) -> impl Iterator<Item = (&'static str, Self)> {
        let properties = self.inner.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(|(key, schema)| (key.as_str(), Self::at(schema)))
    }

    /// Returns the schema of the values of a map.
    pub(crate) fn map_value(self) -> Option<Self> {
        self.inner
            .get("additionalProperties")
            .filter(|schema| schema.is_object())
            .map(Self::at)
    }

    /// Returns the schema of the entries of a list.
    pub(crate) fn item(self) -> Option<Self> {
        self.inner.get("items").map(Self::at)
    }

    /// Returns the schema below `key` of an object or a map.
    pub(crate) fn below(self, key: &str) -> Option<Self> {
        self.property(key).or_else(|| self.map_value())
    }

    /// Returns the schema at a path within; none if the configuration has no such path, and for entries of lists.
    pub(crate) fn at_path(self, path: &Path) -> Option<Self> {
        let (last, above) = path.segments().split_last()?;
        let Segment::Key(last) = last else {
            return None;
        };
        let step = |schema: Self, segment: &Segment| match segment {
            Segment::Key(key) => schema.below(key),
            Segment::Index(_) => schema.item(),
        };
        above.iter().try_fold(self, step)?.below(last)
    }

    /// Returns whether an object may also be a list of such objects.
    pub(crate) fn may_be_a_list(self) -> bool {
        self.get(LIST_TOO).is_some()
    }

    pub(crate) fn required(self) -> Vec<&'static str> {
        self.texts("required")
    }

    pub(crate) fn names(self) -> Vec<&'static str> {
        self.texts("enum")
    }

    pub(crate) fn text(self, keyword: &str) -> Option<&'static str> {
        self.get(keyword).and_then(Value::as_str)
    }

    pub(crate) fn number(self, keyword: &str) -> Option<u64> {
        self.get(keyword).and_then(Value::as_u64)
    }

    /// Returns a keyword of the node itself, or else of the node that it refers to.
    pub(crate) fn get(self, keyword: &str) -> Option<&'static Value> {
        self.outer.get(keyword).or_else(|| self.inner.get(keyword))
    }

    /// Returns whether the value is or holds a secret, so that messages must not repeat it.
    pub(crate) fn holds_secret(self) -> bool {
        self.text("format") == Some("secret") || self.within().any(Self::holds_secret)
    }

    /// Returns whether the value is the address of a service. Its user, password or query may be a secret.
    pub(crate) fn is_address(self) -> bool {
        matches!(
            self.text("format"),
            Some("http-url" | "jwks" | "plugin-address")
        )
    }

    /// Returns whether the value is or holds the address of a service.
    pub(crate) fn holds_address(self) -> bool {
        self.is_address() || self.within().any(Self::holds_address)
    }

    /// Returns the schemas directly below: the keys of an object, the values of a map, the entries of a list.
    fn within(self) -> impl Iterator<Item = Self> {
        let properties = self.properties().map(|(_, schema)| schema);
        properties.chain(self.map_value()).chain(self.item())
    }

    fn texts(self, keyword: &str) -> Vec<&'static str> {
        let list = self.get(keyword).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}
