//! Labels of containers.

use std::collections::BTreeMap;

use super::listing::Container;
use crate::{MAX_META_BYTES, MAX_META_ENTRIES};

/// The label that a container must have, with the value `true`.
pub(super) const ENABLE: &str = "hyrouter.enable";
/// The same in the form of the API.
pub(super) const ENABLED: &str = "hyrouter.enable=true";
/// Port of the game within the container.
pub(super) const PORT: &str = "hyrouter.port";
/// Address of the container, for the address type `label`.
pub(super) const HOST: &str = "hyrouter.host";
/// Weight of the backend.
pub(super) const WEIGHT: &str = "hyrouter.weight";
/// `true` if the backend gets no new players.
pub(super) const DRAINED: &str = "hyrouter.drained";
/// Host names of the backend.
const HOSTNAME: &str = "hyrouter.hostname";
/// Prefix of the names of facts.
const META: &str = "hyrouter.meta.";
/// Maximum length of a label that becomes a fact `label.<k>`, name and value, in bytes.
const MAX_LABEL: usize = 4096;

/// Returns the port that a label names.
pub(super) fn port(container: &Container) -> Result<Option<u16>, String> {
    let Some(text) = container.label(PORT) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(0) | Err(_) => Err(wrong(PORT, text, "1 to 65535")),
        Ok(port) => Ok(Some(port)),
    }
}

/// Returns the weight that a label names, else 1.
pub(super) fn weight(container: &Container) -> Result<u32, String> {
    let Some(text) = container.label(WEIGHT) else {
        return Ok(1);
    };
    text.parse()
        .map_err(|_| wrong(WEIGHT, text, "0 to 4294967295"))
}

/// Returns whether a label takes the container out for new players.
pub(super) fn is_drained(container: &Container) -> Result<bool, String> {
    let Some(text) = container.label(DRAINED) else {
        return Ok(false);
    };
    text.parse()
        .map_err(|_| wrong(DRAINED, text, "true, false"))
}

/// Returns the facts of a container: those of `hyrouter.meta.<k>` and `hyrouter.hostname`, and all labels as
/// `label.<k>`. A label that is too long, or for which there is no room, is left out there.
pub(super) fn meta(container: &Container) -> BTreeMap<String, String> {
    let labels = || container.labels.iter().flatten();
    let mut meta: BTreeMap<_, _> = labels()
        .filter_map(|(label, value)| Some((label.strip_prefix(META)?.to_owned(), value.clone())))
        .collect();
    if let Some(names) = container.label(HOSTNAME) {
        meta.insert("hostname".to_owned(), names.to_owned());
    }
    let mut bytes: usize = meta
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    for (label, value) in labels() {
        let key = format!("label.{label}");
        let length = key.len() + value.len();
        let has_room = meta.len() < MAX_META_ENTRIES && bytes + length <= MAX_META_BYTES;
        if length <= MAX_LABEL && has_room && !meta.contains_key(&key) {
            bytes += length;
            meta.insert(key, value.clone());
        }
    }
    meta
}

fn wrong(label: &str, value: &str, allowed: &str) -> String {
    format!("label {label} is {value:?}; allowed: {allowed}")
}
