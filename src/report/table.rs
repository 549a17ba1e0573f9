//! One line a caregiver: symbol, columns, and what happens. Columns line up where the width allows; where it does not,
//! the line is a sentence.

use super::page::{Page, columns, padded};
use super::paint::tone;

/// Fewer columns than this are too few for the last one: alignment is given up.
const LEAST_FOR_LAST: usize = 24;

/// Between two columns.
const GUTTER: usize = 2;

/// One caregiver's line.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// First column.
    pub(super) symbol: char,
    /// The columns that line up; an empty one is left out if it is empty everywhere.
    pub(super) cells: Vec<String>,
    /// The words at the end.
    pub(super) last: String,
    /// Lines below, indented.
    pub(super) details: Vec<String>,
}

/// Writes the lines of one block.
pub(super) fn rows(page: &mut Page, indent: usize, rows: &[Row]) {
    let widths = widths(rows);
    let used: usize = widths.iter().filter(|&&width| width > 0).map(|width| width + GUTTER).sum();
    let hang = indent + 2 + used;
    let is_aligned = page.width().is_none_or(|width| hang + LEAST_FOR_LAST <= width);
    for row in rows {
        let mark = page.dress(tone(row.symbol), &row.symbol.to_string());
        let head = format!("{}{mark} ", " ".repeat(indent));
        if is_aligned {
            page.entry(&format!("{head}{}", aligned(row, &widths)), &row.last, hang);
        } else {
            page.entry(&head, &in_a_row(row), indent + 4);
        }
        for detail in &row.details {
            page.line(indent + 4, detail);
        }
    }
}

fn widths(rows: &[Row]) -> Vec<usize> {
    let most = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let cell = |row: &Row, at: usize| row.cells.get(at).map_or(0, |cell| columns(cell));
    (0..most).map(|at| rows.iter().map(|row| cell(row, at)).max().unwrap_or(0)).collect()
}

fn aligned(row: &Row, widths: &[usize]) -> String {
    let cells = widths.iter().enumerate().filter(|&(_, &width)| width > 0);
    cells.map(|(at, width)| padded(row.cells.get(at).map_or("", String::as_str), width + GUTTER)).collect()
}

fn in_a_row(row: &Row) -> String {
    let cells = row.cells.iter().map(String::as_str).chain([row.last.as_str()]);
    cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
}
