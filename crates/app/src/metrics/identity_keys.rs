//! Metrics and health of the keys of the active configuration.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use hyrouter_config::IdentityMode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use super::encode::EncodeMetrics as _;
use crate::build::identity_keys::IdentityKeys;

/// `/readyz` fails this long before keys are too old, so that load balancers take a router that is cut off from its key
/// service out in time. Not longer: where the service is away for all routers, it ends the whole network.
const LEAVING: Duration = Duration::from_mins(1);

/// The keys of the active configuration.
#[derive(Debug, Default)]
pub(crate) struct KeyMetrics {
    keys: ArcSwapOption<IdentityKeys>,
    required: AtomicBool,
}

/// Health of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyHealth {
    /// The keys are fresh, or no tokens are verified.
    Good,
    /// Players are verified, but soon will not be if the source does not recover.
    Warning(String),
    /// Players are refused, or will be in a minute.
    Failing(String),
}

impl KeyMetrics {
    pub(crate) fn follow(&self, keys: Option<Arc<IdentityKeys>>, mode: IdentityMode) {
        self.keys.store(keys);
        let required = mode == IdentityMode::Require;
        self.required.store(required, Ordering::Relaxed);
    }

    /// Returns the health of the keys at this time.
    pub(crate) fn health(&self, now: SystemTime) -> KeyHealth {
        let keys = self.keys.load();
        let Some(keys) = keys.as_ref() else {
            return KeyHealth::Good;
        };
        let age = keys
            .verifier
            .has_keys()
            .then(|| keys.verifier.keys_age(now));
        let age = age.map(Option::unwrap_or_default);
        health(age, keys.max_stale(), self.required.load(Ordering::Relaxed))
    }
}

/// An age of none: there are no keys.
fn health(age: Option<Duration>, max_stale: Duration, required: bool) -> KeyHealth {
    let Some(age) = age else {
        return if required {
            let text = "there are no keys to verify players with, so that all are refused";
            KeyHealth::Failing(text.to_owned())
        } else {
            KeyHealth::Warning("there are no keys to verify players with".to_owned())
        };
    };
    if age < max_stale / 2 {
        return KeyHealth::Good;
    }
    let (age_text, max) = (Duration::from_secs(age.as_secs()), max_stale);
    let result = if required { "refused" } else { "not verified" };
    let text = format!(
        "the last good fetch of the keys was {age_text:?} ago; players are {result} from {max:?} on (identity.max_stale)"
    );
    let leaves = max_stale.saturating_sub(LEAVING.min(max_stale / 10));
    if required && age >= leaves {
        KeyHealth::Failing(text)
    } else {
        KeyHealth::Warning(text)
    }
}

impl Collector for KeyMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let now = SystemTime::now();
        let keys = self.keys.load();
        let keys = keys.as_ref();
        let count = keys.map(|keys| {
            if keys.verifier.can_verify(now) {
                keys.verifier.key_ids().len()
            } else {
                0
            }
        });
        encoder.optional_gauge(
            "identity_keys",
            "Keys that identity tokens are verified with, 0 if they are too old; no value if tokens are not verified",
            count,
        )?;
        let age = keys.and_then(|keys| keys.verifier.keys_age(now));
        encoder.optional_gauge(
            "identity_keys_age_seconds",
            "Time since the last successful fetch or read of the keys; no value before the first one",
            age.map(|age| age.as_secs_f64()),
        )?;
        let max_stale = keys.map(|keys| keys.max_stale());
        encoder.optional_gauge(
            "identity_keys_max_stale_seconds",
            "Age at which the keys are no longer used (identity.max_stale); no value if tokens are not verified",
            max_stale.map(|age| age.as_secs_f64()),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{KeyHealth, health};

    #[test]
    fn readiness_warns_at_half_and_fails_a_minute_before_the_end() {
        let hours = Duration::from_hours;
        let second = Duration::from_secs(1);
        let is_warning = |health: &KeyHealth| matches!(health, KeyHealth::Warning(_));
        let is_failing = |health: &KeyHealth| matches!(health, KeyHealth::Failing(_));
        for (age, max, warns, fails) in [
            (Duration::ZERO, hours(6), false, false),
            (hours(2) + 3_599 * second, hours(6), false, false),
            (hours(3), hours(6), true, false),
            (hours(5) + 3_539 * second, hours(6), true, false),
            (hours(5) + 3_540 * second, hours(6), true, true),
            (hours(7), hours(6), true, true),
            (second, 2 * second, true, false),
            (2 * second, 2 * second, true, true),
        ] {
            let required = health(Some(age), max, true);
            assert_eq!(is_failing(&required), fails, "{age:?} {required:?}");
            assert_eq!(
                is_warning(&required),
                warns && !fails,
                "{age:?} {required:?}"
            );
            let reported = health(Some(age), max, false);
            assert_eq!(is_warning(&reported), warns, "{age:?} {reported:?}");
            assert!(!is_failing(&reported), "unverified players are admitted");
        }
        assert!(is_failing(&health(None, hours(6), true)));
        assert!(is_warning(&health(None, hours(6), false)));
    }
}
