//! Limits that are never reached because of another limit.

use super::Report;
use crate::path::Path;
use crate::{LimitSettings, RetrySettings};

/// Warns of all of them. A limit with its default value is not reported, since the operator did not ask for it.
pub(super) fn warn(limits: &LimitSettings, report: &mut Report<'_>) {
    let source_parts = u32::from(LimitSettings::SOURCE_PARTS);
    let network_parts = u32::from(LimitSettings::NETWORK_PARTS);
    let mut warn = |key: &str, text: String| report.warn(&Path::of("limits").key(key), text);

    let defaults = LimitSettings::default();
    let threshold = limits.retry_threshold;
    if limits.retry == RetrySettings::Adaptive && threshold != defaults.retry_threshold {
        for (key, most) in [
            ("max_half_open", limits.max_half_open),
            ("max_connections", limits.max_connections),
        ] {
            if threshold > most.div_ceil(2) {
                warn(
                    "retry_threshold",
                    format!(
                        "it is never reached (got {threshold}): unproven handshakes get half of `{key}` ({most}) at \
                         most; set it to {} or less, or raise `{key}`",
                        most.div_ceil(2)
                    ),
                );
            }
        }
    }

    let half_open = limits.max_half_open;
    if half_open > limits.max_connections && half_open != defaults.max_half_open {
        warn(
            "max_half_open",
            format!(
                "it is never reached (got {half_open}): half-open handshakes are connections, of which \
                 `max_connections` allows {}; set it to that or less",
                limits.max_connections
            ),
        );
    }

    let per_source = limits.max_connections_per_source;
    let part = limits.max_connections.div_ceil(source_parts);
    if per_source > part && per_source != defaults.max_connections_per_source {
        warn(
            "max_connections_per_source",
            format!(
                "it is never reached (got {per_source}): a source gets 1/{source_parts} of `max_connections` at \
                 most, which is {part}; set it to that or less, or raise `max_connections`"
            ),
        );
    }
    if per_source > limits.max_half_open / 8 {
        warn(
            "max_connections_per_source",
            format!(
                "it is above 1/8 of `max_half_open` (got {per_source}, 1/8 is {}): a source gets 1/{source_parts} \
                 of that at most, so that clients of one source that come at once are refused; lower it, or raise \
                 `max_half_open`",
                limits.max_half_open / 8
            ),
        );
    }
    let bytes = u64::from(per_source) * u64::from(LimitSettings::LONGEST_PACKET);
    if bytes > limits.max_unread / 4 {
        warn(
            "max_connections_per_source",
            format!(
                "its connections could hold {bytes} bytes of packets, more than 1/4 of `max_unread` (got \
                 {per_source}, 1/4 is {}): a source gets 1/{source_parts} of that at most; lower it, or raise \
                 `max_unread`",
                limits.max_unread / 4
            ),
        );
    }

    let (all, source) = (&limits.rate, &limits.source_rate);
    let default = defaults.source_rate;
    for (key, all, source, default) in [
        (
            "per_second",
            all.per_second,
            source.per_second,
            default.per_second,
        ),
        ("burst", all.burst, source.burst, default.burst),
    ] {
        let part = all.div_ceil(network_parts);
        let limited = limits.rate.per_second > 0 && limits.source_rate.per_second > 0;
        if limited && source > part && source != default {
            warn(
                "source_rate",
                format!(
                    "its `{key}` is never reached (got {source}): a network gets 1/{network_parts} of `rate` at most, \
                     which is {part}; set it to that or less, or raise `rate`"
                ),
            );
        }
    }
}
