//! The driver by itself: what it sees, what it refuses, what it makes of each answer.

use firstbell::edge::{Ask, Asked, How, Links, LmsError, LmsRead, LmsWrite, NewAccount, Wanted};
use firstbell::lms::moodle::{MoodleReader, MoodleWriter};
use firstbell::model::account::{SignIn, SignInMethod};
use firstbell::model::ids::{ActivationKey, CaregiverId, StudentId, Username};
use firstbell::model::observed::Observed;
use firstbell::model::outcome::{Outcome, Reach};
use firstbell::model::secret::Password;
use firstbell::rollout::MoodleSettings;

use super::standin::{Database, Mishap, Standin, TOKEN, User};
use crate::world::TestClock;

fn settings(moodle: &Standin) -> MoodleSettings {
    MoodleSettings {
        url: moodle.url(),
        host: "127.0.0.1".into(),
        parent_role: Some(9),
        marker_field: Some("firstbell".into()),
        auth: vec!["manual".into()],
        batch: 25,
        ..MoodleSettings::default()
    }
}

fn ask(people: &[(&str, &str, &str)]) -> Ask {
    let asked = |(id, email, username): &(&str, &str, &str)| Asked {
        caregiver: CaregiverId::new(*id),
        email: Some((*email).to_owned()),
        username: Some((*username).to_owned()),
    };
    Ask { people: people.iter().map(asked).collect(), students: vec![StudentId::new("S1")] }
}

fn parent(id: &str, username: &str) -> User {
    User { idnumber: id.into(), username: username.into(), email: format!("{username}@example.nz"), ..User::default() }
}

fn observe(moodle: &Standin, ask: &Ask) -> Result<Observed, LmsError> {
    MoodleReader::new(settings(moodle), Password::new(TOKEN.into()), &TestClock::at("2026-03-02T20:00:00Z"))
        .observe(ask)
}

fn account(id: &str, username: &str) -> NewAccount {
    NewAccount {
        caregiver: CaregiverId::new(id),
        username: Username::new(username),
        first_name: "Māia".into(),
        last_name: "Te Wērā-O’Neill 王".into(),
        email: format!("{username}@example.nz"),
        language: "mi".into(),
    }
}

