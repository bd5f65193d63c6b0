//! Limits in readable form.

use std::collections::BTreeMap;

use hyrouter_config::{LimitSettings, RateSettings, RetrySettings};
use serde_json::Value;

/// Returns the active limits, by the keys of the configuration.
pub(super) fn of(limits: &LimitSettings) -> BTreeMap<String, Value> {
    let rate = |rate: RateSettings| {
        if rate.per_second == 0 {
            Value::from("no limit")
        } else {
            Value::from(format!("{}/s, burst {}", rate.per_second, rate.burst))
        }
    };
    let retry = match limits.retry {
        RetrySettings::Always => "always",
        RetrySettings::Never => "never",
        RetrySettings::Adaptive => "adaptive",
    };
    let time = |time: std::time::Duration| Value::from(format!("{time:?}"));
    [
        ("retry", Value::from(retry)),
        ("retry_threshold", limits.retry_threshold.into()),
        ("max_half_open", limits.max_half_open.into()),
        ("max_connections", limits.max_connections.into()),
        (
            "max_connections_per_source",
            limits.max_connections_per_source.into(),
        ),
        ("max_unread", limits.max_unread.into()),
        ("rate", rate(limits.rate)),
        ("source_rate", rate(limits.source_rate)),
        ("allow", limits.allow.len().into()),
        ("deny", limits.deny.len().into()),
        ("handshake_timeout", time(limits.handshake_timeout)),
        ("connect_timeout", time(limits.connect_timeout)),
        ("decision_timeout", time(limits.decision_timeout)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
