//! From the configuration to plugins that can be asked.

use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_config::{GrpcPlugin, PluginKind, PluginSettings, Settings, WasmPlugin};
use hyrouter_plugin_api::Plugin;
use hyrouter_plugin_grpc::{Address, ClientTls, GrpcSettings};
use hyrouter_plugin_wasm::{OutputSink, WasmHost, WasmSettings};
use hyrouter_plugins::{Chain, Entry};

use super::shadow::ShadowLog;

/// All plugins of a configuration, in the order in which they are asked.
///
/// A WASM plugin that can not be loaded is an error; a gRPC plugin is not even dialled yet. Takes seconds when modules
/// are compiled, and needs a tokio runtime.
pub(crate) fn chain(settings: &Settings, output: Arc<dyn OutputSink>) -> anyhow::Result<Chain> {
    if settings.plugins.is_empty() {
        return Ok(Chain::new(Vec::new())?);
    }
    let host = wasm_host(settings).with_output(output);
    let mut entries = Vec::with_capacity(settings.plugins.len());
    for (index, plugin) in settings.plugins.iter().enumerate() {
        let loaded = load_one(plugin, &host).with_context(|| format!("plugins[{index}]"))?;
        entries.push(Entry {
            plugin: loaded,
            settings: plugin.settings.clone(),
        });
    }
    Ok(Chain::new(entries)?.observed_by(Arc::new(ShadowLog)))
}

/// What all WASM plugins of a configuration share.
pub(crate) fn wasm_host(settings: &Settings) -> WasmHost {
    let host = WasmHost::new();
    match &settings.wasm_cache {
        Some(folder) => host.cached_in(folder),
        None => host,
    }
}

pub(crate) fn load_one(
    plugin: &PluginSettings,
    host: &WasmHost,
) -> anyhow::Result<Arc<dyn Plugin>> {
    match &plugin.kind {
        PluginKind::Wasm(wasm) => {
            let settings = wasm_settings(plugin, wasm);
            Ok(Arc::new(hyrouter_plugin_wasm::WasmPlugin::load(
                host, &settings,
            )?))
        }
        PluginKind::Grpc(grpc) => {
            let settings = grpc_settings(plugin, grpc)?;
            let loaded = hyrouter_plugin_grpc::GrpcPlugin::new(&settings)
                .with_context(|| format!("plugin {:?}, grpc", plugin.settings.name))?;
            Ok(Arc::new(loaded))
        }
        _ => anyhow::bail!(
            "plugin {:?} is of a type that this build does not know",
            plugin.settings.name
        ),
    }
}

/// The module's settings, with the host's defaults where nothing is said.
pub(crate) fn wasm_settings(plugin: &PluginSettings, wasm: &WasmPlugin) -> WasmSettings {
    let mut settings = WasmSettings::new(&plugin.settings.name, &wasm.path);
    settings.config.clone_from(&plugin.config);
    settings.max_memory = wasm.max_memory.unwrap_or(settings.max_memory);
    settings.instances = wasm.instances.unwrap_or(settings.instances);
    settings.max_calls = wasm.max_calls.unwrap_or(settings.max_calls);
    settings.fuel = wasm.fuel.unwrap_or(settings.fuel);
    settings
}

fn grpc_settings(plugin: &PluginSettings, grpc: &GrpcPlugin) -> anyhow::Result<GrpcSettings> {
    let name = &plugin.settings.name;
    let address =
        Address::parse(&grpc.address).with_context(|| format!("plugin {name:?}, grpc.address"))?;
    let mut settings = GrpcSettings::new(address);
    settings.config.clone_from(&plugin.config);
    if let Some(files) = &grpc.tls {
        let mut tls = ClientTls::default();
        tls.ca_file.clone_from(&files.ca);
        if let Some(identity) = &files.identity {
            tls.cert_file = Some(identity.cert.clone());
            tls.key_file = Some(identity.key.clone());
        }
        tls.domain.clone_from(&files.domain);
        settings.tls = Some(tls);
    }
    Ok(settings)
}
