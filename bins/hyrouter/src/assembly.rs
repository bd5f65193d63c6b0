//! Everything that a configuration needs beside itself, opened and checked before anything of it is used.

use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_admin::Token;
use hyrouter_config::Settings;
use hyrouter_plugin_wasm::OutputSink;
use hyrouter_plugins::Chain;
use hyrouter_proxy::{ServerIdentity, TokenKey};

use crate::counts::Counts;
use crate::identity_keys::{Begin, IdentityKeys};
use crate::plugins::{Loaded, Loader};
use crate::sinks;
use crate::traces::Traces;

/// A configuration with its certificate, keys and plugins.
#[derive(Debug)]
pub(crate) struct Assembly {
    pub(crate) settings: Settings,
    /// None: a self-signed one, made when the router starts and kept.
    pub(crate) certificate: Option<ServerIdentity>,
    pub(crate) token_key: Option<TokenKey>,
    pub(crate) keys: Option<Arc<IdentityKeys>>,
    pub(crate) chain: Arc<Chain>,
    /// Plugins of the configuration, which are more than those of the chain where they are left out.
    pub(crate) plugins_in_all: usize,
    loaded: Loaded,
}

/// Puts assemblies together.
#[derive(Debug, Clone)]
pub(crate) struct Assembler {
    loader: Loader,
    without_plugins: bool,
}

impl Assembler {
    /// Output of WASM plugins goes to `output`. What shadow plugins say is counted.
    pub(crate) fn new(output: Arc<dyn OutputSink>, counts: &Counts) -> Self {
        Self {
            loader: Loader::new(output, Arc::clone(&counts.plugins)),
            without_plugins: false,
        }
    }

    /// Leaves plugins out: compiling modules takes seconds.
    pub(crate) fn without_plugins(mut self, without: bool) -> Self {
        self.without_plugins = without;
        self
    }

    /// Reads files, compiles modules: takes seconds, and needs a tokio runtime. What is the same in `previous` is taken
    /// from there, running.
    ///
    /// # Errors
    /// The first thing that can not be used. Nothing is changed then.
    pub(crate) fn assemble(
        &mut self,
        mut settings: Settings,
        previous: Option<&Assembly>,
    ) -> anyhow::Result<Assembly> {
        let plugins_in_all = settings.plugins.len();
        if self.without_plugins {
            settings.plugins.clear();
        }
        // Their own place opens them; a mistake in them is one of the configuration all the same.
        sinks::check(&settings.logging)?;
        Traces::check(settings.otlp.as_ref())?;
        let certificate = match &settings.tls.identity {
            Some(files) => Some(
                ServerIdentity::from_pem_files(&files.cert, &files.key)
                    .context("tls.cert_file, tls.key_file")?,
            ),
            None => None,
        };
        let token_key = match &settings.quic.token_key_file {
            Some(file) => Some(TokenKey::read(file).context("quic.token_key_file")?),
            None => None,
        };
        let earlier = previous.and_then(|previous| previous.keys.as_ref());
        let begin = match previous {
            Some(_) => Begin::Reload,
            None => Begin::Start,
        };
        let keys = IdentityKeys::open(&settings.identity, earlier, begin)?;
        let (chain, loaded) = self
            .loader
            .load(&settings, previous.map(|previous| &previous.loaded))?;
        let chain = match previous {
            Some(previous) => chain.carry_over(&previous.chain),
            None => chain,
        };
        Ok(Assembly {
            settings,
            certificate,
            token_key,
            keys,
            chain: Arc::new(chain),
            plugins_in_all,
            loaded,
        })
    }
}

/// The token of the admin server, if it has one.
pub(crate) fn admin_token(settings: &Settings) -> anyhow::Result<Option<Token>> {
    let admin = settings.admin.as_ref();
    let Some(file) = admin.and_then(|admin| admin.token_file.as_ref()) else {
        return Ok(None);
    };
    Token::read(file).map(Some).context("admin.token_file")
}
