//! Traces, where the build and the configuration have them.
#![cfg_attr(
    not(feature = "otlp"),
    expect(
        clippy::unused_self,
        clippy::unused_async,
        reason = "without the feature there is nothing to send"
    )
)]

#[cfg(feature = "otlp")]
mod otlp;

use std::time::Duration;

use hyrouter_config::{Problem, TelemetrySettings};
use hyrouter_decision_log::DecisionRecord;
use hyrouter_plugins::Record;

/// Hands connections on to a collector. Without the feature `otlp`, or when it is not configured, nothing.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    #[cfg(feature = "otlp")]
    tracer: Option<hyrouter_traces::Tracer>,
}

impl Traces {
    /// Checks these settings without calling the collector.
    ///
    /// # Errors
    /// The collector's address cannot be used, or the build has no traces.
    pub(crate) fn check(settings: Option<&TelemetrySettings>) -> Result<(), Problem> {
        #[cfg(feature = "otlp")]
        return settings.map_or(Ok(()), otlp::check);
        #[cfg(not(feature = "otlp"))]
        settings.map_or(Ok(()), |_| {
            let problem = "this build has no traces; build with --features otlp";
            Err(Problem::new("telemetry.otlp", problem))
        })
    }

    /// Needs a tokio runtime, from which spans are sent.
    ///
    /// # Errors
    /// The collector's address cannot be used, or the build has no traces.
    #[cfg(feature = "otlp")]
    pub(crate) fn open(settings: Option<&TelemetrySettings>) -> Result<Self, Problem> {
        let tracer = settings.map(otlp::open).transpose()?;
        Ok(Self { tracer })
    }

    #[cfg(not(feature = "otlp"))]
    pub(crate) fn open(settings: Option<&TelemetrySettings>) -> Result<Self, Problem> {
        Self::check(settings)?;
        Ok(Self::default())
    }

    pub(crate) fn finished(&self, record: &DecisionRecord<'_>, calls: &[Record]) {
        #[cfg(feature = "otlp")]
        if let Some(tracer) = &self.tracer
            && tracer.samples()
        {
            otlp::record(tracer, record, calls);
        }
        #[cfg(not(feature = "otlp"))]
        let _ = (record, calls);
    }

    /// Returns whether the worker that sends spans has ended.
    pub(crate) fn is_dead(&self) -> bool {
        #[cfg(feature = "otlp")]
        return self
            .tracer
            .as_ref()
            .is_some_and(|tracer| !tracer.is_running());
        #[cfg(not(feature = "otlp"))]
        false
    }

    /// Spans that were not sent.
    pub(crate) fn lost(&self) -> u64 {
        #[cfg(feature = "otlp")]
        let counts = self.tracer.as_ref().map(hyrouter_traces::Tracer::counts);
        #[cfg(feature = "otlp")]
        return counts.map_or(0, |counts| counts.lost + counts.failed);
        #[cfg(not(feature = "otlp"))]
        0
    }

    /// Sends what waits.
    pub(crate) async fn close(&self, timeout: Duration) {
        #[cfg(feature = "otlp")]
        if let Some(tracer) = &self.tracer {
            tracer.shutdown(timeout).await;
        }
        #[cfg(not(feature = "otlp"))]
        let _ = timeout;
    }
}
