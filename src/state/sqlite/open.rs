//! Making a state, opening it to write, opening it to read.
//!
//! Reading never writes: it makes no file, takes no part in recovery, and works while another process writes.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::ffi::ErrorCode;
use rusqlite::{Connection, OpenFlags, params};

use super::schema::{self, MIGRATIONS};
use crate::files;
use crate::model::fingerprint::{Fingerprint, Fingerprinter, Purpose};
use crate::model::ids::Lineage;
use crate::state::chain;
use crate::state::record::{At, Fault, damaged, read_only};

/// How long SQLite waits for another process before it gives up, in milliseconds.
const PATIENCE: u32 = 10_000;

/// The owner's right to write, in a file's mode.
const OWNER_WRITES: u32 = 0o200;

/// The value by which a wrong sealing key is found: bound to the lineage, so it can't be copied from another state.
pub(in crate::state) fn key_check(fingerprinter: &Fingerprinter, lineage: &Lineage) -> Fingerprint {
    fingerprinter.of(Purpose::KeyCheck, [lineage.as_str()])
}

/// Makes a new state. It is built under another name and takes its own when it is whole, so that a crash leaves either
/// a state or none.
pub(in crate::state) fn create(
    path: &Utf8Path,
    lineage: &Lineage,
    check: Fingerprint,
    now: Timestamp,
) -> Result<(), Fault> {
    let temporary = prepare(path)?;
    fill(&temporary, lineage, check, now)?;
    Ok(files::rename(&temporary, path)?)
}

/// An empty file beside the place of a state to be, under another name.
pub(in crate::state) fn prepare(path: &Utf8Path) -> Result<Utf8PathBuf, Fault> {
    if files::exists(path) {
        return Err(Fault::Stuck(format!("can't make a new state: `{path}` is there already")));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) {
        files::make_private_dir(folder)?;
    }
    let temporary = beside(path, ".new");
    clear(&temporary)?;
    drop(files::open_append(&temporary)?);
    Ok(temporary)
}

/// Removes a file that was not finished, with all that lies beside it.
pub(in crate::state) fn clear(temporary: &Utf8Path) -> Result<(), Fault> {
    for leftover in ["-journal", "-wal", "-shm", ""].map(|suffix| beside(temporary, suffix)) {
        files::remove_if_there(&leftover)?;
    }
    Ok(())
}

fn fill(path: &Utf8Path, lineage: &Lineage, check: Fingerprint, now: Timestamp) -> Result<(), Fault> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settle(&conn)?;
    // Not with a write-ahead log yet: SQLite closes one without a word where the disk has no room to bring it home, and
    // the file alone would be half a state. With a journal each commit is in the file, or has failed.
    conn.pragma_update(None, "synchronous", "FULL")?;
    schema::migrate(&conn, MIGRATIONS)?;
    conn.execute(
        "INSERT INTO meta (one, lineage, key_check, created_at, serial, events, head) VALUES (1, ?, ?, ?, 0, 0, ?)",
        params![lineage, check, At(now), chain::genesis(lineage)],
    )?;
    conn.close().map_err(|(_, error)| error.into())
}

/// Opens a state to write: checks that it is ours and whole, and brings it up to this version.
pub(in crate::state) fn to_write(path: &Utf8Path) -> Result<Connection, Fault> {
    let length = present(path)?;
    // SQLite would silently open it to read; and the superuser may write where the owner said no.
    if files::mode(path)? & OWNER_WRITES == 0 {
        return Err(Fault::Stuck(read_only(path)));
    }
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settle(&conn)?;
    schema::check(&conn, path, MIGRATIONS.len())?;
    ends_with_a_page(&conn, length, path)?;
    if conn.is_readonly(rusqlite::MAIN_DB)? {
        return Err(Fault::Stuck(read_only(path)));
    }
    keep_log_apart(&conn)?;
    whole(&conn, path)?;
    schema::migrate(&conn, MIGRATIONS)?;
    Ok(conn)
}

/// Opens a state to read. A writer that ends just now may take its log away between looking and opening: then once
/// more.
pub(in crate::state) fn to_read(path: &Utf8Path) -> Result<Connection, Fault> {
    // The log lies beside the file itself, not beside a link to it.
    let path = &files::resolved(path)?;
    match look_at(path) {
        Err(Fault::Sql(error)) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => look_at(path),
        other => other,
    }
}

