//! What somebody changed in a hand-over's file before it was imported. Cells are compared, not bytes: a spreadsheet that saves
//! the file anew quotes and ends lines in its own way, and Ultranet reads the same.

use std::collections::HashMap;

use crate::edge::Altered;
use crate::model::ids::Username;

type Cells = Vec<String>;

/// The file as it is now, held against the file as it was written.
pub(super) fn altered(written: &str, now: &[u8]) -> Altered {
    let unreadable = |why: &str| Altered { unreadable: Some(why.to_owned()), ..Altered::default() };
    let Ok(now) = std::str::from_utf8(now.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(now)) else {
        return unreadable("it is not UTF-8 any more");
    };
    let (Ok(written), Ok(now)) = (rows(written), rows(now)) else { return unreadable("it is no CSV any more") };
    let mut found = Altered::default();
    let mut here: HashMap<&str, &Cells> = HashMap::new();
    let ours: HashMap<&str, &Cells> = written.iter().filter_map(|(_, cells)| Some((user_id(cells)?, cells))).collect();
    for (line, cells) in &now {
        match user_id(cells).filter(|id| ours.contains_key(id)) {
            Some(id) if !here.contains_key(id) => drop(here.insert(id, cells)),
            _ => found.foreign.push(*line),
        }
    }
    for (_, cells) in &written {
        let Some(id) = user_id(cells) else { continue };
        match here.get(id) {
            None => found.missing.push(Username::new(id)),
            Some(now) if *now != cells => found.changed.push(Username::new(id)),
            Some(_) => {}
        }
    }
    found
}

fn user_id(cells: &Cells) -> Option<&str> {
    cells.get(5).map(String::as_str)
}

/// The rows with something in them, each with its line; empty cells at the end say nothing.
fn rows(text: &str) -> Result<Vec<(u64, Cells)>, csv::Error> {
    // Between a carriage return and its line feed the reader is one line behind.
    let text = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let mut cells: Cells = record.iter().map(str::to_owned).collect();
        while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        if !cells.is_empty() {
            rows.push((record.position().map_or(0, csv::Position::line), cells));
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "Lee,Ana,Parent,Pass1,ana@example.nz,ana.lee,C1,0\r\n\
        \"Te Wera\",Bo,Parent,Pass2,bo@example.nz,bo,C2,0\r\n";

    fn names(names: &[&str]) -> Vec<Username> {
        names.iter().map(|name| Username::new(*name)).collect()
    }

    #[test]
    fn a_spreadsheet_that_saves_it_anew_changes_nothing() {
        let saved = "\u{FEFF}Lee,\"Ana\",Parent,Pass1,ana@example.nz,ana.lee,C1,0,,\nTe Wera,Bo,Parent,Pass2,bo@example.nz,bo,C2,0,,\n";
        assert!(altered(WRITTEN, saved.as_bytes()).is_nothing());
    }

    #[test]
    fn rows_taken_out_changed_and_added_are_told_apart() {
        let now = "Lee,Ana,Parent,Other,ana@example.nz,ana.lee,C1,0\nOld,Al,Parent,,al@example.nz,al,C9,0\n";
        let found = altered(WRITTEN, now.as_bytes());
        assert_eq!(found.changed, names(&["ana.lee"]));
        assert_eq!(found.missing, names(&["bo"]));
        assert_eq!(found.foreign, [2]);
    }

    #[test]
    fn a_row_that_stands_twice_is_foreign_the_second_time() {
        let now = format!("{WRITTEN}{WRITTEN}");
        assert_eq!(altered(WRITTEN, now.as_bytes()).foreign, [3, 4]);
    }

    #[test]
    fn another_encoding_is_said() {
        assert!(altered(WRITTEN, b"\xFF\xFE").unreadable.is_some());
    }
}
