//! Plugins beside the player's way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use hyrouter_plugins::{BreakerState, Chain, Observer, Record, ShadowReport, Stage, Verdict};
use tokio::time::advance;

use crate::support::{
    Act, Ask, Scene, Scripted, breaker_of, overriding, plugin, request, seconds, settle, status,
    timed,
};

#[derive(Default)]
struct Notes(Mutex<Vec<(Record, Option<String>, ConnectRequest)>>);

impl Observer for Notes {
    fn shadow(&self, report: &ShadowReport<'_>) {
        self.0.lock().unwrap().push((
            report.record.clone(),
            report.deny_reason.map(str::to_owned),
            report.after.clone(),
        ));
    }
}

impl Notes {
    fn take(&self) -> Vec<(Record, Option<String>, ConnectRequest)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn observed<const N: usize>(scenes: [Scene; N]) -> (Chain, Arc<Notes>, [Arc<Scripted>; N]) {
    let mut entries = Vec::new();
    let plugins = scenes.map(|scene| {
        let (plugin, entry) = scene.build();
        entries.push(entry);
        plugin
    });
    let notes = Arc::new(Notes::default());
    let chain = Chain::new(entries).unwrap();
    (chain.with_observer(notes.clone()), notes, plugins)
}

#[tokio::test(start_paused = true)]
async fn it_never_delays() {
    let (chain, notes, [hanging]) = observed([plugin("s").shadow().act(Act::Hang)]);
    let (outcome, took) = timed(&chain, request()).await;
    assert_eq!((outcome.host(), took), (Some("a"), Duration::ZERO));
    assert!(outcome.records.is_empty());
    settle().await;
    assert_eq!(hanging.in_flight(), 1, "it is asked all the same");
    assert!(notes.take().is_empty());

    advance(seconds(1)).await;
    settle().await;
    assert_eq!(hanging.in_flight(), 0);
    let [(record, _, _)] = &notes.take()[..] else {
        panic!("not told");
    };
    assert_eq!(record.error_code(), Some("timeout"));
    assert_eq!(record.elapsed, seconds(1));
}

#[tokio::test(start_paused = true)]
async fn it_never_changes_the_answer() {
    for stage in [Stage::Deny, Stage::Route, Stage::Mutate] {
        for act in [
            Act::Answer(ConnectResponse::deny("Not today.")),
            Act::Answer(overriding("c")),
            Act::Fail(crate::support::broken()),
            Act::Panic,
            Act::PanicAtOnce,
        ] {
            let shadow = plugin("s").stage(stage).shadow().act(act);
            let last = plugin("last").stage(Stage::Mutate);
            let (chain, _, [shadow, last]) = observed([shadow, last]);
            let outcome = chain.run(request()).await;
            assert_eq!(outcome.host(), Some("a"));
            assert_eq!(last.request(), request());
            assert_eq!(outcome.records.len(), 1);
            settle().await;
            assert_eq!(shadow.calls(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_it_would_have_done_is_told() {
    let (chain, notes, [_, denying]) = observed([
        plugin("first").answers(overriding("b")),
        plugin("s")
            .shadow()
            .answers(ConnectResponse::deny("Not today.")),
    ]);
    chain.run(request()).await;
    settle().await;
    let [(record, reason, _)] = &notes.take()[..] else {
        panic!("not told");
    };
    assert_eq!(&*record.plugin, "s");
    assert_eq!(record.verdict, Verdict::Denied);
    assert_eq!(reason.as_deref(), Some("Not today."));
    let seen = denying.request().backend.unwrap();
    assert_eq!(seen.host, "b", "it sees what those before it changed");

    let (chain, notes, _) =
        observed([plugin("s")
            .shadow()
            .only_candidates()
            .answers(ConnectResponse {
                selected_index: Some(1),
                ..overriding("elsewhere")
            })]);
    chain.run(request()).await;
    settle().await;
    let [(record, None, after)] = &notes.take()[..] else {
        panic!("not told");
    };
    assert_eq!(record.verdict.as_str(), "changed");
    assert_eq!(
        record.notices[0].code().as_str(),
        "plugin_override_rejected"
    );
    assert_eq!(after.backend.as_ref().unwrap().host, "b");
    assert_eq!(after.event, request().event);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure() {
    for act in [Act::Panic, Act::PanicAtOnce] {
        let (chain, notes, _) = observed([plugin("s").shadow().act(act).breaker(1, seconds(5))]);
        chain.run(request()).await;
        settle().await;
        let [(record, _, _)] = &notes.take()[..] else {
            panic!("not told");
        };
        assert_eq!(record.error_code(), Some("panic"));
        assert_eq!(breaker_of(&chain), BreakerState::Open);
        assert_eq!(status(&chain).running, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_is_told_at_once() {
    let (chain, notes, [failing]) = observed([plugin("s").shadow().fails().breaker(1, seconds(5))]);
    chain.run(request()).await;
    settle().await;
    assert_eq!(notes.take().len(), 1);
    chain.run(request()).await;
    let [(record, _, _)] = &notes.take()[..] else {
        panic!("not told");
    };
    assert_eq!(record.error_code(), Some("breaker_open"));
    assert_eq!(failing.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn there_are_only_so_many() {
    let (chain, notes, [hanging]) = observed([plugin("s").shadow().act(Act::Hang).limits(2, 1)]);
    for _ in 0..10 {
        let (_, took) = timed(&chain, request()).await;
        assert_eq!(took, Duration::ZERO);
    }
    settle().await;
    assert_eq!(hanging.in_flight(), 2);
    assert_eq!((status(&chain).running, status(&chain).waiting), (2, 1));
    let refused = notes.take();
    assert_eq!(refused.len(), 7);
    for (record, _, _) in refused {
        assert_eq!(record.error_code(), Some("overloaded"));
    }
    advance(seconds(1)).await;
    settle().await;
    assert_eq!((status(&chain).running, status(&chain).waiting), (0, 0));
    assert_eq!(notes.take().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_when_the_player_leaves() {
    let late = Duration::from_millis(500);
    let (chain, notes, [_, enforced]) = observed([
        plugin("s")
            .stage(Stage::Deny)
            .shadow()
            .act(Act::After(late, overriding("b"))),
        plugin("enforced").act(Act::Hang),
    ]);
    let left = tokio::time::timeout(Duration::from_millis(10), chain.run(request())).await;
    assert!(left.is_err());
    assert_eq!(enforced.in_flight(), 0);
    advance(late).await;
    settle().await;
    assert_eq!(notes.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn it_is_not_asked_about_a_player_who_was_denied_before() {
    let (chain, _, [_, shadow]) = observed([
        plugin("d").answers(ConnectResponse::deny("Not today.")),
        plugin("s").shadow(),
    ]);
    chain.run(request()).await;
    settle().await;
    assert_eq!(shadow.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn it_needs_no_observer() {
    let (chain, [shadow]) = crate::support::chain([plugin("s").shadow().fails()]);
    assert_eq!(chain.run(request()).await.host(), Some("a"));
    settle().await;
    assert_eq!(shadow.calls(), 1);
}
