//! `examples/ultranet` played as its README tells it, with the real program, in both modes.

use crate::binary::{Project, Said};
use crate::pretend_ultranet::{Options, PretendUltranet};

/// The example, and the Ultranet whose exports lie in it.
struct Story {
    project: Project,
    ultranet: PretendUltranet,
}

impl Story {
    fn new(passwords: &str) -> Self {
        let project = Project::example("ultranet");
        let _ = std::fs::remove_dir_all(project.path().join("handover"));
        let _ = std::fs::remove_dir_all(project.path().join("state"));
        project.edit("rollout.yaml", "passwords: firstbell ", &format!("passwords: {passwords} "));
        let ultranet = PretendUltranet::of(&project.read("ultranet-export.csv"));
        Self { project, ultranet }
    }

    /// Runs a command that must end with this code and say these words.
    fn run(&self, command: &str, code: i32, words: &[&str]) -> Said {
        let args: Vec<&str> = command.split(' ').chain(["--personal", "full"]).collect();
        let said = self.project.run(&args);
        assert_eq!(said.code, code, "{command}: {}", said.all());
        for word in words {
            assert!(said.all().contains(word), "{command} does not say `{word}`: {}", said.all());
        }
        said
    }

    /// Follows the page beside a hand-over.
    fn import(&mut self, name: &str) {
        let file = self.project.read(&format!("handover/{name}.csv"));
        let note = self.project.read(&format!("handover/{name}.md"));
        assert_eq!(self.ultranet.faults(&file), Vec::<String>::new());
        let summary = self.ultranet.summary(&file);
        assert!(note.contains(&format!("**Add {}, Update {}, Delete 0**", summary.add, summary.update)), "{note}");
        self.ultranet.import(&file, Options::of(&note), |_| true);
        self.ultranet.import_children(&self.project.read(&format!("handover/{name}-children.csv")));
    }

    /// What the SMS's full upload does.
    fn full_upload(&mut self) {
        let address = |id: &str, email: &str| (id.to_owned(), email.to_owned());
        let uploaded = [
            address("wiremu.tamihana", "wiremu.tamihana@home.example.nz"),
            address("siosaia.fonua", "saia.fonua@example.com"),
        ];
        for (id, email) in uploaded {
            self.ultranet.users.get_mut(&id).unwrap().email = email;
        }
    }

    /// Puts an export of the example in place: it is what Ultranet would give now.
    fn export(&self, name: &str) {
        let export = self.project.read(&format!("exports/{name}.csv"));
        assert_eq!(export, self.ultranet.export(), "exports/{name}.csv is not what Ultranet would export");
        self.project.write("ultranet-export.csv", export);
        self.touch_export();
    }

    fn touch_export(&self) {
        // The system's own stamp is as coarse as its tick, and may lie before a confirmation of just now.
        let file = std::fs::File::options().write(true).open(self.project.path().join("ultranet-export.csv")).unwrap();
        file.set_modified(std::time::SystemTime::now()).unwrap();
    }

    fn letters(&self) -> usize {
        self.project.letters().len()
    }
}

