//! What `override: candidates` keeps a plugin from.

use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugins::{BackendFault, HostProblem, Notice};

use crate::applying::{assert_goes, data, listing, notices, restricted};
use crate::support::{Ask as _, backend, overriding};

#[tokio::test]
async fn outside_of_the_candidates_is_as_the_policy_says() {
    let outcome = restricted(overriding("b")).await;
    assert_goes(&outcome, Some("b"), Some(1), &["a", "b", "c"]);

    let outcome = restricted(ConnectResponse {
        referral_data: Some(b"new".to_vec()),
        ..overriding("elsewhere")
    })
    .await;
    assert_goes(&outcome, Some("a"), Some(0), &["a", "b", "c"]);
    assert_eq!(data(&outcome), Some(&b"new"[..]), "the rest counts");
    let address = "elsewhere:5520".to_owned();
    assert_eq!(notices(&outcome), [Notice::Rejected { address }]);
    assert_eq!(
        notices(&outcome)[0].code().as_str(),
        "plugin_override_rejected"
    );

    // It may still have been selected by index.
    let outcome = restricted(ConnectResponse {
        selected_index: Some(2),
        ..overriding("elsewhere")
    })
    .await;
    assert_eq!(outcome.host(), Some("c"));
}

#[tokio::test]
async fn strangers_do_not_come_in_by_the_list() {
    let fewer = ConnectResponse {
        selected_index: Some(0),
        ..listing(&["c", "b"])
    };
    let outcome = restricted(fewer).await;
    assert_goes(&outcome, Some("c"), Some(0), &["c", "b"]);

    let outcome = restricted(ConnectResponse {
        selected_index: Some(1),
        ..listing(&["b", "elsewhere"])
    })
    .await;
    assert_goes(&outcome, Some("a"), Some(0), &["a", "b", "c"]);
    let address = "elsewhere:5520".to_owned();
    assert_eq!(notices(&outcome), [Notice::Rejected { address }]);

    // What is no host is left out before anybody asks whether it is a candidate.
    let long = "é".repeat(100_000);
    let outcome = restricted(ConnectResponse {
        selected_index: Some(1),
        ..listing(&["b", &long])
    })
    .await;
    assert_goes(&outcome, Some("a"), None, &["b"]);
    let fault = BackendFault::Host(HostProblem::TooLong { len: 200_000 });
    assert_eq!(notices(&outcome), [Notice::Void(fault)]);

    // Those that it left out itself are no candidates any more.
    let outcome = restricted(ConnectResponse {
        backend: Some(backend("a")),
        selected_index: Some(0),
        ..listing(&["b"])
    })
    .await;
    assert_eq!(outcome.host(), Some("b"));
}
