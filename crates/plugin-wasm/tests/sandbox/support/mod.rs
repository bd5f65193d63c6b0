//! Plugins from the guests of this folder.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, ConnectResponse, PluginError};
use hyrouter_plugin_wasm::{
    LoadError, OutputLevel, OutputSink, WasmHost, WasmPlugin, WasmSettings,
};
use tempfile::TempDir;

/// Far longer than any call here takes unless it hangs.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// A guest on its way to a plugin.
pub(crate) struct Guest {
    _folder: TempDir,
    host: Option<WasmHost>,
    pub(crate) settings: WasmSettings,
    pub(crate) lines: Arc<Lines>,
}

/// The guest in that file of `guests/`, without its ending.
pub(crate) fn guest(name: &str) -> Guest {
    let source = std::fs::read(guests().join(format!("{name}.wat"))).unwrap();
    let wasm = wat::parse_bytes(&source).unwrap_or_else(|error| panic!("{name}: {error}"));
    module(&wasm)
}

/// A file with these bytes.
pub(crate) fn module(bytes: &[u8]) -> Guest {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.wasm");
    std::fs::write(&path, bytes).unwrap();
    let mut settings = WasmSettings::new("p", path);
    settings.instances = NonZeroU32::MIN;
    settings.start_timeout = Duration::from_secs(2);
    Guest {
        _folder: folder,
        host: None,
        settings,
        lines: Arc::default(),
    }
}

pub(crate) fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests")
}

/// The names of all guests in a folder of `guests/`.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(guests().join(folder)).unwrap();
    let mut names: Vec<_> = files
        .map(|file| file.unwrap().path())
        .map(|path| format!("{folder}/{}", path.file_stem().unwrap().display()))
        .collect();
    names.sort();
    names
}

impl Guest {
    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.settings.name);
        self
    }

    pub(crate) fn instances(mut self, instances: u32) -> Self {
        self.settings.instances = NonZeroU32::new(instances).unwrap();
        self
    }

    pub(crate) fn max_calls(mut self, calls: u64) -> Self {
        self.settings.max_calls = NonZeroU64::new(calls).unwrap();
        self
    }

    pub(crate) fn max_memory(mut self, bytes: u64) -> Self {
        self.settings.max_memory = bytes;
        self
    }

    pub(crate) fn fuel(mut self, fuel: u64) -> Self {
        self.settings.fuel = NonZeroU64::new(fuel).unwrap();
        self
    }

    pub(crate) fn config(mut self, config: serde_json::Value) -> Self {
        self.settings.config = Some(config);
        self
    }

    pub(crate) fn on(mut self, host: &WasmHost) -> Self {
        self.host = Some(host.clone());
        self
    }

    pub(crate) async fn load(&self) -> Result<WasmPlugin, LoadError> {
        let host = self.host.clone().unwrap_or_default();
        let host = host.with_output(Arc::<Lines>::clone(&self.lines));
        let settings = self.settings.clone();
        tokio::task::spawn_blocking(move || WasmPlugin::load(&host, &settings))
            .await
            .unwrap()
    }

    pub(crate) async fn plugin(&self) -> WasmPlugin {
        self.load().await.unwrap()
    }
}

/// What guests printed.
#[derive(Default)]
pub(crate) struct Lines(Mutex<Vec<(OutputLevel, String)>>);

impl OutputSink for Lines {
    fn line(&self, plugin: &str, level: OutputLevel, line: &str) {
        assert_eq!(plugin, "p");
        self.0.lock().unwrap().push((level, line.to_owned()));
    }
}

impl Lines {
    pub(crate) fn all(&self) -> Vec<(OutputLevel, String)> {
        self.0.lock().unwrap().clone()
    }
}

/// A player on whom guests in `bad/` behave.
pub(crate) fn good_request() -> ConnectRequest {
    request("good.example.com")
}

/// A player on whom they do not. It is longer than 4096 bytes, for those that look at the length.
pub(crate) fn bad_request() -> ConnectRequest {
    let mut request = request("bad.example.com");
    request.event.username = Some("x".repeat(5000));
    request
}

pub(crate) fn request(sni: &str) -> ConnectRequest {
    let mut request = ConnectRequest::default();
    sni.clone_into(&mut request.event.sni);
    request
}

pub(crate) async fn call(
    plugin: &WasmPlugin,
    request: &ConnectRequest,
) -> Result<ConnectResponse, PluginError> {
    let answer = tokio::time::timeout(LONG, plugin.call(request, LONG)).await;
    answer
        .expect("a call never came back")
        .map(|measured| measured.answer.response)
}

/// Waits until something is so that no call tells of.
pub(crate) async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    let waited = tokio::time::timeout(LONG, async {
        while !is_so() {
            ticks.tick().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never so: {what}"));
}
