//! Letters on paper: the promise holds for them too, and what comes out of the printer is what was written.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use firstbell::lms::sandbox;
use firstbell::model::secret::Password;
use firstbell::plan::HoldCode;

use crate::binary::{Project, Said};
use crate::world::{Crash, Crashed, World, looks_like_a_password};

const ROLLOUT: &str = "no-email: paper\ncohorts:\n  - {name: year-7, select: {years: [7]}}\n";

const ROWS: [&str; 4] = [
    "C1,Mere,Tamihana,mere@example.nz,S1,Āwhina,Tamihana,7,7A,,mother,en,yes,1,",
    "C2,Hōne,Tamihana,,S1,Āwhina,Tamihana,7,7A,,father,mi,yes,2,",
    "C3,Ana,Tūī,none,S2,Rangi,Tūī,7,7B,,mother,en,yes,1,",
    "C4,Lan,Nguyễn,office@kowhai.example.nz,S3,Minh,Nguyễn,7,7B,,mother,,yes,1,",
];
const ON_PAPER: [&str; 3] = ["C2", "C3", "C4"];
const ACCOUNTS: &str =
    r#"{"caregiver": "C3", "username": "ana.tui", "first-name": "Ana", "last-name": "Tūī", "email": ""}"#;

fn world(at_once: usize) -> World {
    let mut world = World::new(ROLLOUT, &ROWS, ACCOUNTS);
    world.at_once = at_once;
    world
}

/// Applies with a stop at this point; whether it was reached.
fn stopped_at(world: &mut World, point: usize) -> bool {
    world.crash = Crash::at(point);
    let result = catch_unwind(AssertUnwindSafe(|| world.apply()));
    world.crash = Crash::never();
    result.map(|applied| applied.unwrap()).map_err(|payload| assert!(payload.is::<Crashed>())).is_err()
}

/// Everybody has one password, and the page that waits for the printer tells it.
fn check(world: &mut World, at: &str) {
    let pages = world.pages();
    assert_eq!(pages.keys().map(String::as_str).collect::<Vec<_>>(), ON_PAPER, "{at}");
    assert_eq!(world.outbox().len(), 1, "{at}");
    let held: Vec<_> = world.plan().held.iter().map(|held| (held.caregiver.as_str().to_owned(), held.code)).collect();
    assert_eq!(held, ON_PAPER.map(|id| (id.to_owned(), HoldCode::ToPrint)), "{at}");
    for (id, page) in pages {
        assert_eq!(world.passwords_set(&id), 1, "{id} {at}");
        let (username, password) = (page.typed[1].clone(), page.typed[2].clone());
        assert!(looks_like_a_password(&password) && page.text.contains(&password), "{id} {at}");
        let lms = world.path().join("state/lms.json");
        assert!(sandbox::sign_in(&lms, &username, &Password::new(password)).unwrap(), "{id} {at}");
    }
}

#[test]
fn a_stop_at_any_commit_or_effect_leaves_one_password_and_the_page_that_tells_it() {
    for at_once in [1, 3] {
        let mut whole = world(at_once);
        let applied = whole.apply().unwrap();
        assert_eq!((applied.tally.written, applied.tally.sent), (3, 1));
        check(&mut whole, "without a stop");
        let points = whole.crash.seen();
        assert!(points > 15, "{points}");
        for point in 0..points {
            let mut world = world(at_once);
            assert!(stopped_at(&mut world, point), "point {point} was not reached");
            world.settle(3);
            check(&mut world, &format!("stopped at point {point}, {at_once} at once"));
        }
    }
}

#[test]
fn children_who_change_before_the_printer_is_on_change_the_page_and_not_the_password() {
    let mut world = world(1);
    world.apply().unwrap();
    let before = world.pages();
    let more = "C2,Hōne,Tamihana,,S9,Pita,Tamihana,7,7C,,father,mi,yes,2,";
    world.roster(&[ROWS[0], ROWS[1], more, ROWS[2], ROWS[3]]);
    world.settle(1);
    let after = world.pages();
    assert!(after["C2"].text.contains("Pita") && !before["C2"].text.contains("Pita"));
    assert_eq!(after["C2"].typed, before["C2"].typed);
    assert_eq!((&after["C3"], &after["C4"]), (&before["C3"], &before["C4"]));
    assert_eq!(world.passwords_set("C2"), 1);
}

