//! Sources of metrics, and their text.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry;

use crate::desc::{Desc, MetricKind};
use crate::histogram::HistogramSnapshot;

/// A source of metrics.
pub trait Source: fmt::Debug + Send + Sync + 'static {
    /// Returns every metric that it can write.
    fn descs(&self) -> &'static [Desc];

    /// Writes the values.
    fn collect(&self, into: &mut Exposition<'_, '_>);
}

/// The sources of a process.
#[derive(Debug)]
pub struct Registry {
    sources: Arc<[Arc<dyn Source>]>,
    text: registry::Registry,
}

impl Registry {
    /// Takes sources in the order in which the text has them.
    pub fn new(sources: impl IntoIterator<Item = Arc<dyn Source>>) -> Self {
        let sources: Arc<[_]> = sources.into_iter().collect();
        let mut text = registry::Registry::default();
        text.register_collector(Box::new(All(Arc::clone(&sources))));
        Self { sources, text }
    }

    /// Returns the current values of all metrics as `OpenMetrics` text 1.0.0.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(16 << 10);
        // Writing to a `String` cannot fail; what a source cannot write is left out.
        let _ = encode(&mut text, &self.text);
        text
    }

    /// Returns all metrics as a table in Markdown.
    pub fn table(&self) -> String {
        let mut table = String::from("| metric | kind | labels | meaning |\n|---|---|---|---|\n");
        for desc in self.sources.iter().flat_map(|source| source.descs()) {
            table.push_str(&desc.row());
            table.push('\n');
        }
        table
    }
}

#[derive(Debug)]
struct All(Arc<[Arc<dyn Source>]>);

impl Collector for All {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for source in self.0.iter() {
            let mut into = Exposition {
                encoder: &mut encoder,
                done: Ok(()),
            };
            source.collect(&mut into);
            into.done?;
        }
        Ok(())
    }
}

/// Writes the values of metrics into a text.
#[derive(Debug)]
pub struct Exposition<'a, 'e> {
    encoder: &'a mut DescriptorEncoder<'e>,
    done: fmt::Result,
}

impl Exposition<'_, '_> {
    /// Writes counters: a value for each set of labels, in the order of [`Desc::labels`].
    pub fn counts<L: Labels>(&mut self, desc: &Desc, values: impl IntoIterator<Item = (L, u64)>) {
        self.each(desc, values, |mut encoder, value| {
            encoder.encode_counter::<NoLabelSet, _, u64>(&value, None)
        });
    }

    /// Writes a counter without labels whose value has fractions.
    pub fn amount(&mut self, desc: &Desc, value: f64) {
        self.each(
            desc,
            [([], value)] as [([&str; 0], f64); 1],
            |mut encoder, value| encoder.encode_counter::<NoLabelSet, _, u64>(&value, None),
        );
    }

    /// Writes a counter without labels.
    pub fn count(&mut self, desc: &Desc, value: u64) {
        self.counts(desc, [([], value)] as [([&str; 0], u64); 1]);
    }

    /// Writes gauges, like [`counts`](Self::counts).
    pub fn gauges<L: Labels>(&mut self, desc: &Desc, values: impl IntoIterator<Item = (L, f64)>) {
        self.each(desc, values, |mut encoder, value| {
            encoder.encode_gauge(&value)
        });
    }

    /// Writes a gauge without labels.
    pub fn gauge(&mut self, desc: &Desc, value: f64) {
        self.gauges(desc, [([], value)] as [([&str; 0], f64); 1]);
    }

    /// Writes a gauge without labels: 1 for true, 0 for false.
    pub fn flag(&mut self, desc: &Desc, is_so: bool) {
        self.gauge(desc, flag(is_so));
    }

    /// Writes gauges: 1 for true, 0 for false.
    pub fn flags<L: Labels>(&mut self, desc: &Desc, values: impl IntoIterator<Item = (L, bool)>) {
        let values = values.into_iter();
        self.gauges(desc, values.map(|(labels, is_so)| (labels, flag(is_so))));
    }

    /// Writes histograms, like [`counts`](Self::counts).
    pub fn histograms<L: Labels>(
        &mut self,
        desc: &Desc,
        values: impl IntoIterator<Item = (L, HistogramSnapshot)>,
    ) {
        self.each(desc, values, |mut encoder, value| {
            let buckets: Vec<_> = value.buckets().collect();
            encoder.encode_histogram::<NoLabelSet>(value.sum(), value.count(), &buckets, None)
        });
    }

    /// Writes a histogram without labels.
    pub fn histogram(&mut self, desc: &Desc, value: HistogramSnapshot) {
        self.histograms(desc, [([], value)] as [([&str; 0], HistogramSnapshot); 1]);
    }

    fn each<L: Labels, V>(
        &mut self,
        desc: &Desc,
        values: impl IntoIterator<Item = (L, V)>,
        mut write: impl FnMut(MetricEncoder<'_>, V) -> fmt::Result,
    ) {
        let kind = match desc.kind {
            MetricKind::Counter => MetricType::Counter,
            MetricKind::Gauge => MetricType::Gauge,
            MetricKind::Histogram => MetricType::Histogram,
        };
        let all = || {
            let mut metric = self
                .encoder
                .encode_descriptor(desc.name, desc.help, None, kind)?;
            for (labels, value) in values {
                let values = labels.values();
                debug_assert_eq!(values.len(), desc.labels.len(), "labels of {}", desc.name);
                let labels: Vec<_> = desc.labels.iter().copied().zip(values).collect();
                write(metric.encode_family(&labels)?, value)?;
            }
            Ok(())
        };
        let done = all();
        self.done = self.done.and(done);
    }
}

fn flag(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}

/// Values of the labels of a line.
pub trait Labels {
    /// Returns the values in the order of [`Desc::labels`].
    fn values(&self) -> Vec<&str>;
}

impl<T: AsRef<str>, const N: usize> Labels for [T; N] {
    fn values(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}