fn look_at(path: &Utf8Path) -> Result<Connection, Fault> {
    let length = present(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(uri(path), flags)?;
    settle(&conn)?;
    schema::check(&conn, path, MIGRATIONS.len())?;
    schema::check_current(&conn, path, MIGRATIONS.len())?;
    ends_with_a_page(&conn, length, path)?;
    Ok(conn)
}

/// A page that is cut short reads as if the rest of it were zero.
fn ends_with_a_page(conn: &Connection, length: Option<u64>, path: &Utf8Path) -> Result<(), Fault> {
    let page: u32 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let is_whole = length.is_none_or(|length| length.is_multiple_of(page.into()));
    if is_whole { Ok(()) } else { Err(Fault::Foreign(damaged(path))) }
}

/// Whether a log lies beside a state: only then may somebody look on while a writer is at work.
pub(in crate::state) fn has_log(path: &Utf8Path) -> bool {
    files::resolved(path).is_ok_and(|path| files::exists(&beside(&path, "-wal")))
}

/// Says why it can't be opened, where SQLite would only say "unable to open". It looks and does not open: closing a file
/// would drop the locks that another connection of this process holds on it. How long it is, where that is the whole state:
/// with a log beside it, the file may be behind.
fn present(path: &Utf8Path) -> Result<Option<u64>, Fault> {
    files::mode(path)?;
    if files::is_dir(path) {
        return Err(Fault::Stuck(format!(
            "the state `{path}` is a folder, not a file: correct `state:` in the rollout"
        )));
    }
    Ok(if files::exists(&beside(path, "-wal")) { None } else { Some(files::size(path)?) })
}

/// How a reader opens it. Beside a log, SQLite reads that too, without making or writing the index that belongs to it;
/// without a log the file alone is the state, and SQLite is told not to begin one. (Whoever plans holds the shared
/// lock, so no writer begins in the meantime.)
fn uri(path: &Utf8Path) -> String {
    let how = match (files::exists(&beside(path, "-wal")), files::exists(&beside(path, "-shm"))) {
        (true, true) => "mode=ro&readonly_shm=1",
        // A copy of file and log without the index: only here SQLite makes one, for it can't read the log otherwise.
        (true, false) => "mode=ro",
        (false, _) => "mode=ro&immutable=1",
    };
    let mut escaped = String::with_capacity(path.as_str().len());
    for letter in path.as_str().chars() {
        match letter {
            '%' => escaped.push_str("%25"),
            '?' => escaped.push_str("%3f"),
            '#' => escaped.push_str("%23"),
            other => escaped.push(other),
        }
    }
    let scheme = if escaped.starts_with('/') { "file://" } else { "file:" };
    format!("{scheme}{escaped}?{how}")
}

/// Another file of the same name with something behind it.
pub(super) fn beside(path: &Utf8Path, suffix: &str) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{path}{suffix}"))
}

/// Settings of the connection that write nothing into the file.
pub(super) fn settle(conn: &Connection) -> Result<(), Fault> {
    conn.set_prepared_statement_cache_capacity(64);
    // A statement is planned once, not again for each value that is bound to it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "busy_timeout", PATIENCE)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    // Nothing sealed or personal spills into a file that nobody wipes.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

/// Settings of the writer: durable at every commit, and what is deleted is overwritten.
fn keep_log_apart(conn: &Connection) -> Result<(), Fault> {
    let mode: String = conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Fault::Stuck(format!(
            "the disk of the state can't keep a write-ahead log (journal mode `{mode}`): keep the state on a local disk"
        )));
    }
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "secure_delete", true)?;
    // In KiB, and only as much as is used: a roster of a million is one transaction.
    conn.pragma_update(None, "cache_size", -131_072)?;
    Ok(())
}

fn whole(conn: &Connection, path: &Utf8Path) -> Result<(), Fault> {
    let answer: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if answer == "ok" { Ok(()) } else { Err(Fault::Foreign(damaged(path))) }
}

/// Looks at every page, at whether the indexes hold what the tables hold, and at what the tables are: as slow as the file is
/// long. What is wrong first, if anything.
pub(in crate::state) fn inspect(conn: &Connection) -> Result<Option<String>, Fault> {
    let answer: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    Ok(match answer.as_str() {
        "ok" if schema::is_as_made(conn, MIGRATIONS)? => None,
        "ok" => Some("its tables are not those that firstbell made".to_owned()),
        // Under a line that names the table or the tree comes what is wrong there.
        lines => Some(lines.lines().collect::<Vec<_>>().join(" ")),
    })
}