#[test]
fn with_letters_of_our_own() {
    let mut story = Story::new("firstbell");
    let planned = [
        "staff-account",
        "row-refused",
        "Hands over 5 rows",
        "the default address",
        "C105",
        "exported within the hour",
    ];
    story.run("plan", 0, &planned);
    let applied = ["5 rows handed over", "import `handover/0001-year-7.csv`", "firstbell confirm 0001 --imported"];
    story.run("apply --auto-approve", 8, &applied);
    assert_eq!(story.letters(), 0);
    story.run("plan", 0, &["awaiting-confirmation"]);
    story.import("0001-year-7");
    story.run("handovers", 8, &["0001-year-7", "waits for somebody to import it"]);
    story.run("confirm 0001 --imported", 0, &["5 rows were imported", "sends 5 letters"]);
    story.run("plan", 5, &["hand-over 0001 was confirmed", "export the users again"]);
    story.export("after-year-7");
    story.run("apply --auto-approve", 0, &["5 letters written"]);
    assert_eq!(story.letters(), 5);
    story.run("apply --auto-approve", 8, &["0002-year-8"]);
    let old = story.project.read("handover/0002-year-8.csv");
    story.run("confirm 0002 --not-imported", 0, &["2 rows were not", "same passwords"]);
    story.run("apply --auto-approve", 8, &["0003-year-8"]);
    assert_eq!(story.project.read("handover/0003-year-8.csv"), old, "the same user ids and passwords");
    story.import("0003-year-8");
    story.run("confirm 0003 --imported", 0, &["sends 2 letters"]);
    story.full_upload();
    story.export("after-year-8");
    story.run("apply --auto-approve", 0, &["2 letters written"]);
    assert_eq!(story.letters(), 7);
    story.run(
        "plan --detailed-exitcode",
        0,
        &["the last cohort is done", "email-notification: true", "new-arrivals: gateway"],
    );
    story.run("handovers", 0, &["imported", "not imported"]);
    story.run("state verify", 0, &["no password was set twice"]);
    for id in ["C101", "C102", "C103", "C104", "C105", "C108", "C109"] {
        assert_eq!(story.ultranet.passwords_of(id).len(), 1, "{id}");
    }
    assert!(story.ultranet.mails.is_empty());
}

const REKEY: &str = "state rekey --because T-160";

#[test]
fn under_another_key_rows_and_letters_are_the_same() {
    let mut story = Story::new("firstbell");
    story.run("apply --auto-approve", 8, &["5 rows handed over"]);
    story.import("0001-year-7");
    // Passwords, letters and rows of five.
    story.run(REKEY, 0, &["15 sealed things are under a new key now"]);
    story.run("confirm 0001 --imported", 0, &["5 rows were imported"]);
    story.export("after-year-7");
    story.run(REKEY, 0, &["10 sealed things are under a new key now"]);
    story.run("apply --auto-approve", 0, &["5 letters written"]);
    story.run("apply --auto-approve", 8, &["0002-year-8"]);
    let old = story.project.read("handover/0002-year-8.csv");
    story.run(REKEY, 0, &["6 sealed things are under a new key now"]);
    story.run("confirm 0002 --not-imported", 0, &["same passwords"]);
    story.run("apply --auto-approve", 8, &["0003-year-8"]);
    assert_eq!(story.project.read("handover/0003-year-8.csv"), old, "the same user ids and passwords");
    story.run("state verify", 0, &["no password was set twice"]);
    for id in ["C101", "C102", "C103", "C104", "C105"] {
        assert_eq!(story.ultranet.passwords_of(id).len(), 1, "{id}");
    }
}

#[test]
fn an_open_hand_over_is_listed_kept_and_not_forgotten() {
    let story = Story::new("firstbell");
    story.run("apply --auto-approve --caregiver C101", 8, &["1 row handed over"]);
    story.run("state secrets", 0, &["handover/0001-year-7.csv`, a hand-over that nobody has confirmed"]);
    story.run("state forget C101 --because T-150", 1, &["C101 can't be forgotten yet", "hand-over"]);
    // A copy of the state from before the next one, put back: who stands in that one may have been imported.
    let backup = std::fs::read(story.project.path().join("state/firstbell.db")).unwrap();
    story.run("apply --auto-approve", 8, &["0002-year-7"]);
    story.project.write("state/firstbell.db", backup);
    story.run("plan", 5, &["state repair"]);
    let stale = "export of Ultranet's users is older than";
    story.run("state repair --because T-200", 5, &[stale, "export the users again"]);
    story.touch_export();
    story.run("state repair --because T-200", 8, &["must not be imported any more", "? C104", "? C105"]);
    let said = story.project.run(&["apply", "--auto-approve"]);
    assert!(!said.out.contains("handed over"), "{}", said.all());
    story.run("state verify", 0, &["no password was set twice"]);
}

