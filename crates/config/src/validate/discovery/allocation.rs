//! Allocation of game servers.

use std::collections::BTreeMap;

use hyrouter_discovery::{
    AllocatableState, AllocationPriority, AllocationScheduling, AllocationSelector,
    AllocationSettings, CounterAction, CounterBounds, LabelTerm, ListAction, ListBounds, Selector,
};
use hyrouter_router::SortOrder;

use super::super::Report;
use crate::model::{
    Agones, AllocationSection, CapacityKind, CountDirection, CounterChange, CounterRange,
    ListChange, ListRange, NodeScheduling, ServerPriority, ServerSelection, ServerState,
};
use crate::path::Path;
use crate::problem::message;

/// Builds the settings of allocations, and checks what only allocations need.
pub(super) fn build(path: &Path, agones: &Agones, report: &mut Report<'_>) -> AllocationSettings {
    let built_in = AllocationSection::default();
    let section = agones.allocation.as_ref().unwrap_or(&built_in);
    let at = path.key("allocation");
    warn_of_states(path, agones, section, report);
    if agones.port.number == 0 && agones.port.name.as_deref().unwrap_or_default().is_empty() {
        report.warn(
            &path.key("port"),
            "Agones does not name the protocols of the ports that it allocates, so the first port is used; write the \
             `name` of the port of the game",
        );
    }
    if let Some(selector) = &agones.selector {
        let at = path.key("selector");
        check_labels(&at.key("labels"), selector.labels.as_ref(), report);
        if selector
            .annotations
            .as_ref()
            .is_some_and(|text| !text.is_empty())
        {
            report.warn(
                &at.key("annotations"),
                "Agones does not select by annotations: the router checks the game server that was allocated, and one \
                 that differs was allocated for nothing; use labels",
            );
        }
    }
    for (index, selector) in section.selectors.iter().enumerate() {
        let at = at.key("selectors").index(index).key("labels");
        check_labels(&at, selector.labels.as_ref(), report);
    }
    AllocationSettings {
        min_interval: agones.allocate_min_interval.unwrap_or_default(),
        selectors: section.selectors.iter().map(selector).collect(),
        priorities: section.priorities.iter().filter_map(priority).collect(),
        scheduling: match section.scheduling {
            NodeScheduling::Packed => AllocationScheduling::Packed,
            NodeScheduling::Distributed => AllocationScheduling::Distributed,
        },
        counters: by_name(&section.counters, counter_action),
        lists: by_name(&section.lists, list_action),
        labels: section.metadata.labels.clone(),
        annotations: section.metadata.annotations.clone(),
    }
}

/// Refuses comparisons of numbers, which Agones cannot allocate by.
pub(super) fn check_labels(path: &Path, labels: Option<&Selector>, report: &mut Report<'_>) {
    let compares =
        |term: LabelTerm<'_>| matches!(term, LabelTerm::Above(..) | LabelTerm::Below(..));
    if let Some(labels) = labels.filter(|labels| labels.terms().any(compares)) {
        let message = message(
            "not a selector for allocations",
            &labels.as_str().into(),
            "requirements without `>` and `<`, which Agones does not know",
        );
        report.problems.add_if_clear(path, message);
    }
}

/// Warns of states that cannot be allocated. Files of the original have them, where they have no effect.
fn warn_of_states(
    path: &Path,
    agones: &Agones,
    section: &AllocationSection,
    report: &mut Report<'_>,
) {
    let path = path.key("state");
    if !section.selectors.is_empty() {
        if !agones.state.is_empty() {
            report.warn(&path, "not used, since `allocation.selectors` has entries");
        }
        return;
    }
    let is_known = |state: &String| {
        let mut known = AllocatableState::ALL.iter();
        known.any(|known| known.as_str().eq_ignore_ascii_case(state))
    };
    for (index, state) in agones.state.iter().enumerate() {
        if !is_known(state) {
            report.warn(
                &path.index(index),
                "not used with mode `allocate`: Agones allocates game servers in state Ready or Allocated",
            );
        }
    }
}

fn selector(selection: &ServerSelection) -> AllocationSelector {
    AllocationSelector {
        labels: selection.labels.clone().unwrap_or_default(),
        state: match selection.state {
            ServerState::Ready => AllocatableState::Ready,
            ServerState::Allocated => AllocatableState::Allocated,
        },
        counters: by_name(&selection.counters, counter_bounds),
        lists: by_name(&selection.lists, list_bounds),
    }
}

fn counter_bounds(range: &CounterRange) -> CounterBounds {
    CounterBounds {
        min_count: range.min_count,
        max_count: range.max_count,
        min_available: range.min_available,
        max_available: range.max_available,
    }
}

fn list_bounds(range: &ListRange) -> ListBounds {
    ListBounds {
        contains_value: range.contains_value.clone().filter(|text| !text.is_empty()),
        min_available: range.min_available,
        max_available: range.max_available,
    }
}

fn priority(priority: &ServerPriority) -> Option<AllocationPriority> {
    Some(AllocationPriority {
        is_list: priority.kind? == CapacityKind::List,
        key: priority.key.clone(),
        descending: priority.order == SortOrder::Desc,
    })
}

fn counter_action(change: &CounterChange) -> CounterAction {
    let amount = i64::from(change.amount);
    CounterAction {
        amount: match change.action {
            CountDirection::Increment => amount,
            CountDirection::Decrement => -amount,
        },
        capacity: change.capacity,
    }
}

fn list_action(change: &ListChange) -> ListAction {
    ListAction {
        add_values: change.add_values.clone(),
        delete_values: change.delete_values.clone(),
        capacity: change.capacity,
    }
}

fn by_name<T, U>(section: &BTreeMap<String, T>, part: impl Fn(&T) -> U) -> BTreeMap<String, U> {
    let section = section.iter();
    section
        .map(|(name, value)| (name.clone(), part(value)))
        .collect()
}