#[test]
fn an_address_that_comes_in_before_the_printer_is_on_is_mailed_to() {
    let mut world = world(1);
    world.apply().unwrap();
    let password = world.pages()["C2"].typed[2].clone();
    let address = ROWS[1].replace("Tamihana,,S1", "Tamihana,hone@example.nz,S1");
    world.roster(&[ROWS[0], &address, ROWS[2], ROWS[3]]);
    world.settle(1);
    let letters = world.outbox();
    assert_eq!(letters.len(), 2);
    let text =
        |bytes: &[u8]| mail_parser::MessageParser::default().parse(bytes).unwrap().body_text(0).unwrap().into_owned();
    assert!(letters.iter().any(|(_, bytes)| text(bytes).contains(&password)), "the same password");
    assert_eq!(world.passwords_set("C2"), 1);
}

#[test]
fn a_letter_that_does_not_fit_a_page_costs_nobody_a_password() {
    let mut world = world(1);
    let body = world.read("letters/welcome.en/body.txt");
    world.write(
        "letters/welcome.en/body.txt",
        &format!("{body}{}", "{% for child in children %}A long line.\n{% endfor %}".repeat(80)),
    );
    let applied = world.apply().unwrap();
    assert_eq!(applied.tally.failures.len(), 3, "{:?}", applied.tally.failures);
    assert!(applied.tally.failures.iter().all(|(_, failure)| failure.what.contains("does not fit onto one page")));
    assert!(ON_PAPER.iter().all(|id| world.passwords_set(id) == 0));
}

/// A school with three parents on paper and a roster with postal addresses.
fn school() -> Project {
    let project = Project::empty();
    let said = project.run(&["init", "school"]);
    assert_eq!(said.code, 0, "{}", said.all());
    std::fs::rename(project.path().join("school"), project.path().with_extension("x")).unwrap();
    std::fs::remove_dir(project.path()).unwrap();
    std::fs::rename(project.path().with_extension("x"), project.path()).unwrap();
    project.edit(
        "rollout.yaml",
        "    class: Class\n",
        "    class: Class\n    portal-access: Access\n    postal-address: [Street, Suburb, City]\n",
    );
    project.edit(
        "rollout.yaml",
        "shared-email: hold",
        "no-email: paper\nguards: {roster-change: 50%}\nshared-email: hold",
    );
    project.write("roster/caregivers.csv", ROSTER);
    project
}

const ROSTER: &str = "CaregiverID,FirstName,LastName,Email,StudentID,StudentFirstName,StudentLastName,Year,Class,Access,Street,Suburb,City
C1001,Aroha,Tamihana,aroha@home.example.nz,S1,Mere,Tamihana,7,7A,yes,,,
C1002,Rāwiri,Kāretu,,S2,Tāne,Kāretu,7,7B,yes,12 Rata Street,Frankton,Hamilton 3204
C1003,Hana,Walker,none,S3,Leo,Walker,7,7A,yes,,,
C1005,Pat,Brown,office@school.example.nz,S5,Ana,Brown,7,7C,yes,\"PO Box 1
Raglan\",,
";
const MAKE: [&str; 3] = ["letters", "--cohort", "year-7"];
const PRINTED: [&str; 4] = ["letters", "--cohort", "year-7", "--printed"];

fn run(project: &Project, args: &[&str], code: i32) -> Said {
    let said = project.run(args);
    assert_eq!(said.code, code, "{args:?}: {}", said.all());
    said
}

fn bytes(project: &Project) -> Vec<u8> {
    std::fs::read(project.path().join("paper/year-7.pdf")).unwrap()
}

/// What a program says of the PDF that did not write it.
fn poppler(program: &str, args: &[&str], project: &Project) -> String {
    let output = Command::new(program).args(args).arg(project.path().join("paper/year-7.pdf")).arg("-").output();
    let output = output.unwrap_or_else(|error| panic!("this test needs `{program}`, of poppler-utils: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_plan_with_pages_is_as_its_schema_says() {
    let project = school();
    let plan: serde_json::Value = serde_json::from_str(&run(&project, &["plan", "--format", "json"], 0).out).unwrap();
    let actions = plan["changes"].as_array().unwrap().iter().flat_map(|change| change["actions"].as_array().unwrap());
    assert!(actions.clone().any(|action| action == "print"), "{plan}");
    let schema = serde_json::from_str(include_str!("../../schemas/plan.schema.json")).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&plan), "{plan:#}");
}

