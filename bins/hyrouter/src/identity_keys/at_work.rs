//! The keys of the configuration at work, for those who look on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use hyrouter_config::IdentityMode;
use hyrouter_metrics::{Desc, Exposition, Source};

use super::IdentityKeys;

/// The keys of the configuration at work.
#[derive(Debug, Default)]
pub(crate) struct KeysAtWork {
    keys: ArcSwapOption<IdentityKeys>,
    required: AtomicBool,
}

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

    pub(crate) fn follow(&self, keys: Option<Arc<IdentityKeys>>, mode: IdentityMode) {
        self.keys.store(keys);
        let required = mode == IdentityMode::Require;
        self.required.store(required, Ordering::Relaxed);
    }

    /// Whether players have to be verified and there is nothing to verify them with: all are refused.
    pub(crate) fn are_missing(&self) -> bool {
        let keys = self.keys.load();
        let has_none = keys.as_ref().is_some_and(|keys| !keys.verifier.has_keys());
        has_none && self.required.load(Ordering::Relaxed)
    }
}

impl Source for KeysAtWork {
    fn descs(&self) -> &'static [Desc] {
        &[Self::KEYS, Self::AGE]
    }

    #[expect(clippy::cast_precision_loss, reason = "keys are below 2^53")]
    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let status = self.keys.load().as_ref().map(|keys| keys.status());
        let count = status.as_ref().map(|status| status.key_ids.len() as f64);
        let read = status.and_then(|status| status.last_success);
        let age = read.and_then(|at| SystemTime::now().duration_since(at).ok());
        let line = |value: f64| ([""; 0], value);
        into.gauges(&Self::KEYS, count.map(line));
        into.gauges(&Self::AGE, age.map(|age| age.as_secs_f64()).map(line));
    }
}
