//! The plugin to call.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, Plugin, PluginAnswer, PluginError};
use hyrouter_plugin_grpc::GrpcPlugin;
use hyrouter_plugin_wasm::{CallStats, WasmPlugin};
use hyrouter_plugins::{OverridePolicy, Stage};
use tokio::time::timeout;

use super::room::ReferralRoom;
use crate::captured_output::CapturedOutput;

/// A plugin that is ready to be called.
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) output: Arc<CapturedOutput>,
    /// Load time of a WASM plugin. The first call connects to a gRPC plugin.
    pub(crate) load_time: Option<Duration>,
    pub(crate) timeout: Duration,
    /// Fuel limit of one call of a WASM plugin.
    pub(crate) fuel: Option<u64>,
    pub(crate) override_policy: OverridePolicy,
    /// Stage in the configuration.
    pub(crate) stage: Option<Stage>,
    pub(crate) room: ReferralRoom,
    /// File of a WASM plugin.
    pub(crate) file: Option<PathBuf>,
    pub(super) plugin: TargetPlugin,
}

pub(super) enum TargetPlugin {
    Wasm(Arc<WasmPlugin>),
    Grpc(Arc<GrpcPlugin>),
}

impl Target {
    /// Returns the plugin itself.
    pub(crate) fn plugin(&self) -> Arc<dyn Plugin> {
        match &self.plugin {
            TargetPlugin::Wasm(plugin) => Arc::<WasmPlugin>::clone(plugin),
            TargetPlugin::Grpc(plugin) => Arc::<GrpcPlugin>::clone(plugin),
        }
    }

    /// Returns the plugin if it is a gRPC server.
    pub(crate) fn server(&self) -> Option<&GrpcPlugin> {
        match &self.plugin {
            TargetPlugin::Wasm(_) => None,
            TargetPlugin::Grpc(plugin) => Some(plugin),
        }
    }

    /// Calls the plugin once, with the timeout of the router.
    pub(crate) async fn ask(
        &self,
        request: &ConnectRequest,
    ) -> Result<(PluginAnswer, Option<CallStats>), PluginError> {
        self.ask_within(request, self.timeout).await
    }

    /// Calls the plugin once, with this timeout.
    pub(crate) async fn ask_within(
        &self,
        request: &ConnectRequest,
        limit: Duration,
    ) -> Result<(PluginAnswer, Option<CallStats>), PluginError> {
        let asked = async {
            match &self.plugin {
                TargetPlugin::Wasm(plugin) => {
                    let measured = plugin.call(request, limit).await?;
                    Ok((measured.answer, Some(measured.stats)))
                }
                TargetPlugin::Grpc(plugin) => Ok((plugin.on_connect(request, limit).await?, None)),
            }
        };
        let answer = timeout(limit, asked).await;
        answer.unwrap_or(Err(PluginError::Timeout { after: limit }))
    }
}
