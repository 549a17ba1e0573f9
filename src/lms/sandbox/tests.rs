//! The sandbox as a whole, on real files.

use std::io::Write as _;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use serde_json::Value;

use super::{SandboxReader, SandboxWriter, compact, effects_path, sign_in};
use crate::edge::{AccountChange, Ask, Clock, LmsError, LmsRead, LmsWrite, NewAccount, Random};
use crate::files;
use crate::model::account::{Account, SignIn};
use crate::model::ids::{ActivationKey, CaregiverId, Username};
use crate::model::observed::{Observed, Seen};
use crate::model::outcome::{Outcome, Reach};
use crate::model::secret::Password;

/// Chance that is none: it counts.
#[derive(Default)]
pub(super) struct Counter(u8);

impl Random for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 = self.0.wrapping_add(1);
        bytes.fill(self.0);
    }
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        "2027-02-01T09:00:00Z".parse().unwrap()
    }

    fn sleep(&self, _: Duration) {}
}

/// A folder with an accounts file, gone at the end of the test.
struct Site {
    _folder: tempfile::TempDir,
    path: Utf8PathBuf,
}

const ACCOUNTS: &str = r#"{"accounts": [
  {"caregiver": "C1", "username": "mere.tui", "first-name": "Mere", "last-name": "Tūī", "email": "mere@example.nz"},
  {"caregiver": "C2", "username": "staff", "staff": true},
  {"caregiver": "C3", "username": "off", "disabled": true},
  {"caregiver": "C4", "username": "sso", "sign-in-method": "other", "last-sign-in": "2027-01-20T08:00:00Z"},
  {"username": "stray", "last-sign-in": "unknown"}
]}"#;

impl Site {
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("state/lms.json");
        Self { _folder: folder, path }
    }

    fn new() -> Self {
        let site = Self::empty();
        site.write_accounts(ACCOUNTS);
        site
    }

    fn write_accounts(&self, text: &str) {
        files::make_dir(self.path.parent().unwrap()).unwrap();
        files::replace(&self.path, text.as_bytes()).unwrap();
    }

    fn writer(&self) -> SandboxWriter<'static> {
        self.try_writer().unwrap()
    }

    fn try_writer(&self) -> Result<SandboxWriter<'static>, LmsError> {
        SandboxWriter::open(&self.path, "state/lms.json", &Fixed, Box::new(Counter::default()))
    }

    fn reader(&self) -> SandboxReader<'static> {
        SandboxReader::new(&self.path, "state/lms.json", &Fixed)
    }

    fn log(&self) -> Vec<Value> {
        // Without an effect there is no log.
        let bytes = files::read(&effects_path(&self.path)).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn spoil_log(&self, tail: &[u8]) {
        files::open_append(&effects_path(&self.path)).unwrap().write_all(tail).unwrap();
    }

    fn account(&self, caregiver: &str) -> Account {
        let observed = self.reader().observe(&Ask::default()).unwrap();
        observed.of_caregiver(caregiver).next().unwrap().to_account()
    }
}

fn all(observed: &Observed) -> Vec<Account> {
    observed.accounts().map(Seen::to_account).collect()
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn new_account(caregiver: &str, username: &str) -> NewAccount {
    NewAccount {
        language: String::new(),
        caregiver: caregiver.into(),
        username: username.into(),
        first_name: "Rangi".into(),
        last_name: "Hēnare".into(),
        email: "rangi@example.nz".into(),
    }
}

fn refused(outcome: &Outcome, words: &str) {
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?} is no refusal") };
    assert!(refusal.reason.contains(words), "{}", refusal.reason);
    assert_eq!(refusal.reach, Reach::Caregiver);
}

fn set(writer: &mut SandboxWriter<'_>, caregiver: &str, username: &str, text: &str, marker: u128) -> Outcome {
    writer.set_password(&caregiver.into(), &username.into(), &password(text), ActivationKey(marker))
}

