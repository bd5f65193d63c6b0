//! Compiled pools: everything that does not depend on the player or the time is done in advance.

mod entry;

use std::{sync::Arc, time::SystemTime};

pub(crate) use self::entry::PoolEntry;
use crate::{
    Backend, PoolBackends, PoolPolicy, PoolSpec, RouteRequest, Strategy, candidates::Candidates,
    filter::runtime_checks, names::NameIndex, sort::ranks,
};

#[derive(Debug)]
pub(crate) struct Pool {
    /// As specified. A backend that is listed twice counts twice, as in the original.
    pub(crate) backends: Box<[Arc<Backend>]>,
    /// The pool's own policy, then the fallbacks.
    pub(crate) steps: Box<[Step]>,
    /// `true` if a source of backends is not available.
    pub(crate) is_incomplete: bool,
}

/// One policy and the backends that may be candidates under it, sorted.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) policy: PoolPolicy,
    entries: Box<[PoolEntry]>,
    /// `true` if some entry depends on the player or the time.
    conditional: bool,
    /// The entries by the patterns of the first filter `hostname`; none without such a filter.
    names: Option<NameIndex>,
}

impl Pool {
    pub(crate) fn compile(spec: PoolSpec) -> Self {
        let backends: Box<[_]> = spec.backends.into_iter().map(Arc::new).collect();
        let own = spec.policy;
        let patched: Vec<PoolPolicy> = spec
            .fallback
            .iter()
            .map(|patch| own.patched(patch))
            .collect();
        let policies = std::iter::once(own).chain(patched);
        Self {
            steps: policies
                .map(|policy| Step::compile(policy, &backends))
                .collect(),
            backends,
            is_incomplete: false,
        }
    }

    /// Returns a pool with the same policies and these backends.
    pub(crate) fn with_backends(&self, pool: PoolBackends) -> Self {
        let backends: Box<[_]> = pool.backends.into();
        let steps = self.steps.iter();
        Self {
            steps: steps
                .map(|step| Step::compile(step.policy.clone(), &backends))
                .collect(),
            backends,
            is_incomplete: pool.is_incomplete,
        }
    }

    /// Returns whether the host of a backend that is not drained has captures. Backends that can never be candidates
    /// count, because explanations show them too.
    pub(crate) fn has_captures(&self) -> bool {
        let mut active = self.backends.iter().filter(|backend| !backend.drained);
        active.any(|backend| backend.host.contains('$'))
    }

    /// Returns the strategy of the pool's own policy.
    pub(crate) fn strategy(&self) -> Strategy {
        let own = self.steps.first();
        own.map(|step| step.policy.strategy).unwrap_or_default()
    }
}

impl Step {
    /// Drained backends are left out. Sorting is stable, so sorting before the checks per player gives the same order
    /// as sorting after them, and is done only once.
    fn compile(policy: PoolPolicy, backends: &[Arc<Backend>]) -> Self {
        let mut sorted: Vec<&Arc<Backend>> =
            backends.iter().filter(|backend| !backend.drained).collect();
        if !policy.sort.is_empty() {
            sorted.sort_by_cached_key(|backend| ranks(&policy.sort, backend));
        }

        let mut entries = Vec::with_capacity(sorted.len().min(policy.max_candidates()));
        let mut unconditional = 0;
        for backend in sorted {
            // The unconditional entries always pass and fill the limit, so no later entry can be within it.
            if unconditional == policy.max_candidates() {
                break;
            }
            let Some(checks) = runtime_checks(&policy.filters, backend) else {
                continue;
            };
            let entry = PoolEntry::new(&policy, backend).checked_by(checks);
            unconditional += usize::from(entry.is_for_all());
            entries.push(entry);
        }
        Self {
            conditional: unconditional < entries.len(),
            names: NameIndex::compile(&policy, &entries),
            entries: entries.into(),
            policy,
        }
    }

    /// Returns the candidates for this player at this time, at most as many as the policy's limit. `captured` is the
    /// text of the host that each `*` of the route's pattern matched.
    pub(crate) fn candidates(
        &self,
        request: &RouteRequest<'_>,
        now: SystemTime,
        captured: &[String],
    ) -> Candidates<'_> {
        if !self.conditional {
            return Candidates::All(&self.entries);
        }
        let limit = self.policy.max_candidates();
        let admitted = |entry: &PoolEntry| entry.admits(request, now, captured);

        if let Some(names) = &self.names {
            let found = names.find(request.host).into_iter();
            let found = found.filter_map(|place| self.entries.get(place));
            let passed = found.filter(|entry| admitted(entry));
            return Candidates::Some(passed.take(limit).collect());
        }

        // Most players pass every check. The compiled list is then used as it is, without allocation.
        let Some(barred) = self
            .entries
            .iter()
            .take(limit)
            .position(|entry| !admitted(entry))
        else {
            let within = limit.min(self.entries.len());
            return Candidates::All(self.entries.get(..within).unwrap_or_default());
        };
        let passed = self.entries.iter().take(barred);
        let rest = self
            .entries
            .iter()
            .skip(barred + 1)
            .filter(|entry| admitted(entry));
        Candidates::Some(passed.chain(rest).take(limit).collect())
    }
}
