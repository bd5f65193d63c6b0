use std::time::Duration;

use super::{Report, parse_duration};
use crate::model::Config;
use crate::path::Path;
use crate::problem::message;

/// Warns of an idle timeout that comes before the connect timeout: only the latter tells a silent client the reason.
pub(super) fn warn_of_idle_timeout(config: &Config, report: &mut Report<'_>) {
    let idle = parse_duration(&config.quic.max_idle_timeout);
    if idle <= parse_duration(&config.limits.connect_timeout) {
        report.warn(
            &Path::of("quic.max_idle_timeout"),
            "it is not above `limits.connect_timeout`, so slow clients are dropped without a word",
        );
    }
}

/// Checks bounds on times. Outside of them tokens never expire, withdrawn keys are trusted for weeks, or envelopes
/// expire before the player arrives.
pub(super) fn check_bounds(config: &Config, report: &mut Report<'_>) {
    let referral = config.referral.as_ref();
    let ttl = referral.map_or("60s", |referral| &referral.ttl);
    for (path, text, least, most, allowed) in [
        (
            "identity.clock_skew",
            config.identity.clock_skew.as_str(),
            0,
            3600,
            "0s to 1h",
        ),
        (
            "identity.refresh",
            config.identity.refresh.as_str(),
            1,
            7 * 24 * 3600,
            "1s to 168h",
        ),
        ("referral.ttl", ttl, 1, 24 * 3600, "1s to 24h"),
    ] {
        let bounds = Duration::from_secs(least)..=Duration::from_secs(most);
        if !bounds.contains(&parse_duration(text)) {
            let value = serde_json::Value::from(text);
            let message = message("out of range", &value, allowed);
            report.problems.add_if_clear(&Path::of(path), message);
        }
    }
}
