//! Names of routes.

use std::collections::{HashMap, HashSet};

use super::DEFAULT_NAME;
use super::matching::conditions;
use crate::model::{Match, Route};

/// Maximum length of a generated name in bytes, without the number that makes it unique.
const MAX_MADE: usize = 240;

/// Returns the names of the routes in their order: the given names, and for other routes their conditions. An index is
/// not used as a name, since it would change when a route is inserted, and with it metrics, shares, round robin and
/// commands.
pub(super) fn of(routes: &[Route]) -> Vec<String> {
    let given = routes.iter().filter_map(|route| route.name.as_deref());
    let mut taken: HashSet<String> = given.chain([DEFAULT_NAME]).map(str::to_owned).collect();
    let mut last_numbers = HashMap::new();
    let mut unique = |base: String| {
        let number = last_numbers.entry(base.clone()).or_insert(0_u32);
        loop {
            *number += 1;
            let name = match *number {
                1 => base.clone(),
                number => format!("{base}~{number}"),
            };
            if taken.insert(name.clone()) {
                return name;
            }
        }
    };
    routes
        .iter()
        .map(|route| match &route.name {
            Some(given) => given.clone(),
            None => unique(made(&route.matching)),
        })
        .collect()
}

/// Returns the first host name and the other conditions, without the size of a share: it keeps its players when it
/// grows.
fn made(matching: &Match) -> String {
    let first = matching.hostnames.first().or(matching.hostname.as_ref());
    let host = first.map(|host| match host.trim() {
        "" => "no host name",
        host => host,
    });
    let mut asked = conditions("", matching);
    let share = asked.share.take().map(|_| "share");
    let others = asked.to_string();
    let others = Some(others.trim_start_matches("with ")).filter(|others| !others.is_empty());
    let conditions: Vec<_> = others.into_iter().chain(share).collect();
    let conditions = conditions.join(", ");
    let mut name = match (host, conditions.as_str()) {
        (Some(host), "") => host.to_owned(),
        (Some(host), conditions) => format!("{host} with {conditions}"),
        (None, conditions) => conditions.to_owned(),
    };
    name.truncate(name.floor_char_boundary(MAX_MADE));
    name
}
