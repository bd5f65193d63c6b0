//! Settings that need a restart.

use hyrouter_config::{
    AdminSettings, ListenAddr, ProxyProtocolSettings, Settings, TelemetrySettings,
};

/// Settings that are used only at the start: sockets are bound once, and the collector of traces is set once.
#[derive(Debug)]
pub(crate) struct RestartOnly {
    listen: ListenAddr,
    endpoints: usize,
    proxy_protocol: Option<ProxyProtocolSettings>,
    admin: AdminSettings,
    otlp: Option<TelemetrySettings>,
}

impl RestartOnly {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            listen: settings.listen,
            endpoints: settings.quic.endpoints,
            proxy_protocol: settings.quic.proxy_protocol.clone(),
            admin: settings.admin.clone(),
            otlp: settings.otlp.clone(),
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
            ("admin", self.admin != wanted.admin),
            ("telemetry", self.otlp != wanted.otlp),
        ];
        let waiting = differs.into_iter().filter(|(_, differs)| *differs);
        waiting.map(|(key, _)| key.to_owned()).collect()
    }

    /// Returns whether the token file of the admin server is unchanged. Another path needs a restart, another token in
    /// the same file does not.
    pub(super) fn has_token_file_of(&self, wanted: &Settings) -> bool {
        self.admin.token_file == wanted.admin.token_file
    }
}
