//! Ultranet: hand-overs, and the person who imports them, twice, by half, late, or never.

use std::collections::BTreeSet;

use firstbell::plan::{Act, Held, HoldCode, Plan};

use crate::office::{Admin, Office};
use crate::pretend_ultranet::{Options, PretendUltranet};

const EXPORT: &str = "\
Tamihana,Aroha,Parent,,aroha@example.nz,aroha.tamihana,C1,0
Tamihana,Wiremu,Parent,,old@example.nz,wiremu.tamihana,C2,0
Fonua,Siosaia,Parent,,office@kowhai.example.nz,sfonua,C5,0
Nair,Priya,Teacher,,priya@kowhai.example.nz,pnair,C6,0,Staff
Lee,Ana,Administrator,,ana@kowhai.example.nz,ana.lee,900,0
Tamihana,Kahu,Student,,aroha@example.nz,kahu,S1,7,7A
Ng,Mei,Parent,,mei@example.com,mei.ng,C8,0
";

const ROWS: [&str; 8] = [
    "C1,Aroha,Tamihana,aroha@example.nz,S1,Kahu,Tamihana,7,7A,,mother,en,yes,1,",
    "C2,Wiremu,Tamihana,wiremu@example.nz,S1,Kahu,Tamihana,7,7A,,father,en,yes,2,",
    "C3,Māia,Tūī,maia@example.com,S2,Rangi,Tūī,7,7B,,mother,en,yes,1,",
    "C4,Ana,Lee,ana@example.com,S3,Bo,Lee,7,7B,,mother,en,yes,1,",
    "C5,Siosaia,Fonua,saia@example.com,S4,Mele,Fonua,7,7C,,father,en,yes,1,",
    "C6,Priya,Nair,priya@example.com,S5,Asha,Nair,7,7C,,mother,en,yes,1,",
    "C-7,Jo,Hall,jo@example.com,S6,Al,Hall,7,7C,,mother,en,yes,1,",
    "C8,Mei,Ng,mei@example.com,S7,Lin,Ng,8,8A,,mother,en,yes,1,",
];

fn rollout(passwords: &str) -> String {
    format!(
        "lms: {{driver: ultranet, export: ultranet-export.csv, passwords: {passwords}, default-email: office@kowhai.example.nz}}
assume-never-signed-in: [year-7, year-8]
cohorts:
  - {{name: year-7, select: {{years: [7]}}}}
  - {{name: year-8, select: {{years: [8]}}, after: [year-7]}}
"
    )
}

fn office(passwords: &str) -> Office {
    Office::new(&rollout(passwords), &ROWS, EXPORT, passwords == "firstbell")
}

fn different<'a>(passwords: &[&'a str]) -> BTreeSet<&'a str> {
    passwords.iter().copied().collect()
}

/// Those who can be done with our letters, and their addresses.
const PLANNED: [(&str, &str); 6] = [
    ("C1", "aroha@example.nz"),
    ("C2", "wiremu@example.nz"),
    ("C3", "maia@example.com"),
    ("C4", "ana@example.com"),
    ("C5", "saia@example.com"),
    ("C8", "mei@example.com"),
];

/// With Ultranet's mails, those whom Ultranet would mail at another address wait.
const MAILED_BY_ULTRANET: [&str; 4] = ["C1", "C3", "C4", "C8"];

