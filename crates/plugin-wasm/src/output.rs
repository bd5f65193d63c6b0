//! What guests print becomes log lines, few and short.

use std::fmt;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest line in bytes; the rest of it is left out.
pub(crate) const MAX_LINE: usize = 1024;
/// Lines that a plugin may write at once, and again in every second.
const LINES_A_SECOND: u32 = 100;

/// How important a guest's line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputLevel {
    /// `hyrouter.log` with level 0.
    Trace,
    /// `hyrouter.log` with level 1.
    Debug,
    /// `hyrouter.log` with level 2, and standard output.
    Info,
    /// `hyrouter.log` with level 3, and standard error.
    Warn,
    /// `hyrouter.log` with level 4 or more.
    Error,
}

impl OutputLevel {
    pub(crate) fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Trace,
            1 => Self::Debug,
            2 => Self::Info,
            3 => Self::Warn,
            _ => Self::Error,
        }
    }

    /// The name in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Takes the lines of guests. Called on the guests' threads, which wait for it.
pub trait OutputSink: Send + Sync + 'static {
    /// One line without its end, of at most 1 KiB, without control characters.
    fn line(&self, plugin: &str, level: OutputLevel, line: &str);
}

/// Hands lines to `tracing`, with a field `plugin`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingSink;

impl OutputSink for TracingSink {
    fn line(&self, plugin: &str, level: OutputLevel, line: &str) {
        match level {
            OutputLevel::Trace => tracing::trace!(plugin, "{line}"),
            OutputLevel::Debug => tracing::debug!(plugin, "{line}"),
            OutputLevel::Info => tracing::info!(plugin, "{line}"),
            OutputLevel::Warn => tracing::warn!(plugin, "{line}"),
            OutputLevel::Error => tracing::error!(plugin, "{line}"),
        }
    }
}

/// The output of all instances of one plugin.
pub(crate) struct Output {
    plugin: Arc<str>,
    sink: Arc<dyn OutputSink>,
    rate: Mutex<Rate>,
}

struct Rate {
    second: Instant,
    written: u32,
    dropped: u64,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}

impl Output {
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
            let told = format!(
                "{dropped} lines of this plugin were left out, more than {LINES_A_SECOND} a second"
            );
            self.sink.line(&self.plugin, OutputLevel::Warn, &told);
        }
        self.sink.line(&self.plugin, level, &clean(line));
    }

    /// How many lines were dropped since the last one that was written; `None`: this one is dropped too.
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

/// Text that is safe to print: of bounded length, and without characters that steer a terminal or forge a line.
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

/// Collects what a guest writes to one stream until there is a whole line.
#[derive(Debug)]
pub(crate) struct LineBuffer {
    level: OutputLevel,
    pending: Vec<u8>,
}

impl LineBuffer {
    pub(crate) fn new(level: OutputLevel) -> Self {
        Self {
            level,
            pending: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8], output: &Output) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            // One byte more than is shown tells that something was left out.
            let room = (MAX_LINE + 1).saturating_sub(self.pending.len());
            let (line, is_whole) = part
                .strip_suffix(b"\n")
                .map_or((part, false), |line| (line, true));
            self.pending
                .extend_from_slice(line.get(..room).unwrap_or(line));
            if is_whole {
                self.flush(output);
            }
        }
    }

    /// Writes what has no end yet.
    pub(crate) fn flush(&mut self, output: &Output) {
        if !self.pending.is_empty() {
            output.line(self.level, &self.pending);
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Lines(Mutex<Vec<(OutputLevel, String)>>);

    impl OutputSink for Lines {
        fn line(&self, plugin: &str, level: OutputLevel, line: &str) {
            assert_eq!(plugin, "p");
            self.0.lock().unwrap().push((level, line.to_owned()));
        }
    }

    fn output() -> (Arc<Lines>, Output) {
        let lines = Arc::new(Lines::default());
        let output = Output::new("p".into(), Arc::<Lines>::clone(&lines));
        (lines, output)
    }

    fn texts(lines: &Lines) -> Vec<String> {
        let lines = lines.0.lock().unwrap();
        lines.iter().map(|(_, text)| text.clone()).collect()
    }

    #[test]
    fn lines_are_put_together_from_parts() {
        let (lines, output) = output();
        let mut buffer = LineBuffer::new(OutputLevel::Warn);
        for part in ["he", "llo\r\nwor", "ld\n\n\n", "rest"] {
            buffer.write(part.as_bytes(), &output);
        }
        assert_eq!(texts(&lines), ["hello", "world"]);
        buffer.flush(&output);
        buffer.flush(&output);
        assert_eq!(texts(&lines), ["hello", "world", "rest"]);
        assert!(
            lines
                .0
                .lock()
                .unwrap()
                .iter()
                .all(|(level, _)| *level == OutputLevel::Warn)
        );
    }

    #[test]
    fn a_line_without_end_takes_no_more_memory_than_one() {
        let (lines, output) = output();
        let mut buffer = LineBuffer::new(OutputLevel::Info);
        for _ in 0..1000 {
            buffer.write(&[b'x'; 1000], &output);
        }
        assert!(buffer.pending.len() <= MAX_LINE + 1);
        buffer.flush(&output);
        assert_eq!(texts(&lines), [format!("{}…", "x".repeat(MAX_LINE))]);
    }

    #[test]
    fn what_steers_a_terminal_or_is_no_text_is_replaced() {
        let (lines, output) = output();
        output.text(OutputLevel::Info, b"a\x1b[2Jb\tc\0\n\xff\xfe");
        assert_eq!(
            texts(&lines),
            ["a\u{fffd}[2Jb\tc\u{fffd}", "\u{fffd}\u{fffd}"]
        );
    }

    #[test]
    fn a_flood_is_cut_and_told_of() {
        let (lines, output) = output();
        let start = Instant::now();
        let admitted = (0..1000).filter(|_| output.admit(start).is_some()).count();
        assert_eq!(admitted, 100);
        assert_eq!(output.admit(start + Duration::from_secs(2)), Some(900));
        assert_eq!(output.admit(start + Duration::from_secs(2)), Some(0));
        assert!(texts(&lines).is_empty());

        let (lines, output) = self::output();
        for _ in 0..200 {
            output.line(OutputLevel::Info, b"x");
        }
        output.rate.lock().unwrap().second -= Duration::from_secs(2);
        output.line(OutputLevel::Info, b"last");
        let texts = texts(&lines);
        assert!(
            texts
                .iter()
                .any(|text| text.contains("lines of this plugin were left out"))
        );
        assert_eq!(texts.last().unwrap(), "last");
    }
}
