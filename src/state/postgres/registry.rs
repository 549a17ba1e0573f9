//! Which rollouts are in the database: a small table for all of them, and a schema of its own for each.

use super::address::Address;
use super::lock::{self, Mode};
use super::session::Session;
use crate::model::ids::Lineage;
use crate::model::nfc::nfc;
use crate::state::record::Fault;
use crate::state::sqlite::SCHEMA;

/// The version that the first tables in a database had.
pub(super) const FIRST: u32 = 6;

/// The fencing number of a state that was just made: nobody has taken it since.
pub(super) const MADE: i64 = 1;

/// Makes the table, where there is none yet.
pub(super) const MAKE: &str = "CREATE SCHEMA IF NOT EXISTS firstbell;
     CREATE TABLE IF NOT EXISTS firstbell.rollouts (
         name           TEXT COLLATE \"C\" PRIMARY KEY,
         lineage        TEXT COLLATE \"C\" NOT NULL UNIQUE,
         schema_version BIGINT NOT NULL,
         fence          BIGINT NOT NULL
     );
     COMMENT ON TABLE firstbell.rollouts IS 'fence: raised by every run that takes the lock; who has an older one can''t write';";

/// A rollout that is in the database.
#[derive(Clone, Debug)]
pub(in crate::state) struct Registered {
    pub(super) name: String,
    pub(super) lineage: Lineage,
    pub(super) version: i64,
    pub(super) fence: i64,
}

/// The rollout with this lineage, else the one of this name. (One of that name with another lineage is found too: that it is another
/// state is said by whoever compares it with `rollout.lock`.)
pub(super) fn find(session: &Session, address: &Address) -> Result<Option<Registered>, Fault> {
    let is_there = session.query("SELECT to_regclass('firstbell.rollouts') IS NOT NULL", &[])?;
    if !is_there.first().is_some_and(|row| row.get(0)) {
        return Ok(None);
    }
    // A table of as many rows as there are schools; the server's idea of upper and lower case is not everywhere the same.
    let rows =
        session.query("SELECT name, lineage, schema_version, fence FROM firstbell.rollouts ORDER BY name", &[])?;
    let all = rows.iter().map(|row| Registered {
        name: row.get(0),
        lineage: Lineage::new(row.get::<_, &str>(1)),
        version: row.get(2),
        fence: row.get(3),
    });
    let (mut named, mut alike) = (None, None);
    for one in all {
        if address.lineage.as_ref() == Some(&one.lineage) {
            return Ok(Some(one));
        }
        if one.name == address.name {
            named = Some(one);
        } else if is_same_school(&one.name, &address.name) {
            alike = Some(one);
        }
    }
    Ok(named.or(alike))
}

/// Whether two names are one to those who read them: accents however they are written, capitals and blanks make no difference.
fn is_same_school(one: &str, other: &str) -> bool {
    let plain = |name: &str| nfc(name).to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    plain(one) == plain(other)
}

/// Gives a state the name that its school has now, so that it is found by that where its `rollout.lock` is lost. Another state that has the
/// name, or is just getting it, keeps it.
pub(super) fn rename(session: &Session, registered: Registered, name: &str) -> Result<Registered, Fault> {
    let taken = session.query("SELECT 1 FROM firstbell.rollouts WHERE name = ?", &[&name])?;
    if registered.name == name || !taken.is_empty() {
        return Ok(registered);
    }
    match lock::take(session, Mode::Exclusive, name) {
        Ok(()) => {}
        // Somebody is just making a state of that name.
        Err(Fault::Locked(_)) => return Ok(registered),
        Err(fault) => return Err(fault),
    }
    let sql = "UPDATE firstbell.rollouts SET name = ?1
         WHERE lineage = ?2 AND NOT EXISTS (SELECT 1 FROM firstbell.rollouts WHERE name = ?1)";
    let is_renamed = session.execute(sql, &[&name, &registered.lineage])? > 0;
    Ok(if is_renamed { Registered { name: name.to_owned(), ..registered } } else { registered })
}

/// Refuses tables of a newer version; whether they are of an older one.
pub(super) fn is_older(registered: &Registered) -> Result<bool, Fault> {
    let Registered { name, version, .. } = registered;
    if *version > i64::from(SCHEMA) {
        return Err(Fault::Foreign(format!(
            "the state `{name}` was written by a newer firstbell (schema {version}, this one knows {SCHEMA}): use that one"
        )));
    }
    if *version < i64::from(FIRST) {
        return Err(Fault::Foreign(format!(
            "the state `{name}` has tables of an unknown version (schema {version}, this one needs {SCHEMA})"
        )));
    }
    Ok(*version < i64::from(SCHEMA))
}

/// What is said to somebody who only reads an older one.
pub(super) fn not_brought_up(Registered { name, version, .. }: &Registered) -> Fault {
    Fault::Foreign(format!(
        "the state `{name}` was written by an older firstbell (schema {version}, this one needs {SCHEMA}): a command that \
         writes, such as `firstbell apply`, brings it up"
    ))
}

/// The next fencing number, from now on the only one to write under. `held` is the one that must still stand.
pub(super) fn raise_fence(session: &Session, registered: &Registered, held: Option<i64>) -> Result<i64, Fault> {
    let now = held.unwrap_or(registered.fence);
    let sql = "UPDATE firstbell.rollouts SET fence = fence + 1 WHERE lineage = ? AND fence = ? RETURNING fence";
    let rows = session.query(sql, &[&registered.lineage, &now])?;
    let raised = rows.first().map(|row| row.get(0));
    raised.ok_or_else(|| Fault::Locked("another run of firstbell, which has just taken it".to_owned()))
}

/// The number that stands, its row locked until the transaction ends.
pub(super) fn fence(session: &Session, lineage: &Lineage) -> Result<Option<i64>, Fault> {
    let rows = session.query("SELECT fence FROM firstbell.rollouts WHERE lineage = ? FOR UPDATE", &[lineage])?;
    Ok(rows.first().map(|row| row.get(0)))
}

/// Refuses a state whose schema is closed to us, or gone: the server passes over one in `search_path` without a word, and says only that
/// there are no such tables.
pub(super) fn check_schema(session: &Session, Registered { name, lineage, .. }: &Registered) -> Result<(), Fault> {
    let schema = schema(lineage);
    let rows = session.query(
        "SELECT to_regnamespace(?1::text) IS NOT NULL, has_schema_privilege(to_regnamespace(?1::text), 'USAGE')",
        &[&schema],
    )?;
    match rows.first().map(|row| (row.get(0), row.get::<_, Option<bool>>(1))) {
        Some((true, Some(true))) => Ok(()),
        Some((true, _)) => Err(Fault::Stuck(format!(
            "the state `{name}`: the user of the database's address may not look into its schema {schema} (no `USAGE`): \
             `docs/postgres.md` says which rights it needs; nothing was done"
        ))),
        _ => Err(Fault::Foreign(format!(
            "the state `{name}`: its schema {schema} is not in the database any more: restore the database from a backup"
        ))),
    }
}

/// The schema of a state, quoted. A lineage is letters and digits; anything else would not be ours.
pub(super) fn schema(lineage: &Lineage) -> String {
    let kept: String = lineage.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("\"firstbell_{kept}\"")
}
