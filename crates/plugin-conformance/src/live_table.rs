//! The table of a report, printed while the suite runs.

use std::sync::Arc;

use crate::report::{CheckGroup, CheckReport, table};

/// Prints a part of the table: whole lines, without the last line end.
pub(crate) type LinePrinter = Arc<dyn Fn(&str) + Send + Sync>;

/// Prints the lines of each check when it ends. Together with the summary they are the table of the report.
pub(crate) struct LiveTable {
    print: LinePrinter,
    plugin: String,
    /// Width of the column of names.
    width: usize,
    /// Group of the last check.
    group: Option<CheckGroup>,
}

impl LiveTable {
    /// Returns a table for the checks of these names.
    pub(crate) fn new(print: LinePrinter, plugin: &str, names: &[&str]) -> Self {
        Self {
            print,
            plugin: plugin.to_owned(),
            width: table::width(names.iter().copied()),
            group: None,
        }
    }

    pub(crate) fn add(&mut self, check: &CheckReport) {
        let mut lines = String::new();
        // Writing to a string never fails.
        if self.group.is_none() {
            let _ = table::head(&self.plugin, &mut lines);
        }
        if self.group != Some(check.group) {
            lines.push_str(check.group.as_str());
            lines.push('\n');
            self.group = Some(check.group);
        }
        let _ = table::line(check, self.width, &mut lines);
        (self.print)(lines.trim_end_matches('\n'));
    }
}
