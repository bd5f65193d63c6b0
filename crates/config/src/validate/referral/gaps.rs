//! Times at which no key signs.

use std::time::SystemTime;

use hyrouter_referral::Validity;

use super::Given;
use crate::path::Path;
use crate::validate::Report;

/// Players are refused while no key signs. That there is none now, at some time to come, or none any more one day, is
/// told at the start, and so is a key that never has its turn.
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
    // From moment to moment, each time to the end of the key that lasts longest.
    while let Some(at) = until {
        let valid = keys.iter().map(|key| key.validity);
        let mut valid = valid.filter(|validity| validity.contains(at)).peekable();
        if valid.peek().is_none() {
            let later = keys.iter().filter_map(|key| key.validity.not_before);
            let when = if at == now { "now" } else { "one day" };
            let message = if later.filter(|begin| *begin > at).min().is_some() {
                format!("{when} no key signs until the next begins; players are refused then")
            } else {
                format!("{when} no key signs any more; players are refused then")
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
    /// Returns whether this key, which stands before the other, signs whenever the other could.
    fn hides(&self, other: &Self) -> bool {
        let lasts = match (self.validity.not_after, other.validity.not_after) {
            (None, _) => true,
            (Some(end), Some(other)) => end >= other,
            (Some(_), None) => false,
        };
        self.validity.not_before == other.validity.not_before && lasts
    }
}
