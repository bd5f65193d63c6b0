//! What holds for all values and for all bytes.

use hyrouter_plugin_api::{
    Backend, ConnectEvent, ConnectRequest, ConnectResponse, Identity, PluginError, Referral,
    ReferralSource, decode_response,
};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Map, Value};

fn backend() -> impl Strategy<Value = Backend> {
    let meta = btree_map(any::<String>(), any::<String>(), 0..3);
    (any::<String>(), any::<u16>(), any::<u32>(), meta).prop_map(|(host, port, weight, meta)| {
        Backend {
            host,
            port,
            weight,
            meta,
        }
    })
}

fn text() -> impl Strategy<Value = Option<String>> {
    of(any::<String>())
}

fn event() -> impl Strategy<Value = ConnectEvent> {
    let seed = (
        any::<String>(),
        [text(), text(), text(), text(), text()],
        of(any::<u8>()),
        of(any::<bool>()),
    );
    let source = of((any::<String>(), any::<u16>()));
    let identity = of((any::<bool>(), [text(), text(), text()], of(any::<i64>())));
    let added = (
        [text(), text(), text(), text(), text()],
        of(any::<i32>()),
        of(any::<i32>()),
        source,
        identity,
        of((
            text(),
            of(any::<Vec<u8>>()),
            text(),
            any::<u8>(),
            any::<u8>(),
        )),
    );
    (seed, added).prop_map(|(seed, added)| {
        let (sni, [fingerprint, hash, uuid, username, language], client_type, token) = seed;
        let (
            [alpn, version, remote_addr, route, connection_id],
            crc,
            build,
            source,
            identity,
            referral,
        ) = added;
        ConnectEvent {
            sni,
            client_cert_fingerprint: fingerprint,
            protocol_hash: hash,
            client_type,
            uuid,
            username,
            language,
            identity_token_present: token,
            alpn,
            protocol_crc: crc,
            protocol_build: build,
            client_version: version,
            referral_source: source.map(|(host, port)| ReferralSource { host, port }),
            remote_addr,
            identity: identity.map(|(verified, [subject, username, issuer], expires_at)| {
                Identity {
                    verified,
                    subject,
                    username,
                    issuer,
                    expires_at,
                }
            }),
            referral: referral.map(|(route, data, source, key_id, hops)| Referral {
                route,
                data,
                source,
                key_id,
                hops,
            }),
            route,
            connection_id,
        }
    })
}

fn request() -> impl Strategy<Value = ConnectRequest> {
    // A backend without host and port is the JSON of having none.
    let selected = of(backend()).prop_map(|selected| {
        selected.filter(|backend| !backend.host.is_empty() || backend.port != 0)
    });
    (
        event(),
        any::<String>(),
        vec(backend(), 0..4),
        of(0..usize::try_from(i64::MAX).unwrap_or(usize::MAX)),
        selected,
        of(any::<Vec<u8>>()),
    )
        .prop_map(
            |(event, strategy, candidates, selected_index, backend, referral_data)| {
                ConnectRequest {
                    event,
                    strategy,
                    candidates,
                    selected_index,
                    backend,
                    referral_data,
                }
            },
        )
}

fn response() -> impl Strategy<Value = ConnectResponse> {
    (
        any::<bool>(),
        text(),
        vec(backend(), 0..4),
        of(any::<i64>()),
        of(backend()),
        of(any::<Vec<u8>>()),
        (of(any::<i64>()), of(vec(any::<String>(), 0..4))),
    )
        .prop_map(
            |(deny, deny_reason, candidates, selected_index, backend, referral_data, cache)| {
                let (cache_ttl, cache_key) = cache;
                ConnectResponse {
                    deny,
                    deny_reason,
                    candidates,
                    selected_index,
                    backend,
                    referral_data,
                    cache_ttl,
                    cache_key,
                }
            },
        )
}

/// Any JSON, with the names of the contract in it more often than chance has it.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("aGk=")),
    ];
    let name = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "deny",
            "deny_reason",
            "candidates",
            "selected_index",
            "backend",
            "referral_data",
            "referral_content",
            "cache_ttl",
            "cache_key",
            "host",
            "port",
            "weight",
            "meta",
            "event",
            "sni",
            "identity",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn requests_survive_the_way_there(request in request()) {
        let json = serde_json::to_vec(&request).unwrap();
        prop_assert_eq!(serde_json::from_slice::<ConnectRequest>(&json).unwrap(), request);
    }

    #[test]
    fn responses_survive_the_way_back(response in response()) {
        let json = serde_json::to_vec(&response).unwrap();
        prop_assert_eq!(decode_response(&json).unwrap().response, response);
    }

    /// The shape that a program in a strict language relies on.
    #[test]
    fn requests_always_have_list_index_and_backend(request in request()) {
        let json = serde_json::to_value(&request).unwrap();
        prop_assert!(json["candidates"].is_array());
        prop_assert!(json["selected_index"].as_i64().unwrap() >= -1);
        prop_assert!(json["backend"]["meta"].is_object());
        prop_assert!(json["event"]["sni"].is_string());
        prop_assert!(!json["event"].as_object().unwrap().values().any(Value::is_null));
    }

    #[test]
    fn any_json_is_read_or_refused(json in json()) {
        let text = json.to_string();
        match decode_response(text.as_bytes()) {
            Ok(_) => prop_assert!(json.is_object() || json.is_null(), "{}", text),
            Err(PluginError::BadResponse { message }) => prop_assert!(message.len() < 300),
            Err(other) => prop_assert!(false, "{other}"),
        }
        let _ = serde_json::from_str::<ConnectRequest>(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
        let _ = decode_response(&bytes);
        let _ = serde_json::from_slice::<ConnectRequest>(&bytes);
    }
}

#[test]
fn deep_nesting_is_no_deep_recursion() {
    for json in [
        format!("{{\"newer\":{}", "[".repeat(1_000_000)),
        "[".repeat(1_000_000),
        "{\"backend\":".repeat(1_000_000),
    ] {
        assert!(matches!(
            decode_response(json.as_bytes()),
            Err(PluginError::BadResponse { .. })
        ));
    }
}
