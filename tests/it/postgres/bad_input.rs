//! What is wrong between us and the database: each a message that says what and what to do, an exit code, and nothing touched.

use super::Shared;
use crate::binary::Said;
use crate::database::{Database, named};

/// `plan` and `apply` at this address are refused with this code, in these words, and nothing comes of it.
fn refused(shared: &Shared, url: &str, code: i32, says: &[&str]) {
    let before = (shared.project.effects().len(), shared.project.letters().len(), shared.project.read("rollout.lock"));
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let said = shared.run_at(url, args);
        assert_eq!(said.code, code, "{args:?} {says:?}: {}", said.all());
        told(&said, says);
    }
    let after = (shared.project.effects().len(), shared.project.letters().len(), shared.project.read("rollout.lock"));
    assert_eq!(before, after, "{url}");
}

fn told(said: &Said, says: &[&str]) {
    for part in says {
        assert!(said.err.contains(part), "`{part}` is not said: {}", said.all());
    }
    for word in ["panicked", "stack backtrace", "s3cret", "wrong-password"] {
        assert!(!said.all().contains(word), "{word}: {}", said.all());
    }
}

#[test]
fn an_address_that_is_none() {
    let shared = Shared::quickstart();
    let unset = crate::binary::said(&shared.project.command(&["plan"]).output().unwrap());
    assert_eq!(unset.code, 64, "{}", unset.all());
    told(&unset, &["FIRSTBELL_STATE_URL is not set", "postgres://user:password@host/database"]);
    for (url, why) in [
        ("s3cret", "is not the address of a database"),
        ("mysql://u:s3cret@db.example.nz/x", "is not the address of a database"),
        ("postgres:///firstbell", "names no host"),
        ("postgres://u:s3cret@db.example.nz", "names no database"),
        ("postgres://u:s3cret@db.example.nz/x?sslmode=garbage", "unknown `sslmode`"),
        ("postgres://u:s3cret@db.example.nz/x?sslcert=/s3cret", "has the parameter `sslcert`"),
        ("postgres://u:wrong@pass?s3cret=x@db.example.nz/x", "has an unknown parameter, number 1"),
        ("postgres://u:s3cret@db.example.nz/x?connect_timeout=s3cret", "a value for `connect_timeout`"),
    ] {
        refused(&shared, url, 64, &[why, "FIRSTBELL_STATE_URL"]);
    }
}

#[test]
fn nobody_at_home() {
    let shared = Shared::quickstart();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://firstbell:s3cret@127.0.0.1:{free}/firstbell");
    refused(&shared, &url, 69, &["the database is out of reach", "because: ", "efused"]);
    refused(&shared, "postgres://u:s3cret@no-such-host.invalid/firstbell", 69, &["the database is out of reach"]);
}

#[test]
fn somebody_else_at_home() {
    let shared = Shared::quickstart();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for caller in listener.incoming() {
            use std::io::Write;
            let _ = caller.unwrap().write_all(b"220 mail.example.nz ESMTP\r\n");
        }
    });
    refused(&shared, &format!("postgres://u:s3cret@127.0.0.1:{port}/firstbell"), 69, &["can't open it"]);
}

#[test]
fn a_wrong_password_or_database() {
    let shared = Shared::quickstart();
    let guarded = shared.database.url_of("guarded:wrong-password", "127.0.0.1", "");
    refused(&shared, &guarded, 69, &["does not let us in", "user and password"]);
    let missing = format!("{}/nowhere", named("FIRSTBELL_TEST_POSTGRES"));
    refused(&shared, &missing, 69, &["has no such database"]);
}

/// Somebody who may sign in and make nothing.
#[test]
fn too_few_rights() {
    let shared = Shared::quickstart();
    let guarded = shared.database.url_of("guarded:right", "127.0.0.1", "");
    let said = shared.run_at(&guarded, &["apply", "--auto-approve"]);
    assert_eq!(said.code, 69, "{}", said.all());
    told(&said, &["may not do that", "docs/postgres.md"]);
    assert!(shared.project.effects().is_empty() && shared.project.letters().is_empty());
}

