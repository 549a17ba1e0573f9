//! Rows as a statement gives them, and the values in them.

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;

#[cfg(feature = "postgres")]
use super::{Error, FromSqlError};
use super::{FromSql, Result, ValueRef};
#[cfg(feature = "postgres")]
use crate::state::postgres;
use crate::state::record::Fault;

/// The rows of a statement; the place is before the first.
pub(in crate::state) struct Rows<'s>(Source<'s>);

enum Source<'s> {
    Sqlite(rusqlite::Rows<'s>),
    #[cfg(feature = "postgres")]
    Postgres(Fetched<'s>),
}

/// Rows that came from a server.
#[cfg(feature = "postgres")]
struct Fetched<'s> {
    rows: Vec<postgres::Row>,
    /// How many of them were passed.
    passed: usize,
    /// Where more come from.
    more: Option<postgres::Cursor<'s>>,
}

/// One row.
#[derive(Clone, Copy)]
pub(in crate::state) struct Row<'r>(Stored<'r>);

#[derive(Clone, Copy)]
enum Stored<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    #[cfg(feature = "postgres")]
    Postgres(&'r postgres::Row),
}

impl<'s> Rows<'s> {
    pub(super) fn of_sqlite(rows: rusqlite::Rows<'s>) -> Self {
        Self(Source::Sqlite(rows))
    }

    #[cfg(feature = "postgres")]
    pub(super) fn of_postgres(rows: Vec<postgres::Row>, more: Option<postgres::Cursor<'s>>) -> Self {
        Self(Source::Postgres(Fetched { rows, passed: 0, more }))
    }

    /// Goes on to the next row.
    pub(in crate::state) fn advance(&mut self) -> std::result::Result<(), Fault> {
        match &mut self.0 {
            Source::Sqlite(rows) => rows.advance()?,
            #[cfg(feature = "postgres")]
            Source::Postgres(fetched) => {
                if fetched.passed >= fetched.rows.len()
                    && let Some(cursor) = &fetched.more
                {
                    (fetched.rows, fetched.passed) = (cursor.fetch()?, 0);
                }
                fetched.passed += 1;
            }
        }
        Ok(())
    }

    /// The row it stands at.
    pub(in crate::state) fn get(&self) -> Option<Row<'_>> {
        match &self.0 {
            Source::Sqlite(rows) => rows.get().map(|row| Row(Stored::Sqlite(row))),
            #[cfg(feature = "postgres")]
            Source::Postgres(fetched) => {
                fetched.rows.get(fetched.passed.checked_sub(1)?).map(|row| Row(Stored::Postgres(row)))
            }
        }
    }

    /// The next row, if there is one.
    pub(in crate::state) fn next(&mut self) -> std::result::Result<Option<Row<'_>>, Fault> {
        self.advance()?;
        Ok(self.get())
    }
}

/// The place of a column; `usize` alone, so that a plain number is one.
pub(in crate::state) trait Column {
    /// Counted from nought.
    fn place(self) -> usize;
}

impl Column for usize {
    fn place(self) -> usize {
        self
    }
}

impl<'r> Row<'r> {
    /// The value of a column.
    pub(in crate::state) fn get<C: Column, T: FromSql>(self, column: C) -> Result<T> {
        let place = column.place();
        match self.0 {
            Stored::Sqlite(row) => row.get(place),
            #[cfg(feature = "postgres")]
            Stored::Postgres(_) => {
                let value = self.get_ref(place)?;
                T::column_result(value).map_err(|error| misfit(place, value, error))
            }
        }
    }

    /// The value of a column, not taken out of its place.
    pub(in crate::state) fn get_ref(self, place: usize) -> Result<ValueRef<'r>> {
        match self.0 {
            Stored::Sqlite(row) => row.get_ref(place),
            #[cfg(feature = "postgres")]
            Stored::Postgres(row) => postgres::value(row, place)
                .map_err(|error| Error::FromSqlConversionFailure(place, rusqlite::types::Type::Null, error)),
        }
    }
}

#[cfg(feature = "postgres")]
fn misfit(place: usize, value: ValueRef<'_>, error: FromSqlError) -> Error {
    Error::FromSqlConversionFailure(place, value.data_type(), Box::new(error))
}
