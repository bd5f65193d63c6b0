//! The report for CI.
//!
//! Written by hand: a crate for it would add six crates to the router's binary, for 60 lines.

use std::fmt::Write as _;
use std::time::Duration;

use super::{CheckGroup, CheckReport, CheckResult, ConformanceReport};

pub(super) fn write(report: &ConformanceReport) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<_> = report.checks.iter().collect();
    open(&mut xml, "testsuites", &report.plugin, &all, report.elapsed);
    for group in CheckGroup::ALL {
        let checks = report.checks.iter().filter(|check| check.group == group);
        let checks: Vec<_> = checks.collect();
        if checks.is_empty() {
            continue;
        }
        let elapsed = checks.iter().map(|check| check.elapsed).sum();
        open(&mut xml, "testsuite", group.as_str(), &checks, elapsed);
        for check in checks {
            test_case(&mut xml, check);
        }
        xml.push_str("</testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn open(xml: &mut String, tag: &str, name: &str, checks: &[&CheckReport], elapsed: Duration) {
    let count = |result| checks.iter().filter(|check| check.result == result).count();
    // Writing to a string never fails.
    let _ = writeln!(
        xml,
        "<{tag} name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.6}\">",
        escaped(name),
        checks.len(),
        count(CheckResult::Failed),
        count(CheckResult::Skipped),
        elapsed.as_secs_f64(),
    );
}

fn test_case(xml: &mut String, check: &CheckReport) {
    let _ = writeln!(
        xml,
        "<testcase classname=\"{}\" name=\"{}\" time=\"{:.6}\">",
        check.group.as_str(),
        escaped(&check.name),
        check.elapsed.as_secs_f64(),
    );
    let notes = check.notes.join("\n");
    match check.result {
        CheckResult::Failed => {
            let lines = check.differences.iter().map(ToString::to_string);
            let lines: Vec<_> = lines
                .chain(std::iter::once(check.description.clone()))
                .collect();
            let first = lines.first().map_or("", String::as_str);
            let _ = writeln!(
                xml,
                "<failure type=\"difference\" message=\"{}\">{}</failure>",
                escaped(first),
                escaped(&lines.join("\n")),
            );
        }
        CheckResult::Skipped => {
            let _ = writeln!(xml, "<skipped message=\"{}\"/>", escaped(&notes));
        }
        CheckResult::Passed | CheckResult::Warned => {}
    }
    let output: Vec<_> = check.notes.iter().chain(&check.output).cloned().collect();
    if !output.is_empty() {
        let output = escaped(&output.join("\n"));
        let _ = writeln!(xml, "<system-out>{output}</system-out>");
    }
    xml.push_str("</testcase>\n");
}

/// Escapes a text for an attribute or an element. Characters that XML 1.0 cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' => xml.push_str("&#10;"),
            '\t' => xml.push_str("&#9;"),
            '\r' => xml.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            other if other < ' ' => xml.push('\u{fffd}'),
            other => xml.push(other),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_that_xml_cannot_hold_is_replaced() {
        let escaped = super::escaped("<a b=\"c\">\n&\u{1}\u{ffff}\u{e9}\u{1f9d9}");
        assert_eq!(
            escaped,
            "&lt;a b=&quot;c&quot;&gt;&#10;&amp;\u{fffd}\u{fffd}\u{e9}\u{1f9d9}"
        );
    }
}
