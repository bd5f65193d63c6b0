//! Keys of cached answers.

use hyrouter_plugin_api::{CacheField, ConnectRequest, ConnectResponse};
use hyrouter_plugins::DenyCode;
use tokio::time::advance;

use super::{by, cached, codes, identified, is_cached, limited, named};
use crate::support::{Ask, backend, backends, chain, plugin, request, seconds, status};

#[tokio::test(start_paused = true)]
async fn a_call_is_made_for_each_key() {
    let (chain, [plugin]) = chain([cached(by([CacheField::Username]))]);
    for n in 0..100 {
        let outcome = chain.run(named(&format!("p{}", n % 7))).await;
        assert_eq!(outcome.records[0].is_cached(), n >= 7);
    }
    assert_eq!(plugin.calls(), 7);
    // A missing name is a key too, and so is an empty one.
    for name in [None, Some(String::new())] {
        let mut request = request();
        request.event.username = name;
        assert!(!is_cached(&chain, request.clone()).await);
        assert!(is_cached(&chain, request).await);
    }
    assert_eq!(status(&chain).cache.unwrap().entries, 9);
}

/// A client that claims the UUID of a verified player does not get that player's answer, nor does another verified
/// player.
#[tokio::test(start_paused = true)]
async fn an_identity_is_part_of_every_key() {
    for fields in [&[CacheField::Uuid][..], &[CacheField::Username]] {
        let response = ConnectResponse::default().cacheable(seconds(30), fields.iter().copied());
        let (chain, [plugin]) = chain([cached(response)]);
        let mut unknown = request();
        unknown.event.uuid = Some("victim".to_owned());
        let requests = [
            identified(true, "victim"),
            identified(false, "victim"),
            identified(true, "impostor"),
            unknown,
        ];
        for (calls, request) in (1..).zip(&requests) {
            assert!(!is_cached(&chain, request.clone()).await);
            assert_eq!(plugin.calls(), calls);
        }
        for request in requests {
            assert!(is_cached(&chain, request).await);
        }
    }
    // An answer for every player is one for every verified player, and another for the others.
    let (chain, [plugin]) = chain([cached(by([]))]);
    for request in [
        identified(true, "a"),
        identified(true, "b"),
        identified(false, "a"),
    ] {
        chain.run(request).await;
    }
    assert_eq!(plugin.calls(), 2);
}

type Change = fn(&mut ConnectRequest);

