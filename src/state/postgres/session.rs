//! One session with the server: statements, and the way back when the connection was lost.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use postgres::{Client, NoTls, Row, Statement, types};

use super::address::Address;
use super::fault::is_lost;
use super::lock::{self, Mode};
use super::open;
use super::registry::{self, MADE, Registered};
use super::tls;
use super::translate::translate;
use super::value::bound;
use crate::both;
use crate::model::ids::Lineage;
use crate::state::record::Fault;
use crate::state::sql::ToSql;

/// How often a lost connection is made again, and how long is waited in between: 10 seconds and more, in which a server that was
/// restarted is back, and has noticed that the session before this one is gone.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// So many rows of a long answer are held at once.
const AT_ONCE: u32 = 10_000;

/// The oldest server that this is tried with.
const OLDEST: i64 = 130_000;

/// Durable at every commit whatever the server's default, and nothing waits for ever: not for a row that somebody
/// holds, nor others for ours when this process is stopped in the middle, nor for the lock when this machine is gone.
/// Limits of the role or the server for people who forget their sessions are off: a slow pace leaves this one idle for
/// minutes, and a statement that waits is ended by `lock_timeout`, which says why. (Two of them only newer servers know.)
const SETTINGS: &str = "SET synchronous_commit = on;
     SET default_transaction_isolation = 'read committed';
     SET client_encoding = 'UTF8';
     SET lock_timeout = '10s';
     SET statement_timeout = 0;
     SET idle_in_transaction_session_timeout = '60s';
     SET cursor_tuple_fraction = 1;
     SET tcp_keepalives_idle = 20;
     SET tcp_keepalives_interval = 10;
     SET tcp_keepalives_count = 3;
     SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout');";

/// A session, and the lock that it holds for a rollout.
pub(in crate::state) struct Session {
    address: Arc<Address>,
    who: String,
    mode: Mode,
    client: RefCell<Client>,
    statements: RefCell<HashMap<String, Statement>>,
    registered: RefCell<Option<Registered>>,
    /// The number under which this session may write; `None` for a reader.
    fence: Cell<Option<i64>>,
    /// A transaction is open that all others are part of.
    is_within: Cell<bool>,
    /// How many cursors were opened.
    cursors: Cell<u64>,
}

/// A statement whose rows are fetched by and by. It ends with its transaction.
pub(in crate::state) struct Cursor<'s> {
    session: &'s Session,
    fetch: String,
}

impl Cursor<'_> {
    /// The next rows; none at the end.
    pub(in crate::state) fn fetch(&self) -> Result<Vec<Row>, Fault> {
        self.session.client.borrow_mut().query(&self.fetch, &[]).map_err(Fault::Postgres)
    }
}

impl Session {
    /// Connects, takes the lock, finds the rollout. `who` is what others see of the session that holds the lock.
    pub(in crate::state) fn begin(address: &Arc<Address>, mode: Mode, who: &str) -> Result<Self, Fault> {
        let client = connect(address, who)?;
        let session = Self {
            address: Arc::clone(address),
            who: who.to_owned(),
            mode,
            client: RefCell::new(client),
            statements: RefCell::default(),
            registered: RefCell::default(),
            fence: Cell::new(None),
            is_within: Cell::new(false),
            cursors: Cell::new(0),
        };
        session.take_hold()?;
        if let (Mode::Exclusive, Some(registered)) = (mode, session.registered()) {
            session.fence.set(Some(registry::raise_fence(&session, &registered, None)?));
            if address.lineage.as_ref() == Some(&registered.lineage) {
                session.registered.replace(Some(registry::rename(&session, registered, &address.name)?));
            }
        }
        Ok(session)
    }

    fn take_hold(&self) -> Result<(), Fault> {
        let before = registry::find(self, &self.address)?;
        let name = before.map_or_else(|| self.address.name.clone(), |registered| registered.name);
        lock::take(self, self.mode, &name)?;
        // Once more: it may have been made while we waited.
        let found = registry::find(self, &self.address)?;
        if let Some(registered) = &found {
            // It got another name meanwhile, and others ask for the lock of that one.
            if registered.name != name {
                lock::take(self, self.mode, &registered.name)?;
            }
            let is_older = registry::is_older(registered)?;
            self.look_into(&registered.lineage)?;
            registry::check_schema(self, registered)?;
            match self.mode {
                Mode::Exclusive if is_older => open::bring_up(self, registered)?,
                _ if is_older => return Err(registry::not_brought_up(registered)),
                _ => {}
            }
        }
        self.registered.replace(found);
        Ok(())
    }

