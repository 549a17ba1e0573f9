//! One way to speak SQL to both databases, in the manner of `rusqlite`, so that the record's tables are read and written by one
//! text. `SQLite`'s values (`NULL`, integer, text, bytes) are the common language; PostgreSQL's are taken into it.
//!
//! It knows no table. Where the two databases need other words, the words are in `sqlite/` and `postgres/`.

mod bound;
mod many;
mod row;
mod shape;

pub(in crate::state) use rusqlite::ffi::ErrorCode;
pub(in crate::state) use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
pub(in crate::state) use rusqlite::{Error, Result, params};

pub(in crate::state) use self::bound::Params;
pub(in crate::state) use self::many::{Many, kept};
pub(in crate::state) use self::row::{Row, Rows};
#[cfg(feature = "postgres")]
use super::postgres::Session;
use super::record::Fault;

/// A database that is open.
pub(in crate::state) enum Connection {
    /// A file.
    Sqlite(rusqlite::Connection),
    /// A session with a server; apart, because it is much larger.
    #[cfg(feature = "postgres")]
    Postgres(Box<Session>),
}

/// A statement, ready to be carried out more than once.
pub(in crate::state) struct Statement<'c>(Prepared<'c>);

enum Prepared<'c> {
    Once(rusqlite::Statement<'c>),
    Kept(rusqlite::CachedStatement<'c>),
    #[cfg(feature = "postgres")]
    Postgres(&'c Session, String),
    #[cfg(feature = "postgres")]
    Cursor(&'c Session, String),
}

impl Connection {
    /// The file, where it is one.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unnecessary_wraps, reason = "there is a second kind with the feature")
    )]
    pub(in crate::state) fn sqlite(&self) -> Option<&rusqlite::Connection> {
        match self {
            Self::Sqlite(conn) => Some(conn),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// The file, where it is one.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unnecessary_wraps, reason = "there is a second kind with the feature")
    )]
    pub(in crate::state) fn into_sqlite(self) -> Option<rusqlite::Connection> {
        match self {
            Self::Sqlite(conn) => Some(conn),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Prepares a statement.
    pub(in crate::state) fn prepare(&self, sql: &str) -> std::result::Result<Statement<'_>, Fault> {
        Ok(Statement(match self {
            Self::Sqlite(conn) => Prepared::Once(conn.prepare(sql)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Prepared::Postgres(session, sql.to_owned()),
        }))
    }

    /// Prepares a statement without values whose rows are too many to be held at once. Only within a transaction.
    pub(in crate::state) fn prepare_long(&self, sql: &str) -> std::result::Result<Statement<'_>, Fault> {
        Ok(Statement(match self {
            Self::Sqlite(conn) => Prepared::Once(conn.prepare(sql)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Prepared::Cursor(session, sql.to_owned()),
        }))
    }

    /// Prepares a statement that will be asked for again.
    pub(in crate::state) fn prepare_cached(&self, sql: &str) -> std::result::Result<Statement<'_>, Fault> {
        Ok(Statement(match self {
            Self::Sqlite(conn) => Prepared::Kept(conn.prepare_cached(sql)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Prepared::Postgres(session, sql.to_owned()),
        }))
    }

    /// The first row; an error where there is none.
    pub(in crate::state) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(Row<'_>) -> Result<T>,
    ) -> std::result::Result<T, Fault> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Carries a statement out; how many rows it touched.
    pub(in crate::state) fn execute(&self, sql: &str, params: impl Params) -> std::result::Result<usize, Fault> {
        self.prepare(sql)?.execute(params)
    }

    /// Carries out several statements, without values.
    pub(in crate::state) fn execute_batch(&self, sql: &str) -> std::result::Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => Ok(conn.execute_batch(sql)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.batch(sql),
        }
    }

    /// A transaction that sees one moment, and changes nothing.
    pub(in crate::state) fn moment(&self) -> std::result::Result<Transaction<'_>, Fault> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        };
        self.begin(begin)
    }

    /// A transaction that writes. On a server this is where somebody who lost the lock is found out.
    pub(in crate::state) fn writing(&self) -> std::result::Result<Transaction<'_>, Fault> {
        match self {
            Self::Sqlite(_) => self.begin("BEGIN IMMEDIATE"),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => {
                let transaction = self.begin("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")?;
                if !session.is_within() {
                    session.check_fence()?;
                }
                Ok(transaction)
            }
        }
    }

    /// Until the end of this transaction rows may refer to rows that are not there yet.
    pub(in crate::state) fn defer_foreign_keys(&self) -> std::result::Result<(), Fault> {
        self.execute_batch(match self {
            Self::Sqlite(_) => "PRAGMA defer_foreign_keys = ON",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "SET CONSTRAINTS ALL DEFERRED",
        })
    }

    /// Makes a lost connection again.
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unnecessary_wraps, reason = "a file is not lost"))]
    pub(in crate::state) fn regain(&self) -> std::result::Result<(), Fault> {
        match self {
            Self::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.regain(),
        }
    }

    fn begin(&self, sql: &str) -> std::result::Result<Transaction<'_>, Fault> {
        #[cfg(feature = "postgres")]
        if let Self::Postgres(session) = self
            && session.is_within()
        {
            // Part of the transaction that is open already, and ends with it.
            return Ok(Transaction { conn: self, is_over: true });
        }
        self.execute_batch(sql)?;
        Ok(Transaction { conn: self, is_over: false })
    }
}

