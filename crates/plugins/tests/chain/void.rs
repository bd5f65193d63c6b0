//! Backends of a plugin to which no player can be sent.

use hyrouter_plugin_api::{Backend, ConnectResponse};
use hyrouter_plugins::{BackendFault, HostProblem, Notice};

use crate::applying::{any, assert_goes, data, listing, notices, restricted};
use crate::support::{Ask as _, backend, overriding};

#[tokio::test]
async fn a_void_backend_overrides_nothing() {
    let host = |problem| BackendFault::Host(problem);
    for (void, fault) in [
        (Backend::default(), host(HostProblem::Empty)),
        (
            backend(&"h".repeat(254)),
            host(HostProblem::TooLong { len: 254 }),
        ),
        (
            backend("a\nINFO decision outcome=\"referral\" FORGED"),
            host(HostProblem::Character { found: '\n' }),
        ),
        (
            backend("a\u{1b}[2K"),
            host(HostProblem::Character { found: '\u{1b}' }),
        ),
        (backend("127.1"), host(HostProblem::Numeric)),
        (backend("0.0.0.0"), host(HostProblem::NoMachine)),
        (backend("lobby..example.com"), host(HostProblem::EmptyLabel)),
        (Backend::new("x", 0), BackendFault::BadPort),
    ] {
        let outcome = any(ConnectResponse {
            backend: Some(void.clone()),
            referral_data: Some(b"new".to_vec()),
            ..ConnectResponse::default()
        })
        .await;
        assert_goes(&outcome, Some("a"), Some(0), &["a", "b", "c"]);
        assert_eq!(notices(&outcome), [Notice::Void(fault)]);
        assert_eq!(notices(&outcome)[0].code().as_str(), "plugin_override_void");
        assert_eq!(data(&outcome), Some(&b"new"[..]), "the rest counts");

        // No list has it, whether it is selected or not, and whatever the policy is.
        for selected_index in [None, Some(1)] {
            let response = ConnectResponse {
                candidates: vec![backend("b"), void.clone()],
                selected_index,
                ..ConnectResponse::default()
            };
            let outcome = any(response.clone()).await;
            assert_goes(&outcome, Some("a"), None, &["b"]);
            assert_eq!(notices(&outcome), [Notice::Void(fault)]);
            let outcome = restricted(response).await;
            assert_goes(&outcome, Some("a"), None, &["b"]);
            assert_eq!(notices(&outcome), [Notice::Void(fault)]);
        }
        // An index means the list as the plugin wrote it.
        let outcome = any(ConnectResponse {
            candidates: vec![void.clone(), backend("x"), void.clone(), backend("y")],
            selected_index: Some(3),
            ..ConnectResponse::default()
        })
        .await;
        assert_goes(&outcome, Some("y"), Some(1), &["x", "y"]);
        // Of nothing else there is no list.
        let outcome = any(ConnectResponse {
            candidates: vec![void.clone(), void],
            selected_index: Some(0),
            ..ConnectResponse::default()
        })
        .await;
        assert_goes(&outcome, Some("a"), Some(0), &["a", "b", "c"]);
        assert_eq!(notices(&outcome), [Notice::Void(fault)]);
    }
}

#[tokio::test]
async fn an_index_outside_of_a_list_with_a_void_entry_is_outside() {
    let outcome = any(ConnectResponse {
        candidates: vec![Backend::default(), backend("x")],
        selected_index: Some(2),
        ..ConnectResponse::default()
    })
    .await;
    let fault = BackendFault::Host(HostProblem::Empty);
    assert_eq!(
        notices(&outcome),
        [
            Notice::Void(fault),
            Notice::IndexOutside { index: 2, len: 1 }
        ]
    );
}

/// Whatever a notice says stands on one line.
#[tokio::test]
async fn notices_have_no_control_characters() {
    for host in ["a\nb", "a\u{1b}[2K", "a\u{202e}b", "a\u{9b}b"] {
        for response in [overriding(host), listing(&[host])] {
            for outcome in [any(response.clone()).await, restricted(response).await] {
                let [notice] = notices(&outcome) else {
                    panic!("{outcome:?}");
                };
                let text = notice.to_string();
                assert!(
                    text.is_ascii() && !text.contains(char::is_control),
                    "{text:?}"
                );
            }
        }
    }
}

/// A JSON number that is no port ends in the same way.
#[tokio::test]
async fn ports_out_of_range_are_void() {
    for port in ["-1", "0", "65536", "9223372036854775807"] {
        let json = format!(r#"{{"backend":{{"host":"x","port":{port}}}}}"#);
        let response = hyrouter_plugin_api::decode_response(json.as_bytes())
            .unwrap()
            .response;
        let outcome = any(response).await;
        assert_eq!(outcome.host(), Some("a"), "{port}");
        assert_eq!(notices(&outcome), [Notice::Void(BackendFault::BadPort)]);
    }
}

/// Parts that are not as documented are returned beside the answer, which counts as far as it was read.
#[tokio::test]
async fn fields_that_are_no_fields_are_told() {
    for (json, code) in [
        (r#"{"Selected_Index":1}"#, "plugin_field_case"),
        (r#"{"denyReason":"no"}"#, "plugin_field_unknown"),
        (r#"{"response":{"deny":true}}"#, "plugin_field_unknown"),
        (r#"{"deny_reason":"no"}"#, "plugin_reason_ignored"),
        (r#"{"selected_index":9}"#, "plugin_index_ignored"),
    ] {
        let answer = hyrouter_plugin_api::decode_response(json.as_bytes()).unwrap();
        let mut request = crate::support::request();
        request.candidates = vec![backend("a"), backend("b")];
        let effect = hyrouter_plugins::apply_answer(
            &mut request,
            answer,
            hyrouter_plugins::OverridePolicy::Any,
        );
        let codes: Vec<_> = effect
            .notices
            .iter()
            .map(|notice| notice.code().as_str())
            .collect();
        assert_eq!(codes, [code], "{json}");
        assert_eq!(effect.deny_reason, None);
    }
}
