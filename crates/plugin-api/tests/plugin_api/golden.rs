//! Golden files: what a Go program writes is read, and what is written here is pinned byte for byte. The Go program
//! beside the files writes the ones and reads the others.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyrouter_plugin_api::{
    Backend, CacheField, ConnectEvent, ConnectRequest, ConnectResponse, Identity, Referral,
    ReferralSource,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[test]
fn requests() {
    let full = ConnectRequest {
        event: ConnectEvent {
            sni: "play.example.com".into(),
            client_cert_fingerprint: Some("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU".into()),
            protocol_hash: Some("2026.03.1-abcdef".into()),
            client_type: Some(1),
            uuid: Some("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".into()),
            username: Some("Älder <&> \"Ann\"\u{2028}".into()),
            language: Some("en-US".into()),
            identity_token_present: Some(true),
            ..ConnectEvent::default()
        },
        strategy: "round_robin".into(),
        candidates: vec![lobby(), bare()],
        selected_index: Some(1),
        backend: Some(bare()),
        referral_data: Some(vec![0xfb, 0xff, 0xfe, 0x00]),
    };
    let newer = ConnectRequest {
        event: ConnectEvent {
            sni: "x".into(),
            ..ConnectEvent::default()
        },
        ..ConnectRequest::default()
    };
    check("request_full", &full);
    check("request_nulls", &ConnectRequest::default());
    check("request_unknown", &newer);
}

/// Go programs do not know these yet, so the text of this crate is the only one.
#[test]
fn request_with_every_added_field() {
    let request = ConnectRequest {
        event: ConnectEvent {
            sni: "play.example.com".into(),
            client_type: Some(0),
            identity_token_present: Some(false),
            alpn: Some("hytale/2".into()),
            protocol_crc: Some(-1),
            protocol_build: Some(242),
            client_version: Some("0.5.1".into()),
            referral_source: Some(ReferralSource {
                host: "hub.example.com".into(),
                port: 5520,
            }),
            remote_addr: Some("192.0.2.1:40000".into()),
            identity: Some(Identity {
                verified: true,
                subject: Some("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".into()),
                username: Some("Ann".into()),
                issuer: Some("https://sessions.example.com".into()),
                expires_at: Some(1_800_000_000),
            }),
            referral: Some(Referral {
                route: Some("arena".into()),
                data: Some(b"party=12".to_vec()),
                source: Some("lobby-1".into()),
                key_id: 7,
                hops: 1,
            }),
            route: Some("games".into()),
            connection_id: Some("c7".into()),
            ..ConnectEvent::default()
        },
        strategy: "p2c".into(),
        ..ConnectRequest::default()
    };
    check_ours("request_added", &request);
}

#[test]
fn responses() {
    let unchanged = ConnectResponse::default();
    let full = ConnectResponse {
        candidates: vec![lobby(), bare()],
        selected_index: Some(0),
        backend: Some(bare()),
        referral_data: Some(b"a".to_vec()),
        ..unchanged.clone()
    };
    // Present, although nothing is in it: an override without a host, and a payload of no bytes.
    let empty = ConnectResponse {
        deny_reason: Some(String::new()),
        backend: Some(Backend::default()),
        referral_data: Some(Vec::new()),
        ..unchanged.clone()
    };
    let nulls = ConnectResponse {
        deny_reason: Some(String::new()),
        ..unchanged.clone()
    };
    let minus_one = ConnectResponse {
        selected_index: Some(-1),
        ..unchanged.clone()
    };
    let wild = ConnectResponse {
        backend: Some(Backend::new("x", 0)),
        ..unchanged.clone()
    };
    let later = ConnectResponse {
        referral_data: Some(b"content".to_vec()),
        ..unchanged.clone()
    };
    let newer = ConnectResponse {
        deny_reason: Some("unused".into()),
        ..unchanged.clone()
    };
    check("response_allow", &unchanged);
    check(
        "response_deny",
        &ConnectResponse::deny("You are <banned> & gone"),
    );
    check("response_nulls", &nulls);
    check("response_nil", &unchanged);
    check("response_full", &full);
    check("response_empty", &empty);
    check("response_minus_one", &minus_one);
    check("response_wild", &wild);
    check("response_later", &later);
    check("response_unknown", &newer);
}

/// Go programs of the original do not know these.
#[test]
fn response_with_every_added_field() {
    let response = ConnectResponse::deny("Not today.").cacheable(
        Duration::from_secs(30),
        [CacheField::Uuid, CacheField::Host],
    );
    check_ours("response_added", &response);
}

/// Each golden file has a test above that checks it.
#[test]
fn every_file_is_checked() {
    let source = include_str!("golden.rs");
    let names: BTreeSet<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| file.split_once('.').map(|(name, _)| name.to_owned()))
        .collect();
    assert_eq!(names.len(), 15);
    for name in names {
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}

fn check<T: Debug + PartialEq + Serialize + DeserializeOwned>(name: &str, value: &T) {
    let theirs = read(&format!("{name}.go.json"));
    assert_eq!(
        &serde_json::from_str::<T>(&theirs).unwrap(),
        value,
        "{name}"
    );
    check_ours(name, value);
}

fn check_ours<T: Debug + PartialEq + Serialize + DeserializeOwned>(name: &str, value: &T) {
    let ours = read(&format!("{name}.rust.json"));
    assert_eq!(
        format!("{}\n", serde_json::to_string(value).unwrap()),
        ours,
        "{name}"
    );
    assert_eq!(&serde_json::from_str::<T>(&ours).unwrap(), value, "{name}");
}

fn read(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn lobby() -> Backend {
    let meta = [("region", "eu"), ("label.tier", "gold")];
    Backend {
        weight: 3,
        meta: meta.map(|(key, text)| (key.into(), text.into())).into(),
        ..Backend::new("lobby.example.com", 5520)
    }
}

fn bare() -> Backend {
    Backend::new("2001:db8::1", 5521)
}
