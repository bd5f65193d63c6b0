//! Modules that would keep the compiler busy, and the largest that do not.

use crate::support::module;
use hyrouter_testing::bombs::{changed_in_loops, in_a_row, in_plugin};

const INSTRUCTIONS: &str = "a function has more than 300000 instructions";
const IN_LOOPS: &str = "a function has more than 10000 locals that are written in loops";

fn function(body: &str) -> String {
    format!("(func (param i32) {body})")
}

fn nested(depth: usize) -> String {
    function(&format!(
        "{}{}",
        "block ".repeat(depth),
        "end ".repeat(depth)
    ))
}

/// Loops inside one another, each of which takes so many values.
fn taken_by_loops(values: usize, loops: usize) -> String {
    let types = "i64 ".repeat(values);
    let begin = format!("loop (param {types}) (result {types}) ").repeat(loops);
    let (push, drop) = ("i64.const 1 ".repeat(values), "drop ".repeat(values));
    function(&format!("{push} {begin} {} {drop}", "end ".repeat(loops)))
}

fn branches(targets: usize) -> String {
    let targets = "0 ".repeat(targets);
    function(&format!("block local.get 0 br_table {targets} end"))
}

#[tokio::test]
async fn modules_beyond_the_bounds_are_refused() {
    let many_locals = format!("(local {})", "i32 ".repeat(5_001));
    let many_parameters = format!("(func (param {}))", "i32 ".repeat(101));
    let many_results = format!(
        "(func (result {}) {})",
        "i32 ".repeat(101),
        "i32.const 0 ".repeat(101)
    );
    for (function, text) in [
        (
            nested(20_000),
            "a function has more than 1000 nested blocks",
        ),
        (function(&"nop ".repeat(400_000)), INSTRUCTIONS),
        (branches(400_000), INSTRUCTIONS),
        (
            function(&many_locals),
            "a function has more than 5000 locals",
        ),
        (
            many_parameters,
            "a type has more than 100 parameters or results",
        ),
        (
            many_results,
            "a type has more than 100 parameters or results",
        ),
        // 18 KB that took half a minute, and 91 KB that took more than a minute and 3 GB.
        (changed_in_loops(2_000, 50), IN_LOOPS),
        (
            changed_in_loops(10_000, 200),
            "a function has more than 5000 locals",
        ),
        (changed_in_loops(11, 1_000), IN_LOOPS),
        (in_a_row(1_000, 11), IN_LOOPS),
        (taken_by_loops(100, 101), IN_LOOPS),
        (
            "(func)".repeat(100_001),
            "the module has more than 100000 functions",
        ),
    ] {
        let guest = module(&in_plugin(&function));
        let error = guest.load().await.unwrap_err().to_string();
        assert!(error.contains(text), "{text}: {error}");
    }
}

#[tokio::test]
async fn sums_over_all_functions_are_bounded() {
    for (function, times, text) in [
        (
            function(&"nop ".repeat(250_000)),
            41,
            "10000000 instructions in total",
        ),
        (
            changed_in_loops(990, 10),
            51,
            "500000 locals that are written in loops",
        ),
    ] {
        let guest = module(&in_plugin(&function.repeat(times)));
        let error = guest.load().await.unwrap_err().to_string();
        let text = format!("the module has more than {text}");
        assert!(error.contains(&text), "{text}: {error}");
    }
}

#[tokio::test]
async fn modules_just_within_the_bounds_are_compiled() {
    let one_loop_each = "loop local.get 1 local.set 1 end ".repeat(9_999);
    for function in [
        nested(900),
        branches(200_000),
        changed_in_loops(100, 90),
        // The same local again and again counts once for each loop.
        function(&format!("(local i32) {one_loop_each}")),
    ] {
        module(&in_plugin(&function)).plugin().await;
    }
}
