//! Conversion of settings to their summary.

use hyrouter_config::{IdentityMode, Settings};
use hyrouter_plugins::{Mode, check_order};
use hyrouter_router::{Backend, HostPattern, PoolSpec, RouteSpec};

use super::{PluginSummary, PoolSummary, RouteSummary, Summary};

impl Summary {
    /// Summarizes these settings.
    pub fn of(settings: &Settings) -> Self {
        let routing = &settings.routing;
        let pools = routing.routes.iter().map(|route| &route.pool);
        let backends = pools
            .chain(&routing.default)
            .flat_map(|pool| &pool.backends);
        let mut drained: Vec<_> = backends
            .filter(|backend| backend.drained)
            .map(Backend::to_string)
            .collect();
        drained.sort_unstable();
        drained.dedup();
        Self {
            listen: settings.listen.to_string(),
            routes: (0..)
                .zip(&routing.routes)
                .map(|(index, route)| RouteSummary::of(route, providers(settings, Some(index))))
                .collect(),
            default: (routing.default.as_ref())
                .map(|pool| PoolSummary::of(pool, providers(settings, None))),
            providers: (settings.discovery.providers.iter())
                .map(|provider| format!("{} ({})", provider.name, provider.source.as_str()))
                .collect(),
            identity: identity(settings),
            referral_data: referral_data(settings),
            plugins: plugins(settings),
            drained,
            maintenance: settings.maintenance.keys().cloned().collect(),
        }
    }
}

impl RouteSummary {
    fn of(route: &RouteSpec, providers: Vec<String>) -> Self {
        Self {
            name: route.name.clone(),
            hosts: route.patterns.iter().map(pattern).collect(),
            conditions: route.conditions.to_string(),
            pool: PoolSummary::of(&route.pool, providers),
        }
    }
}

impl PoolSummary {
    fn of(pool: &PoolSpec, providers: Vec<String>) -> Self {
        Self {
            strategy: pool.policy.strategy.as_str(),
            providers,
            backends: pool.backends.iter().map(Backend::to_string).collect(),
            fallbacks: pool.fallback.len(),
        }
    }
}

/// Returns the names of the providers of a pool.
fn providers(settings: &Settings, route: Option<usize>) -> Vec<String> {
    let pools = settings.discovery.pools.iter();
    let pools = pools.filter(|pool| pool.route == route);
    let sources = pools.flat_map(|pool| &pool.sources);
    sources.map(|source| source.provider.clone()).collect()
}

/// Returns a pattern as text. The empty pattern gets words, since it would be invisible.
fn pattern(pattern: &HostPattern) -> String {
    if pattern.as_str().is_empty() {
        "(no host name)".to_owned()
    } else {
        pattern.to_string()
    }
}

fn identity(settings: &Settings) -> String {
    let identity = &settings.identity;
    let source = hyrouter_text::shown_address(&identity.jwks);
    match identity.mode {
        IdentityMode::Off => "tokens are read, not verified".to_owned(),
        IdentityMode::Report => format!("reported, keys from {source}"),
        IdentityMode::Require => format!("required, keys from {source}"),
    }
}

fn referral_data(settings: &Settings) -> String {
    let referral = &settings.referral;
    let envelope = match referral.envelope.version() {
        None => "plain".to_owned(),
        Some(version) if referral.envelope.is_signed() => {
            format!("signed envelope, version {version}")
        }
        Some(version) => format!("envelope without a signature, version {version}"),
    };
    let accepted = match referral.accept.iter().count() {
        0 => String::new(),
        1 => ", tickets of 1 key".to_owned(),
        count => format!(", tickets of {count} keys"),
    };
    format!("{envelope}{accepted}")
}

fn plugins(settings: &Settings) -> Vec<PluginSummary> {
    let all: Vec<_> = settings.plugins.iter().map(|it| &it.settings).collect();
    let order = check_order(&all).unwrap_or_default();
    let plugins = order.iter().filter_map(|place| all.get(*place));
    let plugins = plugins.map(|plugin| PluginSummary {
        name: plugin.name.clone(),
        stage: plugin.stage.as_str(),
        is_shadow: plugin.mode == Mode::Shadow,
        cache: plugin.cache.map(|cache| format!("{:?}", cache.max_ttl)),
    });
    plugins.collect()
}
