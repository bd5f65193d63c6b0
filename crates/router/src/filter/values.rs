//! Values that filters read.

use std::time::{Duration, SystemTime};

/// Returns the entries of a list; none when it begins like JSON and is no array of strings.
///
/// Empty entries are left out: they come from stray commas, and no player's name is empty.
pub(super) fn read_list(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let mut names: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).ok()?
    } else {
        text.split(',').map(|name| name.trim().to_owned()).collect()
    };
    names.retain(|name| !name.is_empty());
    Some(names)
}

/// The begin of a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GameStart {
    /// Not planned, or later than `SystemTime` can represent.
    Open,
    At(SystemTime),
    Unreadable,
}

impl GameStart {
    /// Numbers from here on are milliseconds. As seconds it would be in the year 2286.
    const MILLIS_FROM: u64 = 10_000_000_000;

    pub(super) fn read(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default().trim();
        if matches!(text, "" | "-1") {
            return Self::Open;
        }
        match text.parse::<i64>().map(u64::try_from) {
            Ok(Ok(seconds)) if seconds < Self::MILLIS_FROM => {
                Self::at(Duration::from_secs(seconds))
            }
            Ok(Ok(millis)) => Self::at(Duration::from_millis(millis)),
            // A time before 1970 is in the past for every clock.
            Ok(Err(_)) => Self::At(SystemTime::UNIX_EPOCH),
            Err(_) => Self::Unreadable,
        }
    }

    fn at(since_epoch: Duration) -> Self {
        SystemTime::UNIX_EPOCH
            .checked_add(since_epoch)
            .map_or(Self::Open, Self::At)
    }
}
