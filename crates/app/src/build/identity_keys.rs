//! The keys that identity tokens are verified with.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use hyrouter_config::{IdentityMode, IdentitySettings, Problem};
use hyrouter_files::watch::FileSet;
use hyrouter_identity::{
    Bindings, JwksSource, Keeper, KeeperSettings, KeeperStatus, TokenPolicy, TokenVerifier,
};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::build::findings::at;

/// A verifier, and who keeps its keys.
pub(crate) struct IdentityKeys {
    settings: IdentitySettings,
    files: FileSet,
    pub(crate) verifier: Arc<TokenVerifier>,
    /// `None` if tokens are not bound to certificates.
    pub(crate) bindings: Option<Arc<Bindings>>,
    status: watch::Receiver<KeeperStatus>,
    /// Keeper of the keys, until it runs.
    keeper: Mutex<Option<Keeper>>,
}

impl IdentityKeys {
    /// `None` where nothing is verified. Keys of a file are loaded; those of an address come later, but for
    /// [`LoadOccasion::Reload`]. `earlier` goes on where settings and files are the same, and keeps what it has
    /// verified.
    ///
    /// # Errors
    /// The file or the CA certificates of the address cannot be used, or the initial keys of a reload cannot verify any
    /// token.
    pub(crate) fn open(
        settings: &IdentitySettings,
        earlier: Option<&Arc<Self>>,
        begin: LoadOccasion,
    ) -> Result<Option<Arc<Self>>, Problem> {
        if settings.mode == IdentityMode::Off {
            return Ok(None);
        }
        let required = settings.mode == IdentityMode::Require;
        let source = JwksSource::parse(&settings.jwks).map_err(at("identity.jwks"))?;
        let file = settings.jwks_file();
        let is_file = file.is_some();
        let files = FileSet::at(
            file.map(PathBuf::from)
                .into_iter()
                .chain(settings.ca_file.clone()),
        );
        if let Some(earlier) = earlier
            && earlier.files == files
            && same_keys(&earlier.settings, settings)
        {
            let begins = required && earlier.settings.mode != IdentityMode::Require;
            if begins && !earlier.verifier.can_verify(SystemTime::now()) {
                let problem = format!(
                    "there are no keys from {source}, or they are too old, so that all players would be refused"
                );
                return Err(Problem::new("identity.mode", problem));
            }
            return Ok(Some(Arc::clone(earlier)));
        }
        let verifier = Arc::new(TokenVerifier::new(token_policy(settings)));
        let mut keeper = Keeper::new(source, Arc::clone(&verifier), keeper_settings(settings))
            .map_err(at("identity"))?;
        keeper.load_file().map_err(at("identity.jwks"))?;
        let trusted = earlier
            .filter(|earlier| earlier.files == files && same_trust(&earlier.settings, settings));
        if let Some(earlier) = trusted.filter(|_| !is_file) {
            verifier.begin_with_keys_of(&earlier.verifier);
        }
        // Bindings survive all changes of the settings.
        let bound = earlier.and_then(|earlier| earlier.bindings.clone());
        let bindings = settings.bind_certificate.then(|| bound.unwrap_or_default());
        if begin == LoadOccasion::Reload && required && !verifier.can_verify(SystemTime::now()) {
            // Without keys, the router would refuse all players that the previous configuration admits.
            let fetched = Handle::current().block_on(keeper.fetch_now());
            fetched.map_err(at("identity.jwks"))?;
        }
        Ok(Some(Arc::new(Self {
            settings: settings.clone(),
            files,
            bindings,
            verifier,
            status: keeper.status(),
            keeper: Mutex::new(Some(keeper)),
        })))
    }

    /// Fetches the keys once if there are none, for callers that cannot wait for the keeper.
    pub(crate) async fn fetch(&self) -> Result<(), Problem> {
        if self.verifier.has_keys() {
            return Ok(());
        }
        let keeper = self.lock().take();
        if let Some(mut keeper) = keeper {
            keeper.fetch_now().await.map_err(at("identity.jwks"))?;
        }
        Ok(())
    }

    /// Returns the age at which keys are not used any more.
    pub(crate) fn max_stale(&self) -> Duration {
        self.settings.key_lifetime()
    }

    /// Returns the status of the keeper.
    pub(crate) fn status(&self) -> KeeperStatus {
        self.status.borrow().clone()
    }

    /// Keeps the keys up to date while it is polled. `None` for those that are kept already.
    pub(crate) fn keep(&self) -> Option<impl Future<Output = ()> + Send + use<>> {
        let keeper = self.lock().take()?;
        if self.verifier.has_keys() {
            tracing::info!(key_ids = ?self.verifier.key_ids(), "identity keys loaded");
        }
        Some(keeper.run())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Keeper>> {
        // It is only taken out, so that a poisoned one is sound.
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn token_policy(settings: &IdentitySettings) -> TokenPolicy {
    TokenPolicy {
        issuer: settings.issuer.clone(),
        clock_skew: settings.clock_skew,
        max_stale: settings.key_lifetime(),
        max_age: settings.max_age,
        cache: settings.cache_size,
    }
}

fn keeper_settings(settings: &IdentitySettings) -> KeeperSettings {
    KeeperSettings {
        refresh: settings.refresh,
        ca_file: settings.ca_file.clone(),
        ..KeeperSettings::default()
    }
}

/// Occasion of opening keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadOccasion {
    /// Start of the router. It must succeed while the source of the keys is unreachable.
    Start,
    /// Reload, while another configuration is in use. Needs a thread that may block.
    Reload,
}

/// Checks whether keys fetched under one are trusted under the other. Compares the path of `ca_file`; the fingerprints
/// of the files cover its contents.
fn same_trust(one: &IdentitySettings, other: &IdentitySettings) -> bool {
    one.jwks == other.jwks && one.ca_file == other.ca_file
}

/// Checks whether both accept the same tokens by the same keys. Ignores `mode`: admission without a token does not
/// depend on keys.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_configuration_are_those_of_verifier_and_keeper() {
        let settings = IdentitySettings::default();
        assert_eq!(token_policy(&settings), TokenPolicy::default());
        assert_eq!(keeper_settings(&settings), KeeperSettings::default());
    }
}
