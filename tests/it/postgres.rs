//! The state on a server that several people share. What every store promises is tried with `FIRSTBELL_TEST_STATE=postgres`
//! (.ci/test); here is what only a server can do to a run: go away in its midst, be asked by two at once, be put back to
//! yesterday, not be the one that was meant.

mod bad_input;
mod lock;
mod lost;
mod moving;
mod proxy;
mod schools;

use std::collections::BTreeSet;
use std::process::Command;

use crate::binary::{Project, Said, said};
use crate::database::{Database, VARIABLE};

/// The quick start with its state in a database of its own.
struct Shared {
    project: Project,
    database: Database,
}

impl Shared {
    fn quickstart() -> Self {
        let project = Project::example("quickstart");
        to_server(&project);
        Self { project, database: Database::new() }
    }

    /// The program, not yet started.
    fn command(&self, args: &[&str]) -> Command {
        self.command_at(&self.database.url(), args)
    }

    /// The same with this address.
    fn command_at(&self, url: &str, args: &[&str]) -> Command {
        let mut command = self.project.command(args);
        command.env(VARIABLE, url);
        command
    }

    fn run(&self, args: &[&str]) -> Said {
        said(&self.command(args).output().unwrap())
    }

    fn run_at(&self, url: &str, args: &[&str]) -> Said {
        said(&self.command_at(url, args).output().unwrap())
    }

    /// Applies until the cohort that waits is done too.
    fn finish(&self) {
        for _ in 0..3 {
            let applied = self.run(&["apply", "--auto-approve"]);
            assert_eq!(applied.code, 0, "{}", applied.all());
        }
        let plan = self.run(&["plan", "--detailed-exitcode"]);
        assert_eq!(plan.code, 0, "{}", plan.all());
    }

    /// Everybody has one password and one letter, and the record is sound.
    fn check(&self) {
        self.check_with(0);
    }

    /// The same where so many passwords may have been set a second time: the same one, for the same reset.
    fn check_with(&self, repeated: usize) {
        check_with(&self.project, "", repeated);
        let verified = self.run(&["state", "verify"]);
        assert_eq!(verified.code, 0, "{}", verified.all());
    }
}

/// The rollout of an example says that its state is in a database.
fn to_server(project: &Project) {
    project.edit("rollout.yaml", "state: {store: sqlite}\n", crate::database::LINE);
}

/// Each password was set once, and told in one letter.
fn check(project: &Project, story: &str) {
    check_with(project, story, 0);
}

fn check_with(project: &Project, story: &str, repeated: usize) {
    let effects = project.effects();
    let set: Vec<_> =
        effects.iter().filter(|effect| effect["op"] == "set-password" && effect["replay"] == false).collect();
    let distinct =
        |of: &dyn Fn(&serde_json::Value) -> String| set.iter().map(|set| of(set)).collect::<BTreeSet<_>>().len();
    let caregivers = distinct(&|set| set["caregiver"].to_string());
    let resets = distinct(&|set| set["activation"].to_string());
    assert_eq!((caregivers, resets), (31, 31), "passwords set, {story}");
    assert!(set.len() <= 31 + repeated, "{} passwords set, {story}", set.len());
    let ids: BTreeSet<String> = project
        .letters()
        .iter()
        .map(|letter| {
            let text = String::from_utf8_lossy(letter).into_owned();
            text.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
        })
        .collect();
    assert_eq!((project.letters().len(), ids.len()), (31, 31), "letters, {story}");
    let usernames: Vec<String> = set.iter().map(|set| set["username"].as_str().unwrap().to_owned()).collect();
    let lms = camino::Utf8PathBuf::try_from(project.path().join("state/lms.json")).unwrap();
    for letter in project.letters() {
        let told = crate::world::told(&letter, &usernames);
        let password = firstbell::model::secret::Password::new(told.password);
        let signs_in = firstbell::lms::sandbox::sign_in(&lms, &told.username, &password).unwrap();
        assert!(signs_in, "the letter to {} does not sign in, {story}", told.to);
    }
}
