//! What a response changes, rule by rule.

use hyrouter_plugin_api::{Backend, ConnectRequest, ConnectResponse};
use hyrouter_plugins::{
    BackendFault, ChainDecision, ChainOutcome, DenyCode, HostProblem, Notice, Stage, Verdict,
};

use crate::support::{Ask, Scene, backend, backends, chain, overriding, plugin, request};

/// The outcome of one plugin that gives this response.
pub(crate) async fn one(
    scene: Scene,
    request: ConnectRequest,
    response: ConnectResponse,
) -> ChainOutcome {
    let (chain, _) = chain([scene.answers(response)]);
    chain.run(request).await
}

pub(crate) async fn any(response: ConnectResponse) -> ChainOutcome {
    one(plugin("p"), request(), response).await
}

pub(crate) async fn restricted(response: ConnectResponse) -> ChainOutcome {
    one(plugin("p").only_candidates(), request(), response).await
}

fn selecting(index: i64) -> ConnectResponse {
    ConnectResponse {
        selected_index: Some(index),
        ..ConnectResponse::default()
    }
}

pub(crate) fn listing(hosts: &[&str]) -> ConnectResponse {
    ConnectResponse {
        candidates: backends(hosts),
        ..ConnectResponse::default()
    }
}

pub(crate) fn without_selection() -> ConnectRequest {
    ConnectRequest {
        selected_index: None,
        backend: None,
        ..request()
    }
}

/// Where the player goes: host, place among the candidates, the candidates.
#[track_caller]
pub(crate) fn assert_goes(
    outcome: &ChainOutcome,
    host: Option<&str>,
    place: Option<usize>,
    list: &[&str],
) {
    let ChainDecision::Allow {
        backend,
        selected_index,
        candidates,
        ..
    } = &outcome.decision
    else {
        panic!("denied: {outcome:?}");
    };
    let chosen = backend.as_ref().map(|backend| backend.host.as_str());
    assert_eq!((chosen, *selected_index), (host, place));
    let hosts: Vec<_> = candidates.iter().map(|entry| entry.host.as_str()).collect();
    assert_eq!(hosts, list);
}

pub(crate) fn notices(outcome: &ChainOutcome) -> &[Notice] {
    &outcome.records[0].notices
}

pub(crate) fn data(outcome: &ChainOutcome) -> Option<&[u8]> {
    let ChainDecision::Allow { referral_data, .. } = &outcome.decision else {
        panic!("denied: {outcome:?}");
    };
    referral_data.as_deref()
}

#[tokio::test]
async fn an_empty_response_changes_nothing() {
    let outcome = any(ConnectResponse::default()).await;
    let given = request();
    assert_eq!(
        outcome.decision,
        ChainDecision::Allow {
            backend: given.backend,
            selected_index: given.selected_index,
            candidates: given.candidates,
            referral_data: given.referral_data,
        }
    );
    assert_eq!(outcome.records[0].verdict, Verdict::Unchanged);
}

#[tokio::test]
async fn no_plugins_change_nothing() {
    let (chain, []) = chain([]);
    assert!(chain.is_empty());
    let outcome = chain.run(request()).await;
    assert_goes(&outcome, Some("a"), Some(0), &["a", "b", "c"]);
    assert!(outcome.records.is_empty());
}

#[tokio::test]
async fn denial_ends_it() {
    for stage in [Stage::Deny, Stage::Route, Stage::Mutate] {
        let everything = ConnectResponse {
            candidates: backends(&["x"]),
            selected_index: Some(7),
            backend: Some(backend("y")),
            referral_data: Some(b"z".to_vec()),
            ..ConnectResponse::deny("Not today.")
        };
        let (chain, [_, later]) = chain([
            plugin("p").stage(stage).answers(everything),
            plugin("later").stage(Stage::Mutate),
        ]);
        let outcome = chain.run(request()).await;
        assert_eq!(
            outcome.decision,
            ChainDecision::Deny {
                plugin: "p".into(),
                code: DenyCode::PluginDenied,
                reason: Some("Not today.".into()),
            }
        );
        assert_eq!(outcome.records.len(), 1);
        assert_eq!(outcome.records[0].verdict, Verdict::Denied);
        assert!(notices(&outcome).is_empty(), "nothing else of it counts");
        assert_eq!(later.calls(), 0);
    }
}

#[tokio::test]
async fn an_empty_reason_is_none() {
    for reason in [None, Some(String::new())] {
        let outcome = any(ConnectResponse {
            deny: true,
            deny_reason: reason,
            ..ConnectResponse::default()
        })
        .await;
        let ChainDecision::Deny { reason, code, .. } = outcome.decision else {
            panic!("allowed");
        };
        assert_eq!((code, reason), (DenyCode::PluginDenied, None));
    }
}

#[tokio::test]
async fn a_reason_without_denial_is_nothing() {
    let outcome = any(ConnectResponse {
        deny_reason: Some("unused".into()),
        ..ConnectResponse::default()
    })
    .await;
    assert_eq!(outcome.host(), Some("a"));
}

#[tokio::test]
async fn candidates_replace_the_list_and_the_backend_stays() {
    let outcome = any(listing(&["x", "a"])).await;
    assert_goes(&outcome, Some("a"), Some(1), &["x", "a"]);
    let outcome = any(listing(&["x", "y"])).await;
    assert_goes(&outcome, Some("a"), None, &["x", "y"]);
}

