//! Keys that are fetched in the background, so that no decision waits for the network.

mod error;
mod key_file;
mod key_service;
mod schedule;
mod settings;
mod source;
mod status;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};
use tracing::{error, info, warn};

pub use self::error::KeeperError;
pub use self::settings::KeeperSettings;
pub use self::source::{JwksSource, JwksUrl, SourceError};
pub use self::status::KeeperStatus;

use self::error::FetchError;
use self::key_file::KeyFile;
use self::key_service::KeyService;
use self::schedule::Schedule;
use crate::{KeySet, RefusedKey, TokenVerifier};

/// Longest key set in bytes. The game's has some hundred; more is not read, however much is sent.
const MAX_JWKS: usize = 256 * 1024;

/// Keeps a [`TokenVerifier`] in keys: fetches them at once, then every [`KeeperSettings::refresh`], and sooner when a
/// token names a key that is not known.
///
/// Keys that were had once stay while their source is away or gives nonsense, for
/// [`TokenPolicy::max_stale`](crate::TokenPolicy::max_stale) after they were last had. What changes is logged, once:
/// the first keys, keys that came or went, keys that are refused, a source that is away or back, and another reason for
/// which it is away.
///
/// It holds the last key set as it was sent, 256 KiB at most, and while it fetches the next one as well.
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
    source: Source,
    verifier: Arc<TokenVerifier>,
    settings: KeeperSettings,
    unknown_key: Arc<Notify>,
    status: watch::Sender<KeeperStatus>,
    /// The key set that the verifier has, as it was sent. The same again is not worth reading.
    last: Option<Vec<u8>>,
    /// The keys of it that were refused, which are logged when they change.
    refused: Vec<RefusedKey>,
}

enum Source {
    Service(Box<KeyService>),
    File(KeyFile),
}

impl Keeper {
    /// Makes a keeper; nothing is fetched yet. A verifier has one keeper at most.
    ///
    /// Reads the certificates that an `https://` source is trusted by, from files. The runtime in which
    /// [`run`](Self::run) is polled needs I/O and time.
    ///
    /// # Errors
    ///
    /// When a setting is out of its range, or the certificates can not be used.
    pub fn new(
        source: JwksSource,
        verifier: Arc<TokenVerifier>,
        settings: KeeperSettings,
    ) -> Result<Self, KeeperError> {
        settings.check()?;
        let source = match source {
            JwksSource::Url(url) => Source::Service(Box::new(KeyService::new(&url, &settings)?)),
            JwksSource::File(path) => Source::File(KeyFile::new(path, settings.timeout)),
        };
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

    /// Loads the keys now if the source is a file, so that a router with a wrong one does not start. Does nothing for
    /// a URL: a router has to start while the service is away.
    ///
    /// # Errors
    ///
    /// When the file can not be read or holds no usable key; the error says which file and why.
    pub fn load_file(&mut self) -> Result<(), KeeperError> {
        let Source::File(file) = &self.source else {
            return Ok(());
        };
        let path = file.path().to_owned();
        let loaded = file.read_now().and_then(|body| self.take(body));
        if let Err(error) = loaded {
            // Whoever asked tells it; the log would only say it again.
            let problem = error.to_string();
            return Err(KeeperError::File { path, problem });
        }
        self.report(&loaded);
        Ok(())
    }

    /// Fetches the keys once, now, and waits for them: for who must not begin without. What [`run`](Self::run) does
    /// later is the same with or without this.
    ///
    /// # Errors
    ///
    /// When they can not be had, or there is no usable key among them.
    pub async fn fetch_now(&mut self) -> Result<(), KeeperError> {
        let fetched = self.source.fetch().await;
        let taken = fetched.and_then(|body| self.take(body));
        self.report(&taken);
        taken.map_err(|error| KeeperError::Fetch {
            from: self.source.to_string(),
            problem: status::line(&error.to_string()),
        })
    }

    /// How the keeper fares, for a status page. Lives on after the keeper is moved into [`run`](Self::run).
    pub fn status(&self) -> watch::Receiver<KeeperStatus> {
        self.status.subscribe()
    }

    /// Keeps the keys, until it is dropped.
    pub async fn run(mut self) {
        let mut schedule = Schedule::new(&self.settings, Instant::now());
        loop {
            // Whatever comes while keys are on their way may be newer than they are.
            let unknown_before = self.verifier.unknown_keys();
            schedule.begun(Instant::now());
            let fetched = self.source.fetch().await;
            let taken = fetched.and_then(|body| self.take(body));
            self.report(&taken);
            schedule.ended(taken.is_ok(), Instant::now());
            self.wait(&mut schedule, unknown_before).await;
        }
    }

    /// Waits until it is time to fetch.
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

    /// Hands the keys to the verifier, all of them or none.
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
            info!(source = %self.source, kids, skipped, "identity keys are here");
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

    /// Tells the status, and the log if it is news.
    fn report(&self, taken: &Result<(), FetchError>) {
        let was_away = self.status.borrow().is_away();
        match taken {
            Ok(()) => {
                if was_away {
                    info!(source = %self.source, "the source of identity keys is back");
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
                    warn!(source = %self.source, error = text, kept, "no identity keys to be had, trying on");
                }
                self.status.send_modify(|status| status.failed(text));
            }
        }
    }
}

/// Ids of keys, as short as a line of a log should be: they can be of any length.
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

impl Source {
    async fn fetch(&mut self) -> Result<Vec<u8>, FetchError> {
        match self {
            Self::Service(service) => service.fetch().await,
            Self::File(file) => file.read().await,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service) => service.url().fmt(f),
            Self::File(file) => file.path().display().fmt(f),
        }
    }
}
