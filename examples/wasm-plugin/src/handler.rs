use hyrouter_plugin_sdk::{Backend, ConnectRequest, ConnectResponse};
use serde_json::{Value, json};

use crate::Lobby;

/// Decides about one player.
///
/// The name comes from the client. Check `event.identity.verified` before granting anything of value by it.
pub fn on_connect(lobby: &Lobby, request: ConnectRequest) -> ConnectResponse {
    let name = request.event.username.unwrap_or_default();
    if name == "deny" {
        return ConnectResponse::deny("denied by the example WASM plugin");
    }
    if !name.starts_with(&lobby.prefix) {
        return carrying(&json!({ "lobby": "main" }));
    }
    let mut response = carrying(&json!({ "lobby": lobby.tag, "name": name }));
    let mut candidates = request.candidates.iter();
    match candidates.position(|candidate| is_lobby(candidate, &lobby.tag)) {
        Some(place) => response.selected_index = i64::try_from(place).ok(),
        None => response.backend = lobby.backend.as_ref().map(Backend::from),
    }
    response
}

/// Returns a response that changes only the referral data, which the client carries to the backend.
fn carrying(data: &Value) -> ConnectResponse {
    ConnectResponse {
        referral_data: Some(data.to_string().into_bytes()),
        ..ConnectResponse::default()
    }
}

/// Returns whether a backend is the lobby with this tag. Discovered backends have their labels under `label.`, static
/// ones have the operator's keys.
fn is_lobby(candidate: &Backend, tag: &str) -> bool {
    ["lobby", "label.lobby"]
        .iter()
        .any(|key| candidate.meta.get(*key).is_some_and(|value| value == tag))
}

#[cfg(test)]
mod tests {
    use hyrouter_plugin_sdk::{Backend, ConnectRequest, ConnectResponse, testing};

    use super::on_connect;
    use crate::{Lobby, LobbyAddress};

    const VIP: &[u8] = br#"{"lobby":"vip","name":"VIP_Ann"}"#;

    fn with_lobby(key: &str, tag: &str) -> ConnectRequest {
        let mut request = testing::request("VIP_Ann");
        request.candidates[1].meta.insert(key.into(), tag.into());
        request
    }

    fn with_backend() -> Lobby {
        let address = LobbyAddress {
            host: "lobby.example.com".into(),
            port: 5520,
        };
        Lobby {
            backend: Some(address),
            ..Lobby::default()
        }
    }

    #[test]
    fn deny_is_denied() {
        assert_eq!(
            on_connect(&Lobby::default(), testing::request("deny")),
            ConnectResponse::deny("denied by the example WASM plugin")
        );
    }

    #[test]
    fn others_stay_and_carry_the_main_lobby() {
        let mut nameless = testing::request("");
        nameless.event.username = None;
        for request in [
            testing::request("Ann"),
            testing::request("vip_ann"),
            testing::request("Ann_VIP"),
            testing::request("deny "),
            nameless,
        ] {
            let expected = ConnectResponse {
                referral_data: Some(br#"{"lobby":"main"}"#.to_vec()),
                ..ConnectResponse::default()
            };
            assert_eq!(on_connect(&with_backend(), request), expected);
        }
    }

    #[test]
    fn a_vip_goes_to_the_candidate_that_is_a_lobby() {
        for key in ["lobby", "label.lobby"] {
            let expected = ConnectResponse {
                selected_index: Some(1),
                referral_data: Some(VIP.to_vec()),
                ..ConnectResponse::default()
            };
            assert_eq!(
                on_connect(&with_backend(), with_lobby(key, "vip")),
                expected
            );
        }
    }

    #[test]
    fn without_such_a_candidate_to_the_configured_backend() {
        for request in [testing::request("VIP_Ann"), with_lobby("lobby", "gold")] {
            let expected = ConnectResponse {
                backend: Some(Backend::new("lobby.example.com", 5520)),
                referral_data: Some(VIP.to_vec()),
                ..ConnectResponse::default()
            };
            assert_eq!(on_connect(&with_backend(), request), expected);
        }
    }

    #[test]
    fn without_either_the_router_s_choice_stands() {
        let response = on_connect(&Lobby::default(), testing::request("VIP_Ann"));
        let expected = ConnectResponse {
            referral_data: Some(VIP.to_vec()),
            ..ConnectResponse::default()
        };
        assert_eq!(response, expected);
    }

    #[test]
    fn prefix_and_tag_are_the_operator_s() {
        let lobby = Lobby {
            prefix: "*".into(),
            tag: "gold".into(),
            ..Lobby::default()
        };
        let mut request = with_lobby("lobby", "gold");
        request.event.username = Some("*Ann \"A\"".into());
        let response = on_connect(&lobby, request);
        assert_eq!(response.selected_index, Some(1));
        let data = String::from_utf8(response.referral_data.unwrap()).unwrap();
        assert_eq!(data, r#"{"lobby":"gold","name":"*Ann \"A\""}"#);
    }
}
