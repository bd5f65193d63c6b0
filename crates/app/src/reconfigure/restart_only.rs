//! Settings that need a restart.

use std::net::SocketAddr;

use hyrouter_config::{
    AdminSettings, ListenAddr, ProxyProtocolSettings, Settings, TelemetrySettings,
};

/// Settings that are used only at the start: sockets are bound once, and the collector of traces is set once.
#[derive(Debug)]
pub(crate) struct RestartOnly {
    listen: ListenAddr,
    endpoints: usize,
    proxy_protocol: Option<ProxyProtocolSettings>,
    /// `None` without an admin server: its token file is not used then.
    admin: Option<AdminSettings>,
    otlp: Option<TelemetrySettings>,
    push: Option<PushSocket>,
}

impl RestartOnly {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            listen: settings.listen,
            endpoints: settings.quic.endpoints,
            proxy_protocol: settings.quic.proxy_protocol.clone(),
            admin: admin(settings).cloned(),
            otlp: settings.otlp.clone(),
            push: PushSocket::of(settings),
        }
    }

    /// Returns the changed keys that need a restart.
    pub(super) fn waiting(&self, wanted: &Settings) -> Vec<String> {
        let differs = [
            ("listen", self.listen != wanted.listen),
            ("quic.endpoints", self.endpoints != wanted.quic.endpoints),
            (
                "quic.proxy_protocol",
                self.proxy_protocol != wanted.quic.proxy_protocol,
            ),
            ("admin", self.admin.as_ref() != admin(wanted)),
            ("telemetry", self.otlp != wanted.otlp),
            ("discovery.push", self.push != PushSocket::of(wanted)),
        ];
        let waiting = differs.into_iter().filter(|(_, differs)| *differs);
        waiting.map(|(key, _)| key.to_owned()).collect()
    }

    /// Returns whether the token file of the admin server is unchanged. Another path needs a restart, another token in
    /// the same file does not.
    pub(super) fn has_token_file_of(&self, wanted: &Settings) -> bool {
        let file = self.admin.as_ref().map(|admin| &admin.token_file);
        file == admin(wanted).map(|admin| &admin.token_file)
    }
}

/// The part of the server of pushes that is bound once. Certificates, providers and tokens follow reloads.
#[derive(Debug, PartialEq, Eq)]
struct PushSocket {
    listen: SocketAddr,
    is_plaintext: bool,
}

impl PushSocket {
    fn of(settings: &Settings) -> Option<Self> {
        let push = settings.discovery.push.as_ref()?;
        Some(Self {
            listen: push.listen?,
            is_plaintext: push.is_plaintext(),
        })
    }
}

/// Returns the settings of the admin server, if there is one.
fn admin(settings: &Settings) -> Option<&AdminSettings> {
    Some(&settings.admin).filter(|admin| admin.listen.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_file_without_an_admin_server_needs_no_restart() {
        let mut wanted = Settings::built_in();
        let active = RestartOnly::of(&wanted);
        wanted.admin.token_file = Some("other".into());
        assert!(active.waiting(&wanted).is_empty());
        assert!(active.has_token_file_of(&wanted));
        wanted.admin.listen = Some("127.0.0.1:5580".parse().unwrap());
        assert_eq!(active.waiting(&wanted), ["admin"]);
        assert!(!active.has_token_file_of(&wanted));
    }
}
