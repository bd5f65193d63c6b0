//! Loading of the plugin to call.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use hyrouter_config::{PluginKind, PluginSettings};
use hyrouter_plugin_grpc::{GrpcPlugin, GrpcSettings};
use hyrouter_plugin_wasm::{Compiler, WasmHost, WasmPlugin, WasmSettings};
use hyrouter_plugins::ChainSettings;
use serde_json::Value;

use super::room::ReferralRoom;
use super::target::{Target, TargetPlugin};
use crate::captured_output::CapturedOutput;
use crate::cli::{self, TargetArgs};
use crate::{exit, serve};
use hyrouter_app::plugins;

pub(crate) enum LoadOutcome {
    Target(Target),
    /// The configuration is wrong. The mistakes are already printed.
    Refused(ExitCode),
}

/// Loads the plugin of the arguments. Keep one, so that a module that is loaded again is not compiled again.
pub(crate) struct TargetLoader {
    pub(super) args: TargetArgs,
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
            let mut settings = GrpcSettings::new(address.clone()).with_config(config);
            settings.keepalive_while_idle = false;
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
                let loaded = plugins::load_grpc(&plugin, settings, false)?;
                self.grpc(chain.name.clone(), loaded, chain)
            }
            _ => bail!("plugin {name:?} is of a type that this command cannot call"),
        };
        Ok(LoadOutcome::Target(Target {
            room: ReferralRoom(Some(Arc::new(sealer))),
            stage: Some(chain.stage),
            ..target
        }))
    }

    fn grpc(&self, name: String, plugin: Arc<GrpcPlugin>, chain: &ChainSettings) -> Target {
        Target {
            name,
            output: Arc::clone(&self.output),
            load_time: None,
            timeout: self.args.timeout.unwrap_or(chain.timeout),
            fuel: None,
            override_policy: chain.override_policy,
            stage: None,
            room: ReferralRoom::default(),
            file: None,
            plugin: TargetPlugin::Grpc(plugin),
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
            plugin: TargetPlugin::Wasm(plugin),
            load_time: Some(begun.elapsed()),
            output: Arc::clone(&self.output),
            timeout: self.args.timeout.unwrap_or(chain.timeout),
            fuel: Some(settings.fuel.get()),
            override_policy: chain.override_policy,
            stage: None,
            room: ReferralRoom::default(),
            file: Some(settings.path.clone()),
        })
    }
}
