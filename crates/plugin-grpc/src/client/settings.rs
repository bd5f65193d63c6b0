//! What the operator says about the way to a plugin.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::GrpcError;
use crate::Address;

/// Longest `config` in bytes of JSON.
pub const MAX_CONFIG: usize = 4096;

/// The way to a plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct GrpcSettings {
    /// Where it listens.
    pub address: Address,
    /// Handed to the plugin with each call, as JSON in the metadata `hyrouter-config-bin`: at most [`MAX_CONFIG`] bytes,
    /// since servers take 8 KiB of metadata in all.
    pub config: Option<Value>,
    /// How TLS is spoken. Without it there is TLS to an `https://` address only, as [`ClientTls::default`] has it.
    pub tls: Option<ClientTls>,
    /// How long connecting may take, name look-up and TLS handshake included. Default 500 ms: half of a plugin's
    /// default timeout, so that the player's answer can still say what was wrong; and a lost packet of the handshake
    /// would not be sent again before a whole second anyway.
    pub connect_timeout: Duration,
    /// A ping is sent when nothing was read for this long. Default 10 s, the least that gRPC lets clients choose.
    pub keepalive_interval: Duration,
    /// The connection is given up when a ping is not answered in this time. Default 2 s, far above any round trip
    /// that a plugin in a player's way can have.
    pub keepalive_timeout: Duration,
    /// Whether pings are sent while no call waits for an answer. Default true: a server that vanished is noticed
    /// before a player comes. Servers of grpc-go and grpcio forbid such pings unless told otherwise and close a
    /// connection after the fourth; it is then made anew for the next call, which does not fail.
    pub keepalive_while_idle: bool,
    /// How often connecting is tried while it fails.
    pub backoff: BackoffSettings,
    /// Longest answer in bytes. Default 1 MiB, more than the candidates that are allowed usually take. Read, an answer of
    /// that length takes at most 12 MB, so that 256 calls at once, the default of a chain, hold 3 GB at worst.
    pub max_response: usize,
}

impl GrpcSettings {
    /// The defaults for a plugin at this address.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            config: None,
            tls: None,
            connect_timeout: Duration::from_millis(500),
            keepalive_interval: Duration::from_secs(10),
            keepalive_timeout: Duration::from_secs(2),
            keepalive_while_idle: true,
            backoff: BackoffSettings::default(),
            max_response: 1024 * 1024,
        }
    }

    /// Refuses what could not work.
    pub(super) fn check(&self) -> Result<(), GrpcError> {
        let wrong = |key, problem| Err(GrpcError::Setting { key, problem });
        for (key, duration) in [
            ("connect_timeout", self.connect_timeout),
            ("keepalive_interval", self.keepalive_interval),
            ("keepalive_timeout", self.keepalive_timeout),
            ("backoff.min", self.backoff.min),
        ] {
            if duration.is_zero() {
                return wrong(key, "has to be longer than nothing");
            }
        }
        if self.backoff.max < self.backoff.min {
            return wrong("backoff.max", "has to be at least backoff.min");
        }
        if self.max_response == 0 {
            return wrong("max_response", "has to be at least 1 byte");
        }
        Ok(())
    }
}

/// How often connecting is tried while it fails. The first attempt after a good connection is made at once.
///
/// Each further one waits for a 32nd of the time that the server has been away, between `min` and `max`, of which a
/// random part up to a half is taken off, so that routers do not come back in step. Calls wait for the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffSettings {
    /// The shortest wait. Default 20 ms: a server on the same machine is back in about 100 ms.
    pub min: Duration,
    /// The longest wait. Default 2 s, less than the 5 s after which a chain's breaker sends one call to probe, so that
    /// the probe always tries to connect. It is reached after 64 s.
    pub max: Duration,
}

impl Default for BackoffSettings {
    fn default() -> Self {
        Self {
            min: Duration::from_millis(20),
            max: Duration::from_secs(2),
        }
    }
}

/// TLS as a client speaks it. The files are in PEM and read when the plugin is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientTls {
    /// What the server's certificate is checked with. Default: what the system trusts.
    pub ca_file: Option<PathBuf>,
    /// The client's own certificate, if the server wants one.
    pub cert_file: Option<PathBuf>,
    /// The key of the client's certificate.
    pub key_file: Option<PathBuf>,
    /// Whom the server's certificate has to be for. Default: the host of the address.
    pub domain: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::GrpcSettings;
    use crate::Address;

    #[test]
    fn defaults_are_as_documented() {
        let settings = GrpcSettings::new(Address::parse("bans:7777").unwrap());
        assert_eq!(settings.tls, None);
        assert_eq!(settings.connect_timeout, Duration::from_millis(500));
        assert_eq!(settings.keepalive_interval, Duration::from_secs(10));
        assert_eq!(settings.keepalive_timeout, Duration::from_secs(2));
        assert!(settings.keepalive_while_idle);
        assert_eq!(settings.backoff.min, Duration::from_millis(20));
        assert_eq!(settings.backoff.max, Duration::from_secs(2));
        assert_eq!(settings.max_response, 1_048_576);
        assert!(settings.check().is_ok());
    }

    #[test]
    fn what_could_not_work_is_refused_by_its_name() {
        type Break = fn(&mut GrpcSettings);
        let breaks: [(&str, Break); 6] = [
            ("connect_timeout", |s| s.connect_timeout = Duration::ZERO),
            ("keepalive_interval", |s| {
                s.keepalive_interval = Duration::ZERO;
            }),
            ("keepalive_timeout", |s| {
                s.keepalive_timeout = Duration::ZERO;
            }),
            ("backoff.min", |s| s.backoff.min = Duration::ZERO),
            ("backoff.max", |s| s.backoff.max = Duration::from_millis(19)),
            ("max_response", |s| s.max_response = 0),
        ];
        for (key, break_it) in breaks {
            let mut settings = GrpcSettings::new(Address::parse("bans:7777").unwrap());
            break_it(&mut settings);
            let error = settings.check().unwrap_err().to_string();
            assert!(error.starts_with(key), "{error}");
        }
    }
}
