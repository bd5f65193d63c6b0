//! Output of guests as log lines, bounded in number and length.

mod line_buffer;
mod sink;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use self::line_buffer::LineBuffer;
pub use self::sink::{OutputLevel, OutputSink, TracingSink};

/// Maximum length of a line in bytes; the rest of it is left out.
pub(crate) const MAX_LINE: usize = 1024;
/// Maximum number of lines that a plugin writes in a second.
const LINES_A_SECOND: u32 = 100;

/// The output of all instances of one plugin.
pub(crate) struct GuestOutput {
    plugin: Arc<str>,
    sink: Arc<dyn OutputSink>,
    rate: Mutex<Rate>,
}

struct Rate {
    second: Instant,
    written: u32,
    dropped: u64,
}

impl fmt::Debug for GuestOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestOutput")
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}

impl GuestOutput {
    pub(crate) fn new(plugin: Arc<str>, sink: Arc<dyn OutputSink>) -> Self {
        let rate = Rate {
            second: Instant::now(),
            written: 0,
            dropped: 0,
        };
        Self {
            plugin,
            sink,
            rate: Mutex::new(rate),
        }
    }

    /// Writes bytes as they come from a guest, a line at a time. Empty lines are left out.
    pub(crate) fn text(&self, level: OutputLevel, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n') {
            self.line(level, line);
        }
    }

    pub(crate) fn line(&self, level: OutputLevel, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return;
        }
        let Some(dropped) = self.admit(Instant::now()) else {
            return;
        };
        if dropped > 0 {
            let notice = format!(
                "{dropped} lines of this plugin were left out, more than {LINES_A_SECOND} a second"
            );
            self.sink.line(&self.plugin, OutputLevel::Warn, &notice);
        }
        self.sink.line(&self.plugin, level, &clean(line));
    }

    /// Returns how many lines were dropped since the last one that was written, or `None` if this one is dropped too.
    fn admit(&self, now: Instant) -> Option<u64> {
        let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(rate.second) >= Duration::from_secs(1) {
            rate.second = now;
            rate.written = 0;
        }
        if rate.written >= LINES_A_SECOND {
            rate.dropped += 1;
            return None;
        }
        rate.written += 1;
        Some(std::mem::take(&mut rate.dropped))
    }
}

/// Returns text that is safe to print: of bounded length, and without characters that steer a terminal or forge a line.
pub(crate) fn clean(line: &[u8]) -> String {
    let mut text = String::new();
    // The end of a cut line may be half a character, which is left out with the rest.
    let shown = line.get(..MAX_LINE + 1).unwrap_or(line);
    for c in String::from_utf8_lossy(shown).chars() {
        let c = if c.is_control() && c != '\t' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        };
        if text.len() + c.len_utf8() > MAX_LINE {
            text.push('…');
            break;
        }
        text.push(c);
    }
    text
}
