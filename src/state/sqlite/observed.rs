//! What the LMS showed last: kept for plans without the LMS, outside the record and its chain.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::fault::Fault;
use super::value::At;
use crate::model::account::{AccountView, SignIn, SignInMethod};
use crate::model::observed::{Gathered, Observed};

/// Where the LMS can't say whether somebody has signed in.
const UNKNOWN: i64 = -1;

/// Puts this observation in place of the last one.
pub(super) fn remember(conn: &mut Connection, observed: &Observed) -> Result<(), Fault> {
    let transaction = conn.transaction()?;
    transaction.execute_batch("DELETE FROM observed_accounts; DELETE FROM observation;")?;
    transaction.execute("INSERT INTO observation (one, read_at) VALUES (1, ?)", [At(observed.read_at)])?;
    for account in observed.accounts() {
        insert(&transaction, &account.view())?;
    }
    transaction.commit()?;
    Ok(())
}

/// Two accounts under one name can't both be kept; no LMS has such.
fn insert(transaction: &Transaction<'_>, account: &AccountView<'_>) -> Result<(), Fault> {
    let sign_in = match account.sign_in {
        SignIn::Never => None,
        SignIn::Unknown => Some(UNKNOWN),
        SignIn::At(at) => Some(at.as_microsecond()),
    };
    transaction
        .prepare_cached("INSERT OR REPLACE INTO observed_accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            account.username,
            account.caregiver,
            account.first_name,
            account.last_name,
            account.email,
            account.is_disabled,
            account.is_staff,
            account.method == SignInMethod::Other,
            sign_in,
            account.marker,
        ])?;
    Ok(())
}

/// The last observation.
pub(super) fn remembered(conn: &Connection) -> Result<Option<Observed>, Fault> {
    let read_at: Option<At> = conn.query_row("SELECT read_at FROM observation", [], |row| row.get(0)).optional()?;
    let Some(At(read_at)) = read_at else { return Ok(None) };
    let mut statement = conn.prepare(
        "SELECT username, caregiver, first_name, last_name, email, is_disabled, is_staff, is_other, sign_in, marker
         FROM observed_accounts ORDER BY username",
    )?;
    let mut rows = statement.query([])?;
    let mut gathered = Gathered::default();
    while let Some(row) = rows.next()? {
        gathered.add(&account(row)?);
    }
    Ok(Some(gathered.at(read_at)))
}

fn account<'a>(row: &'a Row<'_>) -> Result<AccountView<'a>, Fault> {
    let text = |at: usize| -> Result<&'a str, Fault> { Ok(row.get_ref(at)?.as_str().map_err(rusqlite::Error::from)?) };
    Ok(AccountView {
        username: text(0)?,
        caregiver: row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?,
        first_name: text(2)?,
        last_name: text(3)?,
        email: text(4)?,
        is_disabled: row.get(5)?,
        is_staff: row.get(6)?,
        method: if row.get(7)? { SignInMethod::Other } else { SignInMethod::Password },
        sign_in: sign_in(row.get(8)?),
        marker: row.get(9)?,
    })
}

/// A moment that can't be one is not taken for "never".
fn sign_in(stored: Option<i64>) -> SignIn {
    match stored {
        None => SignIn::Never,
        Some(UNKNOWN) => SignIn::Unknown,
        Some(micros) => Timestamp::from_microsecond(micros).map_or(SignIn::Unknown, SignIn::At),
    }
}
