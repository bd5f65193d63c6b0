//! Notes about an answer: ignored parts, and parts that are not as documented.

use hyrouter_plugins::Notice;
use hyrouter_text::shown;
use serde::{Deserialize, Serialize};

/// One such thing, with the code of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    code: String,
    message: String,
    /// Whether it was ignored. Otherwise it counts all the same.
    ignored: bool,
}

impl Note {
    /// Returns one for each of these.
    pub fn all(notices: &[Notice]) -> Vec<Self> {
        notices.iter().map(Self::of).collect()
    }

    fn of(notice: &Notice) -> Self {
        Self {
            code: notice.reason_code().to_owned(),
            message: shown(notice).to_string(),
            ignored: !notice.is_taken(),
        }
    }

    /// Of referral data that is longer than a player can carry. None: it is not.
    pub fn of_length(data: &[u8], limit: usize) -> Option<Self> {
        let len = data.len();
        (len > limit).then(|| Self {
            code: "referral_truncated".to_owned(),
            message: format!(
                "referral_data has {len} bytes, at most {limit} fit; the backend gets none"
            ),
            ignored: true,
        })
    }

    /// Returns it as a line of text.
    pub fn to_line(&self) -> String {
        let Self {
            code,
            message,
            ignored,
        } = self;
        let kind = if *ignored { "ignored" } else { "note" };
        format!("{kind}: {message} ({code})")
    }
}
