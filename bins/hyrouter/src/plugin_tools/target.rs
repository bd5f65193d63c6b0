//! The plugin to call.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hyrouter_config::{PluginKind, PluginSettings};
use hyrouter_plugin_api::{ConnectRequest, Plugin, PluginAnswer, PluginError};
use hyrouter_plugin_grpc::{GrpcPlugin, GrpcSettings};
use hyrouter_plugin_wasm::{CallStats, WasmHost, WasmPlugin, WasmSettings};
use hyrouter_plugins::{ChainSettings, OverridePolicy};
use tokio::time::timeout;

use crate::captured_output::CapturedOutput;
use crate::cli::{self, TargetArgs};
use crate::{exit, serve};
use hyrouter_app::plugins;
use hyrouter_gateway::ReferralSealer;

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
    /// Sealer of the configuration, if there is one.
    pub(crate) sealer: Option<ReferralSealer>,
    plugin: Kind,
}

enum Kind {
    Wasm(WasmPlugin),
    Other(Arc<dyn Plugin>),
}

pub(crate) enum LoadOutcome {
    Target(Target),
    /// The configuration is wrong. The mistakes are already printed.
    Refused(ExitCode),
}

pub(crate) fn load(args: &TargetArgs) -> anyhow::Result<LoadOutcome> {
    let defaults = ChainSettings::new("");
    if let Some(address) = &args.grpc {
        let settings = GrpcSettings::new(address.clone()).with_config(args.plugin_config.clone());
        let plugin = Arc::new(GrpcPlugin::new(&settings)?);
        let target = grpc(args, address.to_string(), plugin, &defaults);
        return Ok(LoadOutcome::Target(target));
    }
    if let Some(file) = &args.wasm {
        let settings = WasmSettings::new(file.display().to_string(), file)
            .with_config(args.plugin_config.clone());
        let host = WasmHost::new().with_compiler(plugins::compiler());
        return load_wasm(args, &settings, host, &defaults).map(LoadOutcome::Target);
    }
    let settings = match serve::load(&args.config) {
        Ok(loaded) => loaded,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(LoadOutcome::Refused(exit::usage()));
        }
    };
    let name = args.name.as_deref().unwrap_or_default();
    let known = || {
        settings
            .plugins
            .iter()
            .map(|plugin| plugin.settings.name.as_str())
    };
    let plugin = settings
        .plugins
        .iter()
        .find(|plugin| plugin.settings.name == name)
        .with_context(|| {
            let known: Vec<_> = known().collect();
            format!(
                "the configuration has no plugin {name:?}; it has: {}",
                known.join(", ")
            )
        })?;
    let mut plugin: PluginSettings = plugin.clone();
    if args.plugin_config.is_some() {
        plugin.config.clone_from(&args.plugin_config);
    }
    let sealer = Some(hyrouter_app::sealer(&settings.referral));
    let chain = &plugin.settings;
    let target = match &plugin.kind {
        PluginKind::Wasm(wasm) => {
            let host = plugins::wasm_host(&settings.wasm, plugins::compiler());
            load_wasm(args, &plugins::wasm_settings(&plugin, wasm), host, chain)?
        }
        PluginKind::Grpc(settings) => {
            let loaded = plugins::load_grpc(&plugin, settings)?;
            grpc(args, chain.name.clone(), loaded, chain)
        }
        _ => bail!("plugin {name:?} is of a type that this command cannot call"),
    };
    Ok(LoadOutcome::Target(Target { sealer, ..target }))
}

fn grpc(args: &TargetArgs, name: String, plugin: Arc<dyn Plugin>, chain: &ChainSettings) -> Target {
    Target {
        name,
        output: Arc::default(),
        load_time: None,
        timeout: args.timeout.unwrap_or(chain.timeout),
        fuel: None,
        override_policy: chain.override_policy,
        sealer: None,
        plugin: Kind::Other(plugin),
    }
}

fn load_wasm(
    args: &TargetArgs,
    settings: &WasmSettings,
    host: WasmHost,
    chain: &ChainSettings,
) -> anyhow::Result<Target> {
    let output = Arc::<CapturedOutput>::default();
    let host = host.with_output(Arc::<CapturedOutput>::clone(&output));
    let begun = Instant::now();
    let loaded = WasmPlugin::load(&host, settings);
    if loaded.is_err() {
        // The output of a guest often explains why it failed.
        cli::complain_of_output(&output.take());
    }
    Ok(Target {
        name: settings.name.clone(),
        plugin: Kind::Wasm(loaded?),
        load_time: Some(begun.elapsed()),
        output,
        timeout: args.timeout.unwrap_or(chain.timeout),
        fuel: Some(settings.fuel.get()),
        override_policy: chain.override_policy,
        sealer: None,
    })
}

impl Target {
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
