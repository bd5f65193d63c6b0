use ipnet::IpNet;
use serde_json::Value;

use super::Check;
use crate::text_form::Name;

/// Written values, as opposed to defaults.
#[derive(Default)]
pub(crate) struct Layers<'v> {
    /// Values without nulls.
    pub(crate) environment: Option<&'v Value>,
    /// Values without nulls.
    pub(crate) file: Option<&'v Value>,
    /// Last key of the file, if its value may be incomplete.
    pub(crate) open: Option<&'v str>,
}

impl<'v> Layers<'v> {
    /// Returns the written value of a key with dots. Lists are not merged, so a list is from one layer.
    pub(super) fn get(&self, key: &str) -> Option<&'v Value> {
        self.in_environment(key).or_else(|| self.in_file(key))
    }

    /// Returns the written value of a key with dots, for a message. Without one, the value of the default.
    pub(crate) fn written_or(&self, key: &str, default: impl FnOnce() -> String) -> Value {
        let written = self.get(key).cloned();
        written.unwrap_or_else(|| Value::from(default()))
    }

    fn in_environment(&self, key: &str) -> Option<&'v Value> {
        find(self.environment?, key)
    }

    fn in_file(&self, key: &str) -> Option<&'v Value> {
        find(self.file?, key)
    }

    pub(super) fn is_written(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Returns whether a key of the top level is written with its complete value.
    pub(super) fn is_whole(&self, key: &str) -> bool {
        let is_whole_in_file = || self.in_file(key).is_some() && self.open != Some(key);
        self.in_environment(key).is_some() || is_whole_in_file()
    }

    /// Returns a check at a key with dots.
    pub(super) fn check(&self, key: &'static str, level: usize, value: String) -> Check {
        let keys: Vec<_> = key.split('.').collect();
        let (last, above) = keys.split_last().unwrap_or((&key, &[]));
        let advice = above
            .iter()
            .rev()
            .fold(format!("{last}: {value}"), |inner, key| {
                format!("{key}: {{{inner}}}")
            });
        Check {
            key,
            path: key.to_owned(),
            level,
            value,
            is_written: self.is_written(key),
            advice,
        }
    }

    /// Returns a check of an enum, of which the values `strict` check players, the strictest last.
    pub(super) fn named<N: Name>(&self, key: &'static str, value: N, strict: &[N]) -> Check {
        self.check(key, level_of(value, strict), value.name().to_owned())
    }

    /// Returns a check of a list that is off if the list is empty.
    pub(super) fn list(&self, key: &'static str, items: &[IpNet]) -> Check {
        let value = match items.len() {
            0 => "[]".to_owned(),
            count => format!("a list of {count}"),
        };
        self.check(key, usize::from(!items.is_empty()), value)
    }
}

pub(super) fn find<'v>(layer: &'v Value, key: &str) -> Option<&'v Value> {
    let found = key
        .split('.')
        .try_fold(layer, |value, key| value.get(key))?;
    (!found.is_null()).then_some(found)
}

pub(super) fn level_of<N: Name>(value: N, strict: &[N]) -> usize {
    strict
        .iter()
        .position(|name| *name == value)
        .map_or(0, |at| at + 1)
}
