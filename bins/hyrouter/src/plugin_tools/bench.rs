//! `hyrouter plugin bench`.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, PluginError, PluginErrorCode};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::dev;
use super::target::Target;
use crate::cli::print;
use crate::exit;
use hyrouter_app::timestamp;

/// Number and time of calls in a row without a connection, after which a bench ends.
const MAX_UNREACHED: usize = 100;
const MAX_UNREACHED_TIME: Duration = Duration::from_secs(10);

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

/// Calls that are left, and the reason for an early end.
struct CallBudget {
    left: AtomicUsize,
    state: Mutex<BudgetState>,
}

#[derive(Default)]
struct BudgetState {
    /// Number of calls in a row without a connection, and the time of the first.
    unreached: Option<(usize, Instant)>,
    end: Option<&'static str>,
}

impl CallBudget {
    fn new(calls: usize) -> Self {
        Self {
            left: AtomicUsize::new(calls),
            state: Mutex::default(),
        }
    }

    /// Takes a call. Returns `false` if none is left.
    fn take(&self) -> bool {
        let left = &self.left;
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        });
        taken.is_ok()
    }

    /// Records the result of a call. Ends the bench if the plugin is gone.
    fn record(&self, failure: Option<PluginErrorCode>) {
        let is_unreached = matches!(
            failure,
            Some(PluginErrorCode::Unreachable | PluginErrorCode::BreakerOpen)
        );
        let mut state = self.state();
        if !is_unreached {
            state.unreached = None;
            return;
        }
        let (count, begun) = state.unreached.unwrap_or_else(|| (0, Instant::now()));
        state.unreached = Some((count + 1, begun));
        drop(state);
        if count + 1 >= MAX_UNREACHED {
            self.end("100 calls in a row without a connection");
        } else if begun.elapsed() >= MAX_UNREACHED_TIME {
            self.end("10 s without a connection");
        }
    }

    fn state(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets no more calls begin.
    fn end(&self, reason: &'static str) {
        self.left.store(0, Ordering::Relaxed);
        self.state().end.get_or_insert(reason);
    }

    fn reason(&self) -> Option<&'static str> {
        self.state().end
    }
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

    #[tokio::test(start_paused = true)]
    async fn a_bench_ends_without_a_connection_only() {
        let gone = Some(PluginErrorCode::Unreachable);
        let calls = CallBudget::new(10_000);
        for failure in [gone, Some(PluginErrorCode::Timeout)].repeat(200) {
            assert!(calls.take());
            calls.record(failure);
        }
        for _ in 0..MAX_UNREACHED {
            assert!(calls.take());
            calls.record(gone);
        }
        assert!(!calls.take());
        let reason = calls.reason();
        assert_eq!(reason, Some("100 calls in a row without a connection"));

        let calls = CallBudget::new(10_000);
        calls.record(gone);
        tokio::time::advance(MAX_UNREACHED_TIME).await;
        assert!(calls.take());
        calls.record(Some(PluginErrorCode::BreakerOpen));
        assert!(!calls.take());
        assert_eq!(calls.reason(), Some("10 s without a connection"));
    }
}
