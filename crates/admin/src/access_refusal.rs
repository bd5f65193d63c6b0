//! Requests that the guard refuses: counted by the router, logged at a bounded rate.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;
use tracing::{info, warn};

use crate::limits::{REFUSAL_LINES, REFUSAL_TIME};

/// Reason for the refusal of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessRefusal {
    /// The request has no token.
    TokenMissing,
    /// The request has another token, or an `Authorization` header of another form.
    TokenWrong,
    /// There is no token, and the request can come from a web page.
    WebPage,
}

impl AccessRefusal {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::TokenMissing, Self::TokenWrong, Self::WebPage];

    /// Returns the stable code for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenMissing => "token_missing",
            Self::TokenWrong => "token_wrong",
            Self::WebPage => "web_page",
        }
    }
}

/// Logs refusals, at most [`REFUSAL_LINES`] in [`REFUSAL_TIME`]: guessed tokens must not fill the log.
#[derive(Default)]
pub(crate) struct RefusalLog(Mutex<Window>);

#[derive(Default)]
struct Window {
    began: Option<Instant>,
    lines: u32,
    omitted: u64,
}

impl RefusalLog {
    /// Logs the refusal if there is room. Never what was sent: a token that is wrong by a letter is a secret too.
    pub(crate) fn log(&self, from: SocketAddr, refusal: AccessRefusal) {
        let Some(omitted) = self.room(Instant::now()) else {
            return;
        };
        let reason = refusal.as_str();
        // Without a token an operator opens the page; it asks for the token then.
        if refusal == AccessRefusal::TokenMissing {
            info!(%from, reason, omitted, "admin request refused");
        } else {
            warn!(%from, reason, omitted, "admin request refused");
        }
    }

    /// The number of refusals since the last line that were not logged, if there is room for a line.
    fn room(&self, now: Instant) -> Option<u64> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |began: Instant| now.duration_since(began) >= REFUSAL_TIME;
        if window.began.is_none_or(is_over) {
            window.began = Some(now);
            window.lines = 0;
        }
        if window.lines == REFUSAL_LINES {
            window.omitted += 1;
            return None;
        }
        window.lines += 1;
        Some(std::mem::take(&mut window.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_beyond_the_room_of_a_minute_are_counted_in_the_next_line() {
        let log = RefusalLog::default();
        let start = Instant::now();
        for _ in 0..REFUSAL_LINES {
            assert_eq!(log.room(start), Some(0));
        }
        for _ in 0..5 {
            assert_eq!(log.room(start), None);
        }
        let later = start + REFUSAL_TIME;
        assert_eq!(log.room(later), Some(5));
        assert_eq!(log.room(later), Some(0));
    }
}