#[test]
fn a_hand_over_is_imported_confirmed_and_only_then_are_the_letters_sent() {
    let mut office = self::office("firstbell");
    let plan = office.world.plan();
    let code = |id: &str| plan.held.iter().find(|held| held.caregiver.as_str() == id).map(|held| held.code);
    assert_eq!(code("C6"), Some(HoldCode::StaffAccount));
    assert_eq!(code("C-7"), Some(HoldCode::RowRefused));
    office.apply();
    assert_eq!(office.waiting(), [("0001".to_owned(), "0001-year-7".to_owned())]);
    assert!(office.world.outbox().is_empty(), "no letter before the word of the person who imports");
    let held = office.world.plan().held;
    let waiting = held.iter().filter(|held| held.code == HoldCode::AwaitingConfirmation).count();
    assert_eq!(waiting, 5);
    assert!(!office.world.plan().has_changes(), "year 8 waits for year 7");

    office.import("0001-year-7", |_| true);
    office.link_children("0001-year-7");
    assert_eq!(office.ultranet.children, [["C3", "S2"], ["C4", "S3"]]);
    assert_eq!(office.ultranet.mails, [], "the box was left unticked");
    let said = office.confirm(&["1", "--imported"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("sends 5 letters"), "{}", said.all());
    assert_eq!(office.in_place(), [], "what held passwords is deleted");

    let stale = office.run(&["plan"]);
    assert_eq!(stale.code, 5, "{}", stale.all());
    assert!(stale.err.contains("export the users again"), "{}", stale.all());
    office.export();
    office.settle(Admin::Imports);
    let letters = office.letters();
    for (id, address) in PLANNED {
        assert_eq!(office.ultranet.passwords_of(id).len(), 1, "{id}");
        let told = &letters[address];
        assert_eq!(told.len(), 1, "{id}");
        let (username, password) = told.first().unwrap();
        assert!(office.ultranet.signs_in(username, password), "{id}");
    }
    assert_eq!(letters.len(), PLANNED.len());
    assert_eq!(office.ultranet.users["ana.lee2"].sms_id, "C4", "the administrator keeps `ana.lee`");
    assert_eq!(office.ultranet.users["maia.tui"].last, "Tūī");
    assert_eq!(office.ultranet.passwords_of("900"), [""; 0], "an administrator is never touched");
    let verified = office.run(&["state", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.all());
}

#[test]
fn who_has_no_address_is_handed_over_with_the_gateways_own_and_gets_a_page() {
    let rows = [ROWS[0].replace("aroha@example.nz", ""), ROWS[2].replace("maia@example.com", "")];
    let rollout = format!("no-email: paper\n{}", rollout("firstbell"));
    let mut office = Office::new(&rollout, &[&rows[0], &rows[1]], EXPORT, true);
    office.apply();
    let file = office.world.read("handover/0001-year-7.csv");
    assert_eq!(file.matches("office@kowhai.example.nz").count(), 2, "{file}");
    assert_eq!(office.ultranet.faults(&file), Vec::<String>::new());
    office.import("0001-year-7", |_| true);
    assert_eq!(office.confirm(&["1", "--imported"]).code, 0);
    office.export();
    office.settle(Admin::Imports);
    assert!(office.world.outbox().is_empty());
    for (id, page) in office.world.pages() {
        assert!(office.ultranet.signs_in(&page.typed[1], &page.typed[2]), "{id}");
        assert_eq!(office.ultranet.passwords_of(&id).len(), 1, "{id}");
    }
    assert_eq!(office.world.pages().len(), 2);
    let held = office.world.plan().held;
    assert_eq!(held.iter().filter(|held| held.code == HoldCode::ToPrint).count(), 2, "{held:?}");
}

#[test]
fn with_ultranets_passwords_column_d_is_blank_and_no_letter_of_ours_goes() {
    let mut office = self::office("ultranet");
    let plan = office.world.plan();
    for id in ["C2", "C5"] {
        let held = plan.held.iter().find(|held| held.caregiver.as_str() == id).unwrap();
        assert_eq!(held.code, HoldCode::FullUploadNeeded, "Ultranet would mail {id} at the address that it has");
    }
    assert!(plan.inputs.rollout.notes.iter().any(|note| note.contains("the letters are Ultranet's")));
    office.settle(Admin::Imports);
    for id in MAILED_BY_ULTRANET {
        assert_eq!(office.ultranet.passwords_of(id).len(), 1, "{id}");
    }
    assert!(office.ultranet.set.iter().all(|set| set.is_drawn));
    assert_eq!(office.ultranet.mails.len(), MAILED_BY_ULTRANET.len());
    assert!(office.world.outbox().is_empty());
    let recorded = office.world.recorded();
    for id in MAILED_BY_ULTRANET {
        assert!(recorded.histories.get(id).unwrap().is_active(), "{id}");
    }

    // The full upload carries the addresses over: then they are handed over too.
    for (user_id, address) in [("wiremu.tamihana", "wiremu@example.nz"), ("sfonua", "saia@example.com")] {
        office.ultranet.users.get_mut(user_id).unwrap().email = address.to_owned();
    }
    office.export();
    office.settle(Admin::Imports);
    assert_eq!(office.ultranet.mails.len(), 6);
}

#[test]
fn what_was_not_imported_has_the_same_passwords_next_time_so_that_a_late_import_does_no_harm() {
    let mut office = self::office("firstbell");
    office.apply();
    let file = office.world.read("handover/0001-year-7.csv");
    let note = office.world.read("handover/0001-year-7.md");
    let said = office.confirm(&["0001", "--not-imported"]);
    assert_eq!(said.code, 0, "{}", said.all());
    // Meanwhile the SMS writes a name otherwise: the user id that was given stays.
    let rows: Vec<String> = ROWS.iter().map(|row| row.replace("Māia,Tūī", "Maia,Tui-Smith")).collect();
    office.world.roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    office.export();
    office.apply();
    assert_eq!(office.waiting(), [("0002".to_owned(), "0002-year-7".to_owned())]);
    let cells = |text: &str| -> Vec<(String, String)> {
        let rows = text.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        rows.map(|row| (row[5].clone(), row[3].clone())).collect()
    };
    let again = office.world.read("handover/0002-year-7.csv");
    let (mut before, mut after) = (cells(&file), cells(&again));
    before.sort();
    after.sort();
    assert_eq!(before, after, "user ids and passwords");
    office.import("0002-year-7", |_| true);
    assert_eq!(office.confirm(&["0002", "--imported"]).code, 0);
    // Somebody finds the old file and imports it.
    office.ultranet.import(&file, Options::of(&note), |_| true);
    office.export();
    office.settle(Admin::Imports);
    for (to, told) in office.letters() {
        let (username, password) = told.first().unwrap();
        assert!(office.ultranet.signs_in(username, password), "{to}");
    }
}

#[test]
fn a_user_id_that_somebody_else_got_meanwhile_is_neither_theirs_nor_written_over() {
    for passwords in ["firstbell", "ultranet"] {
        let mut office = self::office(passwords);
        office.apply();
        assert_eq!(office.confirm(&["0001", "--not-imported"]).code, 0);
        // The office makes an account by hand, of another parent of the same name.
        let stranger = "Tui,Maia,Parent,,other.maia@example.nz,maia.tui,,0\n";
        office.export();
        office.put_export(&format!("{}{stranger}", office.ultranet.export()));
        let plan = office.world.plan();
        let held = plan.held.iter().find(|held| held.caregiver.as_str() == "C3");
        let change = plan.changes.iter().find(|change| change.caregiver.as_str() == "C3");
        if passwords == "firstbell" {
            assert!(held.unwrap().sentence.contains("has the user id"), "{held:?}");
            assert!(held.unwrap().fix.contains("give it their SMS id"), "{held:?}");
        } else {
            let acts = &change.unwrap().acts;
            assert!(
                matches!(&acts[..], [Act::Create { username, .. }] if username.as_str() == "maia.tui2"),
                "{acts:?}"
            );
        }
    }
}

fn held<'p>(plan: &'p Plan, id: &str) -> &'p Held {
    plan.held.iter().find(|held| held.caregiver.as_str() == id).unwrap_or_else(|| panic!("{id} is not held"))
}

