//! The order of plugins, and the orders that there cannot be.

use std::time::Duration;

use hyrouter_plugins::{Chain, ChainError, ChainProblem, Relation, Stage};

use crate::support::{Scene, plugin};

fn order<const N: usize>(scenes: [Scene; N]) -> Result<Vec<String>, ChainError> {
    let entries = scenes.map(|scene| scene.build().1).into();
    let chain = Chain::new(entries)?;
    Ok(chain
        .plugins()
        .map(|plugin| plugin.name.to_owned())
        .collect())
}

fn problems<const N: usize>(scenes: [Scene; N]) -> Vec<ChainProblem> {
    order(scenes).unwrap_err().problems
}

fn cycle(path: &[&str]) -> ChainProblem {
    ChainProblem::Cycle {
        path: path.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn stages_come_first() {
    let scenes = [
        plugin("m").stage(Stage::Mutate),
        plugin("r"),
        plugin("d").stage(Stage::Deny),
        plugin("m2").stage(Stage::Mutate),
        plugin("d2").stage(Stage::Deny),
        plugin("r2").stage(Stage::Route),
    ];
    assert_eq!(order(scenes).unwrap(), ["d", "d2", "r", "r2", "m", "m2"]);
}

#[test]
fn inside_a_stage_before_and_after_count() {
    let scenes = [
        plugin("a").after(&["c"]),
        plugin("b"),
        plugin("c"),
        plugin("d").before(&["b"]),
    ];
    assert_eq!(order(scenes).unwrap(), ["c", "a", "d", "b"]);
    // Said from both sides, and twice.
    let scenes = [
        plugin("a").after(&["b", "b"]),
        plugin("b").before(&["a", "a"]),
    ];
    assert_eq!(order(scenes).unwrap(), ["b", "a"]);
}

#[test]
fn the_free_ones_stay_as_given() {
    let scenes = ["z", "y", "x", "w"].map(plugin);
    assert_eq!(order(scenes).unwrap(), ["z", "y", "x", "w"]);
    let scenes = [
        plugin("z").after(&["w"]),
        plugin("y"),
        plugin("x"),
        plugin("w"),
    ];
    assert_eq!(order(scenes).unwrap(), ["y", "x", "w", "z"]);
}

#[test]
fn long_rows_turn_round() {
    let names: Vec<_> = (0..100).map(|index| format!("p{index:02}")).collect();
    let entries = names.iter().zip(names.iter().skip(1).chain([&names[0]]));
    let entries = entries.map(|(name, next)| {
        let scene = plugin(name);
        let scene = if name == "p99" {
            scene
        } else {
            scene.after(&[next])
        };
        scene.build().1
    });
    let chain = Chain::new(entries.collect()).unwrap();
    let order = chain.plugins().map(|plugin| plugin.name);
    assert!(order.eq(names.iter().rev().map(String::as_str)));
}

#[test]
fn names_of_other_stages_are_satisfied_by_the_stages() {
    let scenes = [
        plugin("m").stage(Stage::Mutate).after(&["d", "r"]),
        plugin("r").after(&["d"]).before(&["m"]),
        plugin("d").stage(Stage::Deny).before(&["r", "m"]),
    ];
    assert_eq!(order(scenes).unwrap(), ["d", "r", "m"]);
}

#[test]
fn names_of_other_stages_may_contradict() {
    let scenes = [
        plugin("r").before(&["d"]),
        plugin("d").stage(Stage::Deny).after(&["m"]),
        plugin("m").stage(Stage::Mutate),
    ];
    let error = order(scenes).unwrap_err();
    assert_eq!(
        error.problems,
        [
            ChainProblem::Contradiction {
                plugin: "r".into(),
                stage: Stage::Route,
                relation: Relation::Before,
                name: "d".into(),
                other_stage: Stage::Deny,
            },
            ChainProblem::Contradiction {
                plugin: "d".into(),
                stage: Stage::Deny,
                relation: Relation::After,
                name: "m".into(),
                other_stage: Stage::Mutate,
            },
        ]
    );
    assert_eq!(
        error.to_string().lines().next().unwrap(),
        "plugin \"r\" of stage route cannot run before \"d\" of stage deny; the order is deny, route, mutate"
    );
}

#[test]
fn unknown_names_are_errors() {
    let error = order([plugin("a").after(&["c"]), plugin("b").before(&["A"])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin \"a\": after names \"c\", allowed: b\nplugin \"b\": before names \"A\", allowed: a"
    );
}

#[test]
fn cycles_are_errors_and_shown() {
    let scenes = [
        plugin("free"),
        plugin("waits").after(&["c"]),
        plugin("a").before(&["b"]),
        plugin("b").before(&["c"]),
        plugin("c").before(&["a"]),
    ];
    let error = order(scenes).unwrap_err();
    assert_eq!(error.problems, [cycle(&["a", "b", "c", "a"])]);
    assert_eq!(
        error.to_string(),
        "each must run before the next: a -> b -> c -> a"
    );
    assert_eq!(problems([plugin("a").after(&["a"])]), [cycle(&["a", "a"])]);
}

#[test]
fn every_cycle_is_found() {
    let scenes = [
        plugin("a").after(&["b"]),
        plugin("b").after(&["a"]),
        plugin("c").stage(Stage::Mutate).before(&["d"]),
        plugin("d").stage(Stage::Mutate).before(&["c"]),
        plugin("e").stage(Stage::Mutate).after(&["d"]),
    ];
    assert_eq!(
        problems(scenes),
        [cycle(&["a", "b", "a"]), cycle(&["c", "d", "c"])]
    );
}

#[test]
fn names_are_unique() {
    let scenes = [
        plugin("a"),
        plugin("b"),
        plugin("a").stage(Stage::Deny),
        plugin("a"),
    ];
    let duplicate = |index| ChainProblem::DuplicateName {
        name: "a".into(),
        first: 0,
        index,
    };
    assert_eq!(problems(scenes), [duplicate(2), duplicate(3)]);
}

#[test]
fn a_plugin_needs_time() {
    let scene = plugin("a").set(|settings| settings.timeout = Duration::ZERO);
    let plugin = "a".into();
    assert_eq!(problems([scene]), [ChainProblem::ZeroTimeout { plugin }]);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let scenes = [
        plugin("a").set(|settings| settings.timeout = Duration::ZERO),
        plugin("a"),
        plugin("b").after(&["nobody"]),
        plugin("c").stage(Stage::Mutate).before(&["b"]),
        plugin("d").after(&["d"]),
    ];
    let error = order(scenes).unwrap_err();
    assert!(
        matches!(
            &error.problems[..],
            [
                ChainProblem::ZeroTimeout { .. },
                ChainProblem::DuplicateName { .. },
                ChainProblem::UnknownName { .. },
                ChainProblem::Contradiction { .. },
                ChainProblem::Cycle { .. },
            ]
        ),
        "{error:?}"
    );
    assert_eq!(error.to_string().lines().count(), 5);
}
