mod check;

use std::num::NonZeroU32;
use std::time::Duration;

use hyrouter_plugins as chain;
use hyrouter_plugins::{AnswerCacheSettings, BreakerSettings, ChainSettings, Mode};

use self::check::check;
pub(super) use self::check::check_unique;
use super::Report;
use crate::model::{Plugin, PluginType};
use crate::path::Path;
use crate::settings::{PluginKind, PluginSettings};

pub(super) fn build(
    plugins: Vec<Plugin>,
    decision_timeout: Duration,
    report: &mut Report<'_>,
) -> Vec<PluginSettings> {
    check(&plugins, report.problems);
    let list = Path::of("plugins");
    let mut built = Vec::with_capacity(plugins.len());
    for (index, plugin) in plugins.into_iter().enumerate() {
        warn_of_parts_without_use(&list.index(index), &plugin, report);
        built.push(build_one(plugin));
    }
    if report.problems.has_within(&list) {
        return built;
    }
    // `check` finds all faults that the chain finds, except a cycle.
    let settings: Vec<_> = built.iter().map(|plugin| &plugin.settings).collect();
    if let Err(error) = chain::check_order(&settings) {
        for problem in error.problems {
            report.problems.add(
                &list,
                format!("{problem}; allowed: an order without a cycle"),
            );
        }
    }
    warn_of_timeouts(&list, &built, decision_timeout, report);
    built
}

fn build_one(plugin: Plugin) -> PluginSettings {
    let breaker = plugin.breaker;
    let settings = ChainSettings {
        stage: plugin.stage,
        before: plugin.before,
        after: plugin.after,
        timeout: plugin.timeout,
        on_error: plugin.on_error,
        mode: plugin.mode,
        override_policy: plugin.override_with,
        max_concurrency: plugin.max_concurrency,
        max_queue: plugin.max_queue,
        breaker: NonZeroU32::new(breaker.failures).map(|failures| BreakerSettings {
            failures,
            cool_down: breaker.cool_down,
            connect_grace: breaker.connect_grace,
        }),
        cache: plugin.cache.map(|cache| AnswerCacheSettings {
            max_ttl: cache.max_ttl,
            max_entries: cache.max_entries,
            max_memory: cache.max_memory,
        }),
        ..ChainSettings::new(plugin.name)
    };
    let kind = match plugin.kind {
        Some(PluginType::Wasm) => PluginKind::Wasm(plugin.wasm.unwrap_or_default()),
        // Without a type there is a problem, and nothing is loaded.
        Some(PluginType::Grpc) | None => PluginKind::Grpc(plugin.grpc.unwrap_or_default()),
    };
    PluginSettings {
        settings,
        kind,
        config: plugin.config.filter(|config| !config.is_null()),
    }
}

/// Warns of a section for the other type of plugin.
fn warn_of_parts_without_use(path: &Path, plugin: &Plugin, report: &mut Report<'_>) {
    let Some(kind) = plugin.kind else {
        return;
    };
    let (other, is_there) = match kind {
        PluginType::Grpc => (PluginType::Wasm, plugin.wasm.is_some()),
        PluginType::Wasm => (PluginType::Grpc, plugin.grpc.is_some()),
    };
    if is_there {
        let message = format!("it has no effect: the plugin is of type {}", kind.as_str());
        report.warn(&path.key(other.as_str()), message);
    }
}

/// Warns of timeouts that add up to more than the time for a decision, since plugins are called one after the other.
fn warn_of_timeouts(
    list: &Path,
    plugins: &[PluginSettings],
    decision_timeout: Duration,
    report: &mut Report<'_>,
) {
    let enforced = plugins
        .iter()
        .filter(|plugin| plugin.settings.mode == Mode::Enforce);
    let longest: Duration = enforced.map(|plugin| plugin.settings.timeout).sum();
    if longest > decision_timeout {
        report.warn(
            list,
            format!(
                "their timeouts add up to {longest:?}, more than `limits.decision_timeout` of {decision_timeout:?}: \
                 if all are slow, a player is refused before the last one is called"
            ),
        );
    }
}
