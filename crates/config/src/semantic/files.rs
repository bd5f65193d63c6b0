//! The files that a configuration names.

use std::path::PathBuf;

use crate::model::Config;

/// Each once, in the order in which they are written. Those that are only written to are not among them.
pub(super) fn named(config: &Config) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut name = |file: &Option<String>| {
        let file = file.as_deref().filter(|file| !file.is_empty());
        if let Some(file) = file.map(PathBuf::from)
            && !files.contains(&file)
        {
            files.push(file);
        }
    };
    name(&config.tls.cert_file);
    name(&config.tls.key_file);
    name(&config.quic.token_key_file);
    if config.identity.mode != "off" {
        if !config.identity.jwks.contains("://") {
            name(&Some(config.identity.jwks.clone()));
        }
        name(&config.identity.ca_file);
    }
    if let Some(referral) = &config.referral {
        referral.keys.iter().for_each(|key| name(&key.secret_file));
        let accept = referral.accept.iter();
        accept.for_each(|key| name(&key.secret_file));
    }
    for plugin in &config.plugins {
        if let Some(wasm) = &plugin.wasm {
            name(&wasm.path);
        }
        if let Some(tls) = plugin.grpc.as_ref().and_then(|grpc| grpc.tls.as_ref()) {
            name(&tls.ca_file);
            name(&tls.cert_file);
            name(&tls.key_file);
        }
    }
    name(&config.admin.token_file);
    if let Some(webhook) = &config.logging.webhook {
        name(&webhook.token_file);
        name(&webhook.ca_file);
    }
    files
}
