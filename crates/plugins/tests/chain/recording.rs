//! Calls of a plugin become test cases without the data of players.

use std::time::Duration;

use hyrouter_plugin_api::{
    Backend, ConnectRequest, ConnectResponse, Identity, Referral, ReferralSource,
};
use hyrouter_plugins::{Chain, PrivateField, RecordingEnd, RecordingError, RecordingOptions};

use crate::support::{chain, plugin, request};

const UUID: &str = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f";

fn options(cases: usize) -> RecordingOptions {
    RecordingOptions {
        cases,
        duration: Duration::from_secs(10),
        kept: Vec::new(),
    }
}

fn player(name: &str) -> ConnectRequest {
    let mut request = request();
    request.event.username = Some(name.to_owned());
    request
}

/// A request with all private fields.
fn private() -> ConnectRequest {
    let mut request = player("Alder");
    let event = &mut request.event;
    "alder.example.com".clone_into(&mut event.sni);
    event.uuid = Some(UUID.to_owned());
    event.remote_addr = Some("203.0.113.9:53122".to_owned());
    event.client_cert_fingerprint = Some("a7K0HHFI0kiOhT-I-cUi3GClWq9UjWEkUMdrmu52N9Y".to_owned());
    event.connection_id = Some("4711".to_owned());
    event.identity = Some(Identity {
        verified: true,
        subject: Some(UUID.to_owned()),
        username: Some("Alder".to_owned()),
        issuer: Some("https://sessions.example.com".to_owned()),
        expires_at: Some(1_796_083_200),
    });
    event.referral = Some(Referral {
        data: Some(b"party of Alder".to_vec()),
        source: Some("lobby-1".to_owned()),
        ..Referral::default()
    });
    request.referral_data = Some(b"secret".to_vec());
    request
}

async fn record(
    options: &RecordingOptions,
    request: ConnectRequest,
    answer: ConnectResponse,
) -> hyrouter_plugins::RecordedCase {
    let (chain, _) = chain([plugin("p").answers(answer)]);
    chain.start_recording("p", options).unwrap();
    chain.run(request).await;
    let mut report = chain.stop_recording("p").unwrap();
    assert_eq!((report.calls, report.cases.len()), (1, 1));
    report.cases.remove(0)
}

