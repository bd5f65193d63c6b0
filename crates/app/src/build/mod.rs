//! Everything that a configuration needs beside itself, opened and checked before anything of it is used.

mod certificates;
mod expiry;
pub(crate) mod findings;
#[cfg(feature = "grpc")]
mod grpc;
pub(crate) mod identity_keys;
mod plugin_error;
mod plugins;
mod port_holder;
pub(crate) mod server;
#[cfg(feature = "wasm")]
mod wasm;

use std::fmt::Display;
use std::sync::Arc;

use hyrouter_admin::AdminToken;
use hyrouter_config::{ConfigError, Draft, NamedFile, Problem, Settings};
use hyrouter_files::{ExposeSecret as _, RegularFile, SecretRules, read_secret_file};
#[cfg(feature = "wasm")]
use hyrouter_plugin_wasm::OutputSink;
use hyrouter_plugins::Chain;
use hyrouter_proxy::{AddressTokenKey, ServerCertificate};
use hyrouter_referral::Secret;

use self::certificates::{certificate, push_certificate};
pub(crate) use self::expiry::NOTICE;
use self::findings::{Findings, at};
use self::identity_keys::{IdentityKeys, LoadOccasion};
pub use self::plugin_error::PluginLoadError;
#[cfg(feature = "grpc")]
pub use self::plugins::load_grpc;
use self::plugins::{LoadedPlugins, Loader};
#[cfg(feature = "wasm")]
pub use self::wasm::{COMPILE_WASM, compiler, wasm_host, wasm_settings};
use crate::admin::AdminEndpoint;
use crate::discovery::DiscoverySources;
use crate::metrics::Metrics;
use crate::observe::sinks;
use crate::observe::traces::Traces;
use crate::push::PushEndpoint;

/// A configuration with its certificate, keys and plugins.
#[derive(Debug)]
pub struct Assembly {
    /// Settings of the configuration, as the router uses them.
    pub settings: Settings,
    /// Certificate of the configuration. `None`: the router makes a self-signed one when it starts, and keeps it.
    pub(crate) certificate: Option<ServerCertificate>,
    /// Certificate of the server of pushes. `None`: it presents that of the router.
    pub(crate) push_certificate: Option<ServerCertificate>,
    pub(crate) token_key: Option<AddressTokenKey>,
    /// Token of the admin server. The server takes it out.
    pub(crate) admin_token: Option<AdminToken>,
    pub(crate) keys: Option<Arc<IdentityKeys>>,
    pub(crate) chain: Arc<Chain>,
    pub(crate) sources: DiscoverySources,
    /// Plugins of the configuration, which are more than those of the chain where they are left out.
    pub(crate) plugins_in_all: usize,
    loaded: LoadedPlugins,
}

/// Puts assemblies together.
#[derive(Debug, Clone)]
pub struct Assembler {
    loader: Loader,
    without_plugins: bool,
}

