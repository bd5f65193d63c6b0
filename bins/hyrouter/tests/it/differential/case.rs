//! A case of the comparison, as it stands in a file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The row of the comparison, without its D.
    pub(crate) row: u8,
    pub(crate) what: String,
    /// What the original does where this router differs on purpose.
    #[serde(default)]
    #[allow(dead_code, reason = "for the reader")]
    pub(crate) original: Option<String>,
    /// Name of the configuration.
    #[serde(default = "config_yaml")]
    pub(crate) file: String,
    pub(crate) config: String,
    /// WASM plugins by the name of the file.
    #[serde(default)]
    pub(crate) guests: BTreeMap<String, Guest>,
    #[serde(default)]
    pub(crate) check: Option<Check>,
    /// Players in the order in which they come.
    #[serde(default)]
    pub(crate) players: Vec<Player>,
}

fn config_yaml() -> String {
    "config.yaml".to_owned()
}

/// A plugin that gives one answer to requests with a text in them, and `{}` to others.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guest {
    /// Empty: every request has it.
    #[serde(default)]
    pub(crate) when: String,
    pub(crate) answer: String,
}

/// What a command prints and ends with.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    /// The arguments when they are others than `check --config FILE`.
    pub(crate) args: Option<Vec<String>>,
    pub(crate) code: i32,
    #[serde(default)]
    pub(crate) prints: Vec<String>,
}

/// A player, and the answer to it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Player {
    /// Arguments of `hyrouter probe`.
    #[serde(default)]
    pub(crate) args: Vec<String>,
    /// How often the player comes.
    #[serde(default)]
    pub(crate) times: usize,
    /// The backends, one for each time.
    #[serde(default)]
    pub(crate) to: Vec<String>,
    /// The backends that are picked at random, in the order of the alphabet.
    #[serde(default)]
    pub(crate) among: Vec<String>,
    /// Fields of what `hyrouter probe --json` prints the first time.
    #[serde(default)]
    pub(crate) answer: BTreeMap<String, Value>,
}

pub(crate) fn read(file: &str) -> Vec<Case> {
    serde_saphyr::from_str(file).unwrap()
}
