//! The cost of a call of each example.

use std::fmt::Write as _;

use anyhow::Context as _;
use hyrouter_plugin_templates::{Template, TemplateKind};
use serde_json::Value;

/// Calls before the measurement. A virtual machine compiles meanwhile.
const WARM_UP: &str = "5000";

/// Figures of one example.
pub(super) struct Figures {
    title: String,
    folder: &'static str,
    conformance: String,
    /// Size of the file, or memory of the server.
    size: String,
    alone: CallRate,
    together: CallRate,
    callers: &'static str,
}

/// Figures of `hyrouter plugin bench`.
struct CallRate {
    calls_per_second: f64,
    /// Median latency in microseconds.
    p50: f64,
}

impl Figures {
    /// Measures calls one at a time, and many at a time. `bench` runs `hyrouter plugin bench` with more arguments.
    pub(super) fn measure(
        template: &Template,
        conformance: &str,
        bench: impl Fn(&[&str]) -> anyhow::Result<String>,
    ) -> anyhow::Result<Self> {
        let (callers, calls) = match template.kind {
            TemplateKind::Grpc => ("16", "30000"),
            TemplateKind::Wasm => ("64", "200000"),
        };
        let run = |callers: &str, calls: &str| {
            let args = ["--json", "--username", "Ann"];
            let load = ["--concurrency", callers, "--calls", calls];
            CallRate::read(&bench(&[&args[..], &load].concat())?)
        };
        run(callers, WARM_UP)?;
        Ok(Self {
            title: format!("{}, {}", template.language.title(), template.kind.title()),
            folder: template.folder,
            conformance: conformance.to_owned(),
            size: String::new(),
            alone: run("1", "10000")?,
            together: run(callers, calls)?,
            callers,
        })
    }

    /// Sets the resident memory of the server in bytes.
    pub(super) fn set_memory(&mut self, bytes: u64) {
        self.size = format!("{} MB of memory", bytes.div_ceil(1_000_000));
    }

    /// Sets the size of the module in bytes.
    pub(super) fn set_size(&mut self, bytes: u64) {
        self.size = format!("{} KB", bytes.div_ceil(1000));
    }

    /// Returns a table in Markdown.
    pub(super) fn table(rows: &[Self]) -> String {
        let mut table = "| example | size | conformance | p50, 1 caller | calls/s, 1 caller | p50, many callers | \
             calls/s, many callers |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
        for row in rows {
            _ = writeln!(
                table,
                "| [{}](../examples/{}) | {} | {} | {:.0} µs | {} | {} callers: {:.0} µs | {} |",
                row.title,
                row.folder,
                row.size,
                row.conformance,
                row.alone.p50,
                grouped(row.alone.calls_per_second),
                row.callers,
                row.together.p50,
                grouped(row.together.calls_per_second),
            );
        }
        table
    }
}

impl CallRate {
    fn read(json: &str) -> anyhow::Result<Self> {
        let report: Value = serde_json::from_str(json).context("reading the figures")?;
        let number = |pointer: &str| report.pointer(pointer).and_then(Value::as_f64);
        Ok(Self {
            calls_per_second: number("/calls_per_second").context("there is no rate")?,
            p50: number("/microseconds/p50").context("there is no p50")?,
        })
    }
}

/// Returns a whole number with commas between groups of three digits.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0.4, "0"),
            (999.0, "999"),
            (1000.0, "1,000"),
            (152_000.4, "152,000"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