/// PostgreSQL passes over a schema that is closed to the user, and says only that there is no such table.
#[test]
fn a_schema_that_is_closed_or_gone() {
    let shared = Shared::quickstart();
    shared.finish();
    let mut session = shared.database.session();
    let lineage: String = session.query_one("SELECT lineage FROM firstbell.rollouts", &[]).unwrap().get(0);
    session
        .batch_execute(
            "GRANT USAGE ON SCHEMA firstbell TO guarded; GRANT SELECT, UPDATE ON firstbell.rollouts TO guarded",
        )
        .unwrap();
    let guarded = shared.database.url_of("guarded:right", "127.0.0.1", "");
    refused(&shared, &guarded, 69, &["may not look into its schema", "docs/postgres.md"]);
    session.batch_execute(&format!("DROP SCHEMA firstbell_{lineage} CASCADE")).unwrap();
    refused(&shared, &shared.database.url(), 5, &["is not in the database any more", "restore"]);
}

/// Names have letters that only one encoding holds, so the others are refused before a name comes that they can't hold.
#[test]
fn a_database_with_another_encoding() {
    let shared = Shared::quickstart();
    let server = named("FIRSTBELL_TEST_POSTGRES");
    let mut session = shared.database.session();
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = format!("fb_{}_{encoding}", std::process::id()).to_lowercase();
        let made = format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0");
        session.batch_execute(&made).unwrap();
        let says = [&format!("has the encoding {encoding}"), "ENCODING 'UTF8'", "nothing was done"];
        refused(&shared, &format!("{server}/{name}"), 69, &says);
        session.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    }
}

/// A server that answers the question for encryption with a no.
#[test]
fn a_server_without_encryption() {
    let shared = Shared::quickstart();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for caller in listener.incoming() {
            use std::io::{Read, Write};
            let mut caller = caller.unwrap();
            let _ = caller.read_exact(&mut [0; 8]).and_then(|()| caller.write_all(b"N"));
        }
    });
    let url = format!("postgres://u:s3cret@localhost:{port}/firstbell?sslmode=require");
    refused(&shared, &url, 69, &["the server offers no encryption", "`ssl`", "sslmode=disable"]);
}

#[test]
fn a_replica() {
    let shared = Shared::quickstart();
    let replica = format!("{}/postgres", named("FIRSTBELL_TEST_POSTGRES_REPLICA"));
    refused(&shared, &replica, 69, &["is a replica", "primary"]);
}

#[test]
fn a_certificate_that_is_not_trusted_or_not_meant() {
    let shared = Shared::quickstart();
    let ca = named("FIRSTBELL_TEST_POSTGRES_CA");
    let at = |host: &str, rest: &str| shared.database.url_of("firstbell", host, rest);
    refused(&shared, &at("localhost", "?sslmode=require"), 69, &["certificate is not trusted", "sslrootcert"]);
    // The certificate is for `localhost`.
    let other = at("127.0.0.1", &format!("?sslmode=require&sslrootcert={ca}"));
    refused(&shared, &other, 69, &["certificate is not trusted"]);
    refused(
        &shared,
        &at("localhost", "?sslmode=require&sslrootcert=/nowhere.pem"),
        69,
        &["sslrootcert", "/nowhere.pem"],
    );
    let meant =
        shared.run_at(&at("localhost", &format!("?sslmode=require&sslrootcert={ca}")), &["apply", "--auto-approve"]);
    assert_eq!(meant.code, 0, "{}", meant.all());
}