#[tokio::test]
async fn an_index_selects() {
    let outcome = any(selecting(2)).await;
    assert_goes(&outcome, Some("c"), Some(2), &["a", "b", "c"]);
    // It points into the list of the same response.
    let outcome = any(ConnectResponse {
        selected_index: Some(1),
        ..listing(&["x", "y"])
    })
    .await;
    assert_goes(&outcome, Some("y"), Some(1), &["x", "y"]);
}

#[tokio::test]
async fn an_index_selects_among_entries_of_one_address() {
    let outcome = any(ConnectResponse {
        selected_index: Some(2),
        ..listing(&["x", "y", "x"])
    })
    .await;
    assert_goes(&outcome, Some("x"), Some(2), &["x", "y", "x"]);
}

#[tokio::test]
async fn an_index_outside_is_ignored() {
    for index in [-1, 3, i64::MIN, i64::MAX] {
        let outcome = any(selecting(index)).await;
        assert_goes(&outcome, Some("a"), Some(0), &["a", "b", "c"]);
        assert_eq!(notices(&outcome), [Notice::IndexOutside { index, len: 3 }]);
        assert_eq!(notices(&outcome)[0].code().as_str(), "plugin_index_ignored");
        assert_eq!(outcome.records[0].verdict, Verdict::Unchanged);
    }
}

#[tokio::test]
async fn a_backend_overrides() {
    let outcome = any(overriding("b")).await;
    assert_goes(&outcome, Some("b"), Some(1), &["a", "b", "c"]);
    let outcome = any(overriding("elsewhere")).await;
    assert_goes(&outcome, Some("elsewhere"), None, &["a", "b", "c"]);
    // It counts more than an index.
    let outcome = any(ConnectResponse {
        selected_index: Some(2),
        ..overriding("b")
    })
    .await;
    assert_goes(&outcome, Some("b"), Some(1), &["a", "b", "c"]);
}

#[tokio::test]
async fn the_same_host_at_another_port_is_another_backend() {
    let outcome = any(ConnectResponse {
        backend: Some(Backend::new("b", 5521)),
        ..ConnectResponse::default()
    })
    .await;
    assert_goes(&outcome, Some("b"), None, &["a", "b", "c"]);
}

#[tokio::test]
async fn without_a_backend_the_first_candidate_is_taken() {
    let outcome = one(plugin("p"), without_selection(), listing(&["x", "y"])).await;
    assert_goes(&outcome, Some("x"), Some(0), &["x", "y"]);

    let outcome = one(plugin("p"), without_selection(), overriding("b")).await;
    assert_goes(&outcome, Some("b"), Some(1), &["a", "b", "c"]);

    let nothing = ConnectRequest {
        candidates: Vec::new(),
        ..without_selection()
    };
    let outcome = one(plugin("p"), nothing.clone(), ConnectResponse::default()).await;
    assert_goes(&outcome, None, None, &[]);

    let void = ConnectResponse {
        candidates: vec![Backend::default()],
        ..ConnectResponse::default()
    };
    let outcome = one(plugin("p"), nothing, void).await;
    assert_goes(&outcome, None, None, &[]);
    let fault = BackendFault::Host(HostProblem::Empty);
    assert_eq!(notices(&outcome), [Notice::Void(fault)]);
}

#[tokio::test]
async fn referral_data_replaces() {
    for (response, expected) in [
        (None, &b"given"[..]),
        (Some(Vec::new()), b""),
        (Some(b"new".to_vec()), b"new"),
    ] {
        let outcome = any(ConnectResponse {
            referral_data: response,
            ..ConnectResponse::default()
        })
        .await;
        assert_eq!(data(&outcome), Some(expected));
    }
}

#[tokio::test]
async fn each_plugin_sees_what_those_before_it_changed() {
    let (chain, [_, _, last]) = chain([
        plugin("first").answers(ConnectResponse {
            selected_index: Some(1),
            ..listing(&["x", "y"])
        }),
        plugin("second").answers(ConnectResponse {
            referral_data: Some(b"second".to_vec()),
            ..ConnectResponse::default()
        }),
        plugin("last"),
    ]);
    let outcome = chain.run(request()).await;
    assert_eq!(
        last.request(),
        ConnectRequest {
            candidates: backends(&["x", "y"]),
            selected_index: Some(1),
            backend: Some(backend("y")),
            referral_data: Some(b"second".to_vec()),
            ..request()
        }
    );
    let verdicts: Vec<_> = outcome
        .records
        .iter()
        .map(|record| record.verdict.as_str())
        .collect();
    assert_eq!(verdicts, ["changed", "changed", "unchanged"]);
}

#[tokio::test]
async fn records_tell_what_changed() {
    for (response, expected) in [
        (selecting(1), [false, true, false]),
        (listing(&["a", "b"]), [true, false, false]),
        (
            ConnectResponse {
                referral_data: Some(Vec::new()),
                ..ConnectResponse::default()
            },
            [false, false, true],
        ),
    ] {
        let outcome = any(response).await;
        let Verdict::Changed(changes) = outcome.records[0].verdict else {
            panic!("{outcome:?}");
        };
        let seen = [changes.candidates, changes.backend, changes.referral_data];
        assert_eq!(seen, expected);
    }
    // What it says again does not change.
    let given = request();
    let outcome = any(ConnectResponse {
        candidates: given.candidates,
        selected_index: Some(0),
        backend: given.backend,
        referral_data: given.referral_data,
        ..ConnectResponse::default()
    })
    .await;
    assert_eq!(outcome.records[0].verdict, Verdict::Unchanged);
}
