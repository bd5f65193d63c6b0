//! Where a webhook is and how much may wait for it.

use std::path::PathBuf;

use super::post::Receiver;
use super::{Token, url};
use crate::SinkError;

/// The most decisions that may be asked to wait.
const MAX_QUEUE: usize = 1 << 20;
/// The most decisions in one request: about 5 MiB.
const MAX_BATCH: usize = 10_000;

/// Where a webhook is and how much may wait for it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// `https://host[:port]/path`, or `http://`. With a token, `http://` is for this machine only.
    pub url: String,
    /// Sent as `Authorization: Bearer ...`.
    pub token: Option<Token>,
    /// Certificates in PEM that the receiver may be trusted by, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Decisions that may wait, 1 to 1,048,576. Default 4,096: four seconds at a thousand a second, and about 2 MiB.
    pub queue: usize,
    /// Decisions in one request, 1 to 10,000. Default 100: about 50 KiB.
    pub batch: usize,
}

impl WebhookSettings {
    /// That URL, and the default of the rest.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            ca_file: None,
            queue: 4_096,
            batch: 100,
        }
    }

    /// Whether each setting can be used. Reads `ca_file`, if there is one, and nothing else.
    ///
    /// # Errors
    ///
    /// The first that can not; the error says its value and what is allowed.
    pub fn check(&self) -> Result<(), SinkError> {
        for (key, value, most) in [
            ("queue", self.queue, MAX_QUEUE),
            ("batch", self.batch, MAX_BATCH),
        ] {
            if !(1..=most).contains(&value) {
                return Err(SinkError::Setting { key, value, most });
            }
        }
        if self.ca_file.is_some() {
            return Receiver::new(self).map(drop);
        }
        url::parse(&self.url, self.token.is_some()).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BATCH, MAX_QUEUE, WebhookSettings};

    #[test]
    fn numbers_have_a_range() {
        type Field = fn(&mut WebhookSettings) -> &mut usize;
        let fields: [(&str, usize, Field); 2] = [
            ("queue", MAX_QUEUE, |settings| &mut settings.queue),
            ("batch", MAX_BATCH, |settings| &mut settings.batch),
        ];
        for (key, most, field) in fields {
            let check = |value| {
                let mut settings = WebhookSettings::new("http://127.0.0.1/");
                *field(&mut settings) = value;
                settings.check().map_err(|error| error.to_string())
            };
            assert_eq!(check(1), Ok(()));
            assert_eq!(check(most), Ok(()));
            for value in [0, most + 1, usize::MAX] {
                let wanted = format!("{key} is {value}, allowed is 1 to {most}");
                assert_eq!(check(value), Err(wanted));
            }
        }
    }
}
