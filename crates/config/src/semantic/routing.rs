use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use hyrouter_referral::v2::MAX_ROUTE;
use hyrouter_router as router;

use super::discovery::Providers;
use super::plugins::check_unique;
use super::{Report, missing, to_usize};
use crate::format::{build_range, network, without_brackets};
use crate::model::{Backend, Fallback, Filter, Match, Pool, Route, Routing, Sort, TicketMatch};
use crate::path::Path;

pub(super) fn build(
    routing: Routing,
    providers: &Providers,
    report: &mut Report<'_>,
) -> router::RouterSpec {
    if routing.default.is_none() && routing.routes.is_empty() {
        report.warn(
            &Path::of("routing"),
            "no routes and no default pool: every player gets the no_route text",
        );
    }
    let list = Path::of("routing.routes");
    check_names(&list, &routing.routes, report);
    let mut patterns = Patterns::default();
    let mut build_route = |(index, route)| {
        let path = list.index(index);
        build_route(&path, index, route, providers, &mut patterns, report)
    };
    router::RouterSpec {
        routes: routing
            .routes
            .into_iter()
            .enumerate()
            .map(&mut build_route)
            .collect(),
        default: routing
            .default
            .map(|pool| build_pool(&Path::of("routing.default"), pool, providers, report)),
    }
}

fn route_name(index: usize, route: &Route) -> String {
    route.name.clone().unwrap_or_else(|| index.to_string())
}

fn check_names(list: &Path, routes: &[Route], report: &mut Report<'_>) {
    let names: Vec<_> = routes
        .iter()
        .enumerate()
        .map(|(index, route)| route_name(index, route))
        .collect();
    let mut seen = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        if name.len() > MAX_ROUTE {
            report.mistakes.add_meaning(
                &list.index(index).key("name"),
                format!(
                    "longer than an envelope can say (got {} bytes); allowed: at most {MAX_ROUTE}",
                    name.len()
                ),
            );
        }
        check_unique(
            &list.index(index).key("name"),
            name,
            &mut seen,
            report.mistakes,
        );
    }
}

fn build_route(
    path: &Path,
    index: usize,
    route: Route,
    providers: &Providers,
    patterns: &mut Patterns,
    report: &mut Report<'_>,
) -> router::RouteSpec {
    router::RouteSpec {
        name: route_name(index, &route),
        patterns: build_patterns(&path.key("match"), &route.matching, patterns, report),
        conditions: build_conditions(route_name(index, &route), &route.matching),
        pool: build_pool(&path.key("pool"), route.pool, providers, report),
    }
}

fn build_conditions(name: String, matching: &Match) -> router::Conditions {
    // The shape check lets no other texts through.
    router::Conditions {
        ticket: matching.referral.as_ref().map(build_ticket),
        verified: matching.identity.as_ref().map(|wanted| wanted.verified),
        client: router::ClientMatch {
            networks: matching
                .ip
                .iter()
                .filter_map(|text| network(text))
                .collect(),
            alpn: matching.alpn.clone(),
            builds: matching
                .build
                .iter()
                .filter_map(|text| build_range(text))
                .collect(),
            generations: matching.generation.clone(),
            kinds: matching.client_type.clone(),
            languages: matching.language.clone(),
        },
        share: matching
            .percent
            .map(|percent| router::Share::percent(percent, name)),
    }
}

fn build_ticket(ticket: &TicketMatch) -> router::TicketMatch {
    let patterns = |texts: &[String]| {
        texts
            .iter()
            .filter_map(|text| parse_pattern(text))
            .collect()
    };
    router::TicketMatch {
        routes: patterns(&ticket.routes),
        sources: patterns(&ticket.sources),
        key_ids: ticket.keys.clone(),
    }
}

/// The shape check lets no other text through.
fn parse_pattern(text: &str) -> Option<router::HostPattern> {
    text.trim().parse().ok()
}

/// The patterns of the routes so far with the place of the first of each, as they compare.
#[derive(Default)]
struct Patterns(HashMap<String, Path>);

fn build_patterns(
    path: &Path,
    matching: &Match,
    known: &mut Patterns,
    report: &mut Report<'_>,
) -> Vec<router::HostPattern> {
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
        None if texts.is_empty() && has_conditions(matching) => {
            return parse_pattern("*").into_iter().collect();
        }
        None if texts.is_empty() && !report.mistakes.has_within(path) => {
            report.mistakes.add_meaning(
                path,
                "no host names; allowed: `hostname`, or `hostnames` with at least one entry, or another condition",
            );
        }
        None => {}
    }
    // A route with conditions leaves players to later ones.
    let takes_all = !has_conditions(matching);
    for (at, text) in &texts {
        warn_of_earlier(path, at, text, takes_all, known, report);
    }
    texts
        .iter()
        .filter_map(|(_, text)| parse_pattern(text))
        .collect()
}

/// Whether something beside the host is asked for.
fn has_conditions(matching: &Match) -> bool {
    !build_conditions(String::new(), matching).is_empty()
}

/// An earlier route with the same pattern takes every player that this one could.
fn warn_of_earlier(
    route: &Path,
    at: &Path,
    text: &str,
    takes_all: bool,
    known: &mut Patterns,
    report: &mut Report<'_>,
) {
    let same = text.trim().trim_end_matches('.').to_ascii_lowercase();
    if let Some(earlier) = known.0.get(&same) {
        if !earlier.is_within(route) {
            report.warn(
                at,
                format!("never matches, since {earlier} has the same pattern"),
            );
        }
        return;
    }
    if takes_all {
        known.0.insert(same, at.clone());
    }
}