#[test]
fn no_letter_tells_of_an_account_that_the_export_does_not_have() {
    let mut office = self::office("firstbell");
    office.apply();
    office.import("0001-year-7", |id| id != "C3");
    assert_eq!(office.confirm(&["0001", "--imported"]).code, 0);
    office.export();
    let plan = office.world.plan();
    let waits = held(&plan, "C3");
    assert_eq!(waits.code, HoldCode::ResetUnknown);
    assert!(waits.sentence.contains("confirmed as imported, and the export has no account"), "{waits:?}");
    assert!(waits.fix.contains("was left out, `reissue: [{caregiver: C3, activation: 2"), "{waits:?}");
    office.apply();
    assert!(!office.letters().contains_key("maia@example.com"));
    assert_eq!(office.letters().len(), 4, "year 8 waits for them");
    let rollout = office.world.read("rollout.yaml");
    office.world.write("rollout.yaml", &format!("{rollout}hold: [{{caregiver: C3, because: seen}}]\n"));
    assert!(!office.world.plan().held.iter().any(|held| held.code == HoldCode::ResetUnknown));
    let reissue = "reissue: [{caregiver: C3, activation: 2, because: T-140}]\n";
    office.world.write("rollout.yaml", &format!("{rollout}{reissue}"));
    office.export();
    office.settle(Admin::Imports);
    for (id, address) in PLANNED {
        assert_eq!(office.ultranet.passwords_of(id).len(), 1, "{id}");
        let letters = office.letters();
        let (username, password) = letters[address].first().unwrap();
        assert!(office.ultranet.signs_in(username, password), "{id}");
    }
}

