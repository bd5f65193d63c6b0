//! The counts of plugins as metrics.

use hyrouter_metrics::{Desc, Exposition, Source};
use hyrouter_plugins::BreakerState;

use super::PluginMetrics;

impl PluginMetrics {
    const SECONDS: Desc = Desc::histogram(
        "hyrouter_plugin_seconds",
        "How long a call of a plugin took, its queue included. Players do not wait for a shadow plugin",
        &["plugin"],
    );
    const CALLS: Desc = Desc::counter(
        "hyrouter_plugin_calls",
        "What a plugin was asked, by what it said (unchanged, changed, denied, failed)",
        &["plugin", "verdict"],
    );
    const ERRORS: Desc = Desc::counter(
        "hyrouter_plugin_errors",
        "Failures of a plugin, by cause",
        &["plugin", "error"],
    );
    const SKIPPED: Desc = Desc::counter(
        "hyrouter_plugin_skipped",
        "Calls of a plugin that were not made, by cause: its breaker is open (breaker_open), or too many calls wait (overloaded)",
        &["plugin", "cause"],
    );
    const BREAKER: Desc = Desc::gauge(
        "hyrouter_plugin_breaker_open",
        "1 while a plugin is left alone because it failed too often",
        &["plugin"],
    );
    const RUNNING: Desc = Desc::gauge(
        "hyrouter_plugin_running",
        "Calls of a plugin that run",
        &["plugin"],
    );
    const WAITING: Desc = Desc::gauge(
        "hyrouter_plugin_waiting",
        "Calls of a plugin that wait for their turn",
        &["plugin"],
    );

    const CLOSED: Desc = Desc::counter(
        "hyrouter_plugin_connections_closed",
        "Connections to a gRPC plugin that the router closed: its breaker opened (breaker), or it sent frames that answer nothing (flood)",
        &["plugin", "cause"],
    );
}

impl Source for PluginMetrics {
    fn descs(&self) -> &'static [Desc] {
        &[
            Self::SECONDS,
            Self::CALLS,
            Self::ERRORS,
            Self::SKIPPED,
            Self::BREAKER,
            Self::RUNNING,
            Self::WAITING,
            Self::CLOSED,
        ]
    }

    #[expect(clippy::cast_precision_loss, reason = "calls at a time are below 2^53")]
    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let chain = self.chain();
        let plugins: Vec<_> = chain.iter().flat_map(|chain| chain.plugins()).collect();
        let counts: Vec<_> = plugins
            .iter()
            .filter_map(|plugin| Some((plugin.name, self.of(plugin.name)?)))
            .collect();
        let took = counts
            .iter()
            .map(|(name, count)| ([*name], count.took.snapshot()));
        into.histograms(&Self::SECONDS, took);
        let verdicts = counts.iter().flat_map(|(name, count)| {
            let verdicts = count.verdicts.iter();
            verdicts.map(|(verdict, calls)| ([*name, verdict], calls))
        });
        into.counts(&Self::CALLS, verdicts);
        let errors = counts.iter().flat_map(|(name, count)| {
            let errors = count.errors.seen();
            errors.map(|(error, calls)| ([*name, error], calls))
        });
        into.counts(&Self::ERRORS, errors);
        let skipped = counts.iter().flat_map(|(name, count)| {
            let skipped = count.skipped.iter();
            skipped.map(|(cause, calls)| ([*name, cause], calls))
        });
        into.counts(&Self::SKIPPED, skipped);
        let breakers = plugins
            .iter()
            .map(|plugin| ([plugin.name], plugin.breaker != BreakerState::Closed));
        into.flags(&Self::BREAKER, breakers);
        let running = plugins
            .iter()
            .map(|plugin| ([plugin.name], plugin.running as f64));
        into.gauges(&Self::RUNNING, running);
        let waiting = plugins
            .iter()
            .map(|plugin| ([plugin.name], plugin.waiting as f64));
        into.gauges(&Self::WAITING, waiting);
        let closed = plugins.iter().flat_map(|plugin| {
            let causes = plugin
                .connections_closed
                .map(|closed| [("breaker", closed.by_breaker), ("flood", closed.by_flood)]);
            let causes = causes.into_iter().flatten();
            causes.map(|(cause, count)| ([plugin.name, cause], count))
        });
        into.counts(&Self::CLOSED, closed);
    }
}
