//! Validation of settings beside routing: QUIC, limits, the admin server, shutdown, logging, decisions and traces.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::{Report, contradictions, parse_duration, to_usize};
use crate::format::network;
use crate::path::Path;
use crate::problem::message;
use crate::settings::{
    AdminSettings, DecisionTarget, DecisionWebhookSettings, LimitSettings, LoggingSettings,
    ProxyHeaderMode, ProxyProtocolSettings, QuicSettings, RateSettings, RetrySettings,
    ShutdownSettings, TelemetrySettings,
};
use crate::{listen, model};

/// Maximum time to serve after a request to stop: 1 hour, since the orchestrator waits for it.
const MAX_DELAY: Duration = Duration::from_hours(1);

pub(super) fn quic(quic: model::Quic) -> QuicSettings {
    QuicSettings {
        max_idle_timeout: parse_duration(&quic.max_idle_timeout),
        endpoints: to_usize(quic.endpoints),
        token_key_file: file(quic.token_key_file),
        proxy_protocol: quic.proxy_protocol.map(|proxy| ProxyProtocolSettings {
            trusted: networks(&proxy.trusted),
            headers: match proxy.headers.as_str() {
                "every" => ProxyHeaderMode::Every,
                _ => ProxyHeaderMode::First,
            },
        }),
    }
}

pub(super) fn limits(limits: &model::Limits, report: &mut Report<'_>) -> LimitSettings {
    let path = Path::of("limits");
    let rate = |per_second, burst| RateSettings { per_second, burst };
    let built = LimitSettings {
        handshake_timeout: parse_duration(&limits.handshake_timeout),
        connect_timeout: parse_duration(&limits.connect_timeout),
        decision_timeout: parse_duration(&limits.decision_timeout),
        close_timeout: parse_duration(&limits.close_timeout),
        retry: match limits.retry.as_str() {
            "always" => RetrySettings::Always,
            "never" => RetrySettings::Never,
            _ => RetrySettings::Adaptive,
        },
        retry_threshold: to_usize(limits.retry_threshold),
        max_half_open: to_usize(limits.max_half_open),
        max_connections: to_usize(limits.max_connections),
        max_connections_per_source: to_usize(limits.max_connections_per_source),
        max_unread: usize::try_from(limits.max_unread).unwrap_or(usize::MAX),
        rate: rate(limits.rate.per_second, limits.rate.burst),
        source_rate: rate(limits.source_rate.per_second, limits.source_rate.burst),
        allow: networks(&limits.allow),
        deny: networks(&limits.deny),
    };
    for (key, rate) in [("rate", built.rate), ("source_rate", built.source_rate)] {
        // No client would be admitted.
        if rate.per_second > 0 && rate.burst == 0 {
            let message = message("out of range", &Value::from(0), "1 or more");
            report
                .problems
                .add_if_clear(&path.key(key).key("burst"), message);
        }
    }
    contradictions::warn(limits, report);
    built
}

pub(super) fn logging(logging: model::Logging) -> LoggingSettings {
    LoggingSettings {
        log_client_ip: logging.log_client_ip,
        decisions: logging
            .decisions
            .filter(|target| !target.is_empty())
            .map(|target| match target.as_str() {
                "stdout" => DecisionTarget::Stdout,
                _ => DecisionTarget::File(target.into()),
            }),
        decision_client_ip: logging.decision_client_ip,
        recent_decisions: to_usize(logging.recent_decisions),
        webhook: logging.webhook.map(|webhook| DecisionWebhookSettings {
            url: webhook.url,
            token_file: file(webhook.token_file),
            ca_file: file(webhook.ca_file),
            queue: to_usize(webhook.queue),
        }),
    }
}

/// Callers of the admin server can stop the router, so other machines need a token.
pub(super) fn admin(admin: model::Admin, report: &mut Report<'_>) -> Option<AdminSettings> {
    let text = admin.listen.filter(|text| !text.is_empty())?;
    let listen = listen::parse(&text)?.addr;
    let token_file = file(admin.token_file);
    if token_file.is_none() && !listen.ip().is_loopback() {
        let message = message(
            "an address beyond this machine, without a `token_file`",
            &Value::from(text),
            "127.0.0.1:PORT, [::1]:PORT, or any with a token",
        );
        report
            .problems
            .add_if_clear(&Path::of("admin.listen"), message);
    }
    Some(AdminSettings { listen, token_file })
}

pub(super) fn shutdown(
    shutdown: &model::Shutdown,
    limits: &model::Limits,
    report: &mut Report<'_>,
) -> ShutdownSettings {
    let delay = parse_duration(&shutdown.delay);
    if delay > MAX_DELAY {
        let message = message(
            "out of range",
            &Value::from(shutdown.delay.as_str()),
            "0s to 1h",
        );
        report
            .problems
            .add_if_clear(&Path::of("shutdown.delay"), message);
    }
    let longest = [
        &limits.handshake_timeout,
        &limits.connect_timeout,
        &limits.decision_timeout,
    ];
    let timeout = shutdown.timeout.as_deref().map_or_else(
        || longest.into_iter().map(|text| parse_duration(text)).sum(),
        parse_duration,
    );
    ShutdownSettings { delay, timeout }
}

pub(super) fn otlp(telemetry: model::Telemetry) -> Option<TelemetrySettings> {
    telemetry.otlp.map(|otlp| TelemetrySettings {
        endpoint: otlp.endpoint,
        one_in: otlp.one_in.max(1),
        service_name: otlp.service_name,
        timeout: parse_duration(&otlp.timeout),
    })
}

/// The schema check lets no text through that is no network.
fn networks(texts: &[String]) -> Vec<ipnet::IpNet> {
    texts.iter().filter_map(|text| network(text)).collect()
}

fn file(path: Option<String>) -> Option<PathBuf> {
    path.filter(|path| !path.is_empty()).map(Into::into)
}
