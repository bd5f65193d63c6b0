//! Tables in text.

use hyrouter_text::shown;

/// Aligns the cells of rows. Escapes control characters.
pub(crate) fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let rows = rows.iter().map(|row| {
        let cells = row.iter().map(|cell| shown(cell).whole().to_string());
        cells.collect::<Vec<_>>()
    });
    let rows: Vec<_> = rows.collect();
    let mut widths = Vec::new();
    for row in &rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let lines = rows.iter().map(|row| {
        let padded = row.iter().zip(&widths);
        let padded = padded.map(|(cell, width)| format!("{cell:width$}"));
        let line = padded.collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned()
    });
    lines.collect()
}