#[test]
fn an_export_that_shows_what_only_a_hand_over_makes_contradicts_who_says_it_was_not_imported() {
    let mut office = self::office("ultranet");
    office.apply();
    office.import("0001-year-7", |_| true);
    let mailed = office.ultranet.mails.len();
    assert_eq!(office.confirm(&["0001", "--not-imported"]).code, 0);
    office.export();
    let plan = office.world.plan();
    for id in ["C1", "C3", "C4"] {
        let held = held(&plan, id);
        assert_eq!(held.code, HoldCode::ResetUnknown, "{id}");
        assert!(held.fix.contains(&format!("firstbell adopt {id}")), "{held:?}");
        assert!(!held.fix.contains("  ") && !held.sentence.contains("  "), "{held:?}");
    }
    assert!(!plan.has_changes());
    let said = office.run(&["adopt", "C1", "C3", "C4", "--because", "0001 was imported after all"]);
    assert_eq!(said.code, 0, "{}", said.all());
    office.settle(Admin::Imports);
    for id in MAILED_BY_ULTRANET {
        assert_eq!(office.ultranet.passwords_of(id).len(), 1, "{id}");
    }
    assert_eq!(office.ultranet.mails.len(), mailed + 1, "only C8, of year 8, was mailed since");
}

#[test]
fn a_password_of_ours_that_was_not_imported_is_never_drawn_anew_by_the_lms() {
    let mut office = self::office("firstbell");
    office.apply();
    assert_eq!(office.confirm(&["0001", "--not-imported"]).code, 0);
    let rollout = office.world.read("rollout.yaml");
    office.world.write("rollout.yaml", &rollout.replace("passwords: firstbell", "passwords: ultranet"));
    office.export();
    let plan = office.world.plan();
    for id in ["C1", "C3", "C4"] {
        let held = held(&plan, id);
        assert!(held.code == HoldCode::RowRefused && held.fix.contains("`passwords: firstbell`"), "{held:?}");
    }
}

#[test]
fn who_has_moved_to_another_id_still_stands_in_the_open_hand_over() {
    let mut office = self::office("firstbell");
    office.apply();
    let rows: Vec<String> = ROWS.iter().map(|row| row.replace("C4,", "C40,")).collect();
    office.world.roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let moved = "moved: [{from: C4, to: C40, because: T-141}]\n";
    office.world.write("rollout.yaml", &format!("{}{moved}", office.world.read("rollout.yaml")));
    let plan = office.world.plan();
    assert_eq!(held(&plan, "C40").code, HoldCode::AwaitingConfirmation);
    assert!(!plan.has_unknown());
}

#[test]
fn whom_the_import_left_out_comes_into_the_next_hand_over() {
    let mut office = self::office("firstbell");
    office.settle(Admin::ImportsHalf);
    for (id, address) in PLANNED {
        assert_eq!(office.ultranet.passwords_of(id).len(), 1, "{id}");
        assert_eq!(office.letters()[address].len(), 1, "{id}");
    }
    assert!(office.world.recorded().handovers.len() > 2);
}

#[test]
fn a_forgotten_hand_over_holds_its_people_and_nobody_else_is_harmed() {
    let mut office = self::office("firstbell");
    office.settle(Admin::Forgets);
    office.world.clock.advance(48);
    assert!(!office.world.plan().has_changes());
    assert_eq!(office.world.recorded().handovers.len(), 1);
    let listed = office.run(&["handovers"]);
    assert_eq!(listed.code, 8, "{}", listed.all());
    assert!(
        listed.out.contains("0001-year-7") && listed.out.contains("waits for somebody to import it"),
        "{}",
        listed.all()
    );
}

const ADMINS: [Admin; 4] = [Admin::Imports, Admin::ImportsTwice, Admin::ImportsHalf, Admin::Forgets];

#[test]
fn a_stop_anywhere_and_any_person_at_the_screen_give_nobody_two_passwords() {
    for admin in ADMINS {
        stop_in_the_first_run("firstbell", admin);
    }
}

#[test]
fn with_ultranets_passwords_a_stop_anywhere_writes_nobody_twice() {
    for admin in ADMINS {
        stop_in_the_first_run("ultranet", admin);
    }
}

