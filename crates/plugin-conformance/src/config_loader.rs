use std::fmt;
use std::sync::Arc;

use hyrouter_plugin_api::{Plugin, PluginError};
use serde_json::Value;

/// Status with which a gRPC plugin refuses its `config`.
const FAILED_PRECONDITION: i32 = 9;

/// Returns whether a call failed because the plugin refuses its `config`, or needs one.
pub(crate) fn is_config_refusal(error: &PluginError) -> bool {
    matches!(
        error,
        PluginError::Status {
            code: FAILED_PRECONDITION,
            ..
        }
    )
}

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