/// Their names are one to a file system, and not to a school.
#[test]
fn no_two_cohorts_share_a_file_of_pages() {
    let project = school();
    let rollout = project.read("rollout.yaml");
    let cohorts = rollout.find("cohorts:").unwrap();
    let two = "cohorts:\n  - {name: 7 A, select: {classes: [7A]}}\n  - {name: 7-A, select: all}\n";
    project.write("rollout.yaml", rollout[..cohorts].to_owned() + two);
    run(&project, &["apply", "--auto-approve"], 8);
    for name in ["7 A", "7-A"] {
        run(&project, &["letters", "--cohort", name], 0);
    }
    let files = std::fs::read_dir(project.path().join("paper")).unwrap().count();
    assert_eq!(files, 2);
    run(&project, &["letters", "--cohort", "7 A", "--printed"], 0);
    assert!(project.path().join("paper/7-A.pdf").exists(), "the other's pages are still to be printed");
}

#[test]
fn the_file_has_a_page_for_each_in_the_order_of_classes_and_its_passwords_sign_in() {
    let project = school();
    run(&project, &["apply", "--auto-approve"], 8);
    let said = run(&project, &MAKE, 0);
    assert!(
        said.out.contains("3 pages") && said.out.contains("--printed") && said.out.contains("Shred"),
        "{}",
        said.out
    );
    let text = poppler("pdftotext", &["-layout"], &project);
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert_eq!(pages.len(), 3);
    let windows = [
        ["Hana Walker", "Leo Walker, 7A"].as_slice(),
        ["Rāwiri Kāretu", "12 Rata Street", "Frankton", "Hamilton 3204"].as_slice(),
        ["Pat Brown", "PO Box 1", "Raglan"].as_slice(),
    ];
    for (page, window) in pages.iter().zip(windows) {
        let lines: Vec<&str> = page.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(&lines[1..=window.len()], window, "{page}");
        assert!(
            page.contains("Example College") && page.contains("this letter") && !page.contains("this email"),
            "{page}"
        );
        let below = |label: &str| lines.iter().skip_while(|line| **line != label).nth(1).unwrap().to_string();
        let said =
            project.run_with(&["sandbox", "sign-in", &below("User name:")], &format!("{}\n", below("Password:")));
        assert_eq!(said.code, 0, "{}", said.all());
    }
    let names: BTreeSet<&str> = ["C1002", "C1003", "C1005"].into_iter().filter(|id| text.contains(id)).collect();
    assert_eq!(names.len(), 3, "the office finds the envelope");
}

