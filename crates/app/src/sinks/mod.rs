//! Where decisions go beside the log: memory, a file, a webhook, traces.

mod at_work;
mod written;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use hyrouter_config::LoggingSettings;
use hyrouter_metrics::{Desc, Exposition, Source};

pub(crate) use self::at_work::{AtWork, check};
use self::written::written;
use crate::decision_note::Finished;
use crate::traces::Traces;

/// How long decisions that wait may take to be written and sent at the end, or when their sink is replaced.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// All of them. What is written down survives the configuration that asked for it.
#[derive(Debug)]
pub(crate) struct Sinks {
    at_work: ArcSwap<AtWork>,
    traces: Traces,
    /// Whether there is an admin server that shows the last decisions.
    readers: bool,
    past: Mutex<Past>,
}

/// Sinks that were replaced.
#[derive(Debug, Default)]
struct Past {
    ending: Vec<Arc<AtWork>>,
    /// What those lost that have ended: file and webhook.
    lost: [u64; 2],
}

impl Sinks {
    const LOST: Desc = Desc::counter(
        "hyrouter_decision_log_lost",
        "Decisions that were not written or sent: the queue was full, or the sink failed",
        &["sink"],
    );
    const SPANS_LOST: Desc = Desc::counter(
        "hyrouter_trace_spans_lost",
        "Spans that were not sent: the queue was full, or the collector was away",
        &[],
    );

    /// What these settings ask for; as [`AtWork::open`].
    pub(crate) fn open(
        settings: &LoggingSettings,
        readers: bool,
        traces: Traces,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            at_work: ArcSwap::from_pointee(AtWork::open(settings, readers, None)?),
            traces,
            readers,
            past: Mutex::default(),
        })
    }

    /// What these settings ask for beside what is at work; `None` where that serves.
    pub(crate) fn next(&self, settings: &LoggingSettings) -> anyhow::Result<Option<AtWork>> {
        let now = self.at_work.load();
        if now.is_what(settings) {
            return Ok(None);
        }
        AtWork::open(settings, self.readers, Some(&now)).map(Some)
    }

    /// Opens files anew, for whoever moved them away.
    pub(crate) fn reopen(&self) {
        self.at_work.load().out.reopen();
    }

    /// Writes there from now on. What was at work before finishes on its own.
    pub(crate) fn replace(self: &Arc<Self>, next: AtWork) {
        let before = {
            let mut past = self.past();
            let before = self.at_work.swap(Arc::new(next));
            past.ending.push(Arc::clone(&before));
            before
        };
        let sinks = Arc::clone(self);
        tokio::spawn(async move {
            before.out.close(LAST_WORDS).await;
            sinks.past().settle(&before);
        });
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        // Counts of what is lost anyway; a poisoned lock takes nothing from anybody.
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn close(&self) {
        let at_work = self.at_work.load_full();
        tokio::join!(at_work.out.close(LAST_WORDS), self.traces.close(LAST_WORDS));
    }

    pub(crate) fn finished(&self, finished: &Finished<'_>) {
        self.traces.finished(finished);
        let at_work = self.at_work.load();
        if at_work.out.wants() {
            let decision = written(finished, at_work.with_client_ip());
            at_work.out.record(decision);
        }
    }

    /// Workers that have ended though nobody told them to.
    pub(crate) fn dead(&self) -> Vec<&'static str> {
        let at_work = self.at_work.load();
        let mut dead = at_work.dead();
        if self.traces.is_dead() {
            dead.push("telemetry.otlp");
        }
        dead
    }

    /// The last decisions, the newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<serde_json::Value> {
        let at_work = self.at_work.load();
        let recent = at_work.out.recent.as_ref();
        let newest = recent
            .map(|recent| recent.newest(limit))
            .unwrap_or_default();
        let values = newest.iter().map(serde_json::to_value);
        values.filter_map(Result::ok).collect()
    }
}

impl Source for Sinks {
    fn descs(&self) -> &'static [Desc] {
        &[Self::LOST, Self::SPANS_LOST]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let lost = {
            let past = self.past();
            let now = self.at_work.load();
            let running = past.ending.iter().map(|ending| ending.lost());
            running.chain([now.lost()]).fold(past.lost, sum)
        };
        let lines = ["file", "webhook"].into_iter().zip(lost);
        into.counts(&Self::LOST, lines.map(|(sink, lost)| ([sink], lost)));
        into.count(&Self::SPANS_LOST, self.traces.lost());
    }
}

impl Past {
    /// Counts what this one lost for good.
    fn settle(&mut self, ended: &Arc<AtWork>) {
        self.ending.retain(|ending| !Arc::ptr_eq(ending, ended));
        self.lost = sum(self.lost, ended.lost());
    }
}

fn sum(one: [u64; 2], other: [u64; 2]) -> [u64; 2] {
    let ([file, webhook], [more_file, more_webhook]) = (one, other);
    [file + more_file, webhook + more_webhook]
}
