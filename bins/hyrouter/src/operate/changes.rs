//! What of a new configuration waits for a restart.

use hyrouter_config::Settings;

/// The keys whose new value is not used before a restart: sockets are bound once, and who reads traces is told once.
pub(super) fn waiting_for_restart(running: &Settings, wanted: &Settings) -> Vec<String> {
    let differs = [
        ("listen", running.listen != wanted.listen),
        (
            "quic.endpoints",
            running.quic.endpoints != wanted.quic.endpoints,
        ),
        (
            "quic.proxy_protocol",
            running.quic.proxy_protocol != wanted.quic.proxy_protocol,
        ),
        ("admin", running.admin != wanted.admin),
        ("telemetry", running.otlp != wanted.otlp),
    ];
    let waiting = differs.into_iter().filter(|(_, differs)| *differs);
    waiting.map(|(key, _)| key.to_owned()).collect()
}
