//! Allocation of game servers.

use std::time::Duration;

use hyrouter_config::Settings;
use hyrouter_discovery::{
    AgonesMode, AllocatableState, AllocationScheduling, AllocationSettings, CounterAction,
    SourceSettings,
};

use crate::support::{load, problems, warnings};

fn with(agones: &str, pool: &str) -> String {
    format!(
        "routing: {{default: {{backends: [{{host: h, port: 1}}], discovery: {{provider: games{pool}}}}}}}\n\
         discovery: {{providers: [{{name: games, type: agones, agones: {{{agones}}}}}]}}"
    )
}

fn allocation(agones: &str) -> AllocationSettings {
    let settings: Settings = load(&with(agones, "")).unwrap();
    let SourceSettings::Agones(agones) = &settings.discovery.providers[0].source else {
        panic!("not Agones");
    };
    let AgonesMode::Allocate(allocation) = &agones.mode else {
        panic!("observe");
    };
    AllocationSettings::clone(allocation)
}

#[test]
fn without_a_section_the_states_of_the_provider_count() {
    let allocation = allocation("mode: Allocate, allocate_min_interval: 250ms");
    let expected = AllocationSettings {
        min_interval: Duration::from_millis(250),
        ..AllocationSettings::default()
    };
    assert_eq!(allocation, expected);
}

#[test]
fn each_part_of_the_request_can_be_set() {
    let allocation = allocation(
        "mode: allocate, allocation: {\
           selectors: [{labels: 'a=b', state: Allocated, counters: {players: {min_available: 1}},\
                        lists: {names: {contains_value: alice}}}, {}],\
           priorities: [{type: list, key: names, order: desc}, {type: counter, key: players}],\
           scheduling: distributed, counters: {players: {action: Decrement, amount: 1, capacity: 5}},\
           lists: {names: {add_values: [bob], capacity: 9}},\
           metadata: {labels: {mode: dm}, annotations: {map: x}}}",
    );
    let [first, second] = allocation.selectors.as_slice() else {
        panic!("{allocation:?}");
    };
    assert_eq!(first.labels.as_str(), "a=b");
    assert_eq!(first.state, AllocatableState::Allocated);
    assert_eq!(first.counters["players"].min_available, 1);
    let value = first.lists["names"].contains_value.as_deref();
    assert_eq!(value, Some("alice"));
    assert_eq!(second.state, AllocatableState::Ready);
    let priorities: Vec<_> = allocation
        .priorities
        .iter()
        .map(|one| (one.is_list, one.key.as_str(), one.descending))
        .collect();
    assert_eq!(
        priorities,
        [(true, "names", true), (false, "players", false)]
    );
    assert_eq!(allocation.scheduling, AllocationScheduling::Distributed);
    let expected = CounterAction {
        amount: -1,
        capacity: Some(5),
    };
    assert_eq!(allocation.counters["players"], expected);
    assert_eq!(allocation.lists["names"].add_values, ["bob"]);
    assert_eq!(allocation.labels["mode"], "dm");
    assert_eq!(allocation.annotations["map"], "x");
}

#[test]
fn what_agones_cannot_do_is_a_problem_or_a_warning() {
    let text = "not a selector for allocations";
    for (agones, pool, at) in [
        (
            "selector: {labels: 'a>1'}",
            "",
            "discovery.providers[0].agones.selector.labels",
        ),
        (
            "allocation: {selectors: [{}, {labels: 'a<1'}]}",
            "",
            "discovery.providers[0].agones.allocation.selectors[1].labels",
        ),
        (
            "",
            ", selector: 'a>1'",
            "routing.default.discovery.selector",
        ),
    ] {
        let found = problems(&with(&format!("mode: allocate, {agones}"), pool));
        let [found] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!(found.starts_with(&format!("{at}: {text}")), "{found}");
    }
    let text = with(
        "mode: allocate, state: [Ready, Reserved], selector: {annotations: 'a=b'}",
        "",
    );
    let found = warnings(&load(&text).unwrap());
    let keys = [
        "agones.state[1]",
        "agones.port",
        "agones.selector.annotations",
    ];
    for (found, key) in found.iter().zip(keys) {
        assert!(found.contains(key), "{found}");
    }
    let named = with("mode: allocate, port: {name: game}", "");
    assert_eq!(warnings(&load(&named).unwrap()), [""; 0]);
    let found = warnings(&load(&with("allocation: {}", "")).unwrap());
    assert!(
        found[0].contains("agones.allocation: not used"),
        "{found:?}"
    );
}
