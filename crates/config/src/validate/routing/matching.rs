//! Conditions of routes.

use hyrouter_router as router;

use super::super::Report;
use crate::model::{Match, TicketMatch};
use crate::path::Path;
use crate::text_form::Name;

pub(super) fn conditions(name: &str, matching: &Match) -> router::Conditions {
    router::Conditions {
        ticket: matching.referral.as_ref().map(build_ticket),
        verified: matching.identity.as_ref().map(|wanted| wanted.verified),
        client: router::ClientMatch {
            networks: matching.ip.clone(),
            alpn: matching
                .alpn
                .iter()
                .map(|name| name.trim().to_owned())
                .collect(),
            builds: matching.build.clone(),
            generations: router_names(&matching.generation),
            kinds: router_names(&matching.client_type),
            languages: matching.language.clone(),
        },
        share: matching
            .percent
            .map(|percent| router::Share::percent(percent, name)),
    }
}

/// Returns the names of values as the router compares them.
fn router_names<N: Name>(values: &[N]) -> Vec<String> {
    values.iter().map(|value| value.name().to_owned()).collect()
}

fn build_ticket(ticket: &TicketMatch) -> router::TicketMatch {
    router::TicketMatch {
        routes: ticket.routes.clone(),
        sources: ticket.sources.clone(),
        key_ids: ticket.keys.clone(),
    }
}

/// The schema check lets no other text through.
fn parse_pattern(text: &str) -> Option<router::HostPattern> {
    router::HostPattern::of_names(text.trim()).ok()
}

pub(super) fn patterns(
    path: &Path,
    matching: &Match,
    report: &mut Report<'_>,
) -> Vec<(Path, router::HostPattern)> {
    let hostnames = path.key("hostnames");
    let several = matching.hostnames.iter().enumerate();
    let mut texts: Vec<_> = several
        .map(|(index, text)| (hostnames.index(index), text.as_str()))
        .collect();
    match matching.hostname.as_deref() {
        Some(_) if !texts.is_empty() => report.warn(
            &path.key("hostname"),
            "not used, since there are `hostnames`",
        ),
        Some(text) => texts.push((path.key("hostname"), text)),
        // Such a route takes every host, and clients without one.
        None if texts.is_empty() && has_conditions(matching) => {}
        None if texts.is_empty() && !report.problems.has_within(path) => {
            report.problems.add_if_clear(
                path,
                "no host names; allowed: `hostname`, or `hostnames` with at least one entry, or another condition",
            );
        }
        None => {}
    }
    texts
        .into_iter()
        .filter_map(|(at, text)| Some((at, parse_pattern(text)?)))
        .collect()
}

/// Returns whether a match has conditions besides the host.
fn has_conditions(matching: &Match) -> bool {
    !conditions("", matching).is_empty()
}
