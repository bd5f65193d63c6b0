//! Every way in which a plugin fails, in every stage, under every policy.

use std::time::Duration;

use hyrouter_plugin_api::PluginError;
use hyrouter_plugins::{ChainDecision, DenyCode, OnError, Stage};

use crate::support::{
    Act, Ask, Scene, broken, chain, overriding, plugin, request, seconds, settle, timed,
};

const STAGES: [Stage; 3] = [Stage::Deny, Stage::Route, Stage::Mutate];
const POLICIES: [Option<OnError>; 3] = [None, Some(OnError::Deny), Some(OnError::Continue)];

fn denies(stage: Stage, on_error: Option<OnError>) -> bool {
    on_error.map_or(stage == Stage::Deny, |on_error| on_error == OnError::Deny)
}

/// The player is denied or goes on without the plugin, by stage and policy, and the record has the code.
async fn check(code: &str, elapsed: Duration, scene: impl Fn() -> Scene) {
    for stage in STAGES {
        for on_error in POLICIES {
            let failing = scene().stage(stage).on_error(on_error);
            let (chain, [_, later]) = chain([
                failing,
                plugin("later")
                    .stage(Stage::Mutate)
                    .answers(overriding("b")),
            ]);
            let (outcome, took) = timed(&chain, request()).await;

            let context = format!("{code} {stage} {on_error:?}: {outcome:?}");
            assert_eq!(outcome.records[0].error_code(), Some(code), "{context}");
            assert_eq!(outcome.records[0].stage, stage);
            assert_eq!(outcome.records[0].elapsed, elapsed, "{context}");
            assert_eq!(took, elapsed, "{context}");
            if denies(stage, on_error) {
                let expected = ChainDecision::Deny {
                    plugin: "failing".into(),
                    code: DenyCode::PluginFailed,
                    reason: None,
                };
                assert_eq!(outcome.decision, expected, "{context}");
                assert_eq!(later.calls(), 0, "{context}");
            } else {
                assert_eq!(outcome.host(), Some("b"), "{context}");
                assert_eq!(later.request(), request(), "as if it were not there");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn errors() {
    for (code, error) in [
        ("transport", PluginError::transport("refused")),
        ("status", PluginError::status(14, "unavailable")),
        ("trap", PluginError::trap("unreachable")),
        ("bad_pointer", PluginError::bad_pointer("alloc gave 0")),
        ("bad_response", PluginError::bad_response("not JSON")),
        ("oversize", PluginError::Oversize { len: 9, max: 8 }),
        ("overloaded", PluginError::Overloaded { limit: 4 }),
        ("breaker_open", PluginError::BreakerOpen),
        (
            "timeout",
            PluginError::Timeout {
                after: Duration::ZERO,
            },
        ),
    ] {
        check(code, Duration::ZERO, || {
            plugin("failing").act(Act::Fail(error.clone()))
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_are_exact() {
    check("timeout", seconds(1), || plugin("failing").act(Act::Hang)).await;
    check("timeout", Duration::from_millis(50), || {
        plugin("failing")
            .act(Act::Hang)
            .set(|settings| settings.timeout = Duration::from_millis(50))
    })
    .await;
    // An answer that comes too late is none.
    check("timeout", seconds(1), || {
        let late = seconds(1) + Duration::from_millis(1);
        plugin("failing").act(Act::After(late, overriding("c")))
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_just_in_time_counts() {
    let delay = Duration::from_millis(999);
    let (chain, [slow]) = chain([plugin("slow").act(Act::After(delay, overriding("c")))]);
    let (outcome, took) = timed(&chain, request()).await;
    assert_eq!((outcome.host(), took), (Some("c"), delay));
    assert_eq!(outcome.records[0].elapsed, delay);
    assert_eq!(slow.lefts(), [seconds(1)]);
}

#[tokio::test(start_paused = true)]
async fn each_plugin_has_its_own_time() {
    let (chain, _) = chain([
        plugin("a").act(Act::Hang),
        plugin("b").act(Act::Hang).set(|it| it.timeout = seconds(2)),
        plugin("c").answers(overriding("c")),
    ]);
    let (outcome, took) = timed(&chain, request()).await;
    assert_eq!((outcome.host(), took), (Some("c"), seconds(3)));
}

#[tokio::test(start_paused = true)]
async fn panics() {
    for act in [Act::Panic, Act::PanicAtOnce] {
        check("panic", Duration::ZERO, || {
            plugin("failing").act(act.clone())
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_costs_nothing() {
    for stage in STAGES {
        for on_error in POLICIES {
            let (chain, [failing]) = chain([plugin("failing")
                .stage(stage)
                .on_error(on_error)
                .act(Act::Hang)
                .breaker(1, seconds(60))]);
            chain.run(request()).await;
            let (outcome, took) = timed(&chain, request()).await;
            assert_eq!(outcome.error(0), Some(&PluginError::BreakerOpen));
            assert_eq!(took, Duration::ZERO);
            let denied = denies(stage, on_error).then_some(DenyCode::PluginFailed);
            assert_eq!(outcome.deny_code(), denied);
            assert_eq!(failing.calls(), 1, "it is not asked again");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_costs_nothing() {
    for stage in STAGES {
        for on_error in POLICIES {
            let (chain, [busy]) = chain([plugin("busy")
                .stage(stage)
                .on_error(on_error)
                .act(Act::Hang)
                .limits(1, 0)]);
            let first = tokio::spawn({
                let chain = chain.clone();
                async move { chain.run(request()).await }
            });
            settle().await;
            let (outcome, took) = timed(&chain, request()).await;
            assert_eq!(
                outcome.error(0),
                Some(&PluginError::Overloaded { limit: 1 })
            );
            assert_eq!(took, Duration::ZERO);
            let denied = denies(stage, on_error).then_some(DenyCode::PluginFailed);
            assert_eq!(outcome.deny_code(), denied);
            assert_eq!(busy.calls(), 1);
            first.abort();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn codes_of_denials_are_stable() {
    assert_eq!(DenyCode::PluginDenied.as_str(), "plugin_denied");
    assert_eq!(DenyCode::PluginFailed.as_str(), "plugin_failed");
    let (chain, _) = chain([plugin("a").fails().on_error(Some(OnError::Deny))]);
    assert_eq!(chain.run(request()).await.error(0), Some(&broken()));
}
