//! Simulated connections.

mod error;
mod question;
mod report;
mod text;

use std::net::IpAddr;

use hyrouter_admin::CommandError;
use hyrouter_config::Settings;
use hyrouter_proxy::{Access, AlpnError, AlpnList, Peer, Refusal};
use hyrouter_router::{BackendOrigin, Explanation};
use hyrouter_text::Causes;
use serde_json::Value;

pub use self::error::ExplainError;
pub use self::question::Question;
pub use self::text::to_text;
use crate::build::Assembly;
use crate::discovery::Origins;
use crate::host_name::HostName;
use crate::reconfigure::Overrides;
use crate::snapshot::Snapshot;

/// Answers a question that came over HTTP.
pub(crate) async fn answer(
    snapshot: &Snapshot,
    assembly: &Assembly,
    question: Value,
) -> Result<Value, CommandError> {
    let invalid = |mistake: String| CommandError::Invalid {
        message: "the question is invalid".to_owned(),
        mistakes: vec![mistake],
    };
    let question: Question =
        serde_json::from_value(question).map_err(|error| invalid(error.to_string()))?;
    report(snapshot, assembly, &question)
        .await
        .map_err(|error| invalid(Causes(&error).to_string()))
}

/// Explains by a configuration, as a router that starts now would decide.
///
/// # Errors
/// No client can be such a player, or identity keys could not be fetched.
pub async fn by_configuration(
    assembly: &Assembly,
    question: &Question,
) -> Result<Value, ExplainError> {
    if let Some(keys) = assembly.keys.as_ref().filter(|_| question.brings_token()) {
        // A running router has its keys long before the first player, so they are fetched first here.
        keys.fetch().await?;
    }
    let discovery = &assembly.settings.discovery;
    if !discovery.pools.is_empty() {
        // A running router waits for its providers as long before it is ready.
        assembly.sources.contact(discovery.startup_timeout).await;
    }
    let snapshot = Snapshot::new(assembly, &Overrides::default(), None)?;
    report(&snapshot, assembly, question).await
}

async fn report(
    snapshot: &Snapshot,
    assembly: &Assembly,
    question: &Question,
) -> Result<Value, ExplainError> {
    let settings = &assembly.settings;
    let (info, hello) = question.connect()?;
    let typed = question.sni.as_ref().and_then(HostName::converted_from);
    if let Some(why) = refused_before_connect(settings, info.peer(), question.comes_from())? {
        return Ok(report::refused_before_connect(&info, &hello, why, typed));
    }
    let options = question.options();
    let mut explained = snapshot.explain(&info, options, question.plugins).await;
    if let Some(routing) = &mut explained.routing {
        name_origins(routing, snapshot, assembly);
    }
    let plugins = snapshot.configured_plugins;
    Ok(report::json(&info, &hello, &explained, plugins, typed))
}

/// Adds the providers of backends to an explanation, with the time since the last contact with their sources.
fn name_origins(routing: &mut Explanation, snapshot: &Snapshot, assembly: &Assembly) {
    let discovery = &assembly.settings.discovery;
    if discovery.pools.is_empty() {
        return;
    }
    let route = routing.route.as_ref().and_then(|route| route.index);
    let origins = Origins::new(discovery, &snapshot.discovery);
    routing.name_origins(|backend| {
        let provider = origins.find(route, backend)?.provider;
        let source = assembly.sources.get(provider);
        let age = source.and_then(|source| source.feed.age());
        Some(BackendOrigin::new(provider, age))
    });
}

/// Returns the code of a refusal by QUIC or TLS, before `Connect`. The player gets no packet with a reason.
fn refused_before_connect(
    settings: &Settings,
    peer: &Peer,
    ip: Option<IpAddr>,
) -> Result<Option<&'static str>, AlpnError> {
    let access = Access {
        allow: settings.limits.allow.clone(),
        deny: settings.limits.deny.clone(),
    };
    if ip.is_some_and(|ip| !access.admits(ip)) {
        return Ok(Some(Refusal::Denied.as_str()));
    }
    let known = AlpnList::parse(&settings.tls.alpn)?;
    let offered = peer.alpn.as_deref().unwrap_or_default();
    let has_one = known.protocols().iter().any(|known| **known == *offered);
    Ok((!has_one).then_some("no_alpn"))
}