#[tokio::test]
async fn private_values_become_pseudonyms_in_request_and_response() {
    let answer = ConnectResponse {
        backend: Some(Backend::new(format!("inst-{UUID}.example.com"), 5520)),
        referral_data: Some(format!(r#"{{"name":"Alder","id":"{UUID}"}}"#).into_bytes()),
        deny_reason: Some("alder, 203.0.113.9 is banned".to_owned()),
        ..ConnectResponse::default()
    };
    let case = record(&options(5), private(), answer).await;
    assert_eq!(case.effect, "changed");
    let event = &case.request.event;
    assert_eq!(event.sni, "player-1.example.com");
    assert_eq!(event.username.as_deref(), Some("player-1"));
    let uuid = "00000000-0000-4000-8000-000000000001";
    assert_eq!(event.uuid.as_deref(), Some(uuid));
    assert_eq!(event.remote_addr.as_deref(), Some("192.0.2.1:50000"));
    let fingerprint = event.client_cert_fingerprint.as_deref().unwrap();
    assert_eq!(fingerprint, format!("{}1A", "A".repeat(41)));
    assert_eq!(event.connection_id.as_deref(), Some("1"));
    let identity = event.identity.as_ref().unwrap();
    assert!(identity.verified);
    assert_eq!(identity.subject.as_deref(), Some(uuid));
    assert_eq!(identity.username.as_deref(), Some("player-1"));
    assert_eq!(identity.expires_at, Some(4_102_444_800));
    let referral = event.referral.as_ref().unwrap();
    assert_eq!(referral.data.as_deref(), Some(&b"referral-1"[..]));
    assert_eq!(referral.source.as_deref(), Some("lobby-1"));
    assert_eq!(
        case.request.referral_data.as_deref(),
        Some(&b"referral-2"[..])
    );
    let response = &case.response;
    assert_eq!(
        response.deny_reason.as_deref(),
        Some("player-1, 192.0.2.1 is banned")
    );
    let host = &response.backend.as_ref().unwrap().host;
    assert_eq!(*host, format!("inst-{uuid}.example.com"));
    let data = response.referral_data.as_deref().unwrap();
    let expected = format!(r#"{{"id":"{uuid}","name":"player-1"}}"#);
    assert_eq!(String::from_utf8_lossy(data), expected);
    let all = format!("{case:?}").to_lowercase();
    for private in [
        "alder",
        "5b1d3c2e",
        "203.0.113",
        "53122",
        "a7k0",
        "4711",
        "secret",
        "1796083200",
    ] {
        assert!(!all.contains(private), "{private}: {all}");
    }
}

#[tokio::test]
async fn kept_fields_keep_their_values() {
    let kept = PrivateField::ALL.to_vec();
    let options = RecordingOptions { kept, ..options(1) };
    let answer = ConnectResponse::deny("Alder is banned");
    let case = record(&options, private(), answer.clone()).await;
    assert_eq!((case.request, case.response), (private(), answer));
    assert_eq!(case.effect, "denied");
}

#[tokio::test]
async fn referral_data_that_is_no_json_object_or_array_is_left_out_of_the_response() {
    let answer = |data: &[u8]| ConnectResponse {
        referral_data: Some(data.to_vec()),
        ..ConnectResponse::default()
    };
    let cut = br#"{"name":"\u0041lder""#;
    for data in [&[0xff, 0][..], b"name=QWxkZXI=", br#""redlA""#, cut] {
        let case = record(&options(1), private(), answer(data)).await;
        assert!(case.lacks_referral_data);
        assert_eq!(case.response.referral_data, None);
    }
    let data = br#"[{"for":"Alder","for":1}, {"\u0041lder": "is \u0041LDER"}]"#;
    let case = record(&options(1), private(), answer(data)).await;
    assert!(!case.lacks_referral_data);
    assert_eq!(
        String::from_utf8(case.response.referral_data.unwrap()).unwrap(),
        r#"[{"for":1},{"player-1":"is player-1"}]"#
    );
    let case = record(&options(1), private(), answer(b"secret")).await;
    assert!(!case.lacks_referral_data);
    assert_eq!(case.response.referral_data, case.request.referral_data);
}

#[tokio::test]
async fn backends_of_earlier_plugins_lose_private_values_alike_in_request_and_response() {
    let backend = |host: &str, key: &str, name: &str| {
        let mut backend = Backend::new(host, 5520);
        backend.meta.insert(key.to_owned(), name.to_owned());
        backend
    };
    let (chosen, other) = (
        backend("ann.lobby.example", "for", "Ann"),
        backend("b.example", "party-ann", "x"),
    );
    let answer = ConnectResponse {
        candidates: vec![other.clone(), chosen.clone()],
        ..ConnectResponse::default()
    };
    let (chain, _) = chain([
        plugin("first").answers(ConnectResponse {
            backend: Some(chosen.clone()),
            candidates: vec![chosen, other],
            ..ConnectResponse::default()
        }),
        plugin("second").answers(answer),
    ]);
    chain.start_recording("second", &options(1)).unwrap();
    chain.run(player("Ann")).await;
    let case = chain.stop_recording("second").unwrap().cases.remove(0);
    let chosen = backend("player-1.lobby.example", "for", "player-1");
    let other = backend("b.example", "party-player-1", "x");
    assert_eq!(case.request.backend, Some(chosen.clone()));
    assert_eq!(case.request.candidates, [chosen.clone(), other.clone()]);
    assert_eq!(case.response.candidates, [other, chosen]);
}

#[tokio::test]
async fn texts_of_clients_and_other_servers_lose_private_values() {
    let mut request = player("Ann");
    let event = &mut request.event;
    event.client_version = Some("1.0 of ann".to_owned());
    event.referral_source = Some(ReferralSource {
        host: "ann.parties.example".to_owned(),
        port: 5520,
    });
    event.referral = Some(Referral {
        source: Some("party-of-Ann".to_owned()),
        ..Referral::default()
    });
    event.route = Some("ann".to_owned());
    let case = record(&options(1), request, ConnectResponse::default()).await;
    let event = &case.request.event;
    assert_eq!(event.client_version.as_deref(), Some("1.0 of player-1"));
    let source = event.referral_source.as_ref().unwrap();
    assert_eq!(source.host, "player-1.parties.example");
    let referral = event.referral.as_ref().unwrap();
    assert_eq!(referral.source.as_deref(), Some("party-of-player-1"));
    // The names of routes are those of the network.
    assert_eq!(event.route.as_deref(), Some("ann"));
}

#[tokio::test]
async fn a_backend_on_the_machine_of_the_player_stays() {
    let mut request = player("Alder");
    request.event.remote_addr = Some("127.0.0.1:53122".to_owned());
    let answer = ConnectResponse {
        backend: Some(Backend::new("127.0.0.1", 5521)),
        ..ConnectResponse::default()
    };
    let case = record(&options(1), request, answer).await;
    let address = case.request.event.remote_addr.as_deref();
    assert_eq!(address, Some("192.0.2.1:50000"));
    assert_eq!(case.response.backend.unwrap().host, "127.0.0.1");
}

#[tokio::test]
async fn calls_that_differ_in_private_values_only_are_one_case() {
    let (chain, _) = chain([plugin("p")]);
    chain.start_recording("p", &options(2)).unwrap();
    for name in ["Alder", "Birch", "Cedar"] {
        chain.run(player(name)).await;
    }
    let report = chain.recording("p").unwrap();
    assert_eq!((report.end, report.calls, report.cases.len()), (None, 3, 1));
    assert_eq!(report.cases[0].calls, 3);
    let mut german = player("Alder");
    german.event.language = Some("de".to_owned());
    chain.run(german).await;
    let report = chain.recording("p").unwrap();
    assert_eq!(report.end, Some(RecordingEnd::Cases));
    // The same player has the same pseudonym in all cases.
    let names = report
        .cases
        .iter()
        .map(|case| case.request.event.username.as_deref());
    assert_eq!(names.collect::<Vec<_>>(), [Some("player-1"); 2]);
    chain.run(player("Alder")).await;
    assert_eq!(chain.stop_recording("p").unwrap().calls, 4);
}

#[tokio::test]
async fn failures_and_large_calls_are_counted_and_make_no_cases() {
    let (failing, _) = chain([plugin("p").fails()]);
    failing.start_recording("p", &options(1)).unwrap();
    failing.run(player("Alder")).await;
    let report = failing.recording("p").unwrap();
    assert_eq!((report.failed, report.calls, report.cases.len()), (1, 0, 0));
    let (large, _) = chain([plugin("p").answers(ConnectResponse::deny("x".repeat(64 << 10)))]);
    large.start_recording("p", &options(1)).unwrap();
    large.run(player("Alder")).await;
    let report = large.recording("p").unwrap();
    assert_eq!(
        (report.omitted, report.calls, report.cases.len()),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn memory_of_the_cases_is_bounded() {
    let (chain, _) = chain([plugin("p").answers(ConnectResponse::deny("x".repeat(60 << 10)))]);
    chain
        .start_recording("p", &options(RecordingOptions::MAX_CASES))
        .unwrap();
    for number in 0..100 {
        let mut request = player("Alder");
        request.event.language = Some(number.to_string());
        chain.run(request).await;
    }
    let report = chain.recording("p").unwrap();
    assert_eq!(report.end, Some(RecordingEnd::Memory));
    assert!(
        (30..40).contains(&report.cases.len()),
        "{}",
        report.cases.len()
    );
}

#[tokio::test]
async fn shadow_plugins_are_recorded() {
    let (chain, _) = chain([plugin("p").answers(ConnectResponse::deny("no")).shadow()]);
    chain.start_recording("p", &options(1)).unwrap();
    chain.run(player("Alder")).await;
    while chain.recording("p").unwrap().end.is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(chain.recording("p").unwrap().cases[0].effect, "denied");
}

#[tokio::test(start_paused = true)]
async fn a_recording_ends_by_its_time_and_is_dropped_a_minute_later() {
    let (chain, _) = chain([plugin("p")]);
    chain.start_recording("p", &options(5)).unwrap();
    chain.run(player("Alder")).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    chain.run(player("Birch")).await;
    let report = chain.recording("p").unwrap();
    assert_eq!((report.end, report.calls), (Some(RecordingEnd::Time), 1));
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(matches!(
        chain.recording("p"),
        Err(RecordingError::Missing { .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn one_recording_at_a_time_and_a_reload_continues_it() {
    let (first, _) = chain([plugin("p"), plugin("q")]);
    first.start_recording("p", &options(5)).unwrap();
    let refused = first.start_recording("p", &options(5)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "a recording of plugin \"p\" is running; a plugin has one at a time"
    );
    first.start_recording("q", &options(5)).unwrap();
    let refused = first.start_recording("r", &options(5)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "no plugin \"r\"; the configuration has: p, q"
    );
    let (_, entry) = plugin("p").build();
    let next = Chain::new(vec![entry]).unwrap().carry_over(&first);
    next.run(player("Alder")).await;
    assert_eq!(next.recording("p").unwrap().calls, 1);
    tokio::time::sleep(Duration::from_secs(11)).await;
    next.start_recording("p", &options(5)).unwrap();
    assert_eq!(next.stop_recording("p").unwrap().calls, 0);
    assert!(next.recording("p").is_err());
}
