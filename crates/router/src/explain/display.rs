//! The text of an explanation.

use std::fmt::{self, Display, Formatter};

use super::origin::InParentheses;
use super::{
    Comparison, Explanation, MaintenanceCheck, MatchedRoute, Observation, Pick, Removal,
    SkippedRoute, SortedBackend, StepExplanation,
};
use crate::{HostPattern, backend::Address};

/// Maximum number of skipped routes shown. The rest is only counted.
const ROUTES_SHOWN: usize = 10;

/// Maximum length of a value shown, in characters. Whitelists can be long.
const VALUE_SHOWN: usize = 80;

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "host {:?}", self.host)?;
        for route in self.passed_over.iter().take(ROUTES_SHOWN) {
            writeln!(f, "  {route}")?;
        }
        if let Some(more @ 1..) = self.passed_over.len().checked_sub(ROUTES_SHOWN) {
            writeln!(f, "  and {more} more routes that do not match")?;
        }
        let Some(route) = &self.route else {
            return write!(f, "no route: nothing matches and there is no default pool");
        };
        writeln!(f, "{route}")?;
        if let Some(judged) = &self.maintenance {
            writeln!(f, "  {judged}")?;
        }
        for step in &self.steps {
            write!(f, "{step}")?;
        }
        match self.picked() {
            Some(picked) => write!(f, "backend {}", Address(&picked.host, picked.backend.port)),
            None if self.is_barred() => {
                write!(f, "maintenance: the route is closed to the player")
            }
            None if self.is_incomplete => write!(
                f,
                "discovery unavailable: no policy left a candidate, and a provider has no backends yet or outdated ones"
            ),
            None => write!(f, "no backends: no policy left a candidate"),
        }
    }
}

impl Display for MatchedRoute {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (Some(index), Some(pattern)) = (self.index, &self.pattern) else {
            return write!(f, "the default pool, for no route matches");
        };
        write!(f, "route {index} ({:?}) matches by ", self.name)?;
        quoted(pattern, f)?;
        for (number, text) in (1..).zip(&self.captured) {
            write!(f, ", ${number} {text:?}")?;
        }
        Ok(())
    }
}

impl Display for MaintenanceCheck {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let force = if self.in_force { "" } else { "not " };
        write!(f, "{}, {force}in force: {}", self.maintenance, self.why)?;
        list_seen(&self.seen, f)
    }
}

impl Display for SkippedRoute {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "route {} ({:?}): {}", self.index, self.name, self.why)?;
        for (place, pattern) in self.patterns.iter().enumerate() {
            f.write_str(if place == 0 { ": " } else { ", " })?;
            quoted(pattern, f)?;
        }
        if !self.conditions.is_empty() {
            write!(f, " {}", self.conditions)?;
        }
        Ok(())
    }
}

/// Writes a pattern in quotes, followed by its form on the wire if that differs.
fn quoted(pattern: &HostPattern, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{:?}", pattern.as_str())?;
    match pattern.wire() {
        Some(wire) => write!(f, " ({wire})"),
        None => Ok(()),
    }
}

impl Display for StepExplanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.fallback {
            0 => write!(f, "  own policy, {}", self.policy.strategy)?,
            number => write!(f, "  fallback {number}, {}", self.policy.strategy)?,
        }
        match &self.policy.key {
            Some(key) => writeln!(f, " by {key}:")?,
            None => writeln!(f, ":")?,
        }
        for removal in &self.removed {
            writeln!(f, "    - {removal}")?;
        }
        for (index, candidate) in self.candidates().iter().enumerate() {
            write!(f, "    {index} ")?;
            self.candidate(candidate, f)?;
            match &self.picked {
                Some(picked) if picked.index == index => writeln!(f, "  <- {picked}")?,
                _ => writeln!(f)?,
            }
        }
        for cut in self.over_limit() {
            let from = InParentheses(cut.origin.as_ref());
            let limit = self.policy.limit;
            writeln!(f, "    - {}{from}: over the limit of {limit}", cut.backend)?;
        }
        if self.sorted.is_empty() {
            writeln!(f, "    no candidate is left")?;
        }
        Ok(())
    }
}

impl StepExplanation {
    fn candidate(&self, candidate: &SortedBackend, f: &mut Formatter<'_>) -> fmt::Result {
        let from = InParentheses(candidate.origin.as_ref());
        write!(
            f,
            "{}{from}",
            Address(&candidate.host, candidate.backend.port)
        )?;
        for (by, value) in self.policy.sort.iter().zip(&candidate.sorted_by) {
            write!(f, ", {} {}", by.key, Shown(value.as_deref()))?;
        }
        match (self.picked.as_ref().map(|pick| &pick.by), candidate.load) {
            (Some(Comparison::Load { .. }), Some(load)) => write!(f, ", load {load}"),
            (Some(Comparison::Load { .. }), None) => write!(f, ", load missing"),
            (Some(Comparison::Weight { .. }), _) => {
                write!(f, ", weight {}", candidate.backend.weight)
            }
            _ => Ok(()),
        }
    }
}

impl Display for Removal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let from = InParentheses(self.origin.as_ref());
        write!(f, "{}{from}: {}: {}", self.backend, self.by, self.why)?;
        list_seen(&self.seen, f)
    }
}

fn list_seen(seen: &[Observation], f: &mut Formatter<'_>) -> fmt::Result {
    for (place, seen) in seen.iter().enumerate() {
        write!(f, "{} {seen}", if place == 0 { ";" } else { "," })?;
    }
    Ok(())
}

impl Display for Observation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, Shown(self.value.as_deref()))
    }
}

impl Display for Pick {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.by {
            Comparison::Turn(turn) => write!(f, "turn {turn}"),
            Comparison::Chance => write!(f, "by chance"),
            Comparison::Weight { weight, total } => {
                write!(f, "by chance, weight {weight} of {total}")
            }
            Comparison::Load { compared } => write!(f, "lowest of {compared:?}"),
        }
    }
}

/// A value that may be missing or too long to show.
struct Shown<'v>(Option<&'v str>);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(value) = self.0 else {
            return write!(f, "missing");
        };
        match value.char_indices().nth(VALUE_SHOWN) {
            Some((cut, _)) => write!(f, "{:?} and more", value.get(..cut).unwrap_or(value)),
            None => write!(f, "{value:?}"),
        }
    }
}
