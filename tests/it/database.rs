//! Databases for tests, on the throw-away server that `.ci/with-postgres` starts.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};

/// The variable that a rollout of the tests names.
pub(crate) const VARIABLE: &str = "FIRSTBELL_STATE_URL";

/// The line of a rollout that says so.
pub(crate) const LINE: &str = "state: {store: postgres, url: {env: FIRSTBELL_STATE_URL}}\n";

thread_local! {
    static HERE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The environment of a command that is played in this process: the database made last on this thread.
pub(crate) fn variable(name: &str) -> Option<String> {
    HERE.with_borrow(|url| url.clone().filter(|_| name == VARIABLE))
}

/// Databases of this process that nobody uses at the moment: to make one takes longer than most tests.
static IDLE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A database of its own, empty again when this is dropped.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = IDLE.lock().unwrap().pop().unwrap_or_else(|| {
            let name = format!("fb_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
            server().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            name
        });
        let made = Self { name };
        HERE.replace(Some(made.url()));
        made
    }

    /// One for every school of the suites that are run on both stores, when it is the server's turn.
    pub(crate) fn if_asked_for() -> Option<Self> {
        match std::env::var("FIRSTBELL_TEST_STATE") {
            Ok(store) if store == "postgres" => Some(Self::new()),
            Ok(other) => panic!("FIRSTBELL_TEST_STATE is `{other}`: only `postgres` means something"),
            Err(_) => None,
        }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("{}/{}", named("FIRSTBELL_TEST_POSTGRES"), self.name)
    }

    /// How the program names a rollout in it.
    pub(crate) fn shown(&self, school: &str) -> String {
        let url = self.url();
        format!("{school} in {}", url.rsplit_once('@').unwrap().1)
    }

    /// Its address for somebody who needs a password, over an encrypted connection or not.
    pub(crate) fn url_of(&self, user: &str, host: &str, rest: &str) -> String {
        let port = named("FIRSTBELL_TEST_POSTGRES").rsplit_once(':').unwrap().1.to_owned();
        format!("postgres://{user}@{host}:{port}/{}{rest}", self.name)
    }

    /// A session in it, beside those of the program.
    pub(crate) fn session(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }

    /// Ends all sessions of the program, as a server that is restarted does.
    pub(crate) fn cut(&self) {
        let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        let _ = server().query(all, &[&self.name]).unwrap();
    }

    /// What the server's administrator has set for everybody who comes here, until it is emptied.
    pub(crate) fn set(&self, setting: &str) {
        server().batch_execute(&format!("ALTER DATABASE {} SET {setting}", self.name)).unwrap();
    }

    /// Lets nobody in.
    pub(crate) fn close(&self) {
        server().batch_execute(&format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", self.name)).unwrap();
    }

    /// Lets everybody in again.
    pub(crate) fn reopen(&self) {
        server().batch_execute(&format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.name)).unwrap();
    }

    /// Takes everything out of it.
    pub(crate) fn empty(&self) {
        self.session().batch_execute(EMPTY).unwrap();
    }

    /// A copy of it as it is now, under its own name later: what a backup is.
    pub(crate) fn backup(&self) -> Backup {
        let name = format!("{}_backup", self.name);
        server().batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {}", self.name)).unwrap();
        Backup { name }
    }

    /// Puts a backup in its place.
    pub(crate) fn restore(&self, backup: &Backup) {
        let mut server = server();
        server.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).unwrap();
        server.batch_execute(&format!("CREATE DATABASE {} TEMPLATE {}", self.name, backup.name)).unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that fails has other worries; and what is left goes with the server.
        if !std::thread::panicking() {
            self.cut();
            self.empty();
            IDLE.lock().unwrap().push(self.name.clone());
        }
    }
}

const EMPTY: &str = "DO $$
DECLARE it text;
BEGIN
    FOR it IN SELECT nspname FROM pg_namespace WHERE nspname LIKE 'firstbell%' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', it);
    END LOOP;
    EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
END $$";

/// A database as it was.
pub(crate) struct Backup {
    name: String,
}

impl Drop for Backup {
    fn drop(&mut self) {
        drop_it(&self.name);
    }
}

fn drop_it(name: &str) {
    // What is left goes with the server.
    let _ = server().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
}

/// What `.ci/with-postgres` says.
pub(crate) fn named(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: this test needs a PostgreSQL server, so run it as `.ci/with-postgres cargo nextest run`")
    })
}

fn server() -> Client {
    Client::connect(&format!("{}/postgres", named("FIRSTBELL_TEST_POSTGRES")), NoTls).unwrap()
}
