//! What the LMS showed last: kept for plans without the LMS, outside the record and its chain.

use crate::state::sql::{self, Connection, Many, Optional, Row, kept, params};
use jiff::Timestamp;

use super::fault::Fault;
use super::value::At;
use crate::model::account::{AccountView, SignIn, SignInMethod};
use crate::model::observed::{Gathered, Observed};

/// Where the LMS can't say whether somebody has signed in.
const UNKNOWN: i64 = -1;

const INSERT: &str =
    "INSERT INTO observed_accounts (username, caregiver, first_name, last_name, email, is_disabled, is_staff, is_other,
         sign_in, marker)";
const WIDTH: usize = 10;

/// Two accounts under one name can't both be kept; no LMS has such.
const UNLESS_THERE: &str = "ON CONFLICT (username) DO NOTHING";

/// Puts this observation in place of the last one.
pub(super) fn remember(conn: &Connection, observed: &Observed) -> Result<(), Fault> {
    let transaction = conn.writing()?;
    transaction.execute_batch("DELETE FROM observed_accounts; DELETE FROM observation;")?;
    transaction.execute("INSERT INTO observation (one, read_at) VALUES (1, ?)", [At(observed.read_at)])?;
    let mut many = transaction.many(INSERT.to_owned(), WIDTH, UNLESS_THERE);
    for account in observed.accounts() {
        add(&mut many, &account.view())?;
    }
    many.end()?;
    transaction.commit()?;
    Ok(())
}

fn add(many: &mut Many<'_>, account: &AccountView<'_>) -> Result<(), Fault> {
    let sign_in = match account.sign_in {
        SignIn::Never => None,
        SignIn::Unknown => Some(UNKNOWN),
        SignIn::At(at) => Some(at.as_microsecond()),
    };
    many.add(kept(params![
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
    ])?)
}

/// The last observation.
pub(super) fn remembered(conn: &Connection) -> Result<Option<Observed>, Fault> {
    let conn = &conn.moment()?;
    let read_at: Option<At> = conn.query_row("SELECT read_at FROM observation", [], |row| row.get(0)).optional()?;
    let Some(At(read_at)) = read_at else { return Ok(None) };
    let mut statement = conn.prepare_long(
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

fn account<'a>(row: Row<'a>) -> Result<AccountView<'a>, Fault> {
    let text = |at: usize| -> Result<&'a str, Fault> { Ok(row.get_ref(at)?.as_str().map_err(sql::Error::from)?) };
    Ok(AccountView {
        username: text(0)?,
        caregiver: row.get_ref(1)?.as_str_or_null().map_err(sql::Error::from)?,
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
