use std::fmt;
use std::sync::Arc;

use hyrouter_plugin_api::Plugin;
use serde_json::Value;

type Load = dyn Fn(&Value) -> Result<Arc<dyn Plugin>, ConfigFailure> + Send + Sync;

/// Loads the plugin with another `config`.
#[derive(Clone)]
pub(crate) struct ConfigLoader(Arc<Load>);

impl ConfigLoader {
    pub(crate) fn new<F>(load: F) -> Self
    where
        F: Fn(&Value) -> Result<Arc<dyn Plugin>, ConfigFailure> + Send + Sync + 'static,
    {
        Self(Arc::new(load))
    }

    pub(crate) async fn load(&self, config: Value) -> Result<Arc<dyn Plugin>, ConfigFailure> {
        let Self(load) = self.clone();
        let loading = tokio::task::spawn_blocking(move || load(&config));
        let panicked = || ConfigFailure {
            is_refusal: false,
            message: "the loader panicked".to_owned(),
        };
        loading.await.unwrap_or_else(|_| Err(panicked()))
    }
}

impl fmt::Debug for ConfigLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfigLoader")
    }
}

/// A plugin could not be loaded with the `config` of a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigFailure {
    /// `true` if the plugin itself refused the `config`.
    pub is_refusal: bool,
    /// Description of the failure.
    pub message: String,
}