const DONE: Outcome = Outcome::Done(());

#[test]
fn no_file_is_an_lms_without_accounts() {
    let site = Site::empty();
    assert!(site.reader().observe(&Ask::default()).unwrap().is_empty());
    assert!(!files::exists(&effects_path(&site.path)), "reading writes nothing");
}

#[test]
fn accounts_are_observed_as_the_file_has_them() {
    let site = Site::new();
    let observed = site.reader().observe(&Ask::default()).unwrap();
    assert_eq!(observed.accounts().len(), 5);
    assert_eq!(observed.read_at, Fixed.now());
    assert_eq!(observed.with_email("MERE@example.nz").count(), 1);
    assert_eq!(site.account("C4").sign_in, SignIn::At("2027-01-20T08:00:00Z".parse().unwrap()));
    assert_eq!(site.reader().observe_one(&"C2".into()).unwrap(), [site.account("C2")]);
    assert_eq!(site.reader().describe(), "sandbox state/lms.json");
}

#[test]
fn a_creation_is_two_lines_with_the_marker_and_signs_in() {
    let site = Site::empty();
    let answer = site.writer().create(&new_account("C9", "rangi"), &password("kea-4-rata"), ActivationKey(7));
    assert_eq!(answer, DONE);
    let log = site.log();
    let ops: Vec<_> = log.iter().map(|line| line["op"].as_str().unwrap()).collect();
    assert_eq!(ops, ["create", "set-password"]);
    for line in &log {
        assert_eq!(line["at"], "2027-02-01T09:00:00Z");
        assert_eq!(line["activation"], "00000000000000000000000000000007");
        assert_eq!(line["replay"], false);
        assert_eq!((&line["caregiver"], &line["username"]), (&"C9".into(), &"rangi".into()));
    }
    assert_eq!(log[0]["email"], "rangi@example.nz");
    assert!(log[1]["password"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(site.account("C9").marker, Some(ActivationKey(7)));
    assert!(sign_in(&site.path, "Rangi", &password("kea-4-rata")).unwrap());
}

#[test]
fn creating_again_with_the_same_marker_is_done_without_an_effect() {
    let site = Site::empty();
    let mut writer = site.writer();
    for _ in 0..2 {
        let answer = writer.create(&new_account("C9", "rangi"), &password("kea-4-rata"), ActivationKey(7));
        assert_eq!(answer, DONE);
    }
    assert_eq!(site.log().len(), 2);
}

#[test]
fn what_exists_is_never_created_over() {
    let site = Site::new();
    let mut writer = site.writer();
    let mut create = |caregiver: &str, username: &str| {
        writer.create(&new_account(caregiver, username), &password("kea-4-rata"), ActivationKey(7))
    };
    refused(&create("C9", "Mere.Tui"), "somebody else's account");
    refused(&create("C9", "stray"), "somebody else's account");
    refused(&create("C1", "mere.tui"), "exists already");
    refused(&create("C1", "mere.2"), "another username");
    refused(&create("C9", " "), "needs a username");
    assert!(site.log().is_empty());
}

#[test]
fn a_reset_replaces_the_password_and_the_marker() {
    let site = Site::new();
    let mut writer = site.writer();
    assert_eq!(set(&mut writer, "C1", "mere.tui", "first-1", 1), DONE);
    assert_eq!(set(&mut writer, "C1", "mere.tui", "second-2", 2), DONE);
    assert!(!sign_in(&site.path, "mere.tui", &password("first-1")).unwrap());
    assert!(sign_in(&site.path, "mere.tui", &password("second-2")).unwrap());
    assert_eq!(site.account("C1").marker, Some(ActivationKey(2)));
    assert_eq!(site.log().iter().filter(|line| line["replay"] == true).count(), 0);
}

#[test]
fn the_same_password_set_again_is_a_replay() {
    let site = Site::new();
    assert_eq!(set(&mut site.writer(), "C1", "mere.tui", "first-1", 1), DONE);
    assert_eq!(set(&mut site.writer(), "C1", "mere.tui", "first-1", 1), DONE);
    let replays: Vec<_> = site.log().iter().map(|line| line["replay"].as_bool().unwrap()).collect();
    assert_eq!(replays, [false, true]);
}

/// Two processes at once are what the state's lock is against; the one that slept through losing it answers as a server would.
#[test]
fn a_writer_knows_what_another_wrote_meanwhile() {
    let site = Site::new();
    let (mut asleep, mut other) = (site.writer(), site.writer());
    assert_eq!(set(&mut other, "C1", "mere.tui", "first-1", 1), DONE);
    assert_eq!(other.create(&new_account("C9", "rangi"), &password("p-9"), ActivationKey(9)), DONE);
    site.spoil_log(b"{\"at\": ");
    assert_eq!(set(&mut asleep, "C1", "mere.tui", "first-1", 1), DONE);
    assert_eq!(asleep.create(&new_account("C9", "rangi"), &password("p-9"), ActivationKey(9)), DONE);
    let said: Vec<_> = site.log().iter().map(|line| (line["op"].clone(), line["replay"].clone())).collect();
    let expected = [("set-password", false), ("create", false), ("set-password", false), ("set-password", true)];
    assert_eq!(said, expected.map(|(op, replay)| (op.into(), replay.into())));
}

#[test]
fn passwords_that_are_not_ours_are_never_set() {
    let site = Site::new();
    let mut writer = site.writer();
    refused(&set(&mut writer, "C2", "staff", "x", 1), "staff");
    refused(&set(&mut writer, "C3", "off", "x", 1), "disabled");
    refused(&set(&mut writer, "C4", "sso", "x", 1), "another system");
    refused(&set(&mut writer, "C9", "nobody", "x", 1), "no account");
    refused(&set(&mut writer, "C9", "mere.tui", "x", 1), "does not carry");
    refused(&set(&mut writer, "C9", "stray", "x", 1), "does not carry");
    assert!(site.log().is_empty());
}

#[test]
fn an_update_writes_only_what_differs_and_never_a_password() {
    let site = Site::new();
    let mut writer = site.writer();
    let change = AccountChange {
        email: Some("mere.tui@example.nz".into()),
        first_name: Some("Mere".into()),
        ..AccountChange::default()
    };
    for _ in 0..2 {
        assert_eq!(writer.update(&"C1".into(), &"mere.tui".into(), &change), DONE);
    }
    let log = site.log();
    assert_eq!(log.len(), 1, "values that stand already are no effect");
    assert_eq!((&log[0]["op"], &log[0]["email"]), (&"update".into(), &"mere.tui@example.nz".into()));
    assert!(log[0].get("first-name").is_none() && log[0].get("password").is_none());
    assert_eq!(&*site.account("C1").email, "mere.tui@example.nz");
}

#[test]
fn disabling_stops_signing_in_and_enabling_lets_in_again() {
    let site = Site::new();
    let mut writer = site.writer();
    let (id, username): (CaregiverId, Username) = ("C1".into(), "mere.tui".into());
    set(&mut writer, "C1", "mere.tui", "first-1", 1);
    assert_eq!(writer.disable(&id, &username), DONE);
    assert_eq!(writer.disable(&id, &username), DONE);
    assert!(!sign_in(&site.path, "mere.tui", &password("first-1")).unwrap());
    let change = AccountChange { enable: true, last_name: Some("Tui".into()), ..AccountChange::default() };
    assert_eq!(writer.update(&id, &username, &change), DONE);
    assert!(sign_in(&site.path, "mere.tui", &password("first-1")).unwrap());
    let ops: Vec<_> = site.log().iter().map(|line| line["op"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ops, ["set-password", "disable", "enable", "update"]);
}

#[test]
fn staff_are_neither_updated_nor_disabled() {
    let site = Site::new();
    let mut writer = site.writer();
    let change = AccountChange { email: Some("a@example.nz".into()), ..AccountChange::default() };
    refused(&writer.update(&"C2".into(), &"staff".into(), &change), "staff");
    refused(&writer.disable(&"C2".into(), &"staff".into()), "staff");
}

#[test]
fn nobody_signs_in_without_the_right_name_and_password() {
    let site = Site::new();
    set(&mut site.writer(), "C1", "mere.tui", "first-1", 1);
    for (username, text) in [("mere.tui", "first-2"), ("mere.tui", ""), ("nobody", "first-1"), ("stray", "")] {
        assert!(!sign_in(&site.path, username, &password(text)).unwrap());
    }
    assert_eq!(site.account("C1").sign_in, SignIn::Never, "a check is not a sign-in");
}

#[test]
fn a_torn_line_has_not_happened_and_is_cut_off_by_the_next_effect() {
    let site = Site::new();
    set(&mut site.writer(), "C1", "mere.tui", "first-1", 1);
    site.spoil_log(br#"{"at":"2027-02-01T09:00:00Z","op":"disa"#);
    assert!(!site.account("C1").is_disabled);
    assert_eq!(site.writer().disable(&"C1".into(), &"mere.tui".into()), DONE);
    assert_eq!(site.log().len(), 2);
    assert!(site.account("C1").is_disabled);
}

#[test]
fn a_creation_torn_between_its_lines_is_created_whole_the_next_time() {
    let site = Site::empty();
    let create = || site.writer().create(&new_account("C9", "rangi"), &password("kea-4-rata"), ActivationKey(7));
    assert_eq!(create(), DONE);
    let log = files::read(&effects_path(&site.path)).unwrap();
    let first_line = log.iter().position(|&byte| byte == b'\n').unwrap();
    files::replace(&effects_path(&site.path), &log[..=first_line]).unwrap();
    assert!(site.reader().observe(&Ask::default()).unwrap().is_empty());
    assert_eq!(create(), DONE);
    assert_eq!(site.log().len(), 2);
    assert!(sign_in(&site.path, "rangi", &password("kea-4-rata")).unwrap());
}

#[test]
fn a_corrupted_file_is_refused_by_both_halves_and_left_alone() {
    let site = Site::empty();
    for text in ["", "{\"accounts\": [{\"username\": \"a\"", "PK\u{3}\u{4}", "{\"acounts\": []}"] {
        site.write_accounts(text);
        let error = site.reader().observe(&Ask::default()).unwrap_err();
        assert!(matches!(&error, LmsError::Garbled { what } if what.contains("lms.json:1:")), "{error}");
        assert!(matches!(site.try_writer(), Err(LmsError::Garbled { .. })));
        assert_eq!(files::read(&site.path).unwrap(), text.as_bytes());
    }
    assert!(!files::exists(&effects_path(&site.path)));
}

#[test]
fn one_username_twice_is_refused_at_the_second() {
    let site = Site::empty();
    site.write_accounts("{\"accounts\": [\n {\"username\": \"a\"},\n {\"username\": \"A\"}\n]}");
    let message = site.reader().observe(&Ask::default()).unwrap_err().to_string();
    assert!(message.contains("lms.json:3:3: the username is that of the account at 2:3 already"), "{message}");
}

#[test]
fn a_log_of_another_sandbox_is_refused_with_the_line() {
    let site = Site::new();
    set(&mut site.writer(), "C1", "mere.tui", "first-1", 1);
    site.write_accounts("{\"accounts\": []}");
    let message = site.reader().observe(&Ask::default()).unwrap_err().to_string();
    assert!(message.contains("effects.jsonl:1: this effect is about an account that does not exist"), "{message}");
}

#[test]
fn a_folder_in_place_of_the_file_is_out_of_reach() {
    let site = Site::empty();
    files::make_dir(&site.path).unwrap();
    assert!(matches!(site.reader().observe(&Ask::default()), Err(LmsError::Unreachable { .. })));
}

#[test]
fn a_log_that_can_not_be_opened_is_found_before_any_effect() {
    let site = Site::new();
    files::make_dir(&effects_path(&site.path)).unwrap();
    assert!(matches!(site.try_writer(), Err(LmsError::Unreachable { .. })));
}

#[test]
fn only_the_owner_may_read_what_it_makes() {
    let site = Site::new();
    set(&mut site.writer(), "C1", "mere.tui", "first-1", 1);
    assert_eq!(files::mode(&effects_path(&site.path)).unwrap(), 0o600);
    compact(&site.path).unwrap();
    assert_eq!(files::mode(&site.path).unwrap(), 0o600);
}

#[test]
fn no_password_stands_in_clear_anywhere() {
    let site = Site::new();
    set(&mut site.writer(), "C1", "mere.tui", "kea-4-rata", 1);
    compact(&site.path).unwrap();
    for path in [site.path.clone(), effects_path(&site.path)] {
        assert!(!String::from_utf8(files::read(&path).unwrap()).unwrap().contains("kea-4-rata"));
    }
}

#[test]
fn a_rehearsal_may_edit_the_accounts_while_a_writer_is_open() {
    let site = Site::new();
    let mut writer = site.writer();
    set(&mut writer, "C1", "mere.tui", "first-1", 1);
    let signed_in =
        ACCOUNTS.replace("\"email\": \"mere@", "\"last-sign-in\": \"2027-02-01T08:59:00Z\", \"email\": \"mere@");
    files::remove(&site.path).unwrap();
    writer.observe_one(&"C2".into()).unwrap_err();
    site.write_accounts(&signed_in);
    let account = writer.observe_one(&"C1".into()).unwrap().remove(0);
    assert_eq!(account.sign_in, SignIn::At("2027-02-01T08:59:00Z".parse().unwrap()));
    assert_eq!(account.marker, Some(ActivationKey(1)), "the log still holds");
}

#[test]
fn compacting_changes_no_account_and_keeps_every_line() {
    let site = Site::new();
    let mut writer = site.writer();
    set(&mut writer, "C1", "mere.tui", "first-1", 1);
    writer.create(&new_account("C9", "rangi"), &password("kea-4-rata"), ActivationKey(7));
    drop(writer);
    let (before, log) = (site.reader().observe(&Ask::default()).unwrap(), site.log());
    compact(&site.path).unwrap();
    compact(&site.path).unwrap();
    assert_eq!(all(&site.reader().observe(&Ask::default()).unwrap()), all(&before));
    assert_eq!(site.log(), log);
    assert_eq!(site.writer().disable(&"C9".into(), &"rangi".into()), DONE);
    assert!(site.account("C9").is_disabled, "lines behind the folded ones still count");
}

#[test]
fn a_log_shorter_than_what_was_folded_is_refused() {
    let site = Site::new();
    set(&mut site.writer(), "C1", "mere.tui", "first-1", 1);
    compact(&site.path).unwrap();
    files::remove(&effects_path(&site.path)).unwrap();
    let message = site.reader().observe(&Ask::default()).unwrap_err().to_string();
    assert!(message.contains("holds the first 1 effects, and this log has 0"), "{message}");
}

#[test]
fn five_thousand_effects_stay_quick() {
    let site = Site::empty();
    let mut writer = site.writer();
    for number in 0..2_500 {
        let account = new_account(&format!("C{number}"), &format!("user{number}"));
        assert_eq!(writer.create(&account, &password("kea-4-rata"), ActivationKey(number)), DONE);
    }
    assert_eq!(all(&writer.observe(&Ask::default()).unwrap()), all(&site.reader().observe(&Ask::default()).unwrap()));
    assert_eq!(site.log().len(), 5_000);
    assert!(sign_in(&site.path, "user2499", &password("kea-4-rata")).unwrap());
}
