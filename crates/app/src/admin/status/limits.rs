//! Limits in readable form.

use std::collections::BTreeMap;

use hyrouter_config::{LimitSettings, RateSettings};
use serde_json::Value;

/// Returns the active limits, by the keys of the configuration.
pub(super) fn of(limits: &LimitSettings) -> BTreeMap<String, Value> {
    let rate = |rate: RateSettings| match rate.per_second {
        0 => Value::from("no limit"),
        per_second => Value::from(format!("{per_second}/s, burst {}", rate.burst)),
    };
    let time = |time: std::time::Duration| Value::from(format!("{time:?}"));
    [
        ("retry", limits.retry.as_str().into()),
        ("retry_threshold", limits.retry_threshold.into()),
        ("max_half_open", limits.max_half_open.into()),
        ("max_connections", limits.max_connections.into()),
        (
            "max_connections_per_source",
            limits.max_connections_per_source.into(),
        ),
        ("max_unread", limits.max_unread.into()),
        ("rate", rate(limits.rate)),
        ("source_rate", rate(limits.source_rate.into())),
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
