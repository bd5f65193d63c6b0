//! Metrics of plugins, read at the scrape.

use std::fmt;

use hyrouter_plugin_api::PluginErrorCode;
use hyrouter_plugins::{BreakerState, PluginStatus};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::PluginMetrics;
use crate::metrics::encode::EncodeMetrics as _;

impl Collector for PluginMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let chain = self.chain();
        let plugins: Vec<_> = chain.iter().flat_map(|chain| chain.plugins()).collect();
        let counts: Vec<_> = plugins
            .iter()
            .filter_map(|plugin| Some((plugin.name, self.of(plugin.name)?)))
            .collect();

        let took = counts.iter();
        encoder.family(
            "plugin_seconds",
            "Duration of a plugin's calls, including their time in the queue. Players do not wait for a shadow plugin",
            took.map(|(name, count)| ([("plugin", *name)], count.took.clone())),
        )?;
        let verdicts = counts.iter().flat_map(|(name, count)| {
            count.verdicts().map(|(verdict, counter)| {
                ([("plugin", *name), ("verdict", verdict)], counter.clone())
            })
        });
        encoder.family(
            "plugin_calls",
            "Calls of a plugin by verdict (unchanged, changed, denied, failed)",
            verdicts,
        )?;
        let errors = counts.iter().flat_map(|(name, count)| {
            let failed = count.errors.seen().filter(|(code, _)| !code.is_skip());
            failed.map(|(code, count)| {
                let labels = [("plugin", *name), ("error", code.as_str())];
                (labels, ConstCounter::new(count))
            })
        });
        encoder.family("plugin_errors", "Failed calls of a plugin by cause", errors)?;
        let skipped = counts.iter().flat_map(|(name, count)| {
            PluginErrorCode::SKIPS.map(|code| {
                let labels = [("plugin", *name), ("cause", code.as_str())];
                (labels, ConstCounter::new(count.errors.get(code)))
            })
        });
        encoder.family(
            "plugin_skipped",
            "Calls of a plugin that were not made, by cause: its circuit breaker is open (breaker_open), or too many \
             calls wait (overloaded)",
            skipped,
        )?;

        self.encode_caches(&mut encoder, &plugins)?;
        let breakers = plugins.iter().map(|plugin| {
            let is_open = plugin.breaker != BreakerState::Closed;
            (
                [("plugin", plugin.name)],
                ConstGauge::new(u32::from(is_open)),
            )
        });
        encoder.family(
            "plugin_breaker_open",
            "1 while a plugin is not called because it failed too often",
            breakers,
        )?;
        let gauge = |name, calls: usize| ([("plugin", name)], ConstGauge::new(calls));
        let running = plugins.iter();
        encoder.family(
            "plugin_running",
            "Calls of a plugin in progress",
            running.map(|plugin| gauge(plugin.name, plugin.running)),
        )?;
        let waiting = plugins.iter();
        encoder.family(
            "plugin_waiting",
            "Calls of a plugin that wait in its queue",
            waiting.map(|plugin| gauge(plugin.name, plugin.waiting)),
        )?;
        let closed = plugins.iter().flat_map(|plugin| {
            let closed = plugin.connections_closed.into_iter();
            let causes = closed
                .flat_map(|closed| [("breaker", closed.by_breaker), ("flood", closed.by_flood)]);
            causes.map(|(cause, count)| {
                let labels = [("plugin", plugin.name), ("cause", cause)];
                (labels, ConstCounter::new(count))
            })
        });
        encoder.family(
            "plugin_connections_closed",
            "Connections to a gRPC plugin that the router closed, by cause: its circuit breaker opened (breaker), or it \
             sent frames that answer nothing (flood)",
            closed,
        )
    }
}

impl PluginMetrics {
    fn encode_caches(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        plugins: &[PluginStatus<'_>],
    ) -> fmt::Result {
        let caches = || {
            let plugins = plugins.iter();
            plugins.filter_map(|plugin| Some((plugin.name, plugin.cache?, self.of(plugin.name)?)))
        };
        let hits = caches().flat_map(|(name, _, count)| {
            count.hits().map(|(verdict, hits)| {
                let labels = [("plugin", name), ("verdict", verdict)];
                (labels, hits.clone())
            })
        });
        encoder.family(
            "plugin_cache_hits",
            "Answers from the cache in place of a call of a plugin, by verdict (unchanged, changed, denied)",
            hits,
        )?;
        encoder.family(
            "plugin_cache_misses",
            "Requests for which the cache of a plugin's answers had no valid answer",
            caches().map(|(name, _, count)| ([("plugin", name)], count.misses.clone())),
        )?;
        encoder.family(
            "plugin_cache_entries",
            "Answers in the cache of a plugin's answers",
            caches().map(|(name, cache, _)| ([("plugin", name)], ConstGauge::new(cache.entries))),
        )?;
        encoder.family(
            "plugin_cache_bytes",
            "Memory of the cache of a plugin's answers",
            caches().map(|(name, cache, _)| ([("plugin", name)], ConstGauge::new(cache.memory))),
        )
    }
}
