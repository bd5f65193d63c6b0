//! The files that a configuration names.

use std::path::Path as FilePath;

use crate::IdentityMode;
use crate::model::{Config, Discovery, SigningKey};
use crate::path::Path;
use crate::settings::NamedFile;

/// Returns them in the order of the file. Files that the router only writes are left out.
pub(super) fn named(config: &Config) -> Vec<NamedFile> {
    let mut files = Vec::new();
    let mut name = |key: Path, file: Option<&FilePath>| {
        if let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) {
            files.push(NamedFile {
                key: key.to_string(),
                file: file.to_owned(),
            });
        }
    };
    let tls = Path::of("tls");
    name(tls.key("cert_file"), config.tls.cert_file.as_deref());
    name(tls.key("key_file"), config.tls.key_file.as_deref());
    let token_key = config.quic.token_key_file.as_deref();
    name(Path::of("quic.token_key_file"), token_key);
    let identity = &config.identity;
    if identity.mode != IdentityMode::Off {
        name(Path::of("identity.jwks"), identity.jwks_file());
        name(Path::of("identity.ca_file"), identity.ca_file.as_deref());
    }
    if let Some(referral) = &config.referral {
        let keys = Path::of("referral.keys");
        for (index, SigningKey { secret_file, .. }) in referral.keys.iter().enumerate() {
            name(keys.index(index).key("secret_file"), secret_file.as_deref());
        }
        let accept = Path::of("referral.accept");
        for (index, key) in referral.accept.iter().enumerate() {
            let at = accept.index(index).key("secret_file");
            name(at, key.secret_file.as_deref());
        }
    }
    for (index, plugin) in config.plugins.iter().enumerate() {
        let plugins = Path::of("plugins").index(index);
        if let Some(wasm) = &plugin.wasm {
            name(plugins.key("wasm").key("path"), Some(&wasm.path));
        }
        if let Some(tls) = plugin.grpc.as_ref().and_then(|grpc| grpc.tls.as_ref()) {
            let at = plugins.key("grpc").key("tls");
            name(at.key("ca_file"), tls.ca_file.as_deref());
            name(at.key("cert_file"), tls.cert_file.as_deref());
            name(at.key("key_file"), tls.key_file.as_deref());
        }
    }
    name(
        Path::of("admin.token_file"),
        config.admin.token_file.as_deref(),
    );
    name_discovery(&config.discovery, &mut name);
    if let Some(webhook) = &config.logging.webhook {
        let at = Path::of("logging.webhook");
        name(at.key("token_file"), webhook.token_file.as_deref());
        name(at.key("ca_file"), webhook.ca_file.as_deref());
    }
    files
}

/// Files of a provider that it only writes, or watches itself, are left out.
fn name_discovery(discovery: &Discovery, name: &mut impl FnMut(Path, Option<&FilePath>)) {
    let list = Path::of("discovery.providers");
    for (index, provider) in discovery.providers.iter().enumerate() {
        let at = list.index(index);
        if let Some(http) = &provider.http {
            name(at.key("http").key("token_file"), http.token_file.as_deref());
            name(at.key("http").key("ca_file"), http.ca_file.as_deref());
        }
        if let Some(push) = &provider.push {
            let at = at.key("push");
            name(at.key("token_file"), push.token_file.as_deref());
            for (index, token) in push.tokens.iter().enumerate() {
                name(at.key("tokens").index(index).key("file"), Some(&token.file));
            }
        }
        if let Some(docker) = &provider.docker {
            let at = at.key("docker");
            name(at.key("ca_file"), docker.ca_file.as_deref());
            name(at.key("cert_file"), docker.cert_file.as_deref());
            name(at.key("key_file"), docker.key_file.as_deref());
        }
    }
    if let Some(push) = &discovery.push {
        let at = Path::of("discovery.push");
        name(at.key("cert_file"), push.cert_file.as_deref());
        name(at.key("key_file"), push.key_file.as_deref());
    }
}
