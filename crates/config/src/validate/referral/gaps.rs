//! Times at which no key signs.

use std::time::SystemTime;

use hyrouter_referral::Validity;

use super::Given;
use crate::path::Path;
use crate::validate::Report;

/// Warns of times at which no key signs, now or later, since players are refused then, and of keys that never sign.
pub(super) fn warn_of_gaps(list: &Path, keys: &[Given], now: SystemTime, report: &mut Report<'_>) {
    for (place, key) in keys.iter().enumerate() {
        let first = keys.iter().take(place).find(|first| first.hides(key));
        if let Some(first) = first {
            report.warn(
                &key.path,
                format!(
                    "never signs, since key {} comes first; give it a `not_before`",
                    first.id
                ),
            );
        }
    }
    let ends = |validity: &Validity| validity.not_after;
    let mut until = Some(now);
    // Steps to the end of the valid key that lasts longest.
    while let Some(at) = until {
        let valid = keys.iter().map(|key| key.validity);
        let mut valid = valid.filter(|validity| validity.contains(at)).peekable();
        if valid.peek().is_none() {
            let later = keys.iter().filter_map(|key| key.validity.not_before);
            let when = if at == now { "now" } else { "at a later time" };
            let message = if later.filter(|begin| *begin > at).min().is_some() {
                format!(
                    "{when} no key signs until the next one begins; players are refused during that time"
                )
            } else {
                format!("{when} no key signs and none follows; players are refused then")
            };
            report.warn(list, message);
            return;
        }
        until = valid
            .map(|validity| ends(&validity))
            .reduce(|one, other| Some(one?.max(other?)))
            .flatten();
    }
}

impl Given {
    /// Returns whether this key, which is listed before the other, signs whenever the other could.
    fn hides(&self, other: &Self) -> bool {
        let lasts = match (self.validity.not_after, other.validity.not_after) {
            (None, _) => true,
            (Some(end), Some(other)) => end >= other,
            (Some(_), None) => false,
        };
        self.validity.not_before == other.validity.not_before && lasts
    }
}
