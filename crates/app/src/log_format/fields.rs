//! Message and fields of a text log line.

use std::fmt;

use hyrouter_text::shown;
use tracing::field::Field;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

/// Maximum length of a value in bytes.
const MAX_VALUE: usize = 16 * 1024;

/// Returns the format of fields in text lines. As the subscriber's default, with control characters escaped and values
/// of at most 16 KiB, so that a log entry is always one line.
pub fn escaped_fields() -> impl for<'w> FormatFields<'w> + 'static {
    debug_fn(write).delimited(" ")
}

fn write(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let value = format_args!("{value:?}");
    let value = shown(value).within(MAX_VALUE);
    let name = field.name();
    let name = name.strip_prefix("r#").unwrap_or(name);
    match name {
        "message" => write!(writer, "{value}"),
        // Italic name, as the default format has it.
        _ if writer.has_ansi_escapes() => {
            write!(writer, "\u{1b}[3m{name}\u{1b}[0m\u{1b}[2m=\u{1b}[0m{value}")
        }
        _ => write!(writer, "{name}={value}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::escaped_fields;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(has_colours: bool, log: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(escaped_fields())
            .with_writer(move || writer.clone())
            .without_time()
            .with_target(false)
            .with_ansi(has_colours)
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        let lines = lines.0.lock().unwrap();
        String::from_utf8(lines.clone()).unwrap()
    }

    const FORGED: &str = "a\nINFO decision outcome=\"referral\"\u{1b}[2K\u{9b}1A\u{202e}";

    #[test]
    fn no_value_begins_a_line() {
        let line = logged(false, || {
            tracing::warn!(
                connection = 7,
                backend = %FORGED,
                host = FORGED,
                missing = None::<&str>,
                r#type = ?FORGED,
                "said {FORGED}"
            );
        });
        let escaped = r#"a\nINFO decision outcome="referral"\u{1b}[2K\u{9b}1A\u{202e}"#;
        let quoted = format!("{FORGED:?}");
        assert_eq!(
            line,
            format!(
                " WARN said {escaped} connection=7 backend={escaped} host={quoted} type={quoted}\n"
            )
        );
    }

    #[test]
    fn colours_are_those_of_the_log() {
        let line = logged(true, || tracing::info!(backend = %FORGED, "event"));
        assert!(line.contains("\u{1b}[3mbackend\u{1b}[0m\u{1b}[2m=\u{1b}[0ma\\nINFO"));
        assert_eq!(line.matches('\n').count(), 1);
        assert!(!line.contains("\u{1b}[2K"), "{line:?}");
    }

    #[test]
    fn a_value_has_an_end() {
        let long = "x".repeat(1 << 20);
        let line = logged(false, || tracing::info!(backend = %long, "event"));
        assert!(line.len() < super::MAX_VALUE + 100);
    }
}
