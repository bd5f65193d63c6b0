//! The rule: who may join, and where a VIP goes.

use std::sync::Arc;

use hyrouter_plugin_grpc::{
    Backend, ConnectRequest, ConnectResponse, OnConnectWithConfig, PluginFailure,
};
use serde::Deserialize;
use tokio::sync::watch;

use crate::bans::Bans;

/// Prefix of the names of VIPs.
const VIP: &str = "VIP";

/// The operator's `config`.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VipLobby {
    /// Host name or IP address of the backend of VIPs.
    vip_host: String,
    /// Its UDP port.
    vip_port: u16,
}

impl Default for VipLobby {
    fn default() -> Self {
        Self {
            vip_host: "vip.example.com".into(),
            vip_port: 5520,
        }
    }
}

impl VipLobby {
    /// Checks what the types do not express.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.vip_host.is_empty() {
            return Err("vip_host: is empty");
        }
        if self.vip_port == 0 {
            return Err("vip_port: is 0; allowed: 1 to 65535");
        }
        Ok(())
    }
}

/// Denies the players on the list, which may be replaced at any time, and sends VIPs to their lobby.
pub(crate) struct BanList(pub(crate) watch::Receiver<Bans>);

impl OnConnectWithConfig<VipLobby> for BanList {
    async fn on_connect(
        &self,
        lobby: Arc<VipLobby>,
        request: ConnectRequest,
    ) -> Result<ConnectResponse, PluginFailure> {
        let Self(bans) = self;
        Ok(decide(&bans.borrow(), &lobby, &request))
    }
}

/// The name comes from the client. Check `event.identity.verified` before granting anything of value by it.
fn decide(bans: &Bans, lobby: &VipLobby, request: &ConnectRequest) -> ConnectResponse {
    let event = &request.event;
    if let Some(reason) = bans.reason(event) {
        return ConnectResponse::deny(reason);
    }
    if !event
        .username
        .as_ref()
        .is_some_and(|name| name.starts_with(VIP))
    {
        return ConnectResponse::default();
    }
    ConnectResponse {
        backend: Some(Backend::new(&lobby.vip_host, lobby.vip_port)),
        referral_data: Some(br#"{"lobby":"vip"}"#.to_vec()),
        ..ConnectResponse::default()
    }
}

#[cfg(test)]
mod tests {
    use hyrouter_plugin_grpc::{Backend, ConnectEvent, ConnectRequest, ConnectResponse};

    use super::{VipLobby, decide};
    use crate::bans::Bans;

    fn answer(lobby: &VipLobby, username: Option<&str>) -> ConnectResponse {
        let request = ConnectRequest {
            event: ConnectEvent {
                username: username.map(str::to_owned),
                ..ConnectEvent::default()
            },
            ..ConnectRequest::default()
        };
        decide(&Bans::parse("VIP_Mallory"), lobby, &request)
    }

    #[test]
    fn vips_go_to_the_lobby_of_the_config() {
        let lobby = VipLobby {
            vip_host: "10.0.0.9".into(),
            vip_port: 5521,
        };
        for (lobby, backend) in [
            (VipLobby::default(), Backend::new("vip.example.com", 5520)),
            (lobby, Backend::new("10.0.0.9", 5521)),
        ] {
            let expected = ConnectResponse {
                backend: Some(backend),
                referral_data: Some(br#"{"lobby":"vip"}"#.to_vec()),
                ..ConnectResponse::default()
            };
            assert_eq!(answer(&lobby, Some("VIP_Ann")), expected);
        }
    }

    #[test]
    fn a_ban_comes_first_and_all_others_are_unchanged() {
        let lobby = VipLobby::default();
        assert!(answer(&lobby, Some("vip_mallory")).deny);
        for name in [
            None,
            Some(""),
            Some("Ann"),
            Some("vip_ann"),
            Some("Ann_VIP"),
        ] {
            assert_eq!(answer(&lobby, name), ConnectResponse::default(), "{name:?}");
        }
    }

    #[test]
    fn a_config_is_checked() {
        for (json, problem) in [
            ("{}", None),
            (r#"{"vip_port":5521}"#, None),
            (r#"{"vip_host":""}"#, Some("vip_host: is empty")),
            (
                r#"{"vip_port":0}"#,
                Some("vip_port: is 0; allowed: 1 to 65535"),
            ),
        ] {
            let lobby: VipLobby = serde_json::from_str(json).unwrap();
            assert_eq!(lobby.check().err(), problem, "{json}");
        }
        for json in [r#"{"vip_port":70000}"#, r#"{"host":"a"}"#] {
            assert!(serde_json::from_str::<VipLobby>(json).is_err(), "{json}");
        }
    }
}
