//! The report for people.

use std::fmt::{self, Formatter, Write};

use hyrouter_text::shown;

use super::{CheckGroup, CheckReport, CheckResult, ConformanceReport};

/// Maximum width of the column of names. A longer name moves its line only.
const MAX_WIDTH: usize = 40;

pub(super) fn write(report: &ConformanceReport, f: &mut Formatter<'_>) -> fmt::Result {
    head(&report.plugin, f)?;
    let width = width(report.checks.iter().map(|check| check.name.as_str()));
    for group in CheckGroup::ALL {
        let checks = report.checks.iter().filter(|check| check.group == group);
        let mut checks = checks.peekable();
        if checks.peek().is_some() {
            writeln!(f, "{}", group.as_str())?;
        }
        for check in checks {
            line(check, width, f)?;
        }
    }
    write!(f, "{}", report.summary())
}

/// Writes the first line.
pub(crate) fn head(plugin: &str, f: &mut impl Write) -> fmt::Result {
    writeln!(f, "plugin {}", shown(plugin))
}

/// Returns the lines of checks that did not pass.
pub(super) fn problems(report: &ConformanceReport) -> String {
    let mut lines = String::new();
    let width = width(report.checks.iter().map(|check| check.name.as_str()));
    for check in &report.checks {
        if check.result != CheckResult::Passed {
            // Writing to a string never fails.
            let _ = line(check, width, &mut lines);
        }
    }
    lines.truncate(lines.trim_end().len());
    lines
}

/// Returns the width of the column of these names.
pub(crate) fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    let lengths = names.map(|name| name.chars().count());
    lengths.max().unwrap_or(0).min(MAX_WIDTH)
}

/// Writes the lines of a check.
pub(crate) fn line(check: &CheckReport, width: usize, f: &mut impl Write) -> fmt::Result {
    let name = shown(&check.name).to_string();
    let result = match check.result {
        CheckResult::Failed => "FAILED",
        other => other.as_str(),
    };
    let millis = check.elapsed.as_secs_f64() * 1e3;
    write!(f, "  {name:<width$}  {result:<7}")?;
    if check.result != CheckResult::Skipped {
        write!(f, "  {millis:>9.1} ms")?;
    }
    writeln!(f)?;
    for difference in &check.differences {
        writeln!(f, "    {difference}")?;
    }
    for note in &check.notes {
        writeln!(f, "    {}", shown(note))?;
    }
    for line in &check.output {
        writeln!(f, "    printed: {}", shown(line))?;
    }
    if check.result == CheckResult::Failed && !check.description.is_empty() {
        writeln!(f, "    ({})", shown(&check.description))?;
    }
    Ok(())
}
