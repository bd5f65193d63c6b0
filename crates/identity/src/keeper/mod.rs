//! Fetches keys in the background, so that no decision waits for the network.

mod error;
mod jwks_source;
mod key_file;
mod key_service;
mod key_source;
mod schedule;
mod settings;
mod status;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};
use tracing::{error, info, warn};

pub use self::error::KeeperError;
pub use self::jwks_source::{JwksSource, SourceError};
pub use self::settings::KeeperSettings;
pub use self::status::KeeperStatus;

use self::error::FetchError;
use self::key_source::KeySource;
use self::schedule::Schedule;
use crate::{KeySet, RefusedKey, TokenVerifier};

/// Maximum length of a key set in bytes. The game's has some hundred. Longer responses are not read to the end.
const MAX_JWKS: usize = 256 * 1024;

/// Keeps the keys of a [`TokenVerifier`] up to date: fetches them at once, then every [`KeeperSettings::refresh`], and
/// sooner when a token names an unknown key.
///
/// Fetched keys stay while their source is unreachable or delivers nonsense, for
/// [`TokenPolicy::max_stale`](crate::TokenPolicy::max_stale) after the last good fetch. Changes are logged once: the
/// first keys, added and removed keys, refused keys, a source that fails or works again, and another reason of failing.
///
/// Memory: the last key set as it was sent, at most 256 KiB, and during a fetch the next one as well.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use hyrouter_identity::{JwksSource, Keeper, KeeperSettings, TokenPolicy, TokenVerifier};
///
/// # async fn keep() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Arc::new(TokenVerifier::new(TokenPolicy::default()));
/// let source = JwksSource::parse("https://sessions.hytale.com/.well-known/jwks.json")?;
/// let keeper = Keeper::new(source, Arc::clone(&verifier), KeeperSettings::default())?;
/// tokio::spawn(keeper.run());
/// # Ok(())
/// # }
/// ```
pub struct Keeper {
    source: KeySource,
    verifier: Arc<TokenVerifier>,
    settings: KeeperSettings,
    unknown_key: Arc<Notify>,
    status: watch::Sender<KeeperStatus>,
    /// Key set of the verifier, as it was sent. The same bytes are not parsed again.
    last: Option<Vec<u8>>,
    /// Refused keys of that set, logged when they change.
    refused: Vec<RefusedKey>,
}

impl Keeper {
    /// Makes a keeper without fetching. A verifier has at most one keeper.
    ///
    /// Reads the trusted certificates of an `https://` source from files. The runtime in which [`run`](Self::run) is
    /// polled needs I/O and time.
    ///
    /// # Errors
    /// A setting is out of its range, or the certificates cannot be used.
    pub fn new(
        source: JwksSource,
        verifier: Arc<TokenVerifier>,
        settings: KeeperSettings,
    ) -> Result<Self, KeeperError> {
        settings.check()?;
        let source = KeySource::new(source, &settings)?;
        let unknown_key = Arc::new(Notify::new());
        let hook = Arc::clone(&unknown_key);
        verifier.on_unknown_key(Box::new(move || hook.notify_one()));
        Ok(Self {
            source,
            verifier,
            settings,
            unknown_key,
            status: watch::Sender::default(),
            last: None,
            refused: Vec::new(),
        })
    }

    /// Loads the keys now if the source is a file, so that a router with a wrong file does not start. Does nothing for
    /// a URL: a router must start while the service is unreachable.
    ///
    /// # Errors
    /// [`KeeperError::File`] if the file cannot be read or holds no usable key.
    pub fn load_file(&mut self) -> Result<(), KeeperError> {
        let KeySource::File(file) = &self.source else {
            return Ok(());
        };
        let path = file.path().to_owned();
        let loaded = file.read_now().and_then(|body| self.take(body));
        if let Err(error) = loaded {
            // The caller reports it; the log would only repeat it.
            let problem = error.to_string();
            return Err(KeeperError::File { path, problem });
        }
        self.report(&loaded);
        Ok(())
    }

