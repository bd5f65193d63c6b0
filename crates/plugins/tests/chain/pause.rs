//! Runs that pause after stage deny, for a caller that chooses a backend there.

use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugins::{
    ChainDecision, DenyCode, DenyStageOutcome, OnError, PassedDenyStage, Stage,
};

use crate::support::{Ask, backend, backends, chain, overriding, plugin, request, settle};

fn passed(outcome: DenyStageOutcome) -> PassedDenyStage {
    match outcome {
        DenyStageOutcome::Passed(passed) => *passed,
        DenyStageOutcome::Denied(outcome) => panic!("{outcome:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn plugins_after_the_pause_see_what_the_caller_chose() {
    let scenes = [
        plugin("route"),
        plugin("bans").stage(Stage::Deny),
        plugin("mutate").stage(Stage::Mutate),
    ];
    let (chain, [route, bans, mutate]) = chain(scenes);
    let mut passed = passed(chain.run_deny(request()).await);
    assert_eq!((bans.calls(), route.calls(), mutate.calls()), (1, 0, 0));

    passed.request.candidates = backends(&["allocated"]);
    passed.request.backend = Some(backend("allocated"));
    let outcome = chain.finish(passed).await;
    assert_eq!((bans.calls(), route.calls(), mutate.calls()), (1, 1, 1));
    assert_eq!(outcome.host(), Some("allocated"));
    assert_eq!(route.request().candidates, backends(&["allocated"]));
    let names: Vec<_> = outcome
        .records
        .iter()
        .map(|record| &*record.plugin)
        .collect();
    assert_eq!(names, ["bans", "route", "mutate"]);
}

#[tokio::test(start_paused = true)]
async fn a_denied_player_reaches_no_pause() {
    let denies = plugin("bans")
        .stage(Stage::Deny)
        .answers(ConnectResponse::deny("no"));
    let (chain, [bans, later, route]) =
        chain([denies, plugin("later").stage(Stage::Deny), plugin("route")]);
    let DenyStageOutcome::Denied(outcome) = chain.run_deny(request()).await else {
        panic!("passed");
    };
    assert_eq!(outcome.deny_code(), Some(DenyCode::PluginDenied));
    assert_eq!((bans.calls(), later.calls(), route.calls()), (1, 0, 0));
    assert_eq!(outcome.records.len(), 1);

    let (fails, _) = crate::support::chain([plugin("bans").stage(Stage::Deny).fails()]);
    let DenyStageOutcome::Denied(outcome) = fails.run_deny(request()).await else {
        panic!("passed");
    };
    assert_eq!(outcome.deny_code(), Some(DenyCode::PluginFailed));
}

#[tokio::test(start_paused = true)]
async fn a_plugin_denies_after_the_pause() {
    let fails = plugin("route").fails().on_error(Some(OnError::Deny));
    let (chain, _) = chain([plugin("bans").stage(Stage::Deny), fails]);
    let passed = passed(chain.run_deny(request()).await);
    let outcome = chain.finish(passed).await;
    assert_eq!(outcome.deny_code(), Some(DenyCode::PluginFailed));
    assert_eq!(outcome.records.len(), 2);
}

/// Both halves call shadow plugins of their stages alone, and answers equal those of one run.
#[tokio::test(start_paused = true)]
async fn two_halves_are_one_run() {
    let scenes = || {
        [
            plugin("watch").stage(Stage::Deny).shadow(),
            plugin("bans").stage(Stage::Deny),
            plugin("route").answers(overriding("b")),
            plugin("also").shadow(),
        ]
    };
    let (whole, _) = chain(scenes());
    let (halves, [watch, _, _, also]) = chain(scenes());
    let passed = passed(halves.run_deny(request()).await);
    settle().await;
    assert_eq!((watch.calls(), also.calls()), (1, 0));
    let finished = halves.finish(passed).await;
    settle().await;
    assert_eq!((watch.calls(), also.calls()), (1, 1));
    assert_eq!(finished, whole.run(request()).await);
    assert!(matches!(finished.decision, ChainDecision::Allow { .. }));
}

#[tokio::test(start_paused = true)]
async fn without_plugins_of_a_stage_its_half_changes_nothing() {
    let (chain, [route]) = chain([plugin("route")]);
    let passed = passed(chain.run_deny(request()).await);
    assert_eq!(passed.request, request());
    assert_eq!(route.calls(), 0);
}
