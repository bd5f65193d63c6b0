//! Descriptors of metrics.

use std::fmt::Write as _;

/// Descriptor of a metric: a row of the documentation, and the head of its lines in the text.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desc {
    /// Name, without the suffixes that the text adds.
    pub name: &'static str,
    /// Kind of its values.
    pub kind: MetricKind,
    /// Meaning, for the text and the documentation.
    pub help: &'static str,
    /// Names of its labels.
    pub labels: &'static [&'static str],
}

/// Kind of the values of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Counter, which only grows. Its lines end in `_total`.
    Counter,
    /// Gauge, which rises and falls.
    Gauge,
    /// Histogram: counts of durations up to bounds, in seconds. Its lines end in `_bucket`, `_sum` and `_count`.
    Histogram,
}

impl Desc {
    /// Describes a counter.
    pub const fn counter(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self::new(name, MetricKind::Counter, help, labels)
    }

    /// Describes a gauge.
    pub const fn gauge(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self::new(name, MetricKind::Gauge, help, labels)
    }

    /// Describes a histogram of durations.
    pub const fn histogram(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self::new(name, MetricKind::Histogram, help, labels)
    }

    const fn new(
        name: &'static str,
        kind: MetricKind,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            kind,
            help,
            labels,
        }
    }

    /// Returns the name that queries use; for histograms without the suffixes.
    pub fn query_name(&self) -> String {
        match self.kind {
            MetricKind::Counter => format!("{}_total", self.name),
            MetricKind::Gauge | MetricKind::Histogram => self.name.to_owned(),
        }
    }

    /// Returns a row of a table in Markdown: name, kind, labels, meaning.
    pub fn row(&self) -> String {
        let mut labels = String::new();
        for (at, label) in self.labels.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let _ = write!(labels, "{comma}`{label}`");
        }
        let kind = self.kind.as_str();
        format!(
            "| `{}` | {kind} | {labels} | {} |",
            self.query_name(),
            self.help
        )
    }
}

impl MetricKind {
    /// Returns the name in the text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}
