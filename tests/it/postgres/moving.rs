//! A state goes from a file into a database and back, and is the same; a database that was put back to yesterday is refused.

use super::proxy::{Breaks, Proxy};
use super::{Shared, to_server};
use crate::binary::Project;
use crate::database::{Database, LINE, VARIABLE, named};

#[test]
fn a_state_goes_into_a_database_and_back_and_is_the_same() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let plan = project.run(&["plan", "--summary"]).out;
    let export = |shared: &Shared, name: &str| {
        let path = shared.project.path().join(name);
        let said = shared.run(&["state", "export", path.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{}", said.all());
        std::fs::read(path).unwrap()
    };
    let shared = Shared { project, database: Database::new() };
    let before = export(&shared, "before.jsonl");

    let moved = shared.run(&["state", "migrate", "--to", "postgres"]);
    assert_eq!(moved.code, 0, "{}", moved.all());
    assert!(moved.out.contains(LINE.trim()) && moved.out.contains("to the byte"), "{}", moved.all());
    to_server(&shared.project);
    assert_eq!(export(&shared, "there.jsonl"), before);
    let there = shared.run(&["plan", "--summary"]).out;
    let place = format!("{}: run 1", shared.database.shown("Tūī Park Middle School"));
    assert!(there.contains(&place), "{there}");
    assert_eq!(there.replace(&place, "state/firstbell.db: run 1"), plan);

    // On with the work there, then back.
    shared.finish();
    let done = export(&shared, "done.jsonl");
    let taken = shared.run(&["state", "migrate", "--to", "sqlite"]);
    assert_eq!(taken.code, 1, "{}", taken.all());
    assert!(taken.err.contains("there is a state already in `state/firstbell.db`"), "{}", taken.all());
    let back = shared.run(&["state", "migrate", "--to", "sqlite", "--path", "state/back.db"]);
    assert_eq!(back.code, 0, "{}", back.all());
    shared.project.edit("rollout.yaml", LINE, "state: {store: sqlite, path: state/back.db}\n");
    assert_eq!(export(&shared, "back.jsonl"), done);
    shared.check();

    // The file from before knows less than the lock: nobody goes on with it by mistake.
    shared.project.edit("rollout.yaml", "state/back.db", "state/firstbell.db");
    let old = shared.run(&["apply", "--auto-approve"]);
    assert_eq!(old.code, 5, "{}", old.all());
}

#[test]
fn what_can_not_be_moved_is_said() {
    let shared = Shared::quickstart();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--to", "postgres"], 64, "rollout.yaml names that store"),
        (&["--to", "sqlite"], 1, "nothing is recorded yet"),
        (&["--to", "sqlite", "--path", "../elsewhere.db"], 64, "leads out of the project"),
        (&["--to", "postgres", "--url-env", "HOME"], 64, "does not begin with FIRSTBELL_"),
        (&["--to", "mysql"], 64, "invalid value 'mysql'"),
        (&[], 64, "--to"),
    ];
    for (args, code, says) in cases {
        let said = shared.run(&[&["state", "migrate"], args].concat());
        assert_eq!(said.code, code, "{args:?}: {}", said.all());
        assert!(said.err.contains(says), "{args:?}: {}", said.all());
    }
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let other = shared.command(&["state", "migrate", "--to", "postgres", "--url-env", "FIRSTBELL_OTHER_URL"]).output();
    let said = crate::binary::said(&other.unwrap());
    assert_eq!(said.code, 64, "{}", said.all());
    assert!(said.err.contains("FIRSTBELL_OTHER_URL is not set"), "{}", said.all());
}

/// Whoever names the file has said whose state it is: there need be no lock, and there is one afterwards.
#[test]
fn a_file_is_imported_into_a_database_without_a_lock() {
    let shared = Shared::quickstart();
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let file = shared.project.path().join("state.jsonl");
    assert_eq!(shared.run(&["state", "export", file.to_str().unwrap()]).code, 0);
    let lock = shared.project.read("rollout.lock");
    std::fs::remove_file(shared.project.path().join("rollout.lock")).unwrap();
    shared.database.empty();
    let imported = shared.run(&["state", "import", file.to_str().unwrap()]);
    assert_eq!(imported.code, 0, "{}", imported.all());
    assert_eq!(shared.project.read("rollout.lock"), lock);
    shared.finish();
    shared.check();
}

#[test]
fn a_database_put_back_to_yesterday_is_refused() {
    let shared = Shared::quickstart();
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let yesterday = shared.database.backup();
    shared.finish();
    let effects = shared.project.effects().len();
    shared.database.restore(&yesterday);
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let said = shared.run(args);
        assert_eq!(said.code, 5, "{}", said.all());
        assert!(said.err.contains("state repair"), "{}", said.all());
    }
    // One that is gone altogether, too.
    shared.database.empty();
    let said = shared.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 5, "{}", said.all());
    assert_eq!(shared.project.effects().len(), effects, "nothing is done");
    // And the way out is the same as for a file.
    shared.database.restore(&yesterday);
    let repaired = shared.run(&["state", "repair", "--because", "T-140: the database was restored"]);
    assert!([0, 8].contains(&repaired.code), "{}", repaired.all());
    let said = shared.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(shared.project.effects().len(), effects, "nobody is reset again");
}

/// The address alone does not make a rollout another one: two hosts, two folders, one state.
#[test]
fn a_second_machine_goes_on_where_the_first_stopped() {
    let shared = Shared::quickstart();
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let elsewhere = Project::empty();
    crate::binary::copy(&shared.project.path(), &elsewhere.path());
    let key = shared.project.home().join(".config/firstbell/key");
    let key = std::fs::read_to_string(key).unwrap();
    let run = |args: &[&str]| {
        let mut command = elsewhere.command(args);
        crate::binary::said(
            &command.env(VARIABLE, shared.database.url()).env("FIRSTBELL_KEY", key.trim()).output().unwrap(),
        )
    };
    let applied = run(&["apply", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}", applied.all());
    assert_eq!(elsewhere.letters().len(), 31);
    // The first machine's lock file is behind the state: that is no harm, for the state is not older.
    let plan = shared.run(&["plan"]);
    assert_eq!(plan.code, 0, "{}", plan.all());
}

/// No line of the file is to blame when the connection breaks on the way.
#[test]
fn a_connection_that_breaks_while_a_state_is_taken_in_is_said_to_be_lost() {
    let shared = Shared::quickstart();
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
    let file = shared.project.path().join("state.jsonl");
    assert_eq!(shared.run(&["state", "export", file.to_str().unwrap()]).code, 0);
    shared.database.empty();
    let server = named("FIRSTBELL_TEST_POSTGRES").rsplit_once(':').unwrap().1.parse().unwrap();
    let proxy = Proxy::start(server, -1, Breaks::In("INSERT INTO letters"));
    let cut = shared.run_at(&proxy.instead_of(&shared.database.url()), &["state", "import", file.to_str().unwrap()]);
    assert_eq!(cut.code, 69, "{}", cut.all());
    assert!(cut.err.contains("the database is out of reach") && !cut.err.contains("line"), "{}", cut.all());
    let imported = shared.run(&["state", "import", file.to_str().unwrap()]);
    assert_eq!(imported.code, 0, "{}", imported.all());
    shared.finish();
    shared.check();
}