/// A run that was cut short put the file in place and did not come to say so: somebody may have imported it.
#[test]
fn a_hand_over_whose_file_is_there_may_have_been_imported() {
    let story = Story::new("ultranet");
    story.run("apply --auto-approve", 8, &["3 rows handed over", "0001-year-7"]);
    let state = rusqlite::Connection::open(story.project.path().join("state/firstbell.db")).unwrap();
    assert_eq!(state.execute("UPDATE handovers SET placed_at = NULL", []).unwrap(), 1);
    drop(state);
    let file = story.project.path().join("handover/0001-year-7.csv");
    let elsewhere = story.project.path().join("0001.csv");
    std::fs::rename(&file, &elsewhere).unwrap();
    story.run("confirm 0001 --unsure", 64, &["never put in place", "nobody can have imported it"]);
    std::fs::rename(&elsewhere, &file).unwrap();
    story.run("confirm 0001 --unsure", 4, &["nobody knows whether hand-over 0001 was imported"]);
}

/// The runs that are lost had the word of the person who imported: the restored record must not ask for the import again.
#[test]
fn a_hand_over_that_a_restored_state_waits_for_may_have_been_imported() {
    let mut story = Story::new("firstbell");
    story.run("apply --auto-approve", 8, &["5 rows handed over"]);
    let backup = std::fs::read(story.project.path().join("state/firstbell.db")).unwrap();
    story.import("0001-year-7");
    story.run("confirm 0001 --imported", 0, &["5 rows were imported"]);
    story.export("after-year-7");
    story.run("apply --auto-approve", 0, &["5 letters written"]);
    story.project.write("state/firstbell.db", backup);
    story.touch_export();
    let doubt = ["? hand-over 0001: ", "it was: 5 letters of it lie in the outbox", "don't import it before"];
    story.run("state repair", 5, &doubt);
    story.run("state repair --because T-200", 8, &doubt);
    story.run("handovers", 4, &["nobody knows whether it was imported"]);
    story.run("apply --auto-approve --cohort year-7", 4, &["reset-unknown (5)"]);
    story.run("confirm 0001 --imported", 0, &["5 rows were imported"]);
    story.touch_export();
    story.run("apply --auto-approve --cohort year-7", 0, &["5 letters written"]);
    for id in ["C101", "C102", "C103", "C104", "C105"] {
        assert_eq!(story.ultranet.passwords_of(id).len(), 1, "{id}");
    }
    assert_eq!(story.letters(), 5, "the same letters");
}

/// Whose letters are lost have their passwords in that file alone.
#[test]
fn a_lost_key_leaves_the_file_that_was_imported() {
    let mut story = Story::new("firstbell");
    story.run("apply --auto-approve", 8, &["5 rows handed over"]);
    story.import("0001-year-7");
    std::fs::remove_file(story.project.home().join(".config/firstbell/key")).unwrap();
    story.run("state rekey --lost --because T-161", 0, &["wiped"]);
    story.run("confirm 0001 --imported", 0, &["5 rows were imported", "lost with the key", "which stays"]);
    story.run("confirm 0001 --imported", 64, &["was settled on"]);
    assert!(story.project.path().join("handover/0001-year-7.csv").exists());
    assert_eq!(story.letters(), 0);
}

#[test]
fn a_hand_over_whose_file_is_gone_says_so() {
    let story = Story::new("firstbell");
    story.run("apply --auto-approve", 8, &["5 rows handed over"]);
    let rows = story.project.read("handover/0001-year-7.csv");
    std::fs::remove_file(story.project.path().join("handover/0001-year-7.csv")).unwrap();
    story.run("handovers", 8, &["is not there any more", "--not-imported"]);
    story.run("confirm 0001 --not-imported", 0, &["same passwords"]);
    story.run("apply --auto-approve", 8, &["0002-year-7"]);
    assert_eq!(story.project.read("handover/0002-year-7.csv"), rows);
}

