//! Warnings of settings that need verified players or tickets when nothing verifies them.

use super::Report;
use crate::IdentityMode;
use crate::model::{Config, Filter, FilterType, Maintenance, Pool, Route};
use crate::path::Path;

pub(super) fn warn(config: &Config, report: &mut Report<'_>) {
    if config.identity.mode == IdentityMode::Off {
        warn_of_filters(config, report);
        warn_of_maintenance(config, report);
    }
    let routes = Path::of("routing.routes");
    for (index, route) in config.routing.routes.iter().enumerate() {
        warn_of_match(&routes.index(index), route, config, report);
    }
}

/// Warns of filters for verified players where no player is verified.
fn warn_of_filters(config: &Config, report: &mut Report<'_>) {
    let list = Path::of("routing.routes");
    let routes = config.routing.routes.iter().enumerate();
    let pools = routes.map(|(index, route)| (list.index(index).key("pool"), &route.pool));
    let default = config.routing.default.as_ref();
    let default = default.map(|pool| (Path::of("routing.default"), pool));
    for (path, pool) in pools.chain(default) {
        for (at, filter) in filters(&path, pool) {
            let demands = match filter.kind {
                Some(FilterType::Identity) => filter.verified.unwrap_or(true),
                Some(FilterType::Whitelist) => filter.verified.unwrap_or(false),
                Some(FilterType::Compare | FilterType::GameStartNotPast | FilterType::Hostname)
                | None => false,
            };
            if demands {
                report.warn(
                    &at,
                    "no player is verified with `identity.mode: off`, so no player passes",
                );
            }
        }
    }
}

/// Warns of a maintenance that admits verified players where no player is verified.
fn warn_of_maintenance(config: &Config, report: &mut Report<'_>) {
    let list = Path::of("routing.routes");
    let routes = config.routing.routes.iter().enumerate();
    let routes =
        routes.map(|(index, route)| (list.index(index).key("maintenance"), &route.maintenance));
    let default = (
        Path::of("routing.default_maintenance"),
        &config.routing.default_maintenance,
    );
    let demands = |given: &Maintenance| given.enabled && given.allow.verified;
    for (path, given) in routes.chain([default]) {
        if given.as_ref().is_some_and(demands) {
            report.warn(
                &path.key("allow").key("verified"),
                "no player is verified with `identity.mode: off`, so no player enters by UUID or name",
            );
        }
    }
}

/// The filters of a pool and of its fallbacks.
fn filters<'p>(path: &Path, pool: &'p Pool) -> Vec<(Path, &'p Filter)> {
    fn listed<'p>(
        list: &Path,
        filters: &'p [Filter],
    ) -> impl Iterator<Item = (Path, &'p Filter)> + use<'p> {
        let list = list.clone();
        (0..)
            .zip(filters)
            .map(move |(index, filter)| (list.index(index), filter))
    }
    let mut all: Vec<_> = listed(&path.key("filters"), &pool.filters).collect();
    for (index, fallback) in pool.fallback.iter().enumerate() {
        let list = path.key("fallback").index(index).key("filters");
        all.extend(listed(
            &list,
            fallback.filters.as_deref().unwrap_or_default(),
        ));
    }
    all
}

/// Warns of routes that never match: for tickets of keys that are not accepted, or for verified players where no player
/// is verified.
fn warn_of_match(path: &Path, route: &Route, config: &Config, report: &mut Report<'_>) {
    let identity = route.matching.identity.as_ref();
    if config.identity.mode == IdentityMode::Off && identity.is_some_and(|wanted| wanted.verified) {
        report.warn(
            &path.key("match").key("identity").key("verified"),
            "never matches, since no player is verified with `identity.mode: off`",
        );
    }
    let Some(wanted) = &route.matching.referral else {
        return;
    };
    let path = path.key("match").key("referral");
    let accept = config.referral.as_ref().map(|referral| &referral.accept);
    let is_accepted = |id: &u8| accept.is_some_and(|keys| keys.iter().any(|key| key.id == *id));
    if accept.is_none_or(Vec::is_empty) {
        report.warn(&path, "never matches, since `referral.accept` has no keys");
    } else if !wanted.keys.is_empty() && !wanted.keys.iter().any(is_accepted) {
        report.warn(
            &path.key("keys"),
            "never matches, since `referral.accept` has none of these keys",
        );
    }
}
