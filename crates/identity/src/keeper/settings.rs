//! Settings for fetching keys.

use std::path::PathBuf;
use std::time::Duration;

use super::KeeperError;

/// Maximum of all durations: a withdrawn key must not be trusted for weeks.
const MAX: Duration = Duration::from_hours(7 * 24);

/// Settings for fetching keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperSettings {
    /// Time between a good fetch and the next, with 10 % of jitter, so that routers that started together do not fetch
    /// together. 100 ms to 7 days; default 10 min. A withdrawn key is trusted for that long.
    pub refresh: Duration,
    /// Minimum time between two fetches for tokens with an unknown key. Such a token triggers a fetch at once, but any
    /// client can make one. 100 ms to 7 days; default 30 s.
    pub refetch_interval: Duration,
    /// Maximum time of a fetch, from the name look-up to the last byte. 1 ms to 7 days; default 10 s.
    pub timeout: Duration,
    /// Wait after a failure. It doubles with each further failure up to [`refresh`](Self::refresh), and a random part
    /// of up to 50 % is taken off. 10 ms to 7 days; default 1 s.
    pub backoff: Duration,
    /// PEM file with certificates to trust for an `https://` source, beside those of the system. Read when the keeper
    /// is made.
    pub ca_file: Option<PathBuf>,
}

impl Default for KeeperSettings {
    fn default() -> Self {
        Self {
            refresh: Duration::from_mins(10),
            refetch_interval: Duration::from_secs(30),
            timeout: Duration::from_secs(10),
            backoff: Duration::from_secs(1),
            ca_file: None,
        }
    }
}

impl KeeperSettings {
    /// Refuses settings that would fetch without pause or never.
    pub(super) fn check(&self) -> Result<(), KeeperError> {
        for (key, value, least) in [
            ("refresh", self.refresh, 100),
            ("refetch_interval", self.refetch_interval, 100),
            ("timeout", self.timeout, 1),
            ("backoff", self.backoff, 10),
        ] {
            if value < Duration::from_millis(least) || value > MAX {
                return Err(KeeperError::Setting { key, value, least });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{KeeperSettings, MAX};

    #[test]
    fn defaults_are_as_documented() {
        let settings = KeeperSettings::default();
        assert_eq!(settings.refresh, Duration::from_mins(10));
        assert_eq!(settings.refetch_interval, Duration::from_secs(30));
        assert_eq!(settings.timeout, Duration::from_secs(10));
        assert_eq!(settings.backoff, Duration::from_secs(1));
        assert_eq!(settings.ca_file, None);
        assert!(settings.check().is_ok());
    }

    #[test]
    fn invalid_settings_are_refused_by_name() {
        type Field = fn(&mut KeeperSettings) -> &mut Duration;
        let fields: [(&str, u64, Field); 4] = [
            ("refresh", 100, |s| &mut s.refresh),
            ("refetch_interval", 100, |s| &mut s.refetch_interval),
            ("timeout", 1, |s| &mut s.timeout),
            ("backoff", 10, |s| &mut s.backoff),
        ];
        for (key, least, field) in fields {
            let shortest = Duration::from_millis(least);
            let check = |value| {
                let mut settings = KeeperSettings::default();
                *field(&mut settings) = value;
                settings.check().map_err(|error| error.to_string())
            };
            assert_eq!(check(shortest), Ok(()));
            assert_eq!(check(MAX), Ok(()));
            for value in [
                Duration::ZERO,
                shortest.saturating_sub(Duration::from_nanos(1)),
                MAX + Duration::from_nanos(1),
                Duration::MAX,
            ] {
                let error = check(value).unwrap_err();
                assert!(error.starts_with(&format!("{key} is ")), "{error}");
                assert!(error.contains(&format!("{least} ms to 7 days")), "{error}");
            }
        }
    }
}