/// A transaction: undone unless it is committed.
pub(in crate::state) struct Transaction<'c> {
    conn: &'c Connection,
    is_over: bool,
}

impl Transaction<'_> {
    /// Makes it durable.
    pub(in crate::state) fn commit(mut self) -> std::result::Result<(), Fault> {
        if !self.is_over {
            self.conn.execute_batch("COMMIT")?;
            self.is_over = true;
        }
        Ok(())
    }
}

impl std::ops::Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            // Where it can't be undone the connection is gone, and the database has undone it.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

impl Statement<'_> {
    /// Carries it out; how many rows it touched.
    pub(in crate::state) fn execute(&mut self, params: impl Params) -> std::result::Result<usize, Fault> {
        params.with(|params| match &mut self.0 {
            Prepared::Once(statement) => Ok(statement.execute(params)?),
            Prepared::Kept(statement) => Ok(statement.execute(params)?),
            #[cfg(feature = "postgres")]
            Prepared::Postgres(session, sql) | Prepared::Cursor(session, sql) => session.execute(sql, params),
        })
    }

    /// Its rows.
    pub(in crate::state) fn query(&mut self, params: impl Params) -> std::result::Result<Rows<'_>, Fault> {
        params.with(|params| match &mut self.0 {
            Prepared::Once(statement) => Ok(Rows::of_sqlite(statement.query(params)?)),
            Prepared::Kept(statement) => Ok(Rows::of_sqlite(statement.query(params)?)),
            #[cfg(feature = "postgres")]
            Prepared::Postgres(session, sql) => Ok(Rows::of_postgres(session.query(sql, params)?, None)),
            #[cfg(feature = "postgres")]
            Prepared::Cursor(session, sql) => Ok(Rows::of_postgres(Vec::new(), Some(session.open_cursor(sql)?))),
        })
    }

    /// What each of its rows says.
    pub(in crate::state) fn query_map<T>(
        &mut self,
        params: impl Params,
        mut read: impl FnMut(Row<'_>) -> Result<T>,
    ) -> std::result::Result<std::vec::IntoIter<Result<T>>, Fault> {
        let mut rows = self.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row));
        }
        Ok(all.into_iter())
    }

    /// The first row; an error where there is none.
    pub(in crate::state) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(Row<'_>) -> Result<T>,
    ) -> std::result::Result<T, Fault> {
        match self.query(params)?.next()? {
            Some(row) => Ok(read(row)?),
            None => Err(Error::QueryReturnedNoRows.into()),
        }
    }
}

/// Takes "there is no such row" for an answer.
pub(in crate::state) trait Optional<T> {
    /// `None` where there is no row.
    fn optional(self) -> std::result::Result<Option<T>, Fault>;
}

impl<T> Optional<T> for std::result::Result<T, Fault> {
    fn optional(self) -> std::result::Result<Option<T>, Fault> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Fault::Sql(Error::QueryReturnedNoRows)) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
