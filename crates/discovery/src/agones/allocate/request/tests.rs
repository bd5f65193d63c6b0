use serde_json::{Value, json};

use super::*;
use crate::{
    AllocationPriority, CounterAction, CounterBounds, ListAction, ListBounds, ObjectSelector,
};

fn provider(labels: &str, states: &[&str]) -> AgonesSettings {
    AgonesSettings {
        states: states.iter().map(ToString::to_string).collect(),
        selector: ObjectSelector {
            labels: labels.parse().unwrap(),
            ..ObjectSelector::default()
        },
        ..AgonesSettings::default()
    }
}

fn named<T>(name: &str, value: T) -> BTreeMap<String, T> {
    [(name.to_owned(), value)].into()
}

fn body(
    provider: &AgonesSettings,
    settings: &AllocationSettings,
    pool: &str,
) -> Result<Value, String> {
    let request = AllocationRequest::new(provider, settings, &pool.parse().unwrap())?;
    Ok(serde_json::from_slice(&request.body("m1")).unwrap())
}

/// The request that Agones was asked with and whose answer is recorded, with our mark in addition.
#[test]
fn the_full_request_is_the_recorded_one() {
    let first = include_str!("../../../../tests/data/agones-allocations.jsonl").lines();
    let recorded: Value = serde_json::from_str(first.clone().next().unwrap()).unwrap();
    let settings = AllocationSettings {
        selectors: vec![AllocationSelector {
            labels: "region in (eu, us)".parse().unwrap(),
            counters: named(
                "players",
                CounterBounds {
                    min_available: 1,
                    ..CounterBounds::default()
                },
            ),
            lists: named(
                "whitelistedPlayers",
                ListBounds {
                    contains_value: Some("alice".to_owned()),
                    ..ListBounds::default()
                },
            ),
            ..AllocationSelector::default()
        }],
        priorities: vec![AllocationPriority {
            is_list: false,
            key: "players".to_owned(),
            descending: false,
        }],
        counters: named(
            "players",
            CounterAction {
                amount: 1,
                capacity: None,
            },
        ),
        lists: named(
            "whitelistedPlayers",
            ListAction {
                add_values: vec!["bob".to_owned()],
                ..ListAction::default()
            },
        ),
        labels: named("mode", "dm".to_owned()),
        annotations: named("map", "x".to_owned()),
        ..AllocationSettings::default()
    };
    let provider = provider("agones.dev/fleet=hytale", &["Ready"]);
    let mut expected = recorded["request"].clone();
    expected["spec"]["metadata"]["annotations"]["hyrouter/allocation"] = json!("m1");
    assert_eq!(body(&provider, &settings, "").unwrap(), expected);
}

#[test]
fn the_bytes_of_a_plain_request() {
    let request = AllocationRequest::new(
        &provider("agones.dev/fleet=hytale", &["Ready"]),
        &AllocationSettings::default(),
        &Selector::default(),
    );
    let expected = r#"{"apiVersion":"allocation.agones.dev/v1","kind":"GameServerAllocation","spec":{"selectors":[{"matchLabels":{"agones.dev/fleet":"hytale"},"gameServerState":"Ready"}],"scheduling":"Packed","metadata":{"annotations":{"hyrouter/allocation":"m1"}}}}"#;
    assert_eq!(
        String::from_utf8(request.unwrap().body("m1")).unwrap(),
        expected
    );
}

#[test]
fn states_become_selectors_in_their_order() {
    let states = |states: &[&str]| {
        let body = body(&provider("", states), &AllocationSettings::default(), "").unwrap();
        let selectors = body["spec"]["selectors"].as_array().unwrap().clone();
        let state = |selector: Value| selector["gameServerState"].as_str().unwrap().to_owned();
        selectors.into_iter().map(state).collect::<Vec<_>>()
    };
    assert_eq!(states(&[]), ["Ready"]);
    assert_eq!(states(&["allocated", "READY"]), ["Allocated", "Ready"]);
    assert_eq!(states(&["Reserved", "Allocated"]), ["Allocated"]);
    assert_eq!(states(&["Reserved"]), ["Ready"]);
}

#[test]
fn the_whole_expression_is_asked_for() {
    let provider = provider("a=b,c!=d,e in (x,y),!g", &[]);
    let settings = AllocationSettings::default();
    let body = body(&provider, &settings, "h,a=z,i notin (j)").unwrap();
    let expected = json!({
        "matchLabels": {"a": "b"},
        "matchExpressions": [
            {"key": "c", "operator": "NotIn", "values": ["d"]},
            {"key": "e", "operator": "In", "values": ["x", "y"]},
            {"key": "g", "operator": "DoesNotExist"},
            {"key": "h", "operator": "Exists"},
            {"key": "a", "operator": "In", "values": ["z"]},
            {"key": "i", "operator": "NotIn", "values": ["j"]},
        ],
        "gameServerState": "Ready",
    });
    assert_eq!(body["spec"]["selectors"], json!([expected]));
}

#[test]
fn comparisons_of_numbers_are_refused() {
    let refused = body(&provider("", &[]), &AllocationSettings::default(), "tier>3");
    let problem = refused.unwrap_err();
    assert!(problem.contains("\"tier\""), "{problem}");
}

#[test]
fn a_negative_amount_decrements() {
    let settings = AllocationSettings {
        counters: named(
            "free",
            CounterAction {
                amount: -2,
                capacity: Some(9),
            },
        ),
        scheduling: AllocationScheduling::Distributed,
        ..AllocationSettings::default()
    };
    let body = body(&provider("", &[]), &settings, "").unwrap();
    let expected = json!({"free": {"action": "Decrement", "amount": 2, "capacity": 9}});
    assert_eq!(body["spec"]["counters"], expected);
    assert_eq!(body["spec"]["scheduling"], "Distributed");
}
