use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, Plugin, PluginAnswer, PluginFuture};

use crate::{CheckResult, ConformanceSuite};

/// A plugin that answers after this time.
struct Slow(Duration);

impl Plugin for Slow {
    fn on_connect<'a>(&'a self, _: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
        Box::pin(async {
            tokio::time::sleep(self.0).await;
            Ok(PluginAnswer::default())
        })
    }
}

fn suite(time: Duration) -> ConformanceSuite {
    ConformanceSuite::new(Arc::new(Slow(time)))
}

#[tokio::test(start_paused = true)]
async fn many_calls_of_a_slow_plugin_end_after_20_seconds() {
    let only = Some("many calls".to_owned());
    let suite = suite(Duration::from_millis(900)).with_only(only);
    let report = suite.run().await;
    assert!(report.is_passed(), "{report}");
    let note = "stopped after 23 calls of 2000, because 20 s were over";
    assert_eq!(report.checks[0].notes, [note]);
    assert_eq!(report.count(CheckResult::Passed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_more_than_half_of_the_timeout_is_a_warning() {
    for (millis, result) in [(400, CheckResult::Passed), (600, CheckResult::Warned)] {
        let only = Some("deadline".to_owned());
        let suite = suite(Duration::from_millis(millis)).with_only(only);
        let report = suite.run().await;
        assert_eq!(report.checks[0].result, result, "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_printed_lines_are_those_of_the_table() {
    let printed = Arc::new(Mutex::new(String::new()));
    let to = Arc::clone(&printed);
    let suite = suite(Duration::from_millis(1)).with_printer(move |lines| {
        let mut printed = to.lock().unwrap();
        printed.push_str(lines);
        printed.push('\n');
    });
    let report = suite.run().await;
    let printed = printed.lock().unwrap().clone();
    // The times of the lines are real.
    assert_eq!(printed + &report.summary(), report.to_string());
}
