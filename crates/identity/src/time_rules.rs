use std::time::{Duration, SystemTime};

use crate::{Claims, TokenRefusal};

/// Rules for the times in a token.
#[derive(Debug)]
pub(crate) struct TimeRules {
    pub(crate) clock_skew: Duration,
    pub(crate) max_age: Option<Duration>,
}

impl TimeRules {
    /// Checks the times of a token.
    pub(crate) fn check(&self, claims: &Claims, now: SystemTime) -> Result<(), TokenRefusal> {
        let now = nanoseconds(now);
        let skew = i128::try_from(self.clock_skew.as_nanos()).unwrap_or(i128::MAX / 2);
        let at = |second: i64| i128::from(second) * SECOND;
        let ends = claims.expires_at.ok_or(TokenRefusal::Expired)?;
        if now >= at(ends) + skew {
            return Err(TokenRefusal::Expired);
        }
        if let Some(max_age) = self.max_age {
            let max_age = i128::try_from(max_age.as_nanos()).unwrap_or(i128::MAX / 4);
            let issued = claims.issued_at.ok_or(TokenRefusal::MaxAge)?;
            if now >= at(issued) + max_age + skew {
                return Err(TokenRefusal::MaxAge);
            }
            if at(issued) > now + skew {
                return Err(TokenRefusal::NotYetValid);
            }
        }
        if claims
            .not_before
            .is_some_and(|begins| at(begins) > now + skew)
        {
            return Err(TokenRefusal::NotYetValid);
        }
        Ok(())
    }

    /// Returns the second since 1970 from which on a token that ends at `expires_at` is no longer good.
    pub(crate) fn end(&self, expires_at: i64) -> i64 {
        let skew = i64::try_from(self.clock_skew.as_secs()).unwrap_or(i64::MAX);
        expires_at.saturating_add(skew)
    }
}

/// Returns the whole seconds since 1970, negative before.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    i64::try_from(nanoseconds(time) / SECOND).unwrap_or(i64::MAX)
}

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// Returns the nanoseconds since 1970, negative before. Cannot overflow: times of the system are far from the bounds.
fn nanoseconds(time: SystemTime) -> i128 {
    let (Ok(time) | Err(time)) = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .map(|after| i128::try_from(after.as_nanos()).unwrap_or(i128::MAX / 2))
        .map_err(|error| {
            let before = error.duration().as_nanos();
            -i128::try_from(before).unwrap_or(i128::MAX / 2)
        });
    time
}
