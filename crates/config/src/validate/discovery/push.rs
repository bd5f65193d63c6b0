//! Providers that backends register themselves with, and the server for them.

use std::collections::BTreeMap;
use std::time::Duration;

use hyrouter_discovery::{PushSettings, PushToken};

use super::super::{Report, missing, tls};
use crate::model::{Discovery, Provider, ProviderType, Push};
use crate::path::Path;

/// Builds the settings of a provider.
pub(super) fn build(path: &Path, push: &Push, report: &mut Report<'_>) -> PushSettings {
    if push.token_file.is_none() && push.tokens.is_empty() {
        let message = missing("type `push`, unless `tokens` has entries");
        report
            .problems
            .add_if_clear(&path.key("token_file"), message);
    }
    if push.max_lease < Duration::from_secs(1) {
        report.problems.add_if_clear(
            &path.key("max_lease"),
            format!("too short (got {:?}); allowed: at least 1s", push.max_lease),
        );
    }
    let whole = push.token_file.iter().map(|file| PushToken {
        file: file.clone(),
        prefix: String::new(),
    });
    let limited = push.tokens.iter().map(|token| PushToken {
        file: token.file.clone(),
        prefix: token.prefix.clone(),
    });
    PushSettings {
        tokens: whole.chain(limited).collect(),
        max_lease: push.max_lease,
        state_file: push.state_file.clone(),
    }
}

/// Checks that each provider of type `push` has its own state file.
pub(super) fn check_state_files(list: &Path, providers: &[Provider], report: &mut Report<'_>) {
    let mut seen = BTreeMap::new();
    for (index, provider) in providers.iter().enumerate() {
        let file = provider
            .push
            .as_ref()
            .and_then(|push| push.state_file.as_ref());
        let Some(file) = file else { continue };
        let path = list.index(index).key("push").key("state_file");
        if let Some(earlier) = seen.get(file) {
            let problem = format!("the file of {earlier}; allowed: a separate file");
            report.problems.add_if_clear(&path, problem);
        } else {
            seen.insert(file, path);
        }
    }
}

/// Checks that providers of type `push` have a server, and the reverse.
pub(super) fn check_push(discovery: &Discovery, report: &mut Report<'_>) {
    let path = Path::of("discovery.push");
    let is_push = |provider: &Provider| provider.kind == Some(ProviderType::Push);
    let is_used = discovery.providers.iter().any(is_push);
    let listen = discovery.push.as_ref().and_then(|push| push.listen);
    if is_used && listen.is_none() {
        let message = missing("a provider of type `push`");
        report.problems.add_if_clear(&path.key("listen"), message);
    }
    let Some(push) = &discovery.push else { return };
    if !is_used {
        report.warn(
            &path,
            "refuses all requests, since no provider has the type `push`",
        );
    }
    let (has_cert, has_key) = (push.cert_file.is_some(), push.key_file.is_some());
    tls::check_pair(&path, has_cert, has_key, report.problems);
}
