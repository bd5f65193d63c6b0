//! Summary of a configuration.

mod settings;

use serde::Serialize;

/// Maximum number of routes that are listed.
pub(crate) const SHOWN_ROUTES: usize = 20;
/// Maximum number of backends that are listed per pool.
const SHOWN_BACKENDS: usize = 3;

/// Summary of a configuration, for people, machines and the log.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Listen address in the form of the configuration.
    pub(crate) listen: String,
    pub(crate) routes: Vec<RouteSummary>,
    pub(crate) default: Option<PoolSummary>,
    /// Verification of tokens.
    pub(crate) identity: String,
    /// Form of the referral data.
    pub(crate) referral_data: String,
    /// Discovery providers with their types.
    pub(crate) providers: Vec<String>,
    /// Plugins, in the order of their calls.
    pub(crate) plugins: Vec<PluginSummary>,
    /// Backends that get no players.
    pub(crate) drained: Vec<String>,
    /// Routes that are closed; `default` is the default pool.
    pub(crate) maintenance: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RouteSummary {
    pub(crate) name: String,
    /// Host patterns; empty for any host.
    pub(crate) hosts: Vec<String>,
    pub(crate) conditions: String,
    pub(crate) pool: PoolSummary,
}

#[derive(Debug, Serialize)]
pub(crate) struct PoolSummary {
    pub(crate) strategy: &'static str,
    /// Discovery providers, in the order of their backends.
    pub(crate) providers: Vec<String>,
    pub(crate) backends: Vec<String>,
    pub(crate) fallbacks: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct PluginSummary {
    pub(crate) name: String,
    pub(crate) stage: &'static str,
    pub(crate) is_shadow: bool,
    /// Maximum age of cached answers, if answers are cached.
    pub(crate) cache: Option<String>,
}

impl Summary {
    /// Returns the summary as text, one line per part.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("listen on {}", self.listen)];
        let routes = self.routes.iter().take(SHOWN_ROUTES);
        lines.extend(routes.map(RouteSummary::line));
        if let Some(more @ 1..) = self.routes.len().checked_sub(SHOWN_ROUTES) {
            lines.push(format!("... and {more} more routes"));
        }
        lines.push(match &self.default {
            Some(default) => format!("default -> {}", default.text()),
            None => "no default: other hosts are refused".to_owned(),
        });
        for (name, list) in [
            ("drained", &self.drained),
            ("maintenance", &self.maintenance),
        ] {
            if !list.is_empty() {
                lines.push(format!("{name}: {}", first(list, SHOWN_ROUTES)));
            }
        }
        if !self.providers.is_empty() {
            let providers = first(&self.providers, SHOWN_ROUTES);
            lines.push(format!("discovery: {providers}"));
        }
        lines.push(format!("identity: {}", self.identity));
        lines.push(format!("referral data: {}", self.referral_data));
        lines.extend(self.plugins.iter().map(PluginSummary::line));
        lines
    }
}

impl RouteSummary {
    pub(crate) fn hosts(&self) -> String {
        if self.hosts.is_empty() {
            "any host".to_owned()
        } else {
            self.hosts.join(", ")
        }
    }

    fn line(&self) -> String {
        let space = if self.conditions.is_empty() { "" } else { " " };
        let (name, hosts, pool) = (&self.name, self.hosts(), self.pool.text());
        format!("route {name}: {hosts}{space}{} -> {pool}", self.conditions)
    }
}

impl PoolSummary {
    pub(crate) fn backends(&self) -> String {
        let providers = self.providers.iter();
        let providers = providers.map(|name| format!("provider {name}"));
        let mut sources: Vec<_> = providers.collect();
        if !self.backends.is_empty() {
            sources.push(first(&self.backends, SHOWN_BACKENDS));
        }
        if sources.is_empty() {
            "no backends".to_owned()
        } else {
            sources.join(", ")
        }
    }

    fn text(&self) -> String {
        let fallbacks = match self.fallbacks {
            0 => String::new(),
            1 => ", 1 fallback".to_owned(),
            count => format!(", {count} fallbacks"),
        };
        format!("{} of {}{fallbacks}", self.strategy, self.backends())
    }
}

impl PluginSummary {
    fn line(&self) -> String {
        let shadow = if self.is_shadow { ", shadow" } else { "" };
        let cache = self.cache.as_ref().map_or_else(String::new, |max_ttl| {
            format!(", answers cached for at most {max_ttl}")
        });
        format!("plugin {}: stage {}{shadow}{cache}", self.name, self.stage)
    }
}

/// Returns the first entries of a list and the number of the others.
fn first(list: &[String], shown: usize) -> String {
    let (first, more) = list.split_at(shown.min(list.len()));
    let first = first.join(", ");
    match more.len() {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
