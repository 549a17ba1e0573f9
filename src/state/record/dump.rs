//! All tables written down, and filled with what was written down. It knows no table by name: what a later migration adds
//! goes with the rest.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};

use super::fault::Fault;
use super::verify;
use crate::state::dump::{DumpError, Line, Reader, Value, Writer};
use crate::state::sql::{self, Connection, Many, ToSql, ToSqlOutput, ValueRef, kept};

/// Writes all tables, each in the order of its primary key, as they are at one moment.
pub(super) fn write(conn: &Connection, writer: &mut Writer<impl Write>) -> Result<(), Fault> {
    let moment = conn.moment()?;
    for table in moment.tables()? {
        let columns = moment.columns(&table)?;
        writer.table(&table, &columns)?;
        let listed = quoted(&columns);
        let mut statement =
            moment.prepare_long(&format!("SELECT {listed} FROM {table} ORDER BY {}", moment.key(&table)?))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|at| row.get_ref(at).map_err(Fault::from).and_then(value));
            writer.row(values.collect::<Result<_, _>>()?)?;
        }
    }
    Ok(())
}

/// A list of columns in SQL. One of them has the name of a function of PostgreSQL.
fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
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
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
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
pub(in crate::state) enum Refused {
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

/// Proves what was taken in: the chain of the log, and that it ends where the first line says.
pub(in crate::state) fn prove(conn: &Connection, reader: &Reader<impl BufRead>) -> Result<(), Refused> {
    let verified = verify::verify(conn)?;
    if let Some(finding) = verified.findings.first() {
        return Err(misfit(reader.line, finding.to_string()));
    }
    if verified.head != reader.header.head {
        return Err(misfit(1, "the log ends with another event than the first line says".to_owned()));
    }
    Ok(())
}

/// Fills empty tables, in one transaction: all of them or none.
pub(in crate::state) fn take(conn: &Connection, reader: &mut Reader<impl BufRead>) -> Result<(), Refused> {
    let transaction = conn.writing()?;
    let known: BTreeSet<String> = transaction.tables()?.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut insert: Option<(Many<'_>, usize)> = None;
    while let Some(line) = reader.read_on()? {
        match line {
            Line::Table { table, columns: written } => {
                let is_known = known.contains(&table) && transaction.columns(&table)? == written;
                if !is_known || !seen.insert(table.clone()) {
                    return Err(misfit(
                        reader.line,
                        format!("there is no such table `{table}`, or it has other columns"),
                    ));
                }
                if let Some((many, _)) = insert.take() {
                    many.end().map_err(|fault| refused(reader.line, fault))?;
                }
                let head = format!("INSERT INTO {table} ({})", quoted(&written));
                insert = Some((transaction.many(head, written.len(), ""), written.len()));
            }
            Line::Row(values) => {
                let Some((many, width)) = &mut insert else {
                    return Err(misfit(reader.line, "a row stands before any table".to_owned()));
                };
                if *width != values.len() {
                    return Err(misfit(reader.line, format!("the row has {} values, not {width}", values.len())));
                }
                let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
                many.add(kept(&values)?).map_err(|fault| refused(reader.line, fault))?;
            }
        }
    }
    if let Some((many, _)) = insert {
        many.end().map_err(|fault| refused(reader.line, fault))?;
    }
    Ok(transaction.commit()?)
}

/// What came of a row that was not taken: only its own values are the line's fault.
fn refused(line: u64, fault: Fault) -> Refused {
    if fault.is_of_values() { misfit(line, fault.said()) } else { Refused::Store(fault) }
}

/// Says on which line something does not fit.
pub(in crate::state) fn misfit(line: u64, what: String) -> Refused {
    Refused::Dump(DumpError::Misfit { line, what })
}
