//! Validation of the identity settings.

use std::time::Duration;

use serde_json::Value;

use super::{Report, parse_duration, to_usize};
use crate::model::Identity;
use crate::path::Path;
use crate::problem::message;
use crate::settings::{IdentityMode, IdentitySettings};

/// Keys are used this long after the last good fetch where nothing else is written.
const MAX_STALE: Duration = Duration::from_hours(6);
/// The longest time that may be written. Twice the longest `refresh`.
const LONGEST: Duration = Duration::from_hours(336);

pub(super) fn build(identity: Identity, report: &mut Report<'_>) -> IdentitySettings {
    let refresh = parse_duration(&identity.refresh);
    let max_stale = max_stale(identity.max_stale.as_deref(), refresh, report);
    IdentitySettings {
        mode: match identity.mode.as_str() {
            "require" => IdentityMode::Require,
            "report" => IdentityMode::Report,
            _ => IdentityMode::Off,
        },
        jwks: identity.jwks,
        ca_file: identity
            .ca_file
            .filter(|file| !file.is_empty())
            .map(Into::into),
        issuer: identity.issuer,
        clock_skew: parse_duration(&identity.clock_skew),
        refresh,
        max_stale,
        max_age: identity.max_age.as_deref().map(parse_duration),
        bind_certificate: identity.bind_certificate,
        cache_size: to_usize(identity.cache_size),
    }
}

/// One fetch may fail without players being refused, so that there is room for two.
fn max_stale(written: Option<&str>, refresh: Duration, report: &mut Report<'_>) -> Duration {
    let least = refresh.saturating_mul(2);
    let Some(text) = written else {
        return MAX_STALE.max(least);
    };
    let max_stale = parse_duration(text);
    if !(least..=LONGEST).contains(&max_stale) {
        report.problems.add_if_clear(
            &Path::of("identity.max_stale"),
            message(
                "out of range",
                &Value::from(text),
                "twice `identity.refresh` to 336h",
            ),
        );
    }
    max_stale
}
