//! What the server's refusals mean: the one place that reads its codes.

use postgres::error::SqlState;

use super::Error;
use crate::edge::StateError;

/// Whether the connection is gone, so that nobody knows by this alone what became of the last statement.
pub(in crate::state) fn is_lost(error: &Error) -> bool {
    match error.code() {
        Some(code) => {
            [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code)
                || code.code().starts_with("08")
                || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
                || *code == SqlState::IDLE_SESSION_TIMEOUT
                || *code == SqlState::TOO_MANY_CONNECTIONS
        }
        None => distrust(error).is_none() && (error.is_closed() || has_io(error)),
    }
}

fn has_io(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        if source.is::<std::io::Error>() {
            return true;
        }
        cause = source.source();
    }
    false
}

/// What speaks against the server's certificate, where that is why there is no connection.
fn distrust(error: &Error) -> Option<String> {
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        let inner = source.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Some(tls.to_string());
        }
        cause = source.source();
    }
    None
}

/// Whether the server answered that it knows no encryption. The crate has no name for it, only these words.
fn offers_no_encryption(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.to_string() == "server does not support TLS")
}

/// Whether the values of a row were refused, which no other attempt will change.
pub(in crate::state) fn is_of_values(error: &Error) -> bool {
    match error.code() {
        Some(code) => ["22", "23", "P0"].contains(&class(code)) || *code == SqlState::DATATYPE_MISMATCH,
        // A text where a number belongs, for example: it was never sent.
        None => !is_lost(error) && distrust(error).is_none(),
    }
}

fn class(code: &SqlState) -> &str {
    code.code().get(..2).unwrap_or_default()
}

/// What the server said, in a line.
pub(in crate::state) fn in_short(error: &Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned())
}

/// The error for people; `cannot` says what was attempted on which state.
pub(in crate::state) fn said(error: Error, cannot: &str) -> StateError {
    if let Some(why) = distrust(&error) {
        let what = format!(
            "{cannot}: the server's certificate is not trusted ({why}): name the file of the authority that issued it as \
             `sslrootcert=/path/ca.pem` in the database's address; nothing was sent"
        );
        return StateError::Io { what, source: None };
    }
    let why = match (error.code(), error.code().map_or("", class)) {
        _ if offers_no_encryption(&error) => {
            "the server offers no encryption: switch `ssl` on there; only for a tunnel that ends on this machine write \
             `sslmode=disable` in the database's address; nothing was sent"
        }
        (_, "28") => {
            "the server does not let us in: see user and password in the database's address, and the server's `pg_hba.conf`"
        }
        (Some(code), _) if *code == SqlState::INVALID_CATALOG_NAME => {
            "the server has no such database: make it, or correct the database's address"
        }
        (Some(code), _) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            "the server takes nothing to be written (a read-only replica?): name the primary server in the database's address"
        }
        (Some(code), _) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "the user of the database's address may not do that: `docs/postgres.md` says which rights it needs"
        }
        (Some(code), _) if *code == SqlState::LOCK_NOT_AVAILABLE => {
            "somebody else held its rows for 10 seconds: nothing of this step was recorded; run the same command again"
        }
        (Some(code), _) if *code == SqlState::DISK_FULL => {
            "the server's disk is full; nothing of this step was recorded: make room, then run the same command again"
        }
        (_, "23" | "P0") => return StateError::Conflict { what: format!("{cannot}: {}", in_short(&error)) },
        (_, "42" | "22" | "3F" | "XX") => {
            return StateError::Foreign {
                what: format!(
                    "{cannot}: its tables are not those that firstbell made ({}): restore the database from a backup",
                    in_short(&error)
                ),
            };
        }
        _ if is_lost(&error) => {
            "the database is out of reach: when it is back, run the same command again; what was begun is settled then, not repeated"
        }
        _ => "the database refused it",
    };
    StateError::Io { what: format!("{cannot}: {why}"), source: Some(Box::new(error)) }
}