#[test]
fn the_file_is_tagged_a4_and_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let project = school();
    run(&project, &["apply", "--auto-approve"], 8);
    run(&project, &MAKE, 0);
    let path = project.path().join("paper/year-7.pdf");
    let info = Command::new("pdfinfo").arg(&path).output().unwrap();
    let info = String::from_utf8(info.stdout).unwrap();
    let value =
        |key: &str| info.lines().find_map(|line| line.strip_prefix(&format!("{key}:"))).unwrap().trim().to_owned();
    assert_eq!((value("Tagged").as_str(), value("Pages").as_str()), ("yes", "3"), "{info}");
    assert!(value("Page size").ends_with("(A4)") && value("Title") == "Example College: year-7", "{info}");
    let structure = Command::new("pdfinfo").arg("-struct-text").arg(&path).output().unwrap();
    let structure = String::from_utf8(structure.stdout).unwrap();
    assert_eq!(structure.matches("H1 ").count(), 3, "a heading each: {structure}");
    assert_eq!(structure.matches("Sect").count(), 3, "{structure}");
    assert!(structure.contains("H2 ") && structure.contains("Rāwiri"), "{structure}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn printing_is_recorded_once_and_the_same_pages_are_made_until_then() {
    let project = school();
    run(&project, &["apply", "--auto-approve"], 8);
    run(&project, &PRINTED, 64);
    run(&project, &MAKE, 0);
    let first = bytes(&project);
    run(&project, &MAKE, 0);
    assert_eq!(bytes(&project), first);
    // Somebody joins meanwhile: their page waits for the next file.
    project.write("roster/caregivers.csv", format!("{ROSTER}C1006,Joan,Reid,,S6,Ella,Reid,7,7A,yes,,,\n"));
    run(&project, &["apply", "--auto-approve"], 8);
    let said = run(&project, &MAKE, 0);
    assert!(said.out.contains("1 page is written since"), "{}", said.out);
    assert_eq!(bytes(&project), first);
    run(&project, &PRINTED, 0);
    assert!(!project.path().join("paper/year-7.pdf").exists());
    let secrets = run(&project, &["state", "secrets"], 0).out;
    assert!(secrets.contains("C1006") && !secrets.contains("C1002"), "wiped: {secrets}");
    run(&project, &MAKE, 0);
    let text = poppler("pdftotext", &[], &project);
    assert!(text.contains("Joan Reid") && !text.contains("Hana Walker"), "{text}");
    run(&project, &["letters", "--cohort", "year-7", "--not-printed"], 0);
    run(&project, &MAKE, 0);
    run(&project, &PRINTED, 0);
    let status = run(&project, &["status"], 0).out;
    assert!(status.contains("5 active") || status.contains("5 of 5 active"), "{status}");
    assert!(run(&project, &MAKE, 0).out.contains("Nothing of `year-7` is to be printed"));
    run(&project, &["apply", "--auto-approve"], 0);
    assert_eq!(project.letters().len(), 1);
    run(&project, &["state", "verify"], 0);
}

#[test]
fn a_file_that_cannot_be_written_is_made_again_with_the_same_pages() {
    let project = school();
    run(&project, &["apply", "--auto-approve"], 8);
    project.write("paper", "in the way");
    let said = run(&project, &MAKE, 1);
    assert!(said.err.contains("makes the same file again"), "{}", said.err);
    std::fs::remove_file(project.path().join("paper")).unwrap();
    run(&project, &MAKE, 0);
    assert_eq!(poppler("pdftotext", &[], &project).matches("Your parent account").count(), 3);
    assert_eq!(run(&project, &["plan"], 0).out.matches("to-print (3)").count(), 1);
}

#[test]
fn who_may_not_see_the_child_any_more_is_taken_out_of_the_file() {
    let project = school();
    run(&project, &["apply", "--auto-approve"], 8);
    run(&project, &MAKE, 0);
    project.write("roster/caregivers.csv", ROSTER.replace("Kāretu,7,7B,yes", "Kāretu,7,7B,no"));
    let said = run(&project, &MAKE, 0);
    assert!(said.out.contains("C1002 is held now") && said.out.contains("2 pages"), "{}", said.out);
    assert!(!poppler("pdftotext", &[], &project).contains("Rāwiri"));
    run(&project, &PRINTED, 0);
    assert!(run(&project, &["plan", "--personal", "full"], 0).out.contains("no-access (1)"));
    let listed = run(&project, &["state", "list"], 0).out;
    assert_eq!(listed.lines().filter(|line| line.contains("sent")).count(), 3, "{listed}");
}

#[test]
fn what_is_wrong_is_said_before_anything_is_done() {
    let project = school();
    let said = run(&project, &["letters", "--cohort", "yaer-7"], 64);
    assert!(said.err.contains("there is no cohort `yaer-7`") && said.err.contains("year-7"), "{}", said.err);
    run(&project, &["letters", "--cohort", "year-7", "--printed", "--not-printed"], 64);
    run(&project, &["apply", "--auto-approve"], 8);
    let said = run(&project, &["resolve", "C1002", "--letter", "arrived"], 64);
    assert!(said.err.contains("firstbell letters --cohort year-7 --printed"), "{}", said.err);
    project.write(
        "letters/welcome.en/body.txt",
        "ملحوظة {{ sign_in_url }} {{ username }} {{ password }} {{ children_names }}",
    );
    let said = run(&project, &["check"], 65);
    assert!(said.err.contains("letter::not-printable"), "{}", said.err);
}

