//! What a guest that keeps to the ABI gets.

use crate::support::{LONG, bad_request, call, eventually, good_request, guest};
use hyrouter_plugin_api::{Backend, ConnectResponse};
use hyrouter_plugin_wasm::OutputLevel::{Debug, Error, Info, Warn};
use serde_json::json;

#[tokio::test]
async fn the_least_plugin_changes_nothing() {
    let plugin = guest("good/minimal").plugin().await;
    for request in [good_request(), bad_request()] {
        assert_eq!(
            call(&plugin, &request).await,
            Ok(ConnectResponse::default())
        );
    }
}

#[tokio::test]
async fn an_answer_may_overlap_the_request() {
    let plugin = guest("good/echo").plugin().await;
    let mut request = good_request();
    request.candidates = vec![Backend::new("10.0.0.1", 5520)];
    request.selected_index = Some(0);
    request.referral_data = Some(vec![1, 2, 3]);
    for _ in 0..3 {
        let response = call(&plugin, &request).await.unwrap();
        assert_eq!(response.candidates, request.candidates);
        assert_eq!(response.selected_index, Some(0));
        assert_eq!(response.referral_data, request.referral_data);
    }
    assert_eq!(plugin.status().broken, 0, "a buffer was given back twice");

    let plugin = guest("good/inside_request").plugin().await;
    assert_eq!(
        call(&plugin, &good_request()).await,
        Ok(ConnectResponse::default())
    );
}

#[tokio::test]
async fn optional_exports_are_called_when_they_should_be() {
    let plugin = guest("good/complete")
        .config(json!({"a": [1]}))
        .plugin()
        .await;
    // Two buffers are given back after each call, and that of the configuration after `configure`.
    for reason in ["i1c1d1", "i1c1d3", "i1c1d5"] {
        let response = call(&plugin, &good_request()).await.unwrap();
        assert_eq!(response.deny_reason.as_deref(), Some(reason));
    }
}

#[tokio::test]
async fn output_of_a_guest_becomes_lines() {
    let guest = guest("good/complete").config(json!({"a": [1]}));
    let plugin = guest.plugin().await;
    call(&plugin, &good_request()).await.unwrap();
    let expected = [
        (Debug, r#"{"a":[1]}"#),
        (Debug, r#"{"a":[1]}"#),
        (Error, "from log"),
        (Info, "from out"),
        (Warn, "from out"),
    ]
    .map(|(level, text)| (level, text.to_owned()));
    eventually("all lines are there", || guest.lines.all() == expected).await;
}

#[tokio::test]
async fn a_guest_can_refuse_its_configuration() {
    let error = guest("good/complete")
        .config(json!(7))
        .load()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("refuses its `config` with code 42"),
        "{error}"
    );
    guest("good/complete").load().await.unwrap();
}

#[tokio::test]
async fn a_guest_cannot_reach_files_or_the_environment() {
    // Neither is the guest's folder nor anything of this process's environment to be seen.
    let plugin = guest("good/looks_around").plugin().await;
    let response = call(&plugin, &good_request()).await.unwrap();
    let told = response.deny_reason.unwrap();
    let mut letters = told.bytes().map(|letter| letter - b'A');
    let [open, mkdir, stdin, variables, write, arguments] =
        std::array::from_fn(|_| letters.next().unwrap());
    assert_ne!(open, 0, "opened a file: {told}");
    assert_ne!(mkdir, 0, "made a folder: {told}");
    assert_eq!(stdin, 0, "read standard input: {told}");
    assert_eq!(variables, 0, "saw the environment: {told}");
    assert_eq!(write, 8, "wrote to something: {told}");
    assert!(arguments <= 1, "got arguments: {told}");
}

#[tokio::test]
async fn a_call_says_what_it_took() {
    let plugin = guest("good/minimal").plugin().await;
    let stats = plugin.call(&good_request(), LONG).await.unwrap().stats;
    assert!((1..1000).contains(&stats.fuel), "{stats:?}");
    assert_eq!(stats.memory, 131_072);
    assert_eq!(stats.answer_len, 2);
}
