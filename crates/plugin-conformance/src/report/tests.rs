use std::time::Duration;

use super::{CheckGroup, CheckReport, CheckResult, ConformanceReport};
use crate::difference::Difference;

fn report() -> ConformanceReport {
    let check = |group, name: &str, result| CheckReport {
        result,
        elapsed: Duration::from_millis(2),
        ..CheckReport::new(group, name, "It works.")
    };
    let mut failed = check(
        CheckGroup::Conformance,
        "every <field>",
        CheckResult::Failed,
    );
    failed.differences = vec![Difference::new("deny", true, "\u{1b}[2J\nfalse")];
    failed.output = vec!["Traceback\u{7}".to_owned()];
    let mut warned = check(CheckGroup::Conformance, "same answer", CheckResult::Warned);
    warned.notes = vec!["they differ".to_owned()];
    let mut skipped = check(CheckGroup::Conformance, "deadline", CheckResult::Skipped);
    skipped.notes = vec!["no answer".to_owned()];
    ConformanceReport {
        plugin: "bans".to_owned(),
        calls: 7,
        elapsed: Duration::from_millis(10),
        checks: vec![
            check(CheckGroup::Cases, "banned", CheckResult::Passed),
            failed,
            warned,
            skipped,
        ],
    }
}

#[test]
fn the_table_has_differences_below_their_check() {
    let expected = r"plugin bans
cases
  banned         passed         2.0 ms
conformance
  every <field>  FAILED         2.0 ms
    deny: expected true, got \u{1b}[2J\nfalse
    printed: Traceback\u{7}
    (It works.)
  same answer    warned         2.0 ms
    they differ
  deadline       skipped
    no answer
1 passed, 1 failed, 1 warned, 1 skipped";
    assert_eq!(report().to_string(), expected);
    assert!(!report().is_passed());
}

#[test]
fn the_json_has_counts_and_differences() {
    let json = report().to_json();
    assert_eq!((&json["passed"], &json["calls"]), (&1.into(), &7.into()));
    assert_eq!(json["checks"][1]["differences"][0]["expected"], "true");
    assert_eq!(json["checks"][0]["time_us"], 2000);
}

#[test]
fn the_xml_counts_for_each_group() {
    let xml = report().to_junit();
    for part in [
        r#"<testsuites name="bans" tests="4" failures="1" errors="0" skipped="1" time="0.010000">"#,
        r#"<testsuite name="conformance" tests="3" failures="1" errors="0" skipped="1" time="0.006000">"#,
        r#"<testcase classname="conformance" name="every &lt;field&gt;" time="0.002000">"#,
        r#"<skipped message="no answer"/>"#,
        "<system-out>they differ</system-out>",
    ] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
    assert!(!xml.contains('\u{7}'));
}