#[test]
fn a_language_that_cannot_be_printed_is_printed_in_the_default_one() {
    let project = school();
    for part in ["subject.txt", "body.txt", "body.html"] {
        let text = project.read(&format!("letters/welcome.mi/{part}"));
        project.write(
            &format!("letters/welcome.ar/{part}"),
            format!("{text}{}", if part == "body.txt" { "مرحبا" } else { "" }),
        );
    }
    project.edit("rollout.yaml", "language: {default: en}", "language: {default: en, by: language}");
    project.edit("rollout.yaml", "    class: Class\n", "    class: Class\n    language: Language\n");
    let roster = ROSTER.replace("Street,Suburb,City\n", "Street,Suburb,City,Language\n").replace("3204\n", "3204,ar\n");
    project.write("roster/caregivers.csv", roster.replace(",yes,,,\n", ",yes,,,,\n").replace("\",,\n", "\",,,\n"));
    let said = run(&project, &["check"], 0);
    assert!(said.err.contains("letter::not-printable") && said.err.contains("get it in `en`"), "{}", said.all());
    run(&project, &["apply", "--auto-approve"], 8);
    run(&project, &MAKE, 0);
    assert!(poppler("pdftotext", &[], &project).contains("Kia ora Rāwiri"), "{}", poppler("pdftotext", &[], &project));
}

#[test]
fn a_preview_leaves_out_a_language_that_cannot_be_printed_and_shows_who_gets_a_page() {
    let project = Project::example("quickstart");
    project.edit("rollout.yaml", "no-email: hold", "no-email: paper");
    for part in ["subject.txt", "body.txt", "body.html"] {
        project.write(&format!("letters/welcome.ar/{part}"), project.read(&format!("letters/welcome.en/{part}")));
    }
    let body = project.read("letters/welcome.ar/body.txt");
    project.write("letters/welcome.ar/body.txt", format!("مرحبا\n{body}"));
    let said = project.run(&["preview", "--pdf", "page.pdf"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("page.pdf: en, mi") && said.err.contains("`ar` is left out"), "{}", said.all());
    let alone = project.run(&["preview", "--pdf", "page.pdf", "--language", "ar"]);
    assert_eq!(alone.code, 65, "{}", alone.all());
    let page = project.run(&["preview", "C1018"]);
    assert!(page.err.contains("They get it on paper") && !page.out.contains("delete this email"), "{}", page.all());
    let barred = project.run(&["preview", "C1004"]);
    assert!(barred.err.contains("They may see no child"), "{}", barred.all());
}

/// Nobody waits any more for the page of somebody who has gone: else they could never be forgotten.
#[test]
fn who_has_gone_before_their_page_was_printed_can_be_forgotten() {
    let project = school();
    project.run(&["apply", "--auto-approve"]);
    let forget = ["state", "forget", "C1002", "--because", "T-150"];
    assert!(run(&project, &forget, 1).err.contains("their page is not out"));
    run(&project, &MAKE, 0);
    let rest: Vec<&str> = ROSTER.lines().filter(|row| !row.starts_with("C1002")).collect();
    project.write("roster/caregivers.csv", rest.join("\n"));
    project.run(&["apply", "--auto-approve"]);
    assert!(run(&project, &forget, 1).err.contains("their page is not out"), "it lies in a file that may be printed");
    run(&project, &["letters", "--cohort", "year-7", "--not-printed"], 0);
    assert!(run(&project, &forget, 0).out.contains("No letter goes out to them any more."));
    run(&project, &["state", "verify"], 0);
    project.write("roster/caregivers.csv", ROSTER);
    project.run(&["apply", "--auto-approve"]);
    let is_theirs = |effect: &&serde_json::Value| effect["caregiver"] == "C1002" && effect["op"] == "set-password";
    assert_eq!(project.effects().iter().filter(is_theirs).count(), 1);
}

/// The rollout says `paper` no more, and the pages of those whose passwords are set lie there still.
#[test]
fn pages_that_wait_are_printed_whatever_becomes_of_no_email() {
    let mut world = world(1);
    world.apply().unwrap();
    let rollout = world.read("rollout.yaml");
    world.write("rollout.yaml", &rollout.replace("no-email: paper", "no-email: hold"));
    world.clock.advance(1);
    world.apply().unwrap();
    check(&mut world, "with `no-email: hold`");
}
