//! The plugin to call.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hyrouter_config::{PluginKind, PluginSettings};
use hyrouter_plugin_api::{ConnectRequest, Plugin, PluginAnswer, PluginError};
use hyrouter_plugin_grpc::{GrpcPlugin, GrpcSettings};
use hyrouter_plugin_wasm::{CallStats, Compiler, WasmHost, WasmPlugin, WasmSettings};
use hyrouter_plugins::{ChainSettings, OverridePolicy};
use serde_json::Value;
use tokio::time::timeout;

use super::room::ReferralRoom;
use crate::captured_output::CapturedOutput;
use crate::cli::{self, TargetArgs};
use crate::{exit, serve};
use hyrouter_app::plugins;

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
    pub(crate) room: ReferralRoom,
    plugin: Kind,
}

enum Kind {
    Wasm(Arc<WasmPlugin>),
    Other(Arc<dyn Plugin>),
}

pub(crate) enum LoadOutcome {
    Target(Target),
    /// The configuration is wrong. The mistakes are already printed.
    Refused(ExitCode),
}

/// Loads the plugin of the arguments. Keep one, so that a module that is loaded again is not compiled again.
pub(crate) struct TargetLoader {
    args: TargetArgs,
    compiler: Compiler,
    /// Output of the guests that it loaded.
    pub(crate) output: Arc<CapturedOutput>,
}

impl TargetLoader {
    pub(crate) fn new(args: TargetArgs) -> Self {
        Self {
            args,
            compiler: plugins::compiler(),
            output: Arc::default(),
        }
    }

    /// Loads the plugin. Prints the output of a guest that does not load, which often explains why.
    pub(crate) fn load(&self) -> anyhow::Result<LoadOutcome> {
        let loaded = self.load_with(self.args.plugin_config.clone());
        if loaded.is_err() {
            cli::complain_of_output(&self.output.take());
        }
        loaded
    }

    /// Loads the plugin with this `config`, or with that of the configuration.
    pub(crate) fn load_with(&self, config: Option<Value>) -> anyhow::Result<LoadOutcome> {
        let defaults = ChainSettings::new("");
        if let Some(address) = &self.args.grpc {
            let settings = GrpcSettings::new(address.clone()).with_config(config);
            let plugin = Arc::new(GrpcPlugin::new(&settings)?);
            let target = self.grpc(address.to_string(), plugin, &defaults);
            return Ok(LoadOutcome::Target(target));
        }
        if let Some(file) = &self.args.wasm {
            let settings = WasmSettings::new(file.display().to_string(), file).with_config(config);
            let host = WasmHost::new().with_compiler(self.compiler.clone());
            let target = self.wasm(&settings, host, &defaults);
            return target.map(LoadOutcome::Target);
        }
        self.load_configured(config)
    }

    fn load_configured(&self, config: Option<Value>) -> anyhow::Result<LoadOutcome> {
        let settings = match serve::load(&self.args.config) {
            Ok(loaded) => loaded,
            Err(error) => {
                cli::complain_of_config(&error);
                return Ok(LoadOutcome::Refused(exit::usage()));
            }
        };
        let name = self.args.name.as_deref().unwrap_or_default();
        let mut plugins = settings.plugins.iter();
        let plugin = plugins.find(|plugin| plugin.settings.name == name);
        let plugin = plugin.with_context(|| {
            let known = settings.plugins.iter();
            let known: Vec<_> = known.map(|plugin| plugin.settings.name.as_str()).collect();
            let known = known.join(", ");
            format!("the configuration has no plugin {name:?}; it has: {known}")
        })?;
        let mut plugin: PluginSettings = plugin.clone();
        if config.is_some() {
            plugin.config = config;
        }
        let sealer = hyrouter_app::sealer(&settings.referral);
        let chain = &plugin.settings;
        let target = match &plugin.kind {
            PluginKind::Wasm(wasm) => {
                let host = plugins::wasm_host(&settings.wasm, self.compiler.clone());
                self.wasm(&plugins::wasm_settings(&plugin, wasm), host, chain)?
            }
            PluginKind::Grpc(settings) => {
                let loaded = plugins::load_grpc(&plugin, settings)?;
                self.grpc(chain.name.clone(), loaded, chain)
            }
            _ => bail!("plugin {name:?} is of a type that this command cannot call"),
        };
        Ok(LoadOutcome::Target(Target {
            room: ReferralRoom(Some(Arc::new(sealer))),
            ..target
        }))
    }

    fn grpc(&self, name: String, plugin: Arc<dyn Plugin>, chain: &ChainSettings) -> Target {
        Target {
            name,
            output: Arc::clone(&self.output),
            load_time: None,
            timeout: self.args.timeout.unwrap_or(chain.timeout),
            fuel: None,
            override_policy: chain.override_policy,
            room: ReferralRoom::default(),
            plugin: Kind::Other(plugin),
        }
    }

    fn wasm(
        &self,
        settings: &WasmSettings,
        host: WasmHost,
        chain: &ChainSettings,
    ) -> anyhow::Result<Target> {
        let host = host.with_output(Arc::<CapturedOutput>::clone(&self.output));
        let begun = Instant::now();
        let plugin = Arc::new(WasmPlugin::load(&host, settings)?);
        Ok(Target {
            name: settings.name.clone(),
            plugin: Kind::Wasm(plugin),
            load_time: Some(begun.elapsed()),
            output: Arc::clone(&self.output),
            timeout: self.args.timeout.unwrap_or(chain.timeout),
            fuel: Some(settings.fuel.get()),
            override_policy: chain.override_policy,
            room: ReferralRoom::default(),
        })
    }
}

impl Target {
    /// Returns the plugin itself.
    pub(crate) fn plugin(&self) -> Arc<dyn Plugin> {
        match &self.plugin {
            Kind::Wasm(plugin) => Arc::<WasmPlugin>::clone(plugin),
            Kind::Other(plugin) => Arc::clone(plugin),
        }
    }

    /// Calls the plugin once, with the timeout of the router.
    pub(crate) async fn ask(
        &self,
        request: &ConnectRequest,
    ) -> Result<(PluginAnswer, Option<CallStats>), PluginError> {
        let limit = self.timeout;
        let asked = async {
            match &self.plugin {
                Kind::Wasm(plugin) => {
                    let measured = plugin.call(request, limit).await?;
                    Ok((measured.answer, Some(measured.stats)))
                }
                Kind::Other(plugin) => Ok((plugin.on_connect(request, limit).await?, None)),
            }
        };
        let answer = timeout(limit, asked).await;
        answer.unwrap_or(Err(PluginError::Timeout { after: limit }))
    }
}
