//! `hyrouter plugin bench`.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, PluginError};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::call_budget::CallBudget;
use super::dev;
use super::target::Target;
use crate::cli::print;
use crate::exit;
use hyrouter_app::timestamp;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) calls: usize,
    pub(crate) concurrency: usize,
}

pub(crate) async fn run(
    target: Target,
    request: ConnectRequest,
    load: Load,
    as_json: bool,
) -> anyhow::Result<ExitCode> {
    let shared = Arc::new((target, request));
    let left = Arc::new(CallBudget::new(load.calls));
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..load.concurrency.min(load.calls) {
        callers.spawn(call(Arc::clone(&shared), Arc::clone(&left)));
    }
    let mut result = Seen::default();
    let all = callers.join_all();
    tokio::pin!(all);
    let all = tokio::select! {
        seen = &mut all => seen,
        stopped = dev::stop() => {
            stopped?;
            left.end("Ctrl-C");
            all.await
        }
    };
    for seen in all {
        result.times.extend(seen.times);
        for (code, count) in seen.failures {
            *result.failures.entry(code).or_default() += count;
        }
    }
    let elapsed = begun.elapsed();
    result.times.sort_unstable();
    let (target, _) = &*shared;
    result.end = left.reason();
    print(&result.describe(target, load, elapsed, as_json))?;
    Ok(if result.failures.is_empty() {
        exit::OK
    } else {
        exit::FAILED
    })
}

/// Results of some calls.
#[derive(Default)]
struct Seen {
    /// Durations of the answered calls.
    times: Vec<Duration>,
    failures: BTreeMap<&'static str, usize>,
    /// Reason of an early end.
    end: Option<&'static str>,
}

async fn call(shared: Arc<(Target, ConnectRequest)>, left: Arc<CallBudget>) -> Seen {
    let (target, request) = &*shared;
    let mut seen = Seen::default();
    while left.take() {
        let begun = Instant::now();
        let answer = target.ask(request).await;
        left.record(answer.as_ref().err().map(PluginError::code));
        match answer {
            Ok(_) => seen.times.push(begun.elapsed()),
            Err(error) => *seen.failures.entry(error.code().as_str()).or_default() += 1,
        }
    }
    seen
}

impl Seen {
    fn describe(&self, target: &Target, load: Load, elapsed: Duration, as_json: bool) -> String {
        let answered = self.times.len();
        #[allow(
            clippy::cast_precision_loss,
            reason = "a figure for people, of a few digits"
        )]
        let rate = answered as f64 / elapsed.as_secs_f64();
        let quantiles = [
            ("p50", self.quantile(500)),
            ("p90", self.quantile(900)),
            ("p99", self.quantile(990)),
            ("p99.9", self.quantile(999)),
            ("slowest", self.quantile(1000)),
        ];
        if as_json {
            let times: BTreeMap<_, _> = quantiles
                .into_iter()
                .map(|(name, time)| (name, time.as_secs_f64() * 1e6))
                .collect();
            return json!({
                "plugin": target.name,
                "calls": load.calls,
                "concurrency": load.concurrency,
                "answered": answered,
                "failed": self.failures,
                "ended_by": self.end,
                "calls_per_second": rate,
                "microseconds": times,
            })
            .to_string();
        }
        let mut lines = vec![format!(
            "plugin {}: {answered} of {} calls answered, {} at a time, {rate:.0} calls a second",
            target.name, load.calls, load.concurrency
        )];
        let times = quantiles.map(|(name, time)| format!("{name} {}", timestamp::span(time)));
        lines.push(times.join(", "));
        let failures = self.failures.iter();
        lines.extend(failures.map(|(code, count)| format!("failed with {code}: {count}")));
        lines.extend(self.end.map(|reason| format!("ended by {reason}")));
        lines.join("\n")
    }

    /// Returns the latency of this quantile, in thousandths. Nearest rank, without interpolation.
    fn quantile(&self, thousandths: usize) -> Duration {
        let count = self.times.len();
        let place = (count * thousandths).div_ceil(1000).saturating_sub(1);
        self.times.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let seen = Seen {
            times: (1..=1000).map(Duration::from_micros).collect(),
            ..Seen::default()
        };
        for (thousandths, micros) in [(500, 500), (990, 990), (999, 999), (1000, 1000)] {
            assert_eq!(seen.quantile(thousandths), Duration::from_micros(micros));
        }
        assert_eq!(Seen::default().quantile(500), Duration::ZERO);
    }
}