/// Stops at every commit and effect of the run that hands over.
fn stop_in_the_first_run(passwords: &str, admin: Admin) {
    for point in 0.. {
        let mut office = self::office(passwords);
        if !office.crashed_at(point) {
            assert!(point > 5, "{passwords}, {admin:?}: only {point} points");
            return;
        }
        office.settle(admin);
        check(&office, admin, &format!("{passwords}, {admin:?}, stopped at {point}"));
    }
}

#[test]
fn a_stop_anywhere_behind_the_confirmation_gives_nobody_two_passwords() {
    for admin in [Admin::Imports, Admin::ImportsHalf] {
        for point in 0.. {
            let mut office = self::office("firstbell");
            office.apply();
            office.acts(admin);
            if !office.crashed_at(point) {
                assert!(point > 20, "{admin:?}: only {point} points");
                break;
            }
            office.settle(admin);
            check(&office, admin, &format!("{admin:?}, the second run stopped at {point}"));
        }
    }
}

fn check(office: &Office, admin: Admin, story: &str) {
    let letters = office.letters();
    for (id, address) in PLANNED {
        let set = office.ultranet.passwords_of(id);
        let is_planned = office.has_letters || MAILED_BY_ULTRANET.contains(&id);
        if admin == Admin::Forgets || !is_planned {
            assert_eq!(set, [""; 0], "{id}, {story}");
            continue;
        }
        if office.has_letters {
            assert_eq!(different(&set).len(), 1, "{id} has one password, {story}: {set:?}");
            let told = letters.get(address).unwrap_or_else(|| panic!("{id} has no letter, {story}"));
            let (username, password) = told.first().unwrap();
            assert!(told.len() == 1 && office.ultranet.signs_in(username, password), "{id}, {story}");
        } else {
            // Twice in at the screen is twice drawn: firstbell wrote the row once.
            let expected = if admin == Admin::ImportsTwice && id != "C3" && id != "C4" { 2 } else { set.len() };
            assert_eq!(set.len(), expected, "{id}, {story}");
        }
        let rows = office.files.values().flat_map(|file| file.lines()).filter(|row| row.contains(&format!(",{id},")));
        let rows = rows.map(|row| row.split(',').nth(3).unwrap()).collect::<BTreeSet<_>>();
        assert_eq!(rows.len(), 1, "{id} stands in files with one password, {story}");
    }
    assert!(letters.is_empty() || office.has_letters);
}

#[test]
fn nobody_active_is_in_a_hand_over_save_by_reissue() {
    let mut office = self::office("firstbell");
    office.settle(Admin::Imports);
    let before = office.world.recorded().handovers.len();
    // New exports, new names, new addresses: nothing of it is a reason.
    let rows: Vec<String> = ROWS.iter().map(|row| row.replacen('@', ".new@", 1).replace("Aroha", "Arohanui")).collect();
    office.world.roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    office.export();
    office.settle(Admin::Imports);
    assert_eq!(office.world.recorded().handovers.len(), before);
    let reissue = "reissue: [{caregiver: C1, activation: 2, because: T-131}]\n";
    office.world.write("rollout.yaml", &format!("{}{reissue}", office.world.read("rollout.yaml")));
    office.settle(Admin::Imports);
    let recorded = office.world.recorded();
    let last = recorded.handovers.last().unwrap();
    assert_eq!(recorded.handovers.len(), before + 1);
    assert_eq!(last.rows.iter().map(|row| row.caregiver.as_str()).collect::<Vec<_>>(), ["C1"]);
    assert_eq!(office.ultranet.passwords_of("C1").len(), 2);
    office.settle(Admin::Imports);
    assert_eq!(office.world.recorded().handovers.len(), before + 1, "done once, done");
}