#[tokio::test(start_paused = true)]
async fn each_field_makes_a_key_of_its_own() {
    let changes: [(&str, Change); 20] = [
        ("uuid", |it| it.event.uuid = Some("u".into())),
        ("username", |it| it.event.username = Some("u".into())),
        ("identity", |it| {
            it.event.identity.as_mut().unwrap().expires_at = Some(7);
        }),
        ("host", |it| it.event.sni = "other.example.com".into()),
        ("route", |it| it.event.route = Some("r".into())),
        ("language", |it| it.event.language = Some("de-DE".into())),
        ("address", |it| {
            it.event.remote_addr = Some("[::1]:1".into());
        }),
        ("client_cert_fingerprint", |it| {
            it.event.client_cert_fingerprint = Some("f".into());
        }),
        ("identity_token_present", |it| {
            it.event.identity_token_present = Some(false);
        }),
        ("client_type", |it| it.event.client_type = Some(0)),
        ("client_version", |it| {
            it.event.client_version = Some("1".into());
        }),
        ("protocol_hash", |it| {
            it.event.protocol_hash = Some("h".into());
        }),
        ("protocol_crc", |it| it.event.protocol_crc = Some(-1)),
        ("protocol_build", |it| it.event.protocol_build = Some(0)),
        ("alpn", |it| it.event.alpn = Some("hytale/2".into())),
        ("referral", |it| {
            it.event.referral = Some(hyrouter_plugin_api::Referral::default());
        }),
        ("referral_source", |it| {
            it.event.referral_source = Some(hyrouter_plugin_api::ReferralSource::default());
        }),
        ("candidates", |it| {
            it.candidates[2].meta.insert("full".into(), "yes".into());
        }),
        ("backend", |it| it.backend = None),
        ("referral_data", |it| it.referral_data = None),
    ];
    let names = changes.map(|(name, _)| name);
    assert_eq!(names, CacheField::ALL.map(CacheField::as_str));
    let base = identified(true, "victim");
    for (field, (name, change)) in CacheField::ALL.into_iter().zip(changes) {
        let (chain, [plugin]) = chain([cached(by([field]))]);
        chain.run(base.clone()).await;
        for (other, other_change) in changes {
            let mut request = base.clone();
            other_change(&mut request);
            assert_eq!(
                is_cached(&chain, request).await,
                other != name,
                "{other} by {name}"
            );
        }
        assert_eq!(plugin.calls(), 2, "{name}");
        // The changed request was a new key, and its answer is cached now.
        let mut request = base.clone();
        change(&mut request);
        assert!(is_cached(&chain, request).await, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_has_no_port() {
    let (chain, [plugin]) = chain([cached(by([CacheField::Address]))]);
    for (address, calls) in [
        ("192.0.2.1:1", 1),
        ("192.0.2.1:2", 1),
        ("192.0.2.2:1", 2),
        ("[2001:db8::1]:1", 3),
        ("[2001:db8::1]:2", 3),
    ] {
        let mut request = request();
        request.event.remote_addr = Some(address.to_owned());
        chain.run(request).await;
        assert_eq!(plugin.calls(), calls, "{address}");
    }
}

/// An index, or a list, means the candidates that the plugin saw.
#[tokio::test(start_paused = true)]
async fn a_selection_counts_for_the_same_candidates_only() {
    let selects = ConnectResponse {
        selected_index: Some(1),
        ..by([])
    };
    let reorders = ConnectResponse {
        candidates: backends(&["c", "a"]),
        ..by([])
    };
    for response in [selects, reorders] {
        let (chain, [plugin]) = chain([cached(response)]);
        chain.run(request()).await;
        assert!(is_cached(&chain, named("Birch")).await);
        let mut other = request();
        other.candidates = backends(&["x", "y"]);
        assert!(!is_cached(&chain, other).await);
        assert_eq!(plugin.calls(), 2);
    }
    // A backend outside the pool is the same for every pool.
    let (chain, [plugin]) = chain([cached(ConnectResponse {
        backend: Some(backend("vip")),
        ..by([])
    })]);
    chain.run(request()).await;
    let mut other = request();
    other.candidates = backends(&["x", "y"]);
    other.selected_index = None;
    assert_eq!(chain.run(other).await.host(), Some("vip"));
    assert_eq!(plugin.calls(), 1);
}

/// A candidate that fails its health checks, or is drained, is removed from the pool.
#[tokio::test(start_paused = true)]
async fn a_backend_of_the_pool_counts_for_the_same_candidates_only() {
    let (chain, [plugin]) = chain([cached(ConnectResponse {
        backend: Some(backend("b")),
        ..by([])
    })]);
    let mut both = request();
    both.candidates = backends(&["a", "b"]);
    chain.run(both.clone()).await;
    assert!(is_cached(&chain, both.clone()).await);
    let mut one = both;
    one.candidates = backends(&["a"]);
    one.selected_index = None;
    assert!(!is_cached(&chain, one).await);
    assert_eq!(plugin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_key_with_the_most_fields_wins() {
    let everyone = by([]);
    let denial = ConnectResponse::deny("You.").cacheable(seconds(30), [CacheField::Username]);
    let scene = plugin("p").answers(denial).answers(everyone);
    let (chain, [plugin]) = chain([limited(scene, |_| {})]);
    chain.run(request()).await;
    chain.run(named("Birch")).await;
    assert_eq!(chain.run(named("Cedar")).await.host(), Some("a"));
    let outcome = chain.run(request()).await;
    assert_eq!(outcome.deny_code(), Some(DenyCode::PluginDenied));
    assert_eq!(plugin.calls(), 2);
}

/// A request whose parts all differ from those of other numbers.
fn numbered(n: usize) -> ConnectRequest {
    let mut request = identified(true, &n.to_string());
    request.event.username = Some(n.to_string());
    request.event.uuid = Some(n.to_string());
    request.event.sni = n.to_string();
    request.event.route = Some(n.to_string());
    request.event.language = Some(n.to_string());
    request.event.remote_addr = Some(n.to_string());
    request.event.client_cert_fingerprint = Some(n.to_string());
    request.event.identity_token_present = Some(n.is_multiple_of(2));
    request
}

#[tokio::test(start_paused = true)]
async fn there_are_at_most_eight_kinds_of_keys() {
    let mut scene = plugin("p");
    for field in CacheField::ALL.into_iter().take(9) {
        scene = scene.answers(by([field]));
    }
    let (chain, _) = chain([limited(scene, |_| {})]);
    let mut refused = 0;
    for n in 0..9 {
        refused += codes(&chain.run(numbered(n)).await).len();
    }
    assert_eq!(refused, 1);
    assert_eq!(status(&chain).cache.unwrap().entries, 8);
}

/// A server that is started anew with other keys is not refused for the answers of the old one, however many are left.
#[tokio::test(start_paused = true)]
async fn expired_answers_do_not_count_for_the_kinds_of_keys() {
    let kinds = CacheField::ALL.into_iter().take(8);
    let mut scene = plugin("p");
    for kind in kinds.clone() {
        for _ in 0..8 {
            scene = scene.answers(by([kind]));
        }
    }
    for kind in kinds {
        scene = scene.answers(by([kind, CacheField::Candidates]));
    }
    let (chain, _) = chain([limited(scene, |_| {})]);
    for n in 0..64 {
        assert_eq!(codes(&chain.run(numbered(n)).await), [""; 0], "{n}");
    }
    advance(seconds(30)).await;
    for n in 64..72 {
        assert_eq!(codes(&chain.run(numbered(n)).await), [""; 0], "{n}");
    }
}
