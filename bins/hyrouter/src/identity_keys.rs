//! The keys that identity tokens are verified with.

use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_config::{IdentityMode, IdentitySettings};
use hyrouter_identity::{JwksSource, Keeper, KeeperSettings, Policy, Verifier};

/// A verifier, and who keeps its keys.
pub(crate) struct Kept {
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) keeper: Keeper,
}

/// `None` where nothing is verified. Keys of a file are loaded; those of an address come later.
///
/// # Errors
/// The file can not be used, or the certificates that the address is trusted by.
pub(crate) fn open(settings: &IdentitySettings) -> anyhow::Result<Option<Kept>> {
    if settings.mode == IdentityMode::Off {
        return Ok(None);
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
    Ok(Some(Kept { verifier, keeper }))
}

/// Keeps the keys while the router runs.
pub(crate) async fn keep(kept: Kept) {
    if kept.verifier.has_keys() {
        tracing::info!(key_ids = ?kept.verifier.key_ids(), "identity keys are here");
    }
    // It has no end, so what ends is a panic.
    if let Err(error) = tokio::spawn(kept.keeper.run()).await {
        tracing::error!(%error, "identity keys are not kept up to date any more; restart the router");
    }
}
