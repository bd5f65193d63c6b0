use hyrouter_plugin_sdk::{Backend, MAX_HOST_LEN};
use serde::Deserialize;

/// The operator's `config` of this plugin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lobby {
    /// Prefix of the names of VIPs.
    pub prefix: String,
    /// Name of the lobby: in the referral data, and as `lobby` in the `meta` of its backends.
    pub tag: String,
    /// Backend of VIPs if no candidate is a lobby. Default: the backend that the router chose.
    pub backend: Option<LobbyAddress>,
}

/// A backend that need not be a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LobbyAddress {
    /// Host name or IP address.
    pub host: String,
    /// UDP port.
    pub port: u16,
}

impl Default for Lobby {
    fn default() -> Self {
        Self {
            prefix: "VIP".into(),
            tag: "vip".into(),
            backend: None,
        }
    }
}

impl Lobby {
    /// Checks what the types do not express.
    ///
    /// # Errors
    ///
    /// A value is not allowed; the text has its key.
    pub fn check(&self) -> Result<(), String> {
        if self.prefix.is_empty() {
            return Err("prefix: must not be empty, since every name would match".into());
        }
        if let Some(LobbyAddress { host, port }) = &self.backend {
            if host.is_empty() || host.len() > MAX_HOST_LEN {
                return Err(format!(
                    "backend.host: has {} bytes; allowed: 1 to {MAX_HOST_LEN}",
                    host.len()
                ));
            }
            if *port == 0 {
                return Err("backend.port: is 0; allowed: 1 to 65535".into());
            }
        }
        Ok(())
    }
}

impl From<&LobbyAddress> for Backend {
    fn from(address: &LobbyAddress) -> Self {
        Self::new(&address.host, address.port)
    }
}

#[cfg(test)]
mod tests {
    use hyrouter_plugin_sdk::testing;

    use super::{Lobby, LobbyAddress};

    fn read(json: &str) -> Result<Lobby, String> {
        let lobby: Lobby = testing::config(json)?;
        lobby.check()?;
        Ok(lobby)
    }

    #[test]
    fn all_settings_are_optional() {
        assert_eq!(read("null"), Ok(Lobby::default()));
        assert_eq!(read("{}"), Ok(Lobby::default()));
    }

    #[test]
    fn everything_can_be_configured() {
        let lobby = Lobby {
            prefix: "*".into(),
            tag: "gold".into(),
            backend: Some(LobbyAddress {
                host: "lobby.example.com".into(),
                port: 5520,
            }),
        };
        let json =
            r#"{"prefix":"*","tag":"gold","backend":{"host":"lobby.example.com","port":5520}}"#;
        assert_eq!(read(json), Ok(lobby));
    }

    #[test]
    fn mistakes_are_reported_with_their_key() {
        for (json, message) in [
            (
                r#"{"prefx":"VIP"}"#,
                "unknown field `prefx`, expected one of `prefix`, `tag`, `backend`",
            ),
            (r#"{"prefix":""}"#, "prefix: must not be empty"),
            (r#"{"backend":{"host":"lobby"}}"#, "missing field `port`"),
            (
                r#"{"backend":{"host":"","port":5520}}"#,
                "backend.host: has 0 bytes",
            ),
            (
                r#"{"backend":{"host":"lobby","port":0}}"#,
                "backend.port: is 0",
            ),
            (
                r#"{"backend":{"host":"lobby","port":65536}}"#,
                "invalid value: integer `65536`",
            ),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.starts_with(message), "{json}: {error}");
        }
    }
}