#[test]
fn a_newer_or_foreign_schema() {
    let shared = Shared::quickstart();
    shared.finish();
    let set = |sql: &str| shared.database.session().batch_execute(sql).unwrap();
    set("UPDATE firstbell.rollouts SET schema_version = 99");
    refused(&shared, &shared.database.url(), 5, &["newer firstbell (schema 99"]);
    set("UPDATE firstbell.rollouts SET schema_version = 1");
    refused(&shared, &shared.database.url(), 5, &["tables of an unknown version (schema 1"]);
    set(&format!("UPDATE firstbell.rollouts SET schema_version = {}", firstbell::state::sqlite::SCHEMA));
    let lineage: String =
        shared.database.session().query_one("SELECT lineage FROM firstbell.rollouts", &[]).unwrap().get(0);
    set(&format!("ALTER TABLE firstbell_{lineage}.letters DROP COLUMN stage"));
    refused(&shared, &shared.database.url(), 5, &["its tables are not those that firstbell made", "restore"]);
}

/// Tables as the version before made them: whoever reads is told, whoever writes brings them up, and nobody is reset again.
#[test]
fn an_older_schema_is_brought_up_by_whoever_writes() {
    let shared = Shared::quickstart();
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let mut session = shared.database.session();
    let lineage: String = session.query_one("SELECT lineage FROM firstbell.rollouts", &[]).unwrap().get(0);
    session
        .batch_execute(&format!(
            "SET search_path = firstbell_{lineage}; DROP VIEW told; ALTER TABLE letters DROP COLUMN form;
             DROP TABLE letter_forms; UPDATE firstbell.rollouts SET schema_version = 6"
        ))
        .unwrap();
    let read = shared.run(&["plan"]);
    assert_eq!(read.code, 5, "{}", read.all());
    told(&read, &["written by an older firstbell (schema 6", "`firstbell apply`, brings it up"]);
    shared.finish();
    shared.check();
}

#[test]
fn a_registry_of_somebody_else() {
    let shared = Shared::quickstart();
    shared
        .database
        .session()
        .batch_execute("CREATE SCHEMA firstbell; CREATE TABLE firstbell.rollouts (x int)")
        .unwrap();
    refused(&shared, &shared.database.url(), 5, &["its tables are not those that firstbell made"]);
}

/// Rows that somebody holds: waited for, not for ever; the server's own limit does not come before ours, which says why.
#[test]
fn rows_that_somebody_holds() {
    let shared = Shared::quickstart();
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let mut session = shared.database.session();
    session.batch_execute("BEGIN; SELECT * FROM firstbell.rollouts FOR UPDATE").unwrap();
    shared.database.set("statement_timeout = '3s'");
    let said = shared.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 69, "{}", said.all());
    told(&said, &["somebody else held its rows for 10 seconds"]);
    session.batch_execute("ROLLBACK").unwrap();
    shared.finish();
    shared.check();
}

#[test]
fn a_wrong_sealing_key_is_found_at_the_start() {
    let shared = Shared::quickstart();
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let key = "ab".repeat(32);
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let output = shared.command(args).env("FIRSTBELL_KEY", &key).output().unwrap();
        let said = crate::binary::said(&output);
        assert_eq!(said.code, 5, "{}", said.all());
        told(&said, &["the sealing key is not the one"]);
    }
    assert_eq!(shared.project.letters().len(), 21);
}

/// Where each machine has a clock of its own, one that is wrong would open a cohort before its day.
#[test]
fn who_does_not_agree_with_the_server_what_time_it_is_does_nothing() {
    let told = crate::story::ahead_of(Database::new(), "first-day");
    let (apply, plan) = told.split_once("[exit 1]").unwrap_or_else(|| panic!("{told}"));
    let sentence = "don't agree what time it is: 31 Jan 2099 20:00 UTC here, ";
    assert!(apply.contains(sentence) && apply.contains("nothing was done") && !apply.contains("Done:"), "{apply}");
    let (plan, named) = plan.split_once("[exit 0]").unwrap_or_else(|| panic!("{told}"));
    assert!(plan.contains("warning: ") && plan.contains(sentence), "{plan}");
    assert!(named.contains("Done: ") && named.contains("[exit 0]"), "nothing stands in the way of another: {named}");
}