#[test]
fn unsure_leaves_everybody_in_it_alone_until_somebody_knows() {
    let mut office = self::office("firstbell");
    office.apply();
    let said = office.confirm(&["0001", "--unsure"]);
    assert_eq!(said.code, 4, "{}", said.all());
    let plan = office.world.plan();
    assert_eq!(plan.held.iter().filter(|held| held.code == HoldCode::ResetUnknown).count(), 5);
    assert!(!plan.has_changes());
    let listed = office.run(&["handovers"]);
    assert!(listed.out.contains("Next: find out whether 0001 was imported"), "{}", listed.all());
    assert!(!listed.out.contains("Next: import"), "{}", listed.all());
    let resolved = office.run(&["resolve", "C1", "--reset", "not-done", "--evidence", "nobody signed in"]);
    assert_eq!(resolved.code, 64, "{}", resolved.all());
    assert!(resolved.err.contains("confirm 0001"), "{}", resolved.all());
    assert_eq!(office.confirm(&["0001", "--not-imported"]).code, 0);
    office.export();
    office.settle(Admin::Imports);
    assert_eq!(office.ultranet.passwords_of("C1").len(), 1);
}

#[test]
fn a_confirmation_that_can_not_be_right_records_nothing() {
    let mut office = self::office("firstbell");
    office.apply();
    office.world.write("strangers.csv", "C1\nC999\n");
    let strangers = office.world.path().join("strangers.csv");
    let lock = office.world.path().join("rollout.lock");
    let cases: [(&[&str], i32, &str); 8] = [
        (&["0007", "--imported"], 64, "there is no hand-over 0007 (open: 0001)"),
        (&["one", "--imported"], 64, "is no number of a hand-over"),
        (&["0001"], 64, "--imported"),
        (&["0001", "--imported", "--not-imported"], 64, "cannot be used with"),
        (&["0001", "--not-imported", "--except", strangers.as_str()], 64, "cannot be used with"),
        (&["0001", "--imported", "--except", strangers.as_str()], 65, "not in hand-over 0001: C999"),
        (&["0001", "--imported", "--except", "nowhere.csv"], 65, "can't be read"),
        (&["0001", "--imported", "--except", lock.as_str()], 65, "not in hand-over"),
    ];
    for (args, code, words) in cases {
        let said = office.confirm(args);
        assert_eq!(said.code, code, "{args:?}: {}", said.all());
        assert!(said.err.contains(words), "{args:?}: {}", said.all());
    }
    assert!(office.world.recorded().open_handovers().next().is_some());
    office.import("0001-year-7", |_| true);
    assert_eq!(office.confirm(&["0001", "--imported"]).code, 0);
    let again = office.confirm(&["0001", "--not-imported"]);
    assert_eq!(again.code, 64, "{}", again.all());
    assert!(again.err.contains("was settled on"), "{}", again.all());
    let said = office.confirm(&["0002", "--imported"]);
    assert!(said.err.contains("none is open"), "{}", said.all());
}

#[test]
fn a_file_that_was_edited_before_its_import_is_not_confirmed_as_written() {
    let mut office = self::office("firstbell");
    office.apply();
    let file = office.world.read("handover/0001-year-7.csv");
    let rows: Vec<&str> = file.lines().collect();
    // A spreadsheet that only saves it anew is no edit; a row taken out, a row changed and a row added are.
    let saved = file.replace("\r\n", "\n");
    let edited = [
        rows[0],
        &rows[1].replace("@example", "@other"),
        &rows[3..].join("\n"),
        "Old,Al,Parent,,al@example.nz,al,C77,0\n",
    ];
    office.world.write("handover/0001-year-7.csv", &edited.join("\n"));
    let said = office.confirm(&["0001", "--imported"]);
    assert_eq!(said.code, 65, "{}", said.all());
    for words in ["rows taken out: ", "rows changed: ", "lines that are not firstbell's: 5", "--except"] {
        assert!(said.err.contains(words), "{words}: {}", said.all());
    }
    assert!(office.world.recorded().open_handovers().next().is_some());
    office.world.write("handover/0001-year-7.csv", &saved);
    assert_eq!(office.confirm(&["0001", "--imported"]).code, 0);
}

#[test]
fn an_export_that_can_not_be_used_stops_everything_with_a_sentence() {
    let office = self::office("firstbell");
    let utf16: Vec<u8> = EXPORT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&[0xFF, 0xFE], utf16.as_slice()].concat();
    let heading = format!("Last name,First name,Type,Password,Email,User ID,SMS ID,Year\n{EXPORT}");
    let students: String = EXPORT.split_inclusive('\n').filter(|row| row.contains(",Student,")).collect();
    let cases: [(Vec<u8>, &str); 5] = [
        (heading.into_bytes(), "first line is a heading"),
        (EXPORT.replace(',', ";").into_bytes(), "semicolons"),
        (utf16, "UTF-16"),
        (students.into_bytes(), "holds no parent"),
        (Vec::new(), "it is empty"),
    ];
    for (bytes, words) in cases {
        std::fs::write(office.world.path().join("ultranet-export.csv"), bytes).unwrap();
        let said = office.run(&["plan"]);
        assert_eq!(said.code, 65, "{words}: {}", said.all());
        assert!(said.err.contains(words), "{words}: {}", said.all());
    }
    std::fs::remove_file(office.world.path().join("ultranet-export.csv")).unwrap();
    let said = office.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 69, "{}", said.all());
    assert!(said.err.contains("Export Users"), "{}", said.all());
}