    /// From here on all transactions are part of the one that is open, or no longer.
    pub(in crate::state) fn stay_within(&self, is_within: bool) {
        self.is_within.set(is_within);
    }

    /// Whether a transaction is open that all others are part of.
    pub(in crate::state) fn is_within(&self) -> bool {
        self.is_within.get()
    }

    /// Which rollout this is about, if it is in the database.
    pub(in crate::state) fn registered(&self) -> Option<Registered> {
        self.registered.borrow().clone()
    }

    /// After a connection that was lost while a state was made: whether it is there. Whoever made another one meanwhile had the lock.
    pub(super) fn has_made(&self, lineage: &Lineage) -> Result<bool, Fault> {
        self.regain()?;
        let Some(mut registered) = self.registered() else { return Ok(false) };
        if registered.lineage != *lineage || registered.fence != MADE {
            return Err(taken_over(&registered.name));
        }
        registered.fence = registry::raise_fence(self, &registered, Some(MADE))?;
        self.adopt(registered);
        Ok(true)
    }

    /// Takes over a rollout that this session has made.
    pub(super) fn adopt(&self, registered: Registered) {
        self.fence.set(Some(registered.fence));
        self.registered.replace(Some(registered));
    }

    /// From here on statements are about the tables of this state.
    pub(super) fn look_into(&self, lineage: &Lineage) -> Result<(), Fault> {
        self.statements.borrow_mut().clear();
        self.batch(&format!("SET search_path = {}, pg_temp", registry::schema(lineage)))
    }

    pub(super) fn address(&self) -> &Arc<Address> {
        &self.address
    }

    /// Refuses to write when somebody else has held the lock since. The row stays locked until the transaction ends, so
    /// nobody takes over in its midst.
    pub(in crate::state) fn check_fence(&self) -> Result<(), Fault> {
        let (Some(fence), Some(registered)) = (self.fence.get(), self.registered()) else {
            return Err(Fault::rule("the state was opened to read"));
        };
        let now = registry::fence(self, &registered.lineage)?;
        if now == Some(fence) { Ok(()) } else { Err(taken_over(&registered.name)) }
    }

    /// Makes a lost connection again, with the lock and, for a writer, only if nobody else had it meanwhile.
    pub(in crate::state) fn regain(&self) -> Result<(), Fault> {
        for attempt in 1.. {
            match self.regain_once() {
                Err(Fault::Postgres(error)) if is_lost(&error) && attempt < ATTEMPTS => {}
                // Mostly our own session before this one, which the server has not given up yet.
                Err(Fault::Locked(_)) if attempt < ATTEMPTS => {}
                other => return other,
            }
            both::pause(PAUSE);
        }
        Ok(())
    }

    fn regain_once(&self) -> Result<(), Fault> {
        self.statements.borrow_mut().clear();
        let client = connect(&self.address, &self.who)?;
        self.client.replace(client);
        let fence = self.fence.get();
        self.take_hold()?;
        match (fence, self.registered()) {
            (Some(fence), Some(registered)) if registered.fence == fence => {
                self.fence.set(Some(registry::raise_fence(self, &registered, Some(fence))?));
                Ok(())
            }
            (Some(_), Some(registered)) => Err(taken_over(&registered.name)),
            (Some(_), None) => Err(Fault::Foreign("the state is not in the database any more".to_owned())),
            (None, _) => Ok(()),
        }
    }

    /// Carries a statement out; how many rows it touched.
    pub(in crate::state) fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> Result<usize, Fault> {
        let touched = self.with(sql, params, |client, statement, values| client.execute(statement, values))?;
        Ok(usize::try_from(touched).unwrap_or(usize::MAX))
    }

