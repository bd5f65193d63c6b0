//! Writing of metrics whose values are read at the scrape.

use std::fmt;

use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, EncodeMetric,
    MetricEncoder,
};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Writes metrics with the same head as those of a `Registry`. The head is written even if there is no value, so that a
/// monitoring system knows the metric from the start.
pub(crate) trait EncodeMetrics {
    /// Writes the head of a metric. `help` has no period at its end.
    fn head<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error>;

    /// Writes a metric with the values of its series.
    fn family<L, M>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (L, M)>,
    ) -> fmt::Result
    where
        L: EncodeLabelSet,
        M: EncodeMetric + TypedMetric,
    {
        let mut encoder = self.head(name, help, M::TYPE)?;
        for (labels, metric) in series {
            metric.encode(encoder.encode_family(&labels)?)?;
        }
        Ok(())
    }

    /// Writes a counter without labels.
    fn counter(&mut self, name: &str, help: &str, value: impl EncodeCounterValue) -> fmt::Result {
        self.optional_counter(name, help, Some(value))
    }

    /// Writes a counter without labels that may have no value.
    fn optional_counter<V: EncodeCounterValue>(
        &mut self,
        name: &str,
        help: &str,
        value: Option<V>,
    ) -> fmt::Result {
        let value = value.map(|value| (NO_LABELS, ConstCounter::new(value)));
        self.family(name, help, value)
    }

    /// Writes a gauge without labels.
    fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue) -> fmt::Result {
        self.optional_gauge(name, help, Some(value))
    }

    /// Writes a gauge without labels that may have no value.
    fn optional_gauge<V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        value: Option<V>,
    ) -> fmt::Result {
        let value = value.map(|value| (NO_LABELS, ConstGauge::new(value)));
        self.family(name, help, value)
    }

    /// Writes a gauge without labels: 1 for `true`, 0 for `false`.
    fn flag(&mut self, name: &str, help: &str, value: bool) -> fmt::Result {
        self.gauge(name, help, u32::from(value))
    }
}

const NO_LABELS: [(&str, &str); 0] = [];

impl EncodeMetrics for DescriptorEncoder<'_> {
    fn head<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        // A `Registry` ends the text with a period as well.
        self.encode_descriptor(name, &format!("{help}."), None, kind)
    }
}
