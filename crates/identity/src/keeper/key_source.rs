use std::fmt;

use super::error::FetchError;
use super::key_file::KeyFile;
use super::key_service::KeyService;
use super::{JwksSource, KeeperError, KeeperSettings};

/// Source of keys, opened.
pub(super) enum KeySource {
    Service(Box<KeyService>),
    File(KeyFile),
}

impl KeySource {
    pub(super) fn new(source: JwksSource, settings: &KeeperSettings) -> Result<Self, KeeperError> {
        Ok(match source {
            JwksSource::Url(url) => Self::Service(Box::new(KeyService::new(&url, settings)?)),
            JwksSource::File(path) => Self::File(KeyFile::new(path, settings.timeout)),
        })
    }

    pub(super) async fn fetch(&mut self) -> Result<Vec<u8>, FetchError> {
        match self {
            Self::Service(service) => Ok(service.fetch().await?),
            Self::File(file) => file.read().await,
        }
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service) => service.url().fmt(f),
            Self::File(file) => file.path().display().fmt(f),
        }
    }
}