fn with_writer<T>(settings: MoodleSettings, work: impl FnOnce(&mut MoodleWriter<'_>) -> T) -> T {
    let clock = TestClock::at("2026-03-02T20:00:00Z");
    work(&mut MoodleWriter::new(settings, Password::new(TOKEN.into()), &clock))
}

fn create_all(settings: MoodleSettings, accounts: &[NewAccount]) -> Vec<Outcome> {
    let password = Password::new("Harbour4-kettle7".into());
    let wanted =
        |(number, account)| Wanted { how: How::Create(account), password: &password, marker: ActivationKey(number) };
    let wanted: Vec<Wanted<'_>> = (1..).zip(accounts).map(wanted).collect();
    with_writer(settings, |writer| writer.activate_all(&wanted))
}

fn refused(outcome: &Outcome) -> (&str, Reach) {
    match outcome {
        Outcome::Refused(refusal) => (refusal.reason.as_str(), refusal.reach),
        other => panic!("{other:?}"),
    }
}

#[test]
fn accounts_are_seen_as_they_are() {
    let moodle = Standin::start(&["S1"]);
    {
        let mut site = moodle.site();
        site.add(parent("C1", "mere"));
        site.add(User { lastaccess: 1_770_000_000, ..parent("C2", "hone") });
        site.add(User { auth: "oauth2".into(), suspended: true, ..parent("C3", "ana") });
        site.add(parent("C4", "tama"));
        site.add(parent("C4", "tama2"));
        site.add(User { idnumber: String::new(), ..parent("", "lan") });
    }
    let people = [
        ("C1", "mere@example.nz", "mere"),
        ("C2", "hone@example.nz", "hone"),
        ("C3", "ana@example.nz", "ana"),
        ("C4", "tama@example.nz", "tama"),
        ("C5", "Lan@example.nz", "lan"),
    ];
    let observed = observe(&moodle, &ask(&people)).unwrap();
    let one = |id| observed.of_caregiver(id).next().unwrap().view();
    assert_eq!((one("C1").sign_in, one("C1").method), (SignIn::Unknown, SignInMethod::Password));
    assert!(matches!(one("C2").sign_in, SignIn::At(_)));
    assert!(one("C3").is_disabled && one("C3").method == SignInMethod::Other);
    assert_eq!(observed.of_caregiver("C4").count(), 2, "an id number on two accounts is shown twice");
    assert!(observed.of_caregiver("C5").next().is_none());
    assert_eq!(observed.with_email("lan@example.nz").count(), 1, "found in another spelling");
    assert!(observed.has_username("lan") && observed.can_link("S1") && !observed.can_link("S9"));
}

/// `MariaDB` finds `PÉ1` for `pe1`: the id numbers are compared here.
#[test]
fn an_id_number_that_only_looks_alike_is_nobodys() {
    let moodle = Standin::start(&["S1"]);
    moodle.site().database = Database::MariaDb;
    moodle.site().add(parent("PÉ1", "pe"));
    let observed = observe(&moodle, &ask(&[("pe1", "other@example.nz", "other")])).unwrap();
    assert!(observed.of_caregiver("pe1").next().is_none());
}

#[test]
fn a_missing_capability_is_never_taken_for_nobody() {
    for (capability, word) in [
        ("moodle/user:viewdetails", "viewdetails"),
        ("moodle/user:viewalldetails", "viewalldetails"),
        ("moodle/site:viewuseridentity", "viewuseridentity"),
        ("webservice/rest:use", "webservice/rest:use"),
    ] {
        let moodle = Standin::start(&["S1"]);
        moodle.site().capabilities.remove(capability);
        let error = observe(&moodle, &ask(&[("C1", "mere@example.nz", "mere")])).unwrap_err().to_string();
        assert!(error.contains(word), "{capability}: {error}");
    }
    let moodle = Standin::start(&["S1"]);
    moodle.site().functions.remove("core_user_update_users");
    let error = observe(&moodle, &ask(&[])).unwrap_err().to_string();
    assert!(error.contains("core_user_update_users"), "{error}");
}

#[test]
fn what_comes_instead_of_an_answer_is_said() {
    let cases: [(Mishap, &str); 9] = [
        (Mishap::Says(b"<!DOCTYPE html><html></html>"), "HTML"),
        (Mishap::Says(b"[{\"id\": \"\xff\xfe\"}]"), "UTF-8"),
        (Mishap::Says(b"{\"warnings\":"), "not JSON"),
        (Mishap::StatusBefore(503, Some("120")), "120 seconds"),
        (Mishap::StatusBefore(429, Some("30")), "30 seconds"),
        (Mishap::StatusBefore(403, None), "switched off"),
        (Mishap::StatusBefore(302, None), "leads elsewhere"),
        (Mishap::Code("sitemaintenance"), "maintenance mode"),
        (Mishap::Code("invalidtoken"), "does not know this token"),
    ];
    for (mishap, words) in cases {
        let moodle = Standin::start(&["S1"]);
        moodle.mishap("core_webservice_get_site_info", mishap);
        let error = observe(&moodle, &ask(&[])).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("Password-1x!"), "{error}");
    }
    let moodle = Standin::start(&["S1"]);
    let url = moodle.url();
    drop(moodle);
    let gone = MoodleSettings { url, ..MoodleSettings::default() };
    let clock = TestClock::at("2026-03-02T20:00:00Z");
    let error = MoodleReader::new(gone, Password::new(TOKEN.into()), &clock).observe(&ask(&[])).unwrap_err();
    assert!(matches!(error, LmsError::Unreachable { .. }) && !format!("{error:?}").contains(TOKEN));
}

#[test]
fn one_bad_row_does_not_cost_the_others() {
    let moodle = Standin::start(&["S1"]);
    moodle.site().add(User { username: "taken".into(), email: "someone@example.nz".into(), ..User::default() });
    moodle.site().add(User { username: "someone2".into(), email: "DOUBLE@example.nz".into(), ..User::default() });
    let mut accounts: Vec<NewAccount> = (1..=20).map(|n| account(&format!("P{n}"), &format!("par{n}"))).collect();
    accounts[3] = account("P4", "taken");
    accounts[9].email = "double@example.nz".into();
    accounts[12].username = Username::new("Par13");
    accounts[17].last_name = String::new();
    let outcomes = create_all(settings(&moodle), &accounts);
    assert_eq!(refused(&outcomes[3]), ("somebody else's account has this username", Reach::Caregiver));
    assert!(refused(&outcomes[9]).0.contains("address"), "{:?}", outcomes[9]);
    assert!(refused(&outcomes[12]).0.contains("lower-case"));
    assert!(refused(&outcomes[17]).0.contains("family name"));
    let done = outcomes.iter().filter(|outcome| **outcome == Outcome::Done(())).count();
    assert_eq!(done, 16, "{outcomes:?}");
    assert_eq!(moodle.site().of("P1").last, "Te Wērā-O’Neill 王");
}