    /// All rows of a statement.
    pub(in crate::state) fn query(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<Row>, Fault> {
        self.with(sql, params, |client, statement, values| client.query(statement, values))
    }

    /// Opens a cursor for a statement without values.
    pub(in crate::state) fn open_cursor(&self, sql: &str) -> Result<Cursor<'_>, Fault> {
        let number = self.cursors.get();
        self.cursors.set(number + 1);
        self.batch(&format!("DECLARE rows_{number} NO SCROLL CURSOR FOR {sql}"))?;
        Ok(Cursor { session: self, fetch: format!("FETCH {AT_ONCE} FROM rows_{number}") })
    }

    /// Carries out several statements, without values.
    pub(in crate::state) fn batch(&self, sql: &str) -> Result<(), Fault> {
        self.client.borrow_mut().batch_execute(sql).map_err(Fault::Postgres)
    }

    fn with<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        work: impl FnOnce(&mut Client, &Statement, &[&(dyn types::ToSql + Sync)]) -> Result<T, postgres::Error>,
    ) -> Result<T, Fault> {
        let statement = self.prepared(sql)?;
        let bound = params.iter().map(|value| bound(*value)).collect::<Result<Vec<_>, _>>()?;
        let values: Vec<&(dyn types::ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
        work(&mut self.client.borrow_mut(), &statement, &values).map_err(Fault::Postgres)
    }

    fn prepared(&self, sql: &str) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.borrow_mut().prepare(&translate(sql)).map_err(Fault::Postgres)?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Frees the lock at once: a server that is only left notices a moment later.
impl Drop for Session {
    fn drop(&mut self) {
        if self.mode != Mode::Look {
            // Where the connection is gone so is the lock.
            let _ = self.batch("SELECT pg_advisory_unlock_all()");
        }
    }
}

/// What is said to a writer whose lock somebody else had meanwhile.
fn taken_over(name: &str) -> Fault {
    Fault::Overtaken(format!(
        "another run, which took over `{name}` while this one had no connection to the database: nothing more was written \
         here; see what that run did with `firstbell plan`"
    ))
}

fn connect(address: &Address, who: &str) -> Result<Client, Fault> {
    let mut config = address.config.clone();
    config.application_name(who);
    let client = match config.get_ssl_mode() {
        postgres::config::SslMode::Disable => config.connect(NoTls),
        _ => config.connect(tls::connector(address.roots.as_deref())?),
    };
    let mut client = client.map_err(Fault::Postgres)?;
    client.batch_execute(SETTINGS).map_err(Fault::Postgres)?;
    let asked =
        "SELECT current_setting('server_version_num')::int8, pg_is_in_recovery(), current_setting('server_encoding')";
    let answer = client.query_one(asked, &[]).map_err(Fault::Postgres)?;
    check_server(answer.get(0), answer.get(1))?;
    check_encoding(answer.get(2))?;
    Ok(client)
}

/// Whether a server of this version (150018 is 15.18) will do.
fn check_server(version: i64, is_replica: bool) -> Result<(), Fault> {
    if version < OLDEST {
        let what = format!(
            "the server is PostgreSQL {}: firstbell needs {} or newer; nothing was done",
            version / 10_000,
            OLDEST / 10_000
        );
        return Err(Fault::Stuck(what));
    }
    if is_replica {
        let what = "the server is a replica, which can't hold the lock and may lag behind: name the primary server in the database's \
                    address; nothing was done";
        return Err(Fault::Stuck(what.to_owned()));
    }
    Ok(())
}

/// Whether a database with this encoding can hold every name.
fn check_encoding(encoding: &str) -> Result<(), Fault> {
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(Fault::Stuck(format!(
        "the database has the encoding {encoding}, which can't hold every name: make one with `CREATE DATABASE … ENCODING 'UTF8' \
         TEMPLATE template0`, and name that in the database's address; nothing was done"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_or_a_replica_is_refused() {
        assert!(check_server(130_000, false).is_ok() && check_server(180_001, false).is_ok());
        let said = |version, is_replica| check_server(version, is_replica).unwrap_err().said();
        assert!(said(120_022, false).contains("PostgreSQL 12: firstbell needs 13 or newer"));
        assert!(said(150_018, true).contains("replica"));
    }
}
