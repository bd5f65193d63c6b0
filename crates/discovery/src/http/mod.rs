//! Provider `http`: a document of an HTTP server, requested again and again.

mod content_type;
mod failed_attempt;
mod remote_document;

use std::time::Duration;

use http::HeaderValue;
use hyrouter_http_client::{Backoff, Retry};
use tokio::time::sleep;

use self::failed_attempt::FailedAttempt;
use self::remote_document::{Fetched, RemoteDocument};
use crate::read_files::read_files;
use crate::{Follow, HttpSettings, Provider, ProviderError, Publisher};

/// Waits after failures.
const RETRY: Retry = Retry {
    attempts: u32::MAX,
    backoff: Backoff {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(30),
    },
    longest_asked: Duration::from_mins(5),
};
/// Shortest and longest wait as shares of the interval, so that many routers do not ask at the same time.
const JITTER: (f64, f64) = (0.9, 1.1);

/// Follows a document of an HTTP server.
#[derive(Debug)]
pub(crate) struct HttpProvider {
    document: RemoteDocument,
    interval: Duration,
}

impl HttpProvider {
    /// Checks the settings. The files that they name are read with the first request.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, ProviderError> {
        let positive = [
            ("interval", settings.interval),
            ("timeout", settings.timeout),
        ];
        if let Some((key, _)) = positive.into_iter().find(|(_, time)| time.is_zero()) {
            return Err(ProviderError::Setting {
                key,
                problem: "0 s; allowed: more than 0 s".to_owned(),
            });
        }
        Ok(Self {
            document: RemoteDocument::new(settings)?,
            interval: settings.interval,
        })
    }
}

impl Provider for HttpProvider {
    fn follow(&self, publisher: Publisher) -> Follow {
        let follower = HttpFollower {
            publisher,
            document: self.document.clone(),
            etag: None,
        };
        Box::pin(follower.run(self.interval))
    }
}

/// The task of the provider.
struct HttpFollower {
    publisher: Publisher,
    document: RemoteDocument,
    /// `ETag` of the document that was published last.
    etag: Option<HeaderValue>,
}

impl HttpFollower {
    async fn run(mut self, interval: Duration) {
        let mut failures = 0_u32;
        loop {
            let wait = match self.attempt().await {
                Ok(()) => {
                    failures = 0;
                    let (least, most) = JITTER;
                    let share = rand::random_range(least..=most);
                    Duration::try_from_secs_f64(interval.as_secs_f64() * share).unwrap_or(interval)
                }
                Err(FailedAttempt { problem, asked }) => {
                    let url = self.document.url();
                    self.publisher.fail(format_args!("{url}: {problem}"));
                    failures = failures.saturating_add(1);
                    RETRY.wait(failures, asked).unwrap_or(interval)
                }
            };
            sleep(wait).await;
        }
    }

    /// Requests the document, and publishes or confirms it.
    async fn attempt(&mut self) -> Result<(), FailedAttempt> {
        let mut document = self.document.clone();
        let preparing = move || {
            let client = document.prepare();
            (document, client)
        };
        let prepared = read_files(&self.publisher, preparing).await;
        let (document, client) = prepared.ok_or("reading its files panicked")?;
        let client = client?;
        self.document = document;
        match self.document.fetch(&client, self.etag.as_ref()).await? {
            Fetched::NotModified => self.publisher.confirm(),
            Fetched::Whole { etag, text } => {
                // Unless it can be read, it is requested as a whole again.
                self.etag = None;
                let read = read_files(&self.publisher, move || text.read()).await;
                let found = read.ok_or("reading the document panicked")??;
                self.publisher.publish(found.backends, found.problems);
                self.etag = etag;
            }
        }
        Ok(())
    }
}
