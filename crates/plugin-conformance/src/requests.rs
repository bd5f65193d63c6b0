//! The requests of the suite.

use std::collections::BTreeMap;

use hyrouter_plugin_api::{
    Backend, ConnectEvent, ConnectRequest, Identity, MAX_META, Referral, ReferralSource,
    trial_request,
};

/// Number of candidates of the largest request. A plugin that returns all of them can add 24 until its response has more
/// than the contract allows, 1,024.
pub(crate) const MOST_CANDIDATES: usize = 1000;

/// Names of players. Examples and documentation use them, so that they reach more than one branch of many plugins.
pub(crate) const PLAYERS: [&str; 8] = [
    "Alder",
    "VIP_Alder",
    "deny",
    "Birch",
    "VIP_Birch",
    "Griefer",
    "Cedar",
    "x",
];

/// Returns the request that a case changes: a player with a host name and two candidates.
pub fn example_request() -> ConnectRequest {
    let mut request = trial_request();
    "play.example.com".clone_into(&mut request.event.sni);
    request
}

/// Returns a request with every field filled.
pub(crate) fn full() -> ConnectRequest {
    let text = |text: &str| Some(text.to_owned());
    let uuid = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f";
    let candidates = candidates();
    ConnectRequest {
        event: ConnectEvent {
            sni: "play.example.com".to_owned(),
            client_cert_fingerprint: text("a7K0HHFI0kiOhT-I-cUi3GClWq9UjWEkUMdrmu52N9Y"),
            protocol_hash: text("2026.02.17-255364b8e"),
            client_type: Some(0),
            uuid: text(uuid),
            username: text("Alder"),
            language: text("en-US"),
            identity_token_present: Some(true),
            alpn: text("hytale/2"),
            protocol_crc: Some(-1_356_075_132),
            protocol_build: Some(20),
            client_version: text("2026.02.17-255364b8e"),
            referral_source: Some(ReferralSource {
                host: "lobby.example.com".to_owned(),
                port: 5520,
            }),
            remote_addr: text("203.0.113.9:53122"),
            identity: Some(Identity {
                verified: true,
                subject: text(uuid),
                username: text("Alder"),
                issuer: text("https://sessions.hytale.com"),
                expires_at: Some(1_796_083_200),
            }),
            referral: Some(Referral {
                route: text("arena"),
                data: Some(b"party=12".to_vec()),
                source: text("lobby-1"),
                key_id: 3,
                hops: 1,
            }),
            route: text("play"),
            connection_id: text("4711"),
        },
        strategy: "weighted".to_owned(),
        backend: candidates.first().cloned(),
        candidates,
        selected_index: Some(0),
        referral_data: Some(br#"{"lobby":"main"}"#.to_vec()),
    }
}

/// Returns a request without any optional field. `sni` is empty, as of a player who typed an address.
pub(crate) fn bare() -> ConnectRequest {
    let backend = Backend::new("10.0.0.7", 5520);
    ConnectRequest {
        strategy: "round_robin".to_owned(),
        candidates: vec![backend.clone()],
        selected_index: Some(0),
        backend: Some(backend),
        ..ConnectRequest::default()
    }
}

/// Returns a request about a player of this number, who differs from the players of other numbers.
pub(crate) fn player(number: usize) -> ConnectRequest {
    let mut request = full();
    let (name, kind) = match number % 4 {
        0 => (format!("Player{number}"), "en-US"),
        1 => (format!("VIP_{number}"), "de-DE"),
        2 => (format!("Alder{number}"), "fr"),
        _ => (format!("Birch_{number}"), "ja-JP"),
    };
    rename(&mut request, &name);
    let uuid = format!("00000000-0000-4000-8000-{number:012}");
    if let Some(identity) = &mut request.event.identity {
        identity.subject = Some(uuid.clone());
        identity.verified = number.is_multiple_of(2);
    }
    request.event.uuid = Some(uuid);
    request.event.language = Some(kind.to_owned());
    request.event.connection_id = Some(number.to_string());
    request.referral_data = Some(format!(r#"{{"number":{number}}}"#).into_bytes());
    select(&mut request, number % 3);
    request
}

/// Gives the player another name.
pub(crate) fn rename(request: &mut ConnectRequest, name: &str) {
    request.event.username = Some(name.to_owned());
    if let Some(identity) = &mut request.event.identity {
        identity.username = Some(name.to_owned());
    }
}

/// Selects the candidate at an index.
pub(crate) fn select(request: &mut ConnectRequest, index: usize) {
    request.backend = request.candidates.get(index).cloned();
    request.selected_index = request.backend.as_ref().map(|_| index);
}

/// Returns a request without candidates, as for a player without a route.
pub(crate) fn without_candidates() -> ConnectRequest {
    let mut request = full();
    request.candidates.clear();
    request.selected_index = None;
    request.backend = None;
    request.event.route = None;
    request
}

/// Returns a request with this many candidates, each with this many entries in `meta`.
pub(crate) fn large(candidates: usize, entries: usize) -> ConnectRequest {
    let mut request = full();
    let meta: BTreeMap<_, _> = (0..entries)
        .map(|entry| (format!("k{entry}"), "v".to_owned()))
        .collect();
    request.candidates = (0..candidates)
        .map(|number| Backend {
            weight: 1,
            meta: meta.clone(),
            ..Backend::new(format!("game-{number}.example.com"), 5520)
        })
        .collect();
    select(&mut request, candidates.saturating_sub(1));
    request
}

/// Returns the largest request of the suite: long texts, and candidates with as many entries in `meta` as a response may
/// have. Its JSON has less than 1 MiB.
pub(crate) fn largest() -> ConnectRequest {
    let mut request = large(MOST_CANDIDATES, MAX_META);
    let label = "a".repeat(61);
    request.event.sni = format!("{label}.{label}.{label}.{label}.example");
    rename(&mut request, &"N".repeat(256));
    for text in [
        &mut request.event.language,
        &mut request.event.client_version,
        &mut request.event.protocol_hash,
    ] {
        *text = Some("x".repeat(256));
    }
    request.referral_data = Some(vec![0xff; 2000]);
    request
}

fn candidates() -> Vec<Backend> {
    let meta = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter();
        let owned = pairs.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        owned.collect::<BTreeMap<_, _>>()
    };
    vec![
        Backend {
            weight: 3,
            meta: meta(&[("region", "eu"), ("tier", "1")]),
            ..Backend::new("10.0.0.7", 5520)
        },
        Backend {
            weight: 1,
            ..Backend::new("game-2.example.com", 5521)
        },
        Backend {
            weight: u32::MAX,
            meta: meta(&[("label.zone", "a b")]),
            ..Backend::new("2001:db8::8", 65535)
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_request_has_every_field() {
        let debug = format!("{:?}", full());
        assert!(!debug.contains("None"), "{debug}");
    }

    #[test]
    fn the_bare_request_has_no_optional_field() {
        let json = serde_json::to_value(bare()).unwrap();
        assert_eq!(json["event"], serde_json::json!({"sni": ""}));
        assert!(json.get("referral_data").is_none());
    }

    #[test]
    fn the_largest_request_fits_the_message_of_every_server() {
        let len = serde_json::to_vec(&largest()).unwrap().len();
        assert!((650_000..750_000).contains(&len), "{len}");
        let len = serde_json::to_vec(&large(256, 2)).unwrap().len();
        assert!((15_000..30_000).contains(&len), "{len}");
    }

    #[test]
    fn players_differ() {
        let requests: Vec<_> = (0..64).map(player).collect();
        for (at, request) in requests.iter().enumerate() {
            assert!(!requests.iter().take(at).any(|earlier| earlier == request));
            assert!(request.backend.is_some());
        }
    }
}
