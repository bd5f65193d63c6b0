//! A configuration in a few lines.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use hyrouter_config::{IdentityMode, ListenAddr, Settings};
use hyrouter_plugins::{Chain, Mode, PluginStatus};
use hyrouter_proxy::{Handler, Server};
use hyrouter_router::{HostPattern, PoolSpec};

use crate::serve::Origin;

/// Routes that are named one by one.
const SHOWN_ROUTES: usize = 20;

/// Routes and pools, a line each.
pub(crate) fn routes(settings: &Settings) -> Vec<String> {
    let routing = &settings.routing;
    let mut lines: Vec<String> = routing
        .routes
        .iter()
        .take(SHOWN_ROUTES)
        .map(|route| {
            let patterns: Vec<_> = route.patterns.iter().map(pattern).collect();
            let patterns = if patterns.is_empty() {
                "any host".to_owned()
            } else {
                patterns.join(", ")
            };
            let conditions = if route.conditions.is_empty() {
                String::new()
            } else {
                format!(" {}", route.conditions)
            };
            format!(
                "route {}: {patterns}{conditions} -> {}",
                route.name,
                pool(&route.pool)
            )
        })
        .collect();
    if routing.routes.len() > SHOWN_ROUTES {
        lines.push(format!(
            "... and {} more routes",
            routing.routes.len() - SHOWN_ROUTES
        ));
    }
    lines.push(match &routing.default {
        Some(default) => format!("default -> {}", pool(default)),
        None => "no default: other hosts are refused".to_owned(),
    });
    lines
}

/// A pattern as it is shown: the empty one would be no word at all.
fn pattern(pattern: &HostPattern) -> String {
    if pattern.as_str().is_empty() {
        "(no host name)".to_owned()
    } else {
        pattern.to_string()
    }
}

/// Whether tokens are verified, and what referral data is.
pub(crate) fn trust(settings: &Settings) -> [String; 2] {
    let identity = &settings.identity;
    let source = hyrouter_text::shown_address(&identity.jwks);
    let identity = match identity.mode {
        IdentityMode::Off => "identity: tokens are read, not verified".to_owned(),
        IdentityMode::Report => format!("identity: reported, keys from {source}"),
        IdentityMode::Require => format!("identity: required, keys from {source}"),
    };
    let referral = match &settings.referral {
        None => "referral data: plain".to_owned(),
        Some(referral) => {
            let signed = if referral.envelope.is_signed() {
                "signed envelope"
            } else {
                "envelope without a signature"
            };
            let accepted = match referral.accept.iter().count() {
                0 => String::new(),
                1 => ", tickets of 1 key".to_owned(),
                count => format!(", tickets of {count} keys"),
            };
            let version = referral.envelope.version();
            format!("referral data: {signed}, version {version}{accepted}")
        }
    };
    [identity, referral]
}

/// Plugins in the order in which they are asked, a line each.
pub(crate) fn plugins(chain: &Chain) -> Vec<String> {
    let line = |plugin: PluginStatus<'_>| {
        let shadow = if plugin.mode == Mode::Shadow {
            ", shadow"
        } else {
            ""
        };
        format!("plugin {}: stage {}{shadow}", plugin.name, plugin.stage)
    };
    chain.plugins().map(line).collect()
}

fn pool(pool: &PoolSpec) -> String {
    let mut text = format!("{} of {}", pool.policy.strategy.as_str(), backends(pool));
    if !pool.fallback.is_empty() {
        let _ = write!(text, ", {} fallbacks", pool.fallback.len());
    }
    text
}

/// Where a person on this machine reaches a server that listens there.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

fn backends(pool: &PoolSpec) -> String {
    const SHOWN: usize = 3;
    let mut text = String::new();
    for (index, backend) in pool.backends.iter().take(SHOWN).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{backend}");
    }
    match pool.backends.len() {
        0 => text.push_str("no backends"),
        n if n > SHOWN => {
            let _ = write!(text, " and {} more", n - SHOWN);
        }
        _ => {}
    }
    text
}

/// The address as it is written in a configuration.
pub(crate) fn listen(listen: &ListenAddr) -> String {
    if listen.dual_stack {
        format!(":{}", listen.addr.port())
    } else {
        listen.addr.to_string()
    }
}

/// Tells the log what has started.
pub(crate) fn log_start<H: Handler>(
    settings: &Settings,
    origin: &Origin,
    plugins: &[String],
    server: &Server<H>,
) {
    let address = server.local_addr();
    match origin {
        Origin::File(file) => tracing::info!(file = %file.display(), "configuration"),
        Origin::BuiltIn => tracing::info!(
            "no config.yaml here, so every player is referred to {}; try: hyrouter probe {} --sni play.example.com",
            settings
                .routing
                .default
                .as_ref()
                .map_or_else(|| "nobody".to_owned(), backends),
            reachable(address),
        ),
    }
    for warning in &settings.warnings {
        tracing::warn!("configuration: {warning}");
    }
    for line in routes(settings)
        .iter()
        .chain(&trust(settings))
        .chain(plugins)
    {
        tracing::info!("{line}");
    }
    let (granted, wanted) = server.recv_buffer();
    if granted < wanted {
        tracing::warn!(
            granted,
            wanted,
            "the system grants small receive buffers: players who arrive at once may wait a second longer; raise net.core.rmem_max"
        );
    }
    // Last, so that whoever waits for it knows that everything else is up.
    tracing::info!(
        listen = %address,
        fingerprint = %server.fingerprint(),
        endpoints = server.endpoints(),
        "ready for players"
    );
}