impl Assembler {
    /// Returns an assembler that counts the verdicts of shadow plugins in `metrics`.
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            loader: Loader::new(Arc::clone(&metrics.plugins)),
            without_plugins: false,
        }
    }

    /// Sends the output of WASM plugins there. Default: to the log.
    #[cfg(feature = "wasm")]
    #[must_use]
    pub fn with_plugin_output(mut self, output: Arc<dyn OutputSink>) -> Self {
        self.loader.wasm = self.loader.wasm.with_output(output);
        self
    }

    /// Leaves plugins out: compiling modules takes seconds.
    #[must_use]
    pub fn without_plugins(mut self, without: bool) -> Self {
        self.without_plugins = without;
        self
    }

    /// Reads files and compiles modules. Takes seconds, and needs a tokio runtime. Keeps running parts of `previous` whose
    /// settings and files are the same.
    ///
    /// # Errors
    /// All mistakes: those of the draft, and everything that cannot be opened or used. Nothing is changed then.
    pub fn assemble(
        &mut self,
        draft: Draft,
        previous: Option<&Assembly>,
    ) -> Result<Assembly, ConfigError> {
        let Draft {
            mut settings,
            problems,
            ..
        } = draft;
        let mut findings = Findings::beginning_with(problems);
        let plugins_in_all = settings.plugins.len();
        if self.without_plugins {
            settings.plugins.clear();
            let is_other = |named: &NamedFile| !named.key.starts_with("plugins[");
            settings.files.retain(is_other);
        }
        open_all(&settings, &mut findings);
        // Their own place opens them; a mistake in them is one of the configuration all the same.
        sinks::check(&settings.logging, &mut findings);
        findings.keep(Traces::check(settings.otlp.as_ref()));
        findings.keep(AdminEndpoint::check(&settings));
        findings.keep(PushEndpoint::check(&settings));
        let certificate = certificate(&settings, &mut findings);
        let push_certificate = push_certificate(&settings, &mut findings);
        let token_key = token_key(&settings, &mut findings);
        let admin_token = admin_token(&settings, &mut findings);
        let keys = identity_keys(&settings, previous, &mut findings);
        let sources = DiscoverySources::open(&settings.discovery, previous, &mut findings);
        let earlier = previous.map(|one| &one.loaded);
        let loaded = self.loader.load(&settings, earlier, &mut findings);
        let made = loaded.map(|(chain, loaded)| Assembly {
            settings,
            certificate,
            push_certificate,
            token_key,
            admin_token,
            keys,
            sources,
            chain: Arc::new(match previous {
                Some(previous) => chain.carry_over(&previous.chain),
                None => chain,
            }),
            plugins_in_all,
            loaded,
        });
        findings.unless_wrong(made)
    }
}

/// Opens each file that the configuration names, so that all that are missing are found at once.
fn open_all(settings: &Settings, findings: &mut Findings) {
    for NamedFile { key, file, .. } in &settings.files {
        if findings.are_free(&[key]) {
            findings.keep(RegularFile::open(file).map(drop).map_err(at(key)));
        }
    }
}

fn token_key(settings: &Settings, findings: &mut Findings) -> Option<AddressTokenKey> {
    const KEY: &str = "quic.token_key_file";
    let file = settings.quic.token_key_file.as_ref()?;
    if !findings.are_free(&[KEY]) {
        return None;
    }
    let text = read_secret_file(file, SecretRules::text(4096)).map_err(at(KEY));
    let key = text.and_then(|text| {
        let wrong = |error: &dyn Display| Problem::new(KEY, format!("{}: {error}", file.display()));
        let secret = Secret::parse(text.expose_secret()).map_err(|error| wrong(&error))?;
        AddressTokenKey::new(secret.as_bytes()).map_err(|error| wrong(&error))
    });
    findings.keep(key)
}

fn admin_token(settings: &Settings, findings: &mut Findings) -> Option<AdminToken> {
    const KEY: &str = "admin.token_file";
    settings.admin.listen?;
    let file = settings.admin.token_file.as_ref()?;
    let read = findings.are_free(&[KEY]).then(|| AdminToken::read(file))?;
    findings.keep(read.map_err(at(KEY)))
}

fn identity_keys(
    settings: &Settings,
    previous: Option<&Assembly>,
    findings: &mut Findings,
) -> Option<Arc<IdentityKeys>> {
    let earlier = previous.and_then(|previous| previous.keys.as_ref());
    let begin = previous.map_or(LoadOccasion::Start, |_| LoadOccasion::Reload);
    // A reload may fetch keys. A configuration that is refused must cause no requests.
    let is_refused = begin == LoadOccasion::Reload && !findings.is_empty();
    if is_refused || !findings.are_free(&["identity"]) {
        return None;
    }
    let opened = IdentityKeys::open(&settings.identity, earlier, begin);
    findings.keep(opened).flatten()
}
