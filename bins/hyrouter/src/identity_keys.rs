//! The keys that identity tokens are verified with.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::Context as _;
use arc_swap::ArcSwapOption;
use hyrouter_config::{IdentityMode, IdentitySettings};
use hyrouter_identity::{JwksSource, Keeper, KeeperSettings, Policy, Status, Verifier};
use hyrouter_metrics::{Desc, Exposition, Source};
use tokio::sync::watch;

use crate::watch::Look;

/// A verifier, and who keeps its keys.
pub(crate) struct IdentityKeys {
    settings: IdentitySettings,
    files: Look,
    pub(crate) verifier: Arc<Verifier>,
    status: watch::Receiver<Status>,
    /// Until it is at work.
    keeper: Mutex<Option<Keeper>>,
}

impl IdentityKeys {
    /// `None` where nothing is verified. Keys of a file are loaded; those of an address come later. `earlier` goes on
    /// where settings and files are the same, and keeps what it has verified.
    ///
    /// # Errors
    /// The file can not be used, or the certificates that the address is trusted by.
    pub(crate) fn open(
        settings: &IdentitySettings,
        earlier: Option<&Arc<Self>>,
    ) -> anyhow::Result<Option<Arc<Self>>> {
        if settings.mode == IdentityMode::Off {
            return Ok(None);
        }
        let file = Some(&settings.jwks).filter(|jwks| !jwks.contains("://"));
        let files = Look::at(
            file.map(PathBuf::from)
                .into_iter()
                .chain(settings.ca_file.clone()),
        );
        if let Some(earlier) = earlier
            && earlier.files == files
            && same_keys(&earlier.settings, settings)
        {
            return Ok(Some(Arc::clone(earlier)));
        }
        let verifier = Arc::new(Verifier::new(Policy {
            issuer: settings.issuer.clone(),
            clock_skew: settings.clock_skew,
            cache: settings.cache_size,
        }));
        let source = JwksSource::parse(&settings.jwks).context("identity.jwks")?;
        let mut keeper = Keeper::new(
            source,
            Arc::clone(&verifier),
            KeeperSettings {
                refresh: settings.refresh,
                ca_file: settings.ca_file.clone(),
                ..KeeperSettings::default()
            },
        )
        .context("identity")?;
        keeper.load_file().context("identity.jwks")?;
        Ok(Some(Arc::new(Self {
            settings: settings.clone(),
            files,
            verifier,
            status: keeper.status(),
            keeper: Mutex::new(Some(keeper)),
        })))
    }

    /// How the keeper fares.
    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Keeps the keys up to date while it is polled. `None` for those that are kept already.
    pub(crate) fn keep(&self) -> Option<impl Future<Output = ()> + Send + use<>> {
        let keeper = self
            .keeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        if self.verifier.has_keys() {
            tracing::info!(key_ids = ?self.verifier.key_ids(), "identity keys are here");
        }
        Some(keeper.run())
    }
}

/// Whether the same tokens are good by the same keys. Who is let in without one is not a matter of keys.
fn same_keys(one: &IdentitySettings, other: &IdentitySettings) -> bool {
    let mut one = one.clone();
    one.mode = other.mode;
    one == *other
}

impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityKeys")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The keys of the configuration at work.
#[derive(Debug, Default)]
pub(crate) struct KeysAtWork(ArcSwapOption<IdentityKeys>);

impl KeysAtWork {
    const KEYS: Desc = Desc::gauge(
        "hyrouter_identity_keys",
        "Keys that identity tokens are verified with; no line where nothing is verified",
        &[],
    );
    const AGE: Desc = Desc::gauge(
        "hyrouter_identity_keys_age_seconds",
        "Since the keys were last read or fetched; no line before that",
        &[],
    );

    pub(crate) fn follow(&self, keys: Option<Arc<IdentityKeys>>) {
        self.0.store(keys);
    }
}

impl Source for KeysAtWork {
    fn descs(&self) -> &'static [Desc] {
        &[Self::KEYS, Self::AGE]
    }

    #[expect(clippy::cast_precision_loss, reason = "keys are below 2^53")]
    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let status = self.0.load().as_ref().map(|keys| keys.status());
        let count = status.as_ref().map(|status| status.key_ids.len() as f64);
        let read = status.and_then(|status| status.last_success);
        let age = read.and_then(|at| SystemTime::now().duration_since(at).ok());
        let line = |value: f64| ([""; 0], value);
        into.gauges(&Self::KEYS, count.map(line));
        into.gauges(&Self::AGE, age.map(|age| age.as_secs_f64()).map(line));
    }
}
