//! From the configuration to plugins that can be asked.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "grpc")]
use hyrouter_config::GrpcPluginSettings;
use hyrouter_config::{PluginKind, PluginSettings, Settings};
use hyrouter_files::watch::FileSet;
use hyrouter_plugin_api::Plugin;
#[cfg(feature = "grpc")]
use hyrouter_plugin_grpc::GrpcPlugin;
use hyrouter_plugins::{Chain, ChainEntry};

#[cfg(feature = "grpc")]
use super::grpc::grpc_settings;
use super::plugin_error::PluginLoadError;
#[cfg(feature = "wasm")]
use super::wasm::WasmLoader;
use crate::build::findings::{Findings, at};
use crate::metrics::PluginMetrics;
use crate::observe::shadow_log::ShadowLog;

/// Loads plugins. Keep one for the life of the process, so that a module that is loaded again is not compiled again.
#[derive(Clone)]
pub(crate) struct Loader {
    metrics: Arc<PluginMetrics>,
    #[cfg(feature = "wasm")]
    pub(super) wasm: WasmLoader,
}

/// Plugins that were loaded, each with what it was loaded from.
#[derive(Default)]
pub(crate) struct LoadedPlugins(Vec<LoadedPlugin>);

struct LoadedPlugin {
    settings: PluginSettings,
    files: FileSet,
    plugin: Arc<dyn Plugin>,
}

impl Loader {
    pub(crate) fn new(metrics: Arc<PluginMetrics>) -> Self {
        Self {
            metrics,
            #[cfg(feature = "wasm")]
            wasm: WasmLoader::default(),
        }
    }

    /// All plugins of a configuration, in the order in which they are asked. One that is loaded from the same in
    /// `earlier` is taken from there with its instances.
    ///
    /// A WASM plugin that cannot be loaded is a mistake; a gRPC plugin is not even dialed yet. Plugins with a mistake are
    /// left out, and then there is no chain. Takes seconds when modules are compiled, and needs a tokio runtime.
    pub(crate) fn load(
        &mut self,
        settings: &Settings,
        earlier: Option<&LoadedPlugins>,
        findings: &mut Findings,
    ) -> Option<(Chain, LoadedPlugins)> {
        let mut entries = Vec::with_capacity(settings.plugins.len());
        let mut loaded = Vec::with_capacity(settings.plugins.len());
        for (index, plugin) in settings.plugins.iter().enumerate() {
            let key = format!("plugins[{index}]");
            if !findings.are_free(&[&key]) {
                continue;
            }
            // Taken before the files are read, so that the next reload sees later changes.
            let files = FileSet::at(files(plugin));
            let same = earlier.and_then(|earlier| earlier.find(plugin, &files));
            let made = match same {
                Some(same) => Ok(same),
                None => self.load_one(plugin, settings).map_err(at(&key)),
            };
            let Some(made) = findings.keep(made) else {
                continue;
            };
            entries.push(ChainEntry {
                plugin: Arc::clone(&made),
                settings: plugin.settings.clone(),
            });
            loaded.push(LoadedPlugin {
                settings: plugin.clone(),
                files,
                plugin: made,
            });
        }
        if entries.len() < settings.plugins.len() {
            return None;
        }
        let observer = ShadowLog::counting(Arc::clone(&self.metrics));
        let chain = findings.keep(Chain::new(entries).map_err(at("plugins")))?;
        Some((
            chain.with_observer(Arc::new(observer)),
            LoadedPlugins(loaded),
        ))
    }

    #[cfg_attr(
        not(feature = "wasm"),
        expect(
            unused_variables,
            clippy::unused_self,
            reason = "only WASM plugins have a host"
        )
    )]
    fn load_one(
        &mut self,
        plugin: &PluginSettings,
        settings: &Settings,
    ) -> Result<Arc<dyn Plugin>, PluginLoadError> {
        match &plugin.kind {
            #[cfg(feature = "wasm")]
            PluginKind::Wasm(wasm) => self.wasm.load(plugin, wasm, &settings.wasm),
            #[cfg(feature = "grpc")]
            PluginKind::Grpc(grpc) => Ok(load_grpc(plugin, grpc, true)?),
            _ => Err(PluginLoadError::UnknownKind {
                name: plugin.settings.name.clone(),
            }),
        }
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader").finish_non_exhaustive()
    }
}

impl LoadedPlugins {
    /// The plugin that was loaded from exactly this, whatever the chain does with it.
    fn find(&self, wanted: &PluginSettings, files: &FileSet) -> Option<Arc<dyn Plugin>> {
        let same = |loaded: &&LoadedPlugin| {
            loaded.files == *files
                && loaded.settings.settings.name == wanted.settings.name
                && loaded.settings.kind == wanted.kind
                && loaded.settings.config == wanted.config
        };
        let found = self.0.iter().find(same);
        found.map(|loaded| Arc::clone(&loaded.plugin))
    }
}

impl fmt::Debug for LoadedPlugins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|loaded| &loaded.settings.settings.name);
        f.debug_list().entries(names).finish()
    }
}

/// The files that a plugin is loaded from.
fn files(plugin: &PluginSettings) -> Vec<PathBuf> {
    match &plugin.kind {
        PluginKind::Wasm(wasm) => vec![wasm.path.clone()],
        PluginKind::Grpc(grpc) => {
            let tls = grpc.tls.iter();
            let files = tls.flat_map(|tls| [&tls.ca_file, &tls.cert_file, &tls.key_file]);
            files.flatten().cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// Loads a gRPC plugin, and does not connect to it. Pings while no call runs detect a server that vanished; servers that
/// forbid them close the connection.
///
/// # Errors
/// The address or another setting cannot be used, or a certificate cannot be read.
#[cfg(feature = "grpc")]
pub fn load_grpc(
    plugin: &PluginSettings,
    grpc: &GrpcPluginSettings,
    pings_while_idle: bool,
) -> Result<Arc<GrpcPlugin>, PluginLoadError> {
    let name = &plugin.settings.name;
    let mut settings = grpc_settings(plugin, grpc).map_err(|source| PluginLoadError::Address {
        name: name.clone(),
        source,
    })?;
    settings.keepalive_while_idle = pings_while_idle;
    let loaded = GrpcPlugin::new(&settings);
    Ok(Arc::new(loaded.map_err(|source| {
        PluginLoadError::Grpc {
            name: name.clone(),
            source,
        }
    })?))
}