#[test]
fn a_lost_key_holds_whose_letter_had_not_gone_out() {
    let mut story = Story::new("firstbell");
    story.run("apply --auto-approve", 8, &["5 rows handed over"]);
    story.import("0001-year-7");
    story.run("confirm 0001 --imported", 0, &["5 rows were imported"]);
    story.export("after-year-7");
    std::fs::remove_file(story.project.home().join(".config/firstbell/key")).unwrap();
    story.run("plan", 1, &["the sealing key of this state is not on this machine"]);
    story.run("state rekey --lost --because T-161", 0, &["wiped", "secret-lost"]);
    story.run("plan", 0, &["secret-lost (5)", "reissue: [{caregiver: C101, activation: 2"]);
    story.project.run(&["apply", "--auto-approve"]);
    assert_eq!(story.letters(), 0);
    let next = story.project.read("handover/0002-year-8.csv");
    for id in ["C101", "C102", "C103", "C104", "C105"] {
        assert!(!next.contains(&format!(",{id},")), "{id} is handed over again: {next}");
    }
    story.run("state verify", 0, &["no password was set twice"]);
}

/// The key goes while a hand-over is open: what was never put in place is not put in place empty, and what was can be confirmed.
#[test]
fn a_lost_key_leaves_an_open_hand_over_to_the_word_of_a_person() {
    let mut story = Story::new("firstbell");
    story.run("apply --auto-approve --cohort year-7 --caregiver C101", 8, &["1 row handed over"]);
    story.import("0001-year-7");
    let folder = story.project.path().join("handover");
    std::fs::rename(&folder, story.project.path().join("elsewhere")).unwrap();
    story.project.write("handover", "a file where the folder was");
    story.run("apply --auto-approve", 69, &["Stopped: no password was set, no letter went out", "handover"]);
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(story.project.path().join("elsewhere"), &folder).unwrap();
    std::fs::remove_file(story.project.home().join(".config/firstbell/key")).unwrap();
    story.run("state rekey --lost --because T-162", 0, &["wiped"]);
    story.run("apply --auto-approve", 69, &["hand-over 0002 was never put in place", "confirm 0002 --not-imported"]);
    assert!(!folder.join("0002-year-7.csv").exists(), "an empty file was put in place");
    story.run("confirm 0002 --imported", 64, &["never put in place", "--not-imported"]);
    story.run("confirm 0002 --unsure", 64, &["never put in place", "nobody can have imported it"]);
    story.run("confirm 0002 --not-imported", 0, &["4 rows were not", "They get others"]);
    story.run("confirm 0001 --imported", 0, &["can't be compared", "1 row was imported"]);
    story.project.write("ultranet-export.csv", story.ultranet.export());
    story.touch_export();
    story.run("apply --auto-approve", 8, &["4 rows handed over", "0003-year-7"]);
    story.import("0003-year-7");
    story.run("confirm 0003 --imported", 0, &["4 rows were imported"]);
    for id in ["C101", "C102", "C103", "C104", "C105"] {
        assert_eq!(story.ultranet.passwords_of(id).len(), 1, "{id}");
    }
    story.run("state verify", 0, &["no password was set twice"]);
}

#[test]
fn with_ultranets_letters() {
    let mut story = Story::new("ultranet");
    let planned = ["full-upload-needed (2)", "the letters are Ultranet's", "Ultranet mails the passwords"];
    story.run("plan", 0, &planned);
    story.run("apply --auto-approve", 8, &["3 rows handed over", "0001-year-7"]);
    story.import("0001-year-7");
    story.run("confirm 0001 --imported", 0, &["They are active"]);
    assert_eq!(story.ultranet.mails.len(), 3);
    story.full_upload();
    story.export("after-full-upload");
    story.run("apply --auto-approve", 8, &["0002-year-7"]);
    story.import("0002-year-7");
    story.run("confirm 0002 --imported", 0, &[]);
    story.export("after-full-upload");
    story.run("apply --auto-approve", 8, &["0003-year-8"]);
    story.import("0003-year-8");
    story.run("confirm 0003 --imported", 0, &[]);
    story.export("after-year-8");
    story.run("plan", 0, &["the last cohort is done"]);
    assert_eq!(story.letters(), 0, "no letter of ours");
    assert_eq!(story.ultranet.mails.len(), 7);
    assert!(story.ultranet.set.iter().all(|set| set.is_drawn));
    story.run("explain C102", 0, &["confirmed", "hand-over 0002"]);
}
