//! Plugins: loaded from a configuration, asked about players, told of in logs.

mod asked;
mod notes;

use std::fmt::Write as _;

use hyrouter_plugins::{Outcome, Record, Verdict};

pub(crate) use self::asked::Asked;
pub use self::notes::Note;
pub use crate::build::{COMPILE_WASM, compiler, load_one, trial_request, wasm_host, wasm_settings};

/// Longest text that a plugin may have a player read, in bytes: more than fits the game's window.
const MAX_REASON: usize = 4096;

/// What a plugin has a player read, of bounded length.
pub(crate) fn readable(mut reason: String) -> String {
    let end = (0..=MAX_REASON.min(reason.len()))
        .rev()
        .find(|end| reason.is_char_boundary(*end));
    reason.truncate(end.unwrap_or(0));
    reason
}

/// What a player carries to the backend because a plugin says so.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Payload<'a> {
    pub(crate) bytes: &'a [u8],
    /// The name of the plugin that had the last word about it.
    pub(crate) plugin: &'a str,
}

impl<'a> Payload<'a> {
    pub(crate) fn new(bytes: &'a [u8], records: &'a [Record]) -> Self {
        let is_giver = |record: &&Record| matches!(record.verdict, Verdict::Changed(changes) if changes.referral_data);
        let giver = records.iter().rfind(is_giver);
        let plugin = giver.map_or("", |record| &record.plugin);
        Self { bytes, plugin }
    }
}

/// Which plugins did what an operator wants to know of, as codes: `bans:plugin_denied lobby:plugin_failed:timeout`.
pub(crate) fn remarks(outcome: &Outcome) -> Option<Box<str>> {
    let mut text = String::new();
    for record in &outcome.records {
        remark(record, &mut text);
    }
    (!text.is_empty()).then(|| text.into())
}

fn remark(record: &Record, text: &mut String) {
    let mut add = |code: &str, detail: Option<&str>| {
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}{}:{code}", record.plugin);
        if let Some(detail) = detail {
            let _ = write!(text, ":{detail}");
        }
    };
    match &record.verdict {
        Verdict::Denied => add("plugin_denied", None),
        Verdict::Failed(error) => add("plugin_failed", Some(error.reason_code())),
        Verdict::Unchanged | Verdict::Changed(_) => {}
    }
    let notices = record.notices.iter();
    // What all answers of a plugin have says nothing about this player.
    for notice in notices.filter(|notice| !notice.is_about_form()) {
        add(notice.reason_code(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_for_players_are_cut_between_characters() {
        assert_eq!(readable("no".to_owned()), "no");
        assert_eq!(readable(String::new()), "");
        assert_eq!(readable("x".repeat(MAX_REASON + 1)).len(), MAX_REASON);
        let cut = readable("€".repeat(MAX_REASON));
        assert_eq!(cut, "€".repeat(MAX_REASON / 3));
    }
}
