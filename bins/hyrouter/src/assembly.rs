//! Everything that a configuration needs beside itself, opened and checked before anything of it is used.

use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_admin::Token;
use hyrouter_config::Settings;
use hyrouter_plugin_wasm::OutputSink;
use hyrouter_plugins::Chain;
use hyrouter_proxy::{ServerIdentity, TokenKey};

use crate::counts::Counts;
use crate::identity_keys::IdentityKeys;
use crate::plugins::{Loaded, Loader};

/// A configuration with its certificate, keys and plugins.
#[derive(Debug)]
pub(crate) struct Assembly {
    pub(crate) settings: Settings,
    /// None: a self-signed one, made when the router starts and kept.
    pub(crate) certificate: Option<ServerIdentity>,
    pub(crate) token_key: Option<TokenKey>,
    pub(crate) keys: Option<Arc<IdentityKeys>>,
    pub(crate) chain: Arc<Chain>,
    loaded: Loaded,
}

/// Puts assemblies together.
#[derive(Debug, Clone)]
pub(crate) struct Assembler {
    loader: Loader,
}

impl Assembler {
    /// Output of WASM plugins goes to `output`. What shadow plugins say is counted.
    pub(crate) fn new(output: Arc<dyn OutputSink>, counts: &Counts) -> Self {
        Self {
            loader: Loader::new(output, Arc::clone(&counts.plugins)),
        }
    }

    /// Reads files, compiles modules: takes seconds, and needs a tokio runtime. What is the same in `previous` is taken
    /// from there, running.
    ///
    /// # Errors
    /// The first thing that can not be used. Nothing is changed then.
    pub(crate) fn assemble(
        &mut self,
        settings: Settings,
        previous: Option<&Assembly>,
    ) -> anyhow::Result<Assembly> {
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
        let keys = IdentityKeys::open(&settings.identity, earlier)?;
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
