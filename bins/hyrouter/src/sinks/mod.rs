//! Where decisions go beside the log: memory, a file, a webhook, traces.

mod at_work;
mod written;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use hyrouter_config::LoggingSettings;
use hyrouter_metrics::{Counter, Desc, Exposition, Source};
use hyrouter_proxy::Decided;

pub(crate) use self::at_work::AtWork;
use self::written::written;
use crate::traces::Traces;

/// How long decisions that wait may take to be written and sent at the end, or when their sink is replaced.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// All of them. What is written down survives the configuration that asked for it.
#[derive(Debug)]
pub(crate) struct Sinks {
    at_work: ArcSwap<AtWork>,
    traces: Traces,
    /// Of sinks that were replaced.
    lost: [Counter; 2],
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

    pub(crate) fn new(at_work: AtWork, traces: Traces) -> Self {
        Self {
            at_work: ArcSwap::from_pointee(at_work),
            traces,
            lost: Default::default(),
        }
    }

    /// What these settings ask for beside what is at work; `None` where that serves.
    pub(crate) fn next(&self, settings: &LoggingSettings) -> anyhow::Result<Option<AtWork>> {
        let now = self.at_work.load();
        if now.is_what(settings) {
            return Ok(None);
        }
        AtWork::open(settings, Some(&now)).map(Some)
    }

    /// Writes there from now on, and lets what was at work before finish. `None`: files are opened anew, for whoever
    /// moved them away.
    pub(crate) async fn go_on(&self, next: Option<AtWork>) {
        let Some(next) = next else {
            self.at_work.load().out.reopen();
            return;
        };
        let before = self.at_work.swap(Arc::new(next));
        before.out.close(LAST_WORDS).await;
        for (sum, lost) in self.lost.iter().zip(before.lost()) {
            sum.add(lost);
        }
    }

    pub(crate) async fn close(&self) {
        let at_work = self.at_work.load_full();
        tokio::join!(at_work.out.close(LAST_WORDS), self.traces.close(LAST_WORDS));
    }

    pub(crate) fn decided(&self, decided: &Decided<'_>, log_client_ip: bool) {
        self.traces.decided(decided);
        let at_work = self.at_work.load();
        if at_work.out.wants() {
            at_work.out.record(written(decided, log_client_ip));
        }
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
        let now = self.at_work.load().lost();
        let sums = ["file", "webhook"].into_iter().zip(&self.lost).zip(now);
        let lost = sums.map(|((sink, before), now)| ([sink], before.get() + now));
        into.counts(&Self::LOST, lost);
        into.count(&Self::SPANS_LOST, self.traces.lost());
    }
}