#[test]
fn a_language_is_sent_where_it_is_installed() {
    let moodle = Standin::start(&["S1"]);
    let languages = vec!["en".into(), "mi".into()];
    create_all(MoodleSettings { languages, ..settings(&moodle) }, &[account("P1", "par1")]);
    assert_eq!(moodle.site().of("P1").lang, "mi");
}

#[test]
fn a_call_that_was_cut_leaves_nobody_without_a_forced_change() {
    for most in [57, 90, 118, 140, 223, 1000] {
        let moodle = Standin::start(&["S1"]);
        moodle.site().max_input_vars = most;
        let accounts: Vec<NewAccount> = (1..=20).map(|n| account(&format!("P{n}"), &format!("par{n}"))).collect();
        let outcomes = create_all(settings(&moodle), &accounts);
        let site = moodle.site();
        let parents = site.users.iter().filter(|user| user.idnumber.starts_with('P'));
        assert!(parents.clone().all(|user| user.forced_change && !user.marker.is_empty()));
        let done = outcomes.iter().filter(|outcome| **outcome == Outcome::Done(())).count();
        assert_eq!(done, parents.count(), "max_input_vars {most}: {outcomes:?}");
    }
}

/// The account that is certainly there is asked for with everybody else: a look-up that was cut, or a capability that was taken
/// away in the middle of a run, is noticed before anybody is created a second time.
#[test]
fn a_look_up_that_lost_its_end_is_not_believed() {
    let moodle = Standin::start(&["S1"]);
    moodle.site().add(parent("C1", "mere"));
    let password = Password::new("Harbour4-kettle7".into());
    let outcome = with_writer(settings(&moodle), |writer| {
        writer.observe(&ask(&[])).unwrap();
        moodle.site().capabilities.remove("moodle/user:viewalldetails");
        writer.create(&account("C1", "mere.again"), &password, ActivationKey(1))
    });
    assert_eq!(refused(&outcome).1, Reach::Everybody);
    assert_eq!(moodle.site().users.iter().filter(|user| user.idnumber == "C1").count(), 1);

    let moodle = Standin::start(&["S1"]);
    moodle.site().max_input_vars = 30;
    let many: Vec<(String, String)> = (1..=40).map(|n| (format!("C{n}"), format!("c{n}@example.nz"))).collect();
    let people: Vec<(&str, &str, &str)> = many.iter().map(|(id, email)| (id.as_str(), email.as_str(), "x")).collect();
    assert!(observe(&moodle, &ask(&people)).unwrap_err().to_string().contains("max_input_vars"));
}

#[test]
fn creating_again_what_stands_with_this_marker_is_done() {
    let moodle = Standin::start(&["S1"]);
    let accounts = [account("P1", "par1")];
    assert_eq!(create_all(settings(&moodle), &accounts), [Outcome::Done(())]);
    assert_eq!(create_all(settings(&moodle), &accounts), [Outcome::Done(())]);
    assert_eq!(moodle.site().of("P1").passwords.len(), 1);
}

#[test]
fn a_row_that_the_site_refuses_is_read_back_not_assumed() {
    let moodle = Standin::start(&["S1"]);
    for n in 1..=3 {
        let mut user = parent(&format!("P{n}"), &format!("par{n}"));
        user.is_admin = n == 3;
        moodle.site().add(user);
    }
    let (weak, strong) = (Password::new("weak".into()), Password::new("Harbour4-kettle7".into()));
    let people: Vec<(CaregiverId, Username)> =
        (1..=3).map(|n| (CaregiverId::new(format!("P{n}")), Username::new(format!("par{n}")))).collect();
    let wanted: Vec<Wanted<'_>> = people
        .iter()
        .enumerate()
        .map(|(n, (caregiver, username))| Wanted {
            how: How::Reset { caregiver, username },
            password: if n == 1 { &weak } else { &strong },
            marker: ActivationKey(n as u128 + 1),
        })
        .collect();
    let outcomes = with_writer(settings(&moodle), |writer| writer.activate_all(&wanted));
    assert_eq!(outcomes[0], Outcome::Done(()), "its row was carried out although the call failed");
    assert!(refused(&outcomes[1]).0.contains("lms.policy"));
    assert!(matches!(outcomes[2], Outcome::Refused(_)), "{:?}", outcomes[2]);
    assert_eq!(moodle.site().of("P2").passwords.len(), 0);
}

