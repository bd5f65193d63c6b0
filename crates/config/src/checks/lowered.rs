use std::fmt;

use super::Check;

/// A check that is gone, or less strict than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoweredCheck {
    /// Path of the check, as in [`Problem::path`](crate::Problem::path).
    pub path: String,
    /// Description of the change.
    pub what: String,
    /// `true` if the new configuration states the change, instead of leaving something out.
    pub is_explicit: bool,
    advice: String,
}

impl LoweredCheck {
    pub(super) fn plugin_gone(name: &str, is_explicit: bool) -> Self {
        Self {
            path: "plugins".to_owned(),
            what: format!("required plugin {name:?} was removed"),
            is_explicit,
            advice: "the list in brackets, as `plugins: []`, or end the file with a line `...`"
                .to_owned(),
        }
    }

    pub(super) fn of_plugin(mut self, name: &str) -> Self {
        self.what = format!("of plugin {name:?} {}", self.what);
        self
    }

    /// Returns the text for an operator whose configuration is refused because it is not explicit.
    pub fn refusal(&self) -> String {
        format!(
            "{self}, but the new configuration does not state this explicitly and may be truncated; to lower the check, write {}",
            self.advice
        )
    }
}

impl fmt::Display for LoweredCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what)
    }
}

/// The checks of `before` that are less strict in `now`.
pub(super) fn among(before: &[Check], now: &[Check]) -> Vec<LoweredCheck> {
    let both = before
        .iter()
        .filter_map(|was| Some((was, now.iter().find(|check| check.key == was.key)?)));
    let lowered = both.filter(|(was, now)| now.level < was.level);
    lowered
        .map(|(was, now)| LoweredCheck {
            path: now.path.clone(),
            what: format!("lowered from {} to {}", was.value, now.value),
            is_explicit: now.is_written,
            advice: format!("`{}`", now.advice),
        })
        .collect()
}
