use serde::Deserialize;

/// Limits of a recording of a plugin's calls, and the private fields that it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingCommand {
    /// Number of distinct cases after which the recording ends. Default 20.
    pub cases: usize,
    /// Time in seconds after which the recording ends. Default 60.
    pub seconds: u64,
    /// Names of the private fields that are not replaced by pseudonyms. Default: none.
    pub keep: Vec<String>,
}

impl Default for RecordingCommand {
    fn default() -> Self {
        Self {
            cases: 20,
            seconds: 60,
            keep: Vec::new(),
        }
    }
}
