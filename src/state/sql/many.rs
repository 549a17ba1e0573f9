//! Many rows of one table: into a file one by one, to a server by the hundred, for each statement is a way there and back.

use rusqlite::types::Value;

use super::{Connection, ToSql, ToSqlOutput};
use crate::state::record::Fault;
use crate::state::sql;

/// So many rows go to a server at once: the way is no longer what takes the time, and the values stay below its limit of
/// 65,535.
const AT_ONCE: usize = 500;

/// Takes rows for one table.
pub(in crate::state) struct Many<'c> {
    conn: &'c Connection,
    head: String,
    tail: &'static str,
    width: usize,
    at_once: usize,
    /// The statement for `at_once` rows.
    full: String,
    waiting: Vec<Value>,
}

impl Connection {
    /// `head` is the statement up to `VALUES`, with `width` values a row; `tail` stands behind them.
    pub(in crate::state) fn many(&self, head: String, width: usize, tail: &'static str) -> Many<'_> {
        let at_once = if self.sqlite().is_some() { 1 } else { AT_ONCE };
        let full = statement(&head, width, at_once, tail);
        Many { conn: self, head, tail, width, at_once, full, waiting: Vec::with_capacity(width * at_once) }
    }
}

impl Many<'_> {
    /// Adds a row; there may be others before it that wait.
    pub(in crate::state) fn add(&mut self, row: impl IntoIterator<Item = Value>) -> Result<(), Fault> {
        self.waiting.extend(row);
        if self.waiting.len() < self.width * self.at_once { Ok(()) } else { self.send() }
    }

    /// Sends those that wait.
    pub(in crate::state) fn end(mut self) -> Result<(), Fault> {
        if self.waiting.is_empty() { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<(), Fault> {
        let rows = self.waiting.len() / self.width;
        let values: Vec<&dyn ToSql> = self.waiting.iter().map(|value| value as &dyn ToSql).collect();
        if rows == self.at_once {
            self.conn.prepare_cached(&self.full)?.execute(values.as_slice())?;
        } else {
            self.conn.prepare(&statement(&self.head, self.width, rows, self.tail))?.execute(values.as_slice())?;
        }
        self.waiting.clear();
        Ok(())
    }
}

fn statement(head: &str, width: usize, rows: usize, tail: &str) -> String {
    let places = format!("({})", vec!["?"; width].join(", "));
    format!("{head} VALUES {} {tail}", vec![places; rows].join(", "))
}

/// The values of a row, to be kept until their turn comes.
pub(in crate::state) fn kept(row: &[&dyn ToSql]) -> Result<Vec<Value>, Fault> {
    let kept = |value: &&dyn ToSql| match value.to_sql()? {
        ToSqlOutput::Borrowed(value) => Ok(value.try_into().map_err(sql::Error::from)?),
        ToSqlOutput::Owned(value) => Ok(value),
        _ => Err(Fault::rule("a value of a kind that no table has")),
    };
    row.iter().map(kept).collect()
}
