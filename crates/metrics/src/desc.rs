//! What a metric is.

use std::fmt::Write as _;

/// What a metric is: one row of the documentation, and the head of its lines in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desc {
    /// Its name, without the suffixes that the text adds.
    pub name: &'static str,
    /// What its value does.
    pub kind: Kind,
    /// What it tells.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// What the value of a metric does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It grows. Its lines end in `_total`.
    Counter,
    /// It comes and goes.
    Gauge,
    /// Counts of durations up to bounds, in seconds. Its lines end in `_bucket`, `_sum` and `_count`.
    Histogram,
}

impl Desc {
    /// Something that grows.
    pub const fn counter(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self::new(name, Kind::Counter, help, labels)
    }

    /// Something that comes and goes.
    pub const fn gauge(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self::new(name, Kind::Gauge, help, labels)
    }

    /// Durations.
    pub const fn histogram(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self::new(name, Kind::Histogram, help, labels)
    }

    const fn new(
        name: &'static str,
        kind: Kind,
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

    /// The name that queries use; for histograms without the suffixes.
    pub fn query_name(&self) -> String {
        match self.kind {
            Kind::Counter => format!("{}_total", self.name),
            Kind::Gauge | Kind::Histogram => self.name.to_owned(),
        }
    }

    /// A row of a table in Markdown: name, kind, labels, meaning.
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

impl Kind {
    /// Its name in the text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}
