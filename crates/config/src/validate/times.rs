use std::time::Duration;

use super::Report;
use crate::checks::Layers;
use crate::duration;
use crate::model::Config;
use crate::path::Path;
use crate::problem::message;

/// Warns of an idle timeout below the connect timeout, since only the latter sends a silent client the reason.
pub(super) fn warn_of_idle_timeout(config: &Config, report: &mut Report<'_>) {
    if config.quic.max_idle_timeout <= config.limits.connect_timeout {
        report.warn(
            &Path::of("quic.max_idle_timeout"),
            "it is not above `limits.connect_timeout`, so slow clients are dropped without a message",
        );
    }
}

/// Checks limits of times. Beyond them, tokens never expire, withdrawn keys are trusted for weeks, envelopes expire
/// before the player arrives, or the orchestrator kills a router that is still draining.
pub(super) fn check_bounds(config: &Config, layers: &Layers<'_>, report: &mut Report<'_>) {
    let identity = &config.identity;
    let referral = config.referral.as_ref();
    let second = Duration::from_secs(1);
    let hours = Duration::from_hours;
    for (path, found, least, most, allowed) in [
        (
            "identity.clock_skew",
            Some(identity.clock_skew),
            Duration::ZERO,
            hours(1),
            "0s to 1h",
        ),
        (
            "identity.max_stale",
            identity.max_stale,
            identity.min_stale(),
            hours(336),
            "twice `identity.refresh` to 336h",
        ),
        (
            "identity.refresh",
            Some(identity.refresh),
            second,
            hours(168),
            "1s to 168h",
        ),
        (
            "referral.ttl",
            referral.map(|referral| referral.ttl),
            second,
            hours(24),
            "1s to 24h",
        ),
        (
            "shutdown.delay",
            Some(config.shutdown.delay),
            Duration::ZERO,
            hours(1),
            "0s to 1h",
        ),
    ] {
        if let Some(found) = found.filter(|found| !(least..=most).contains(found)) {
            let value = layers.written_or(path, || duration::to_text(&found));
            let message = message("out of range", &value, allowed);
            report.problems.add_if_clear(&Path::of(path), message);
        }
    }
}