fn build_pool(
    path: &Path,
    pool: Pool,
    providers: &Providers,
    report: &mut Report<'_>,
) -> router::PoolSpec {
    if pool.backends.is_empty() && pool.discovery.is_none() {
        report.warn(path, "no backends: its players get the no_backends text");
    }
    if let Some(discovery) = &pool.discovery {
        let path = path.key("discovery").key("provider");
        providers.check_name(&path, &discovery.provider, report.mistakes);
    }
    let strategy = parse(pool.strategy.as_deref()).unwrap_or_default();
    let key = parse_key(pool.key.as_deref());
    check_key(path, strategy, key.is_some(), report);
    check_weights(path, strategy, &pool, report);
    // A key that the pool misses or has wrong was reported there.
    let has_key = key.is_some() || report.mistakes.has_around(&path.key("key"));

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
    router::PoolSpec {
        policy: router::Policy {
            strategy,
            key,
            sample: pool.sample.map_or(router::DEFAULT_SAMPLE, to_usize),
            sort: build_sort(pool.sort),
            limit: to_usize(pool.limit),
            filters: build_filters(&path.key("filters"), pool.filters, report),
        },
        fallback,
        backends: pool.backends.into_iter().map(build_backend).collect(),
    }
}

/// The strategies that compare a number need to know which.
fn check_key(path: &Path, strategy: router::Strategy, has_key: bool, report: &mut Report<'_>) {
    let needs_key = matches!(
        strategy,
        router::Strategy::LeastLoaded | router::Strategy::P2c
    );
    if needs_key && !has_key {
        let message = missing(&format!("strategy `{strategy}`"));
        report.mistakes.add_meaning(&path.key("key"), message);
    }
}

/// Weights are needed when the pool is weighted. One that only becomes so by a fallback works without, though hardly
/// as it is meant.
fn check_weights(path: &Path, strategy: router::Strategy, pool: &Pool, report: &mut Report<'_>) {
    let is_weighted = |strategy| strategy == Some(router::Strategy::Weighted);
    let fallback = || {
        pool.fallback
            .iter()
            .position(|patch| is_weighted(parse(patch.strategy.as_deref())))
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
            report.mistakes.add_meaning(&path, message.to_owned());
        }
    } else if let Some(index) = fallback().filter(|_| pool.backends.iter().any(unweighted)) {
        let path = path.key("fallback").index(index).key("strategy");
        report.warn(
            &path,
            "`weighted` never picks a backend without a weight unless none has one",
        );
    }
}

fn build_fallback(path: &Path, entry: Fallback, report: &mut Report<'_>) -> router::PolicyPatch {
    router::PolicyPatch {
        strategy: parse(entry.strategy.as_deref()),
        key: parse_key(entry.key.as_deref()),
        sample: entry.sample.map(to_usize),
        sort: entry.sort.map(build_sort),
        limit: entry.limit.map(to_usize),
        filters: entry
            .filters
            .map(|filters| build_filters(&path.key("filters"), filters, report)),
    }
}

fn build_sort(sort: Vec<Sort>) -> Vec<router::SortBy> {
    let entries = sort.into_iter().filter_map(|entry| {
        Some(router::SortBy {
            key: parse_key(Some(&entry.key))?,
            order: parse(entry.order.as_deref()).unwrap_or_default(),
            kind: parse(entry.kind.as_deref()).unwrap_or_default(),
        })
    });
    entries.collect()
}

fn build_filters(
    list: &Path,
    filters: Vec<Filter>,
    report: &mut Report<'_>,
) -> Vec<router::Filter> {
    let filters = filters.into_iter().enumerate();
    let built =
        filters.filter_map(|(index, filter)| build_filter(&list.index(index), &filter, report));
    built.collect()
}

fn build_filter(path: &Path, filter: &Filter, report: &mut Report<'_>) -> Option<router::Filter> {
    let kind = filter.kind.as_deref()?;
    if filter.verified.is_some() && !matches!(kind, "whitelist" | "identity") {
        report.mistakes.add_meaning(
            &path.key("verified"),
            format!("not for type `{kind}`; allowed: with whitelist and identity"),
        );
    }
    let mut need = |key: &str, value: &Option<String>| {
        if value.is_none() {
            let message = missing(&format!("type `{kind}`"));
            report.mistakes.add_meaning(&path.key(key), message);
        }
    };
    match kind {
        "compare" => {
            need("left", &filter.left);
            need("op", &filter.op);
            need("right", &filter.right);
            Some(router::Filter::Compare {
                left: parse_key(filter.left.as_deref())?,
                op: parse(filter.op.as_deref())?,
                right: parse_key(filter.right.as_deref())?,
            })
        }
        "whitelist" => {
            need("enabled_key", &filter.enabled_key);
            need("list_key", &filter.list_key);
            Some(router::Filter::Whitelist {
                enabled_key: parse_key(filter.enabled_key.as_deref())?,
                list_key: parse_key(filter.list_key.as_deref())?,
                subject: parse(filter.subject.as_deref()).unwrap_or_default(),
                verified: filter.verified.unwrap_or(false),
            })
        }
        "identity" => Some(router::Filter::Identity {
            verified: filter.verified.unwrap_or(true),
        }),
        _ => {
            need("key", &filter.key);
            Some(router::Filter::GameStartNotPast {
                key: parse_key(filter.key.as_deref())?,
            })
        }
    }
}

fn build_backend(backend: Backend) -> router::Backend {
    router::Backend {
        host: without_brackets(&backend.host).to_owned(),
        port: backend.port,
        weight: backend.weight,
        meta: backend.meta,
    }
}

fn parse_key(text: Option<&str>) -> Option<router::Key> {
    parse(text.map(str::trim))
}

/// The shape check lets no text through that does not parse.
fn parse<T: FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}
