//! All tables written down, and a new file made of what was written down. It knows no table by name: what a later migration adds
//! goes with the rest.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};

use camino::Utf8Path;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};

use super::fault::Fault;
use super::schema::{self, MIGRATIONS};
use super::{open, verify};
use crate::state::dump::{DumpError, Line, Reader, Value, Writer};

/// Writes all tables, each in the order of its primary key, as they are at one moment.
pub(super) fn write(conn: &Connection, writer: &mut Writer<impl Write>) -> Result<(), Fault> {
    let moment = conn.unchecked_transaction()?;
    for table in tables(&moment)? {
        let columns = columns(&moment, &table)?;
        writer.table(&table, &columns)?;
        let listed = columns.join(", ");
        let mut statement =
            moment.prepare(&format!("SELECT {listed} FROM {table} ORDER BY {}", key(&moment, &table)?))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|at| row.get_ref(at).map_err(Fault::from).and_then(value));
            writer.row(values.collect::<Result<_, _>>()?)?;
        }
    }
    Ok(())
}

fn tables(conn: &Connection) -> Result<Vec<String>, Fault> {
    let mut statement =
        conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn columns(conn: &Connection, table: &str) -> Result<Vec<String>, Fault> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?) ORDER BY cid")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn key(conn: &Connection, table: &str) -> Result<String, Fault> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<Vec<String>, _>>()?.join(", "))
}

fn value(stored: ValueRef<'_>) -> Result<Value, Fault> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(_) => {
            return Err(Fault::Foreign("the state has a number with a fraction, which none of ours has".to_owned()));
        }
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Why a file could not be made of what was written down.
#[derive(Debug)]
pub(super) enum Refused {
    /// What was written down can't be taken in.
    Dump(DumpError),
    /// The file could not be made.
    Store(Fault),
}

impl From<DumpError> for Refused {
    fn from(error: DumpError) -> Self {
        Self::Dump(error)
    }
}

impl<T: Into<Fault>> From<T> for Refused {
    fn from(fault: T) -> Self {
        Self::Store(fault.into())
    }
}

/// Fills a new, empty file with what was written down, and proves it: the MAC, the tables' own rules, the chain.
pub(super) fn fill(path: &Utf8Path, reader: &mut Reader<impl BufRead>) -> Result<(), Refused> {
    let mut conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    open::settle(&conn)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    let known = MIGRATIONS.iter().take(reader.header.schema as usize).copied().collect::<Vec<_>>();
    schema::migrate(&mut conn, &known)?;
    // Rows come table by table, not each behind what it refers to: that is looked at when all are there.
    conn.pragma_update(None, "foreign_keys", false)?;
    take(&mut conn, reader)?;
    let dangling: i64 = conn.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if dangling > 0 {
        return Err(misfit(reader.line, format!("{dangling} rows refer to rows that are not there")));
    }
    schema::migrate(&mut conn, MIGRATIONS)?;
    let verified = verify::verify(&conn)?;
    if let Some(finding) = verified.findings.first() {
        return Err(misfit(reader.line, finding.to_string()));
    }
    if verified.head != reader.header.head {
        return Err(misfit(1, "the log ends with another event than the first line says".to_owned()));
    }
    conn.close().map_err(|(_, error)| Fault::from(error))?;
    Ok(())
}

/// All rows in one transaction: a table is filled whole or not at all.
fn take(conn: &mut Connection, reader: &mut Reader<impl BufRead>) -> Result<(), Refused> {
    let transaction = conn.transaction()?;
    let known: BTreeSet<String> = tables(&transaction)?.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut insert: Option<(String, usize)> = None;
    while let Some(line) = reader.read_on()? {
        match line {
            Line::Table { table, columns: written } => {
                let is_known = known.contains(&table) && columns(&transaction, &table)? == written;
                if !is_known || !seen.insert(table.clone()) {
                    return Err(misfit(
                        reader.line,
                        format!("there is no such table `{table}`, or it has other columns"),
                    ));
                }
                let places = vec!["?"; written.len()].join(", ");
                insert =
                    Some((format!("INSERT INTO {table} ({}) VALUES ({places})", written.join(", ")), written.len()));
            }
            Line::Row(values) => {
                let Some((sql, width)) = &insert else {
                    return Err(misfit(reader.line, "a row stands before any table".to_owned()));
                };
                if *width != values.len() {
                    return Err(misfit(reader.line, format!("the row has {} values, not {width}", values.len())));
                }
                let inserted = transaction.prepare_cached(sql)?.execute(params_from_iter(&values));
                inserted.map_err(|error| misfit(reader.line, error.to_string()))?;
            }
        }
    }
    Ok(transaction.commit()?)
}

fn misfit(line: u64, what: String) -> Refused {
    Refused::Dump(DumpError::Misfit { line, what })
}