#[test]
fn rows_that_the_import_would_refuse_are_held_with_a_reason() {
    let mut office = self::office("firstbell");
    let more = "\
Two,Al,Parent,,al@example.com,al.two,C11,0
Two,Bea,Parent,,bea@example.com,bea.two,C11,0
Odd,Cy,Parent,,cy@example.com,cy odd,C12,0
Dup,Di,Parent,,di@example.com,di.dup,C13,0
Dup,Ed,Student,,,di.dup,S99,7
Gil,Flo,Student,,,flo,C15,7
";
    office.put_export(&format!("{EXPORT}{more}"));
    let people = [("C11", "Al"), ("C12", "Cy"), ("C13", "Di"), ("C14", "=cmd"), ("C15", "Flo")];
    let rows: Vec<String> = people
        .iter()
        .map(|(id, first)| format!("{id},{first},Same,{}@example.org,S3,Bo,Lee,7,7B,,,en,yes,1,", id.to_lowercase()))
        .collect();
    office.world.roster(&ROWS.iter().copied().chain(rows.iter().map(String::as_str)).collect::<Vec<_>>());
    let plan = office.world.plan();
    let code = |id: &str| plan.held.iter().find(|held| held.caregiver.as_str() == id).map(|held| held.code);
    assert_eq!(code("C11"), Some(HoldCode::AmbiguousAccount), "two parents with one SMS id");
    assert_eq!(code("C12"), Some(HoldCode::RowRefused), "a user id with a space");
    assert_eq!(code("C13"), Some(HoldCode::RowRefused), "a user id that two have");
    assert_eq!(code("C14"), Some(HoldCode::RowRefused), "a formula");
    assert_eq!(code("C15"), Some(HoldCode::StaffAccount), "a student's account carries the id");
    office.apply();
    let file = office.world.read("handover/0001-year-7.csv");
    for (id, _) in people {
        assert!(!file.contains(&format!(",{id},")), "{id} is in the file");
    }
}

#[test]
fn the_plan_reminds_of_the_gateways_setting() {
    let mut office = self::office("firstbell");
    let notes = |office: &mut Office| office.world.plan().inputs.rollout.notes.join("\n");
    assert!(notes(&mut office).contains(
        "full-upload-needed: Ultranet has another address than the SMS for 2 caregivers, 1 of them the default address"
    ));
    let text = office.world.read("rollout.yaml");
    let early = text.replace("passwords: firstbell,", "passwords: firstbell, email-notification: true,")
        + "new-arrivals: gateway\n";
    office.world.write("rollout.yaml", &early);
    assert!(notes(&mut office).contains("should be False"), "{}", notes(&mut office));
    office.world.write("rollout.yaml", &text);
    assert!(!notes(&mut office).contains("to True"));
    office.settle(Admin::Imports);
    assert!(notes(&mut office).contains("the last cohort is done: set"), "{}", notes(&mut office));

    // Then the gateway makes an account and mails it: adopted, not sent twice.
    office.world.write("rollout.yaml", &early);
    assert!(!notes(&mut office).contains("should be False"), "{}", notes(&mut office));
    let mut export = office.ultranet.export();
    export.push_str("Rewi,Hana,Parent,,hana@example.com,hana.rewi,C9,0\n");
    office.ultranet = PretendUltranet::of(&export);
    let new = "C9,Hana,Rewi,hana@example.com,S9,Tia,Rewi,7,7A,,mother,en,yes,1,";
    office.world.roster(&ROWS.iter().copied().chain([new]).collect::<Vec<_>>());
    office.export();
    office.settle(Admin::Imports);
    assert!(office.world.recorded().histories.get("C9").unwrap().is_active());
    assert_eq!(office.ultranet.passwords_of("C9"), [""; 0]);
}
