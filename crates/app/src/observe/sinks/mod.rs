//! Outputs of decisions beside the log: memory, a file, a webhook, traces.

mod active;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use hyrouter_config::{LoggingSettings, Problem};
use hyrouter_decision_log::DecisionRecord;
use hyrouter_plugins::Record;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::ConstCounter;

pub(crate) use self::active::{ActiveSinks, check};
use crate::metrics::encode::EncodeMetrics as _;
use crate::observe::traces::Traces;

/// Maximum time to write and send waiting decisions at the end, or when their sink is replaced.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// All sinks of decisions. Recorded decisions survive a change of the configuration.
#[derive(Debug)]
pub(crate) struct DecisionSinks {
    active: ArcSwap<ActiveSinks>,
    traces: Traces,
    /// `true` if an admin server shows the last decisions.
    readers: bool,
    retired: Mutex<RetiredSinks>,
}

/// Sinks that were replaced.
#[derive(Debug, Default)]
struct RetiredSinks {
    ending: Vec<Arc<ActiveSinks>>,
    /// Lost decisions of ended sinks: file and webhook.
    lost: [u64; 2],
}

impl DecisionSinks {
    /// Opens the sinks of these settings, as [`ActiveSinks::open`].
    pub(crate) fn open(
        settings: &LoggingSettings,
        readers: bool,
        traces: Traces,
    ) -> Result<Self, Problem> {
        Ok(Self {
            active: ArcSwap::from_pointee(ActiveSinks::open(settings, readers, None)?),
            traces,
            readers,
            retired: Mutex::default(),
        })
    }

    /// Opens the sinks of these settings; `None` if the active sinks match them.
    pub(crate) fn next(&self, settings: &LoggingSettings) -> Result<Option<ActiveSinks>, Problem> {
        let now = self.active.load();
        if now.serves(settings) {
            return Ok(None);
        }
        ActiveSinks::open(settings, self.readers, Some(&now)).map(Some)
    }

    /// Reopens files, in case they were moved away.
    pub(crate) fn reopen(&self) {
        self.active.load().out.reopen();
    }

    /// Replaces the active sinks. The previous ones finish on their own.
    pub(crate) fn replace(self: &Arc<Self>, next: ActiveSinks) {
        let before = {
            let mut retired = self.retired();
            let before = self.active.swap(Arc::new(next));
            retired.ending.push(Arc::clone(&before));
            before
        };
        let sinks = Arc::clone(self);
        tokio::spawn(async move {
            before.out.close(FLUSH_TIMEOUT).await;
            sinks.retired().settle(&before);
        });
    }

    fn retired(&self) -> MutexGuard<'_, RetiredSinks> {
        // Counts of lost decisions only; a poisoned lock does no harm.
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn close(&self) {
        let active = self.active.load_full();
        tokio::join!(
            active.out.close(FLUSH_TIMEOUT),
            self.traces.close(FLUSH_TIMEOUT)
        );
    }

    /// Hands a finished connection on: its record, the calls of plugins, and the client's address.
    pub(crate) fn finished(&self, record: &DecisionRecord<'_>, calls: &[Record], client: IpAddr) {
        self.traces.finished(record, calls);
        let active = self.active.load();
        active.out.record(&DecisionRecord {
            client: active.with_client_ip().then_some(client),
            ..*record
        });
    }

    /// Returns the outputs whose workers have ended unexpectedly.
    pub(crate) fn dead(&self) -> Vec<&'static str> {
        let active = self.active.load();
        let mut dead = active.dead();
        if self.traces.is_dead() {
            dead.push("telemetry.otlp");
        }
        dead
    }

    /// The last decisions, the newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<serde_json::Value> {
        let active = self.active.load();
        let recent = active.out.recent.as_ref();
        let newest = recent
            .map(|recent| recent.newest(limit))
            .unwrap_or_default();
        let values = newest
            .iter()
            .map(|line| serde_json::from_str(line.as_str()));
        values.filter_map(Result::ok).collect()
    }
}

impl Collector for DecisionSinks {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let lost = {
            let retired = self.retired();
            let now = self.active.load();
            let running = retired.ending.iter().map(|ending| ending.lost());
            running.chain([now.lost()]).fold(retired.lost, sum)
        };
        let lost = ["file", "webhook"].into_iter().zip(lost);
        encoder.family(
            "decision_log_lost",
            "Decisions that were not written or sent, by sink: its queue was full, or it failed",
            lost.map(|(sink, lost)| ([("sink", sink)], ConstCounter::new(lost))),
        )?;
        encoder.counter(
            "trace_spans_lost",
            "Spans that were not sent: the queue was full, or the collector did not accept them",
            self.traces.lost(),
        )
    }
}

impl RetiredSinks {
    /// Counts what this one lost for good.
    fn settle(&mut self, ended: &Arc<ActiveSinks>) {
        self.ending.retain(|ending| !Arc::ptr_eq(ending, ended));
        self.lost = sum(self.lost, ended.lost());
    }
}

fn sum(one: [u64; 2], other: [u64; 2]) -> [u64; 2] {
    let ([file, webhook], [more_file, more_webhook]) = (one, other);
    [file + more_file, webhook + more_webhook]
}
