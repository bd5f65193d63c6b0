//! Settings of a gRPC plugin.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::GrpcError;
use crate::PluginAddress;

/// Maximum length of `config` in bytes of JSON.
pub const MAX_CONFIG: usize = 4096;

/// Settings of a gRPC plugin.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GrpcSettings {
    /// Address that the plugin listens on.
    pub address: PluginAddress,
    /// The operator's `config`, sent with each call as JSON in the metadata `hyrouter-config-bin`: at most
    /// [`MAX_CONFIG`] bytes, since servers accept 8 KiB of metadata in all. Default: none.
    pub config: Option<Value>,
    /// TLS. Default: none; for an `https://` address, [`ClientTls::default`].
    pub tls: Option<ClientTls>,
    /// Maximum time of connecting, including name lookup and TLS handshake. Default 500 ms: half of a plugin's default
    /// timeout, so that the call still fails with the cause. TCP would resend a lost packet of the handshake only after
    /// 1 s.
    pub connect_timeout: Duration,
    /// Time without data after which a ping is sent. Default 10 s, the minimum that gRPC allows clients.
    pub keepalive_interval: Duration,
    /// Maximum time until the response to a ping, after which the connection is closed. Default 2 s, far above the
    /// round trip to any plugin that players wait for.
    pub keepalive_timeout: Duration,
    /// Pings while no call runs. Default true: a vanished server is noticed before the next player.
    /// Servers of grpc-go and grpcio forbid such pings by default and close a connection after the fourth; the next
    /// call then connects again, and does not fail.
    pub keepalive_while_idle: bool,
    /// Pauses between attempts to connect.
    pub backoff: BackoffSettings,
    /// Maximum length of a response in bytes. Default 1 MiB, more than the maximum number of candidates usually takes.
    /// A response of this length takes at most 12 MB when decoded, so 256 calls at the same time, the default of a
    /// chain, hold 3 GB at worst.
    pub max_response: usize,
}

impl GrpcSettings {
    /// Returns the defaults for a plugin at this address.
    pub fn new(address: PluginAddress) -> Self {
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

    /// Sets the operator's `config`, which is sent with each call.
    #[must_use]
    pub fn with_config(mut self, config: Option<Value>) -> Self {
        self.config = config;
        self
    }

    /// Sets the TLS of the connection.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<ClientTls>) -> Self {
        self.tls = tls;
        self
    }

    /// Checks that the values are allowed.
    pub(super) fn check(&self) -> Result<(), GrpcError> {
        let wrong = |key, problem| Err(GrpcError::Setting { key, problem });
        for (key, duration) in [
            ("connect_timeout", self.connect_timeout),
            ("keepalive_interval", self.keepalive_interval),
            ("keepalive_timeout", self.keepalive_timeout),
            ("backoff.min", self.backoff.min),
        ] {
            if duration.is_zero() {
                return wrong(key, "must be longer than 0");
            }
        }
        if self.backoff.max < self.backoff.min {
            return wrong("backoff.max", "must be at least backoff.min");
        }
        if self.max_response == 0 {
            return wrong("max_response", "must be at least 1 byte");
        }
        Ok(())
    }
}

/// Pauses between attempts to connect. The first attempt after a good connection is made at once.
///
/// Each further one waits for 1/32 of the outage so far, between `min` and `max`, minus a random part of up to 50 %, so
/// that routers do not reconnect in step. Calls wait for the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffSettings {
    /// Minimum pause. Default 20 ms: a server on the same machine is back in about 100 ms.
    pub min: Duration,
    /// Maximum pause. Default 2 s, less than the 5 s after which a chain's breaker makes one call as a probe, so that
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

/// TLS of the client. The files are in PEM and read when the plugin is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientTls {
    /// Certificates of the authorities of the server. Default: those that the system trusts.
    pub ca_file: Option<PathBuf>,
    /// The client's certificate, if the server requires one. Default: none.
    pub cert_file: Option<PathBuf>,
    /// The key of the client's certificate. Default: none.
    pub key_file: Option<PathBuf>,
    /// Name that the server's certificate must have. Default: the host of the address.
    pub domain: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::GrpcSettings;
    use crate::PluginAddress;

    #[test]
    fn defaults_are_as_documented() {
        let settings = GrpcSettings::new(PluginAddress::parse("bans:7777").unwrap());
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
    fn invalid_settings_are_refused_by_name() {
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
            let mut settings = GrpcSettings::new(PluginAddress::parse("bans:7777").unwrap());
            break_it(&mut settings);
            let error = settings.check().unwrap_err().to_string();
            assert!(error.starts_with(key), "{error}");
        }
    }
}