#[test]
fn without_the_profile_field_a_reset_is_a_call_of_its_own() {
    let moodle = Standin::start(&["S1"]);
    for n in 1..=3 {
        moodle.site().add(parent(&format!("P{n}"), &format!("par{n}")));
    }
    moodle.mishap("core_user_update_users", Mishap::CutAfter);
    let password = Password::new("Harbour4-kettle7".into());
    let people: Vec<(CaregiverId, Username)> =
        (1..=3).map(|n| (CaregiverId::new(format!("P{n}")), Username::new(format!("par{n}")))).collect();
    let wanted: Vec<Wanted<'_>> = people
        .iter()
        .map(|(caregiver, username)| Wanted {
            how: How::Reset { caregiver, username },
            password: &password,
            marker: ActivationKey(7),
        })
        .collect();
    let unmarked = MoodleSettings { marker_field: None, ..settings(&moodle) };
    let outcomes = with_writer(unmarked, |writer| writer.activate_all(&wanted));
    assert!(matches!(outcomes[0], Outcome::Unknown(_)), "{outcomes:?}");
    assert_eq!(&outcomes[1..], [Outcome::Done(()), Outcome::Done(())]);
}

#[test]
fn somebody_who_signs_in_between_plan_and_apply_is_not_reset() {
    let moodle = Standin::start(&["S1"]);
    moodle.site().add(parent("C1", "mere"));
    let outcome = with_writer(settings(&moodle), |writer| {
        writer.observe(&ask(&[("C1", "mere@example.nz", "mere")])).unwrap();
        moodle.site().of_mut("C1").lastaccess = 1_770_000_000;
        let password = Password::new("Harbour4-kettle7".into());
        writer.set_password(&CaregiverId::new("C1"), &Username::new("mere"), &password, ActivationKey(1))
    });
    assert_eq!(refused(&outcome).1, Reach::Passing);
    assert!(moodle.site().of("C1").passwords.is_empty());
}

#[test]
fn a_profile_field_that_is_not_there_stops_the_run() {
    let moodle = Standin::start(&["S1"]);
    moodle.site().marker_field = None;
    let password = Password::new("Harbour4-kettle7".into());
    let accounts = [account("P1", "par1"), account("P2", "par2")];
    let outcomes = with_writer(settings(&moodle), |writer| {
        accounts.each_ref().map(|account| writer.create(account, &password, ActivationKey(1)))
    });
    assert_eq!(outcomes[0], Outcome::Done(()));
    assert!(refused(&outcomes[1]).0.contains("profile field") && refused(&outcomes[1]).1 == Reach::Everybody);
}

#[test]
fn an_older_moodle_without_names_is_understood() {
    let moodle = Standin::start(&["S1"]);
    moodle.site().is_old = true;
    moodle.site().add(parent("C1", "mere"));
    let observed = observe(&moodle, &ask(&[("C1", "mere@example.nz", "mere")])).unwrap();
    assert_eq!(observed.of_caregiver("C1").next().unwrap().view().first_name, "");
}

#[test]
fn a_link_that_nobody_may_make_is_tried_once() {
    let moodle = Standin::start(&["S1", "S2", "S3"]);
    for n in 1..=3 {
        moodle.site().add(parent(&format!("P{n}"), &format!("par{n}")));
    }
    moodle.site().capabilities.remove("moodle/role:assign");
    let people: Vec<_> = (1..=3)
        .map(|n| (CaregiverId::new(format!("P{n}")), Username::new(format!("par{n}")), StudentId::new(format!("S{n}"))))
        .collect();
    let links: Vec<Links<'_>> = people
        .iter()
        .map(|(caregiver, username, child)| Links { caregiver, username, link: vec![child], unlink: vec![] })
        .collect();
    let outcomes = with_writer(MoodleSettings { batch: 1, ..settings(&moodle) }, |writer| writer.link_all(&links));
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Refused(_))), "{outcomes:?}");
    assert_eq!(moodle.site().counted("core_role_assign_roles"), 1);
}
