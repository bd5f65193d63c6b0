//! Pools: backends, and the choice of one of them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use hyrouter_router as router;

use super::super::{Report, missing, to_usize};
use super::policy::{build_filters, build_sort};
use super::{Builder, discovered, facts, keys};
use crate::format::without_brackets;
use crate::model::{Backend, Fallback, Pool};
use crate::path::Path;
use crate::problem::message;

impl Builder<'_, '_, '_> {
    /// `patterns` are those of the pool's route; the default pool has none.
    pub(super) fn pool(
        &mut self,
        path: &Path,
        mut pool: Pool,
        route: Option<usize>,
        patterns: Option<&[router::HostPattern]>,
    ) -> router::PoolSpec {
        let report = &mut *self.report;
        let are_backends_known = pool.discovery.is_none() && !self.has_plugins;
        if pool.backends.is_empty() && pool.discovery.is_none() {
            report.warn(path, "no backends: its players get the no_backends text");
        }
        if let Some(discoveries) = pool.discovery.take() {
            let at = path.key("discovery");
            let built = discovered::build(&at, discoveries, route, self.providers, report);
            self.pools.extend(built);
        }
        let strategy = pool.strategy;
        let key = pool.key.take();
        check_key(path, strategy, key.is_some(), report);
        check_weights(path, strategy, &pool, report);
        check_captures(&path.key("backends"), &pool.backends, patterns, report);
        warn_of_twins(&path.key("backends"), &pool.backends, report);
        warn_of_nowhere(&path.key("backends"), &pool.backends, report);
        // A missing or invalid key of the pool was reported there.
        let has_key = key.is_some() || report.problems.is_covered(&path.key("key"));

        let list = path.key("fallback");
        let entries = pool.fallback.into_iter().enumerate();
        let fallback = entries.map(|(index, entry)| {
            let at = list.index(index);
            let built = build_fallback(&at, entry, report);
            check_key(
                &at,
                built.strategy.unwrap_or(strategy),
                has_key || built.key.is_some(),
                report,
            );
            built
        });
        let fallback = fallback.collect();
        let built = router::PoolSpec {
            policy: router::PoolPolicy {
                strategy,
                key,
                sample: pool.sample.map_or(router::DEFAULT_SAMPLE, to_usize),
                sort: build_sort(pool.sort),
                limit: to_usize(pool.limit),
                filters: build_filters(&path.key("filters"), pool.filters, report),
            },
            fallback,
            backends: pool.backends.into_iter().map(build_backend).collect(),
            maintenance: None,
        };
        facts::warn(path, &built, report);
        if are_backends_known {
            keys::warn(path, &built, report);
        }
        built
    }
}

/// Checks that strategies that compare a number have a key.
fn check_key(path: &Path, strategy: router::Strategy, has_key: bool, report: &mut Report<'_>) {
    if strategy.needs_key() && !has_key {
        let message = missing(&format!("strategy `{strategy}`"));
        report.problems.add_if_clear(&path.key("key"), message);
    }
}

/// Requires weights if the pool is weighted. Warns if it becomes weighted only by a fallback, which works without
/// weights.
fn check_weights(path: &Path, strategy: router::Strategy, pool: &Pool, report: &mut Report<'_>) {
    let is_weighted = |strategy| strategy == Some(router::Strategy::Weighted);
    let fallback = || {
        pool.fallback
            .iter()
            .position(|patch| is_weighted(patch.strategy))
    };
    let unweighted = |backend: &Backend| backend.weight == 0;
    if is_weighted(Some(strategy)) {
        for (index, _) in pool
            .backends
            .iter()
            .enumerate()
            .filter(|(_, backend)| unweighted(backend))
        {
            let path = path.key("backends").index(index).key("weight");
            let message = "must be greater than 0 (got 0 or none); required by strategy `weighted`";
            report.problems.add_if_clear(&path, message.to_owned());
        }
    } else if let Some(index) = fallback().filter(|_| pool.backends.iter().any(unweighted)) {
        let path = path.key("fallback").index(index).key("strategy");
        report.warn(
            &path,
            "a backend without a weight counts as 1 under `weighted`",
        );
    }
}

/// Warns of a backend that is listed twice and gets twice the players; a weight is clearer.
fn warn_of_twins(list: &Path, backends: &[Backend], report: &mut Report<'_>) {
    let mut known = HashMap::new();
    for (index, backend) in backends.iter().enumerate() {
        match known.entry((backend.host.as_str(), backend.port)) {
            Entry::Vacant(first) => {
                first.insert(index);
            }
            Entry::Occupied(first) => {
                let first = list.index(*first.get());
                report.warn(
                    &list.index(index),
                    format!("the same host and port as {first}; the backend counts twice"),
                );
            }
        }
    }
}

/// Warns of hosts under `.invalid`, which no resolver finds (RFC 6761, section 6.4).
fn warn_of_nowhere(list: &Path, backends: &[Backend], report: &mut Report<'_>) {
    for (index, backend) in backends.iter().enumerate() {
        let host = backend.host.strip_suffix('.').unwrap_or(&backend.host);
        let top = host.rsplit('.').next().unwrap_or_default();
        if top.eq_ignore_ascii_case("invalid") {
            report.warn(
                &list.index(index).key("host"),
                "`.invalid` is a reserved domain that never resolves; write the real name of the host",
            );
        }
    }
}

/// Checks the possible values of a host with captures, since the player's host name determines it.
fn check_captures(
    list: &Path,
    backends: &[Backend],
    patterns: Option<&[router::HostPattern]>,
    report: &mut Report<'_>,
) {
    const ALLOWED: &str = "`$1` to `$9` for the text that the `*` of every pattern of the route matched, before a \
         complete domain, such as `$1.servers.example.com`";
    for (index, backend) in backends.iter().enumerate() {
        let problem = match (router::HostTemplate::parse(&backend.host), patterns) {
            (Ok(None), _) => continue,
            (Ok(Some(template)), Some(patterns)) => template.check(patterns).err(),
            (Ok(Some(_)), None) => Some(router::CaptureProblem::NoPattern),
            (Err(problem), _) => Some(problem),
        };
        if let Some(problem) = problem {
            let host = backend.host.as_str().into();
            let message = message(&problem.to_string(), &host, ALLOWED);
            let path = list.index(index).key("host");
            report.problems.add_if_clear(&path, message);
        }
    }
}

fn build_fallback(path: &Path, entry: Fallback, report: &mut Report<'_>) -> router::PolicyPatch {
    router::PolicyPatch {
        strategy: entry.strategy,
        key: entry.key,
        sample: entry.sample.map(to_usize),
        sort: entry.sort.map(build_sort),
        limit: entry.limit.map(to_usize),
        filters: entry
            .filters
            .map(|filters| build_filters(&path.key("filters"), filters, report)),
    }
}

fn build_backend(backend: Backend) -> router::Backend {
    router::Backend {
        host: without_brackets(&backend.host).to_owned(),
        port: backend.port,
        weight: backend.weight,
        meta: backend.meta,
        drained: backend.drained,
    }
}