    /// Fetches the keys once and waits for them, for callers that must not start without. [`run`](Self::run) does the
    /// same afterwards with or without this.
    ///
    /// # Errors
    /// [`KeeperError::Fetch`] if the keys cannot be fetched, or none of them is usable.
    pub async fn fetch_now(&mut self) -> Result<(), KeeperError> {
        let fetched = self.source.fetch().await;
        let taken = fetched.and_then(|body| self.take(body));
        self.report(&taken);
        taken.map_err(|error| KeeperError::Fetch {
            from: self.source.to_string(),
            problem: status::line(&error.to_string()),
        })
    }

    /// Returns the status, for a status page. It lives on after the keeper is moved into [`run`](Self::run).
    pub fn status(&self) -> watch::Receiver<KeeperStatus> {
        self.status.subscribe()
    }

    /// Keeps the keys up to date until the future is dropped.
    pub async fn run(mut self) {
        let mut schedule = Schedule::new(&self.settings, Instant::now());
        loop {
            // Read before the fetch: a token that names an unknown key during it may be newer than the fetched keys.
            let unknown_before = self.verifier.unknown_keys();
            schedule.begun(Instant::now());
            let fetched = self.source.fetch().await;
            let taken = fetched.and_then(|body| self.take(body));
            self.report(&taken);
            schedule.ended(taken.is_ok(), Instant::now());
            self.wait(&mut schedule, unknown_before).await;
        }
    }

    /// Waits until the next fetch is due.
    async fn wait(&self, schedule: &mut Schedule, unknown_before: u64) {
        while !schedule.is_early() {
            if self.verifier.unknown_keys() != unknown_before {
                schedule.unknown_key(Instant::now());
                break;
            }
            tokio::select! {
                () = self.unknown_key.notified() => {}
                () = sleep_until(schedule.next()) => return,
            }
        }
        sleep_until(schedule.next()).await;
    }

    /// Passes the keys to the verifier, all of them or none.
    fn take(&mut self, body: Vec<u8>) -> Result<(), FetchError> {
        if self.last.as_ref() == Some(&body) {
            return Ok(());
        }
        let keys = KeySet::parse(&body)?;
        let skipped = keys.skipped();
        self.report_refused(keys.refused());
        let change = self.verifier.replace_keys(keys);
        if self.last.replace(body).is_none() {
            let kids = list(&self.verifier.key_ids());
            info!(source = %self.source, kids, skipped, "identity keys loaded");
        } else if !change.is_empty() {
            let (added, removed) = (list(&change.added), list(&change.removed));
            info!(source = %self.source, added, removed, skipped, "identity keys changed");
        }
        Ok(())
    }

    /// Logs the keys that are refused, once for each change.
    fn report_refused(&mut self, refused: &[RefusedKey]) {
        for key in refused.iter().filter(|key| !self.refused.contains(key)) {
            let (kid, reason) = (status::line(&key.id), key.problem.to_string());
            error!(source = %self.source, kid, reason, "identity key refused");
        }
        self.refused = refused.to_vec();
    }

    /// Updates the status, and logs changes.
    fn report(&self, taken: &Result<(), FetchError>) {
        let was_away = self.status.borrow().is_away();
        match taken {
            Ok(()) => {
                if was_away {
                    info!(source = %self.source, "source of identity keys recovered");
                }
                let (now, key_ids) = (SystemTime::now(), self.verifier.key_ids());
                self.verifier.confirm_keys(now);
                self.status
                    .send_modify(|status| status.succeeded(now, key_ids));
            }
            Err(error) => {
                let text = status::line(&error.to_string());
                let is_news = self.status.borrow().last_error.as_ref() != Some(&text);
                if is_news {
                    let kept = self.last.is_some();
                    warn!(source = %self.source, error = text, kept, "fetching identity keys failed");
                }
                self.status.send_modify(|status| status.failed(text));
            }
        }
    }
}

/// Returns key ids cut to the length of a log line.
fn list(key_ids: &[String]) -> String {
    status::line(&key_ids.join(", "))
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper")
            .field("source", &format_args!("{}", self.source))
            .field("settings", &self.settings)
            .field("status", &*self.status.borrow())
            .finish_non_exhaustive()
    }
}
