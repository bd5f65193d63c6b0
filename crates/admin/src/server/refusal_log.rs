//! Rate-limited log of refused requests.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;
use tracing::{info, warn};

use crate::access_refusal::AccessRefusal;
use crate::server::limits::{REFUSAL_LINES, REFUSAL_TIME};

/// Logs at most [`REFUSAL_LINES`] refusals in [`REFUSAL_TIME`], so that guessed tokens do not fill the log.
#[derive(Default)]
pub(crate) struct RefusalLog(Mutex<Window>);

#[derive(Default)]
struct Window {
    began: Option<Instant>,
    lines: u32,
    omitted: u64,
}

impl RefusalLog {
    /// Logs a refusal within the limit. Never logs the token that was sent: it may differ from the right one by a
    /// letter.
    pub(crate) fn log(&self, from: SocketAddr, refusal: AccessRefusal) {
        let Some(omitted) = self.room(Instant::now()) else {
            return;
        };
        let reason = refusal.as_str();
        // Operators open the page without a token, and the page asks for it.
        if refusal == AccessRefusal::TokenMissing {
            info!(%from, reason, omitted, "admin request refused");
        } else {
            warn!(%from, reason, omitted, "admin request refused");
        }
    }

    /// Returns the number of refusals since the last line if another line is within the limit.
    pub(crate) fn room(&self, now: Instant) -> Option<u64> {
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
    fn omitted_refusals_are_counted_in_the_next_line() {
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
