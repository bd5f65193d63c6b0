//! Fields of an object that providers read. Other fields are skipped, so that they cost no memory.

use std::collections::BTreeMap;

use hyrouter_router::Backend;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

use crate::{MetadataSettings, ObjectSelector};

/// Annotation and label with the weight of a backend.
const WEIGHT: &str = "hyrouter/weight";

/// An object of the API, as far as a provider reads it.
pub(crate) trait ClusterObject: DeserializeOwned + Send + 'static {}

impl<T: DeserializeOwned + Send + 'static> ClusterObject for T {}

/// Metadata of an object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ObjectMetadata {
    pub(crate) name: String,
    pub(crate) namespace: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_as_default")]
    pub(crate) annotations: BTreeMap<String, String>,
    /// Present once the object is being deleted. Its time is in the future by the grace period.
    pub(crate) deletion_timestamp: Option<IgnoredAny>,
}

/// Reads `null` as the default, as Go writes an absent map or list.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl ObjectMetadata {
    /// Returns whether the object is being deleted, whatever its status is.
    pub(crate) fn is_being_deleted(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    /// Returns whether all annotations of a selector have their values. The server selects by labels.
    pub(crate) fn has_annotations(&self, selector: &ObjectSelector) -> bool {
        let mut wanted = selector.annotations.iter();
        wanted.all(|(key, value)| self.annotations.get(key) == Some(value))
    }

    /// Returns the weight of its backends: annotation, then label `hyrouter/weight`. Values that are no positive number do
    /// not count.
    fn weight(&self) -> Option<u32> {
        let number = |text: &String| text.parse().ok().filter(|&weight| weight > 0);
        let (annotations, labels) = (&self.annotations, &self.labels);
        let annotation = annotations.get(WEIGHT).and_then(number);
        annotation.or_else(|| labels.get(WEIGHT).and_then(number))
    }
}

/// The labels and annotations that become facts of backends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picked {
    labels: Vec<(String, String)>,
    annotations: Vec<(String, String)>,
}

impl Picked {
    /// Creates the rules of a provider's settings.
    pub(crate) fn new(settings: &MetadataSettings) -> Self {
        let facts = |prefix: &str, keys: &[String]| {
            let fact = |key: &String| (key.clone(), format!("{prefix}.{key}"));
            keys.iter().map(fact).collect()
        };
        Self {
            labels: facts("label", &settings.include_labels),
            annotations: facts("annotation", &settings.include_annotations),
        }
    }

    /// Creates a backend of an object, with its weight and facts. `node` is the name of its node.
    pub(crate) fn backend(
        &self,
        host: impl Into<String>,
        port: u16,
        metadata: &ObjectMetadata,
        node: Option<&str>,
    ) -> Backend {
        let mut backend = Backend::new(host, port);
        if let Some(weight) = metadata.weight() {
            backend.weight = weight;
        }
        let mut add = |key: &str, value: &str| {
            backend.meta.insert(key.to_owned(), value.to_owned());
        };
        add("k8s.namespace", &metadata.namespace);
        add("k8s.name", &metadata.name);
        if let Some(node) = node {
            add("k8s.node", node);
        }
        let labels = (&self.labels, &metadata.labels);
        let annotations = (&self.annotations, &metadata.annotations);
        for (picked, values) in [labels, annotations] {
            for (key, fact) in picked {
                if let Some(value) = values.get(key) {
                    add(fact, value);
                }
            }
        }
        backend
    }
}
