//! One bad document for each rule.

use camino::Utf8Path;

use super::*;
use crate::files;

/// The least rollout with one stretch replaced gets exactly these problems.
#[track_caller]
fn replaced(from: &str, to: &str, expected: &[&str]) {
    assert!(LEAST.contains(from), "`{from}` is not in the least rollout");
    assert_problems(&LEAST.replacen(from, to, 1), expected);
}

/// The least rollout with lines added (they begin at line 11) gets exactly these problems.
#[track_caller]
fn added(lines: &str, expected: &[&str]) {
    assert_problems(&format!("{LEAST}{lines}"), expected);
}

#[track_caller]
fn assert_problems(text: &str, expected: &[&str]) {
    let problems = problems(read_text(text));
    assert_eq!(briefs(&problems), expected, "{text}");
    for problem in &problems {
        let has_place = problem.place.as_ref().is_some_and(|place| place.span.is_some());
        assert!(!has_place || problem.source.is_some(), "{problem:?} has no source line");
        assert!(!problem.message.ends_with('.') && !problem.message.is_empty(), "{problem:?}");
    }
}

/// YAML takes `school:Kowhai` for one word, and gives up a line later.
#[test]
fn a_missing_blank_behind_a_colon_is_named_where_it_is_missing() {
    for (from, to, place) in
        [("school: ", "school:", "rollout::yaml 2:1"), ("  path: ", "  path:", "rollout::yaml 4:3")]
    {
        let text = LEAST.replacen(from, to, 1);
        let problems = problems(read_text(&text));
        assert_eq!(briefs(&problems), [place], "{text}");
        let key = to.trim();
        assert_eq!(problems.sorted()[0].message, format!("a blank is missing behind `{key}`"));
    }
}

/// What is suggested must not be refused in its turn, nor loosen another guard.
#[test]
fn a_limit_is_suggested_as_one_and_no_other_guard_is() {
    let help = |lines: &str| problems(read_text(&format!("{LEAST}{lines}"))).sorted()[0].help.clone().unwrap();
    assert_eq!(help("guards: {resets: 3.5}\n"), "write a whole number (300) or a share (10%)");
    let canary = LEAST.replace("opens: 2027-02-01", "canary: {first: 5, wait: 1h, bounces-below: 5}");
    let found = problems(read_text(&canary));
    let helps: Vec<_> = found.sorted().into_iter().filter_map(|problem| problem.help.as_deref()).collect();
    assert!(helps.contains(&"write it as a share of a hundred: 5%"), "{helps:?} {:?}", briefs(&found));
    let lifted = "override: [{guard: second-resets, value: 3, because: x, expires: 2099-01-01}]\n";
    assert!(help(lifted).starts_with("no override lifts this guard"), "{}", help(lifted));
}

#[test]
fn text_that_is_no_document() {
    for empty in ["", "\n \n", "\u{feff}", "# only a remark\n", "---\n", "~"] {
        assert_problems(empty, &["rollout::empty"]);
    }
    assert_problems("- a\n- b\n", &["rollout::not-a-mapping 1:3"]);
    assert_problems("just words\n", &["rollout::not-a-mapping 1:1"]);
    assert_problems("version: [1,\n", &["rollout::yaml 2:1"]);
    assert_problems("mail:\n\tfrom: x\n", &["rollout::yaml 2:1"]);
    assert_problems("roster:\n  path: a\n\tcolumns: x\n", &["rollout::yaml 3:1"]);
    assert_problems("school: a: b\n", &["rollout::yaml 1:10"]);
    assert_problems("school: 'a\n", &["rollout::yaml 1:9"]);
    assert_problems("school: @a\n", &["rollout::yaml 1:9"]);
    assert_problems("school: *a\n", &["rollout::yaml 1:9"]);
    assert_problems("? [a]\n: b\n", &["rollout::yaml 1:4"]);
    added("---\nversion: 1\n", &["rollout::several-documents 11:1"]);
    added(&format!("x: {}", "[".repeat(50)), &["rollout::too-deep 11:23"]);
}

#[test]
fn characters_that_look_like_others() {
    let odd = "rollout::odd-blank";
    replaced("school: ", "school:\u{a0}", &[&format!("{odd} 2:8"), "rollout::yaml 3:1"]);
    let of_key = ["rollout::missing-key 1:1", "rollout::odd-blank 2:1", "rollout::unknown-key 2:1"];
    replaced("school: ", "\u{a0}\u{2009}school: ", &of_key);
    added("help: {email:\u{a0}office@example.nz}\n", &[&format!("{odd} 11:8"), "rollout::unknown-key 11:8"]);
    added("help: {email: office@example.nz\u{200b}}\n", &["rollout::bad-address 11:15", &format!("{odd} 11:15")]);
    added("help: {phone: \"09 555\u{a0}0100\"} # a\u{a0}b\n", &[]);
    added("help: {phone: 09 555\u{a0}0100}\n", &[]);
    added("# a\u{a0}b\nx: y: z # c\u{a0}d\n", &["rollout::yaml 12:5"]);
    let (_, warnings) = read_text(&LEAST.replace("school: ", "school: \u{201c}Tui\u{201d} # ")).unwrap();
    assert_eq!(briefs(&warnings), ["rollout::typographic-quotes 2:9"]);
    let because = LEAST.replace("school: ", "school: \u{201c}Tui\u{201d} College # ");
    assert_eq!(briefs(&read_text(&because).unwrap().1), [""; 0]);
}

#[test]
fn what_init_wrote_is_warned_about_and_never_mailed() {
    let laid_out = |text: &str| text.replace("K\u{14d}whai College", "Example College").replace("kowhai", "school");
    let warned = read_text(&laid_out(LEAST)).unwrap().1;
    assert_eq!(briefs(&warned), ["rollout::as-laid-out 2:9"]);
    let message = &warned.sorted()[0].message;
    assert!(message.ends_with("`school` (line 2), `sign-in-url` (line 6), `from` (line 8)"), "{message}");
    let mailed = LEAST.replace("cohorts:", "  transport: smtp\n  smtp: {host: mail.kowhai.example.nz}\ncohorts:");
    assert_problems(&mailed, &[]);
    assert_problems(&laid_out(&mailed), &["rollout::as-laid-out 2:9"]);
    assert!(problems(read_text(&laid_out(&mailed))).has_errors());
}

#[test]
fn bytes_that_are_no_text() {
    let read = |bytes: &[u8]| {
        briefs(&read_bytes(Utf8Path::new("rollout.yaml"), bytes, &Project::new("")).expect_err("bad bytes"))
    };
    assert_eq!(read(b"version: 1\nschool: K\xf6whai\n"), ["rollout::not-utf-8 2:10"]);
    assert_eq!(read(&[0xff, 0xfe, 0x00]), ["rollout::not-utf-8 1:1"]);
    assert_eq!(read(&vec![b'#'; 5_000_001]), ["rollout::too-large"]);
}

#[test]
fn a_file_that_is_not_there_or_not_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let read = |path: &Utf8Path| briefs(&super::super::read(path).expect_err("no rollout"));
    assert_eq!(read(&folder.join("rollout.yaml")), ["rollout::missing"]);
    assert_eq!(read(folder), ["rollout::unreadable"]);
}

#[test]
fn keys() {
    added("timezon: UTC\n", &["rollout::unknown-key 11:1"]);
    added("school: Again\n", &["rollout::duplicate-key 11:1"]);
    added("help: {email: a@example.nz, email: b@example.nz}\n", &["rollout::duplicate-key 11:29"]);
    added("<<: {school: x}\n", &["rollout::unknown-key 11:1"]);
    replaced("path:", "paht:", &["rollout::missing-key 3:1", "rollout::unknown-key 4:3"]);
    replaced("email: Email", "emial: Email", &["rollout::unknown-key 5:40"]);
    replaced("school: Kōwhai College\n", "", &["rollout::missing-key 1:1"]);
    replaced("name: year-7, ", "", &["rollout::missing-key 10:6"]);
    added("help: &a {phone: 09 555 0100}\nguards: *a\n", &["rollout::alias 12:9"]);
    added("help: {phone: !!str 095550100}\n", &["rollout::tag 11:15"]);
}

#[test]
fn types() {
    replaced("school: Kōwhai College", "school: [a]", &["rollout::wrong-type 2:10"]);
    replaced("school: Kōwhai College", "school: true", &["rollout::wrong-type 2:9"]);
    replaced("school: Kōwhai College", "school:", &["rollout::wrong-type 2:1"]);
    replaced("school: Kōwhai College", "school: \"\"", &["rollout::bad-text 2:9"]);
    replaced("[7]", "7", &["rollout::wrong-type 10:36"]);
    replaced("[7]", "[7.5]", &["rollout::wrong-type 10:37"]);
    replaced(
        "[7]",
        "[8E1, 7, ~, true, {a: b}]",
        &[
            "rollout::wrong-type 10:37",
            "rollout::wrong-type 10:45",
            "rollout::wrong-type 10:48",
            "rollout::wrong-type 10:55",
        ],
    );
    replaced("[7]", "[]", &["rollout::empty-list 10:29"]);
    replaced("{years: [7]}", "[7]", &["rollout::wrong-type 10:29"]);
    replaced("opens: 2027-02-01", "opens: ", &["rollout::wrong-type 10:42"]);
    replaced("opens: 2027-02-01", "after: []", &["rollout::empty-list 10:42"]);
    added("mail2: x\nhold: {caregiver: C1}\n", &["rollout::unknown-key 11:1", "rollout::wrong-type 12:8"]);
    added("password: {words: four}\n", &["rollout::wrong-type 11:19"]);
}

#[test]
fn words_and_numbers() {
    added("shared-email: hole\n", &["rollout::not-one-of 11:15"]);
    added("leavers: delete\n", &["rollout::not-one-of 11:10"]);
    replaced("{years: [7]}", "everyone", &["rollout::wrong-type 10:28"]);
    added("password: {words: 3}\n", &["rollout::out-of-range 11:19"]);
    added("password: {style: characters, length: 65}\n", &["rollout::out-of-range 11:39"]);
    added("password: {style: characters, words: 5}\n", &["rollout::password-style 11:31"]);
    added("password: {length: 12}\n", &["rollout::password-style 11:12"]);
    added(
        "guards: {resets: 101%, emails: -1, creates: 99%, withdrawals: lots}\n",
        &["rollout::bad-limit 11:18", "rollout::bad-limit 11:32", "rollout::bad-limit 11:63"],
    );
    replaced("version: 1", "version: 2", &["rollout::version 1:10"]);
    replaced("version: 1", "version: \"1\"", &["rollout::wrong-type 1:10"]);
}

#[test]
fn forms() {
    replaced("opens: 2027-02-01", "opens: 2027-02-30", &["rollout::bad-date 10:49"]);
    added("timezone: Pacific/Oakland\n", &["rollout::unknown-timezone 11:11"]);
    replaced("https://portal", "http://portal", &["rollout::bad-url 6:14"]);
    replaced("https://portal.kowhai.example.nz", "portal", &["rollout::bad-url 6:14"]);
    replaced("<office@kowhai.example.nz>", "<office>", &["rollout::bad-address 8:9"]);
    let header = "\"A\\r\\nBcc: everybody@example.nz <office@kowhai.example.nz>\"";
    replaced("Kōwhai College <office@kowhai.example.nz>", header, &["rollout::bad-address 8:9"]);
    replaced("path: roster/caregivers.csv", "path: a.csv\n  max-age: 7", &["rollout::wrong-type 5:12"]);
    replaced("path: roster/caregivers.csv", "path: a.csv\n  max-age: 7w", &["rollout::bad-duration 5:12"]);
    replaced("path: roster/caregivers.csv", "path: a.csv\n  staff-domains: [\"@a.nz\"]", &["rollout::bad-domain 5:19"]);
    replaced("path: roster/caregivers.csv", "path: a\\b.csv", &["rollout::bad-path 4:9"]);
    replaced("name: year-7", "name: \"a\\nb\"", &["rollout::bad-name 10:12"]);
    replaced("[7]", "[\"\"]", &["rollout::bad-id 10:37"]);
    let mail = "cohorts:\n";
    replaced(mail, "  language: {default: ../x}\ncohorts:\n", &["rollout::bad-language 9:23"]);
    replaced(mail, "  hours: {from: 8, to: \"18:00\"}\ncohorts:\n", &["rollout::wrong-type 9:17"]);
    replaced(mail, "  hours: {from: 18:00, to: 08:00}\ncohorts:\n", &["rollout::bad-hours 9:28"]);
    let smtp = "  smtp: {host: smtp.example.nz, username: office, password: {env: SMTP_PASSWORD}}\ncohorts:\n";
    replaced(mail, smtp, &["rollout::bad-env-name 9:67"]);
    let sealing = "  smtp: {host: smtp.example.nz, username: office, password: {env: FIRSTBELL_KEY}}\ncohorts:\n";
    replaced(mail, sealing, &["rollout::bad-env-name 9:67"]);
    let address = "  smtp: {host: smtp.example.nz, username: office, password: {env: FIRSTBELL_STATE_URL}}\ncohorts:\n";
    replaced(mail, address, &["rollout::bad-env-name 9:67"]);
    replaced(
        mail,
        "  smtp: {host: smtp.example.nz, username: o, password: hunter2}\ncohorts:\n",
        &["rollout::wrong-type 9:56"],
    );
}

#[test]
fn a_mail_server_that_letters_can_not_safely_go_through() {
    let mail = "cohorts:\n";
    replaced(mail, "  transport: smtp\ncohorts:\n", &["rollout::no-mail-server 9:14"]);
    let clear = "  smtp: {host: smtp.example.nz, tls: none}\ncohorts:\n";
    replaced(mail, clear, &["rollout::clear-text 9:38"]);
    let nobody = "  smtp: {host: smtp.example.nz, password: {env: FIRSTBELL_SMTP_PASSWORD}}\ncohorts:\n";
    replaced(mail, nobody, &["rollout::no-username 9:33"]);
    let outside = "  smtp: {host: localhost, tls: none, ca: ../ca.pem}\ncohorts:\n";
    replaced(mail, outside, &["rollout::outside-project 9:42"]);
    replaced(mail, "  smtp: {host: \"smtp.example.nz:25\"}\ncohorts:\n", &["rollout::bad-host 9:16"]);
}

#[test]
fn paper_wants_an_address_for_ultranets_rows_and_passwords_of_ours() {
    let lms = "lms: {driver: ultranet, export: u.csv, default-email: office@kowhai.example.nz, passwords: firstbell}\n";
    added(&format!("{lms}no-email: paper\n"), &[]);
    added(
        &format!("{}no-email: paper\n", lms.replace("passwords: firstbell", "passwords: ultranet")),
        &["rollout::ultranet 12:11"],
    );
    added(
        &format!("{}no-email: paper\n", lms.replace(" default-email: office@kowhai.example.nz,", "")),
        &["rollout::ultranet 12:11"],
    );
}

#[test]
fn state() {
    added("state: {store: postgres}\n", &["rollout::state-key 11:1"]);
    added("state: {store: sqlite, url: {env: FIRSTBELL_STATE_URL}}\n", &["rollout::state-key 11:24"]);
    added("state: {url: {env: FIRSTBELL_STATE_URL}}\n", &["rollout::state-key 11:9"]);
    let both = "state: {store: postgres, url: {env: FIRSTBELL_STATE_URL}, path: state/a.db}\n";
    added(both, &["rollout::state-key 11:59"]);
    added("state: {store: postgres, url: {env: PGURL}}\n", &["rollout::bad-env-name 11:37"]);
    let elsewhere = "lms: {driver: moodle, url: \"https://moodle.example.nz\", token: {env: FIRSTBELL_STATE_URL}}\n";
    added(elsewhere, &["rollout::bad-env-name 11:70"]);
    let own = "state: {store: postgres, url: {env: FIRSTBELL_DB}}\n";
    added(&format!("{}{own}", elsewhere.replace("STATE_URL", "DB")), &["rollout::bad-env-name 11:70"]);
}

#[test]
fn what_is_not_available() {
    added("access-revoked: unlink\n", &["rollout::not-available 11:17"]);
    added("lms: {driver: moodle}\n", &["rollout::lms-key 11:1"]);
}

#[test]
fn rosters() {
    let columns = "columns: {caregiver-id: CaregiverID, email: Email, student-id: StudentID, year: Year}";
    assert!(LEAST.contains(columns));
    let one = format!("  path: roster/caregivers.csv\n  {columns}");
    let list = |second: &str| {
        let first = format!("  - path: roster/caregivers.csv\n    {columns}\n");
        LEAST.replace(&one, &format!("{first}  - {second}"))
    };
    let corrections = "columns: {caregiver-id: ID, email: Email, because: Why, until: Until}";
    assert_problems(&list(&format!("{{path: c.csv, part: corrections, {corrections}}}")), &[]);
    assert_problems(&list(&format!("{{path: roster/caregivers.csv, {columns}}}")), &["rollout::roster-twice 6:12"]);
    assert_problems(
        &list(&format!("{{path: c.csv, {corrections}}}")),
        &["rollout::no-corrections 6:61", "rollout::no-corrections 6:75"],
    );
    assert_problems(
        &list("{path: c.csv, part: corrections, columns: {caregiver-id: ID}}"),
        &["rollout::no-reason 6:38", "rollout::no-reason 6:38"],
    );
    let with = |keys: &str| LEAST.replace(&one, &format!("{one}\n  {keys}"));
    assert_problems(
        &with("part: corrections"),
        &["rollout::no-reason 5:3", "rollout::no-reason 5:3", "rollout::corrections-first 6:9"],
    );
    assert_problems(&with("require: [legal-guardian]"), &["rollout::no-column 6:13"]);
    assert_problems(&with("blank-is-no: [court-order]"), &["rollout::no-column 6:17"]);
    let unknown = list(&format!("{{path: b.csv, unknown-access: allow, {columns}}}"));
    let unknown = unknown.replace("  - path: roster", "  - unknown-access: hold\n    path: roster");
    assert_problems(&unknown, &["rollout::unknown-access 7:35"]);
}

#[test]
fn columns_of_several_caregivers() {
    let columns = "{caregiver-id: CaregiverID, email: Email, student-id: StudentID, year: Year}";
    let with = |columns: &str| {
        LEAST.replace("{caregiver-id: CaregiverID, email: Email, student-id: StudentID, year: Year}", columns)
    };
    assert!(LEAST.contains(columns));
    let two = "caregivers: [{caregiver-id: A, email: [B, C]}, {caregiver-id: D, email: E}]";
    assert_problems(&with(&format!("{{student-id: S, year: Y, {two}}}")), &[]);
    assert_problems(
        &with(&format!("{{student-id: S, year: Y, email: M, {two}}}")),
        &["rollout::caregivers-twice 5:37"],
    );
    assert_problems(
        &with("{student-id: S, year: Y, caregivers: [{caregiver-id: A, email: B}, {email: E}]}"),
        &["rollout::no-identity 5:3"],
    );
    assert_problems(
        &with("{student-id: S, year: Y, caregivers: [{caregiver-id: A, e-mail: B}]}"),
        &["rollout::unknown-key 5:68"],
    );
    let continued =
        with(&format!("{{student-id: S, year: Y, {two}}}")).replace("  columns", "  rows: continued\n  columns");
    assert_problems(&continued, &["rollout::continued-caregivers 6:37"]);
    assert_problems(
        &with("{caregiver-id: A, email: [], student-id: S, year: Y, legal-guardian: G}"),
        &["rollout::empty-list 5:30", "rollout::no-effect 5:65"],
    );
}

#[test]
fn ultranet() {
    let lms = |keys: &str| format!("lms: {{driver: ultranet, export: u.csv, passwords: firstbell{keys}}}\n");
    added(&lms(""), &[]);
    added("lms: {driver: ultranet}\n", &["rollout::ultranet 11:1", "rollout::ultranet 11:1"]);
    added(&lms(", path: x.json"), &["rollout::lms-key 11:62"]);
    added("lms: {driver: sandbox, export: u.csv}\n", &["rollout::lms-key 11:24"]);
    added(&lms(", columns: {g: sms-id, h: sms-id}"), &["rollout::ultranet 11:72"]);
    added(&lms(", username: \"{first} {last}\""), &["rollout::bad-user-id 11:72"]);
    added(&lms(", export: ../u.csv").replacen("export: u.csv, ", "", 1), &["rollout::outside-project 11:55"]);
    added(&lms(", email-notification: true"), &["rollout::ultranet 11:82"]);
    added(&(lms("") + "new-arrivals: gateway\n"), &["rollout::ultranet 12:15"]);
    added(&(lms(", email-notification: true") + "new-arrivals: gateway\n"), &[]);
}

#[test]
fn cohorts() {
    let cohort = "  - {name: year-7, select: {years: [7]}, opens: 2027-02-01}\n";
    let with = |lines: &str| LEAST.replace(cohort, lines);
    assert_problems(
        &with("  - {name: a, select: all}\n  - {name: a, select: {years: [7]}}\n"),
        &["rollout::cohort-twice 11:12", "rollout::never-reached 11:12"],
    );
    assert_problems(&with("  - {name: a, select: {years: [7]}, after: [b]}\n"), &["rollout::unknown-cohort 10:45"]);
    assert_problems(&with("  - {name: a, select: {years: [7]}, after: [a]}\n"), &["rollout::after-circle 10:45"]);
    let circle = "  - {name: a, select: {years: [7]}, after: [c]}\n  - {name: b, select: {years: [8]}, after: [a]}\n  \
                  - {name: c, select: {years: [9]}, after: [b]}\n";
    assert_problems(&with(circle), &["rollout::after-circle 11:45"]);
    assert_problems(&with("  - {name: a, select: {}}\n"), &["rollout::empty-select 10:15"]);
    assert_problems(&with("  - {name: a, select: {classes: [7A]}}\n"), &["rollout::no-column 10:24"]);
    assert_problems(&with("  []\n"), &["rollout::empty-list 9:1"]);
    added("assume-never-signed-in: [year-8]\n", &["rollout::unknown-cohort 11:26"]);
    let canary = "{name: year-7, select: {years: [7]}, canary: {first: 20, wait: 24h, bounces-below: 5%}}";
    assert_problems(&with(&format!("  - {canary}\n")), &["rollout::no-effect 10:42"]);
    added("bounced: resend\n", &["rollout::no-effect 11:1"]);
    for (kept, expected) in [("", &["rollout::no-effect 13:1"][..]), ("  retain-for-bounce: 7d\n", &[])] {
        let smtp = format!("mail:\n  transport: smtp\n  smtp: {{host: mail.example.nz}}\n{kept}");
        assert_problems(&format!("{}bounced: resend\n", LEAST.replace("mail:\n", &smtp)), expected);
    }
    assert_problems(
        &with(&format!("  - {}\n", canary.replace("5%", "five"))),
        &["rollout::no-effect 10:42", "rollout::bad-limit 10:88"],
    );
}

#[test]
fn people() {
    let hold = "{caregiver: C1, because: x}";
    added(&format!("hold:\n  - {hold}\n  - {hold}\n"), &["rollout::hold-twice 13:17"]);
    added("moved: [{from: C1, to: C1, because: x}]\n", &["rollout::moved-to-itself 11:24"]);
    added(
        "moved:\n  - {from: C1, to: C2, because: x}\n  - {from: C1, to: C3, because: x}\n",
        &["rollout::moved-twice 13:12"],
    );
    added(
        "moved:\n  - {from: C1, to: C3, because: x}\n  - {from: C2, to: C3, because: x}\n",
        &["rollout::moved-twice 13:20"],
    );
    added(
        "moved:\n  - {from: C1, to: C2, because: x}\n  - {from: C2, to: C1, because: x}\n",
        &["rollout::moved-circle 13:20"],
    );
    for number in ["1", "0", "-2"] {
        let line = format!("reissue: [{{caregiver: C1, activation: {number}, because: x}}]\n");
        added(&line, &["rollout::reissue-number 11:39"]);
    }
    for ids in ["C1", "C1, C1"] {
        added(&format!("distinct: [{{caregivers: [{ids}], because: x}}]\n"), &["rollout::distinct-from-nobody 11:26"]);
    }
    let reissue = "{caregiver: C1, activation: 2, because: x}";
    added(&format!("reissue:\n  - {reissue}\n  - {reissue}\n"), &["rollout::reissue-twice 13:33"]);
    let guard = "{guard: resets, value: 900, because: x, expires: 2027-02-11}";
    added(&format!("override:\n  - {guard}\n  - {guard}\n"), &["rollout::override-twice 13:13"]);
    let over = guard.replace("900", "101%");
    added(&format!("override: [{over}]\n"), &["rollout::bad-limit 11:35"]);
    added("guards: {resets: 100.5%}\n", &["rollout::bad-limit 11:18"]);
    let unending = guard.replace(", expires: 2027-02-11", "");
    added(&format!("override: [{unending}]\n"), &["rollout::missing-key 11:13"]);
}

#[test]
fn caregivers_must_be_told_apart() {
    replaced("caregiver-id: CaregiverID, ", "", &["rollout::no-identity 5:3"]);
    replaced("path: roster", "identity: email\n  path: roster", &[]);
    let neither = "  identity: email\n  columns: {year: Year}";
    replaced(
        "  columns: {caregiver-id: CaregiverID, email: Email, student-id: StudentID, year: Year}",
        neither,
        &["rollout::no-identity 6:3"],
    );
}

#[test]
fn paths_that_leave_the_project() {
    replaced("roster/caregivers.csv", "/etc/passwd", &["rollout::outside-project 4:9"]);
    replaced("roster/caregivers.csv", "../other/roster.csv", &["rollout::outside-project 4:9"]);
    added("lms: {path: ../lms.json}\n", &["rollout::outside-project 11:13"]);
    added("state: {path: /tmp/state.db}\n", &["rollout::outside-project 11:15"]);
    replaced("cohorts:\n", "  outbox: ../outbox\ncohorts:\n", &["rollout::outside-project 9:11"]);
    replaced("cohorts:\n", "  letter: letters/../../x\ncohorts:\n", &["rollout::outside-project 9:11"]);
    replaced("{years: [7]}", "{id-file: ../ids.txt}", &["rollout::outside-project 10:38"]);
}

#[test]
fn paths_that_are_something_else_already() {
    added("lms: {path: state/firstbell.db}\n", &["rollout::one-file-twice 11:13"]);
    added("lms: {path: rollout.lock}\n", &["rollout::one-file-twice 11:13"]);
    added("state: {path: ./rollout.yaml}\n", &["rollout::one-file-twice 11:15"]);
    added("state: {path: s.db}\nlms: {path: state/../s.db}\n", &["rollout::one-file-twice 12:13"]);
    replaced("cohorts:\n", "  outbox: roster/caregivers.csv\ncohorts:\n", &["rollout::one-file-twice 9:11"]);
}

#[test]
fn a_file_of_ids_must_be_there_and_have_ids() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    files::replace(&folder.join("empty.txt"), b"# nobody yet\n").unwrap();
    files::replace(&folder.join("latin.txt"), b"C1\nC\xe9\n").unwrap();
    files::make_dir(&folder.join("folder")).unwrap();
    for name in ["missing.txt", "empty.txt", "latin.txt", "folder"] {
        let text = LEAST.replace("{years: [7]}", &format!("{{id-file: {name}}}"));
        assert_eq!(briefs(&problems(read_in(&text, &Project::new(folder)))), ["rollout::id-file 10:38"], "{name}");
    }
}

/// Its lines are shown where they can't be understood.
#[test]
fn a_rollout_that_leads_elsewhere_or_is_no_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let school = folder.join("school");
    files::make_dir(&school).unwrap();
    files::replace(&folder.join("key"), b"0123456789abcdef").unwrap();
    for (target, code) in
        [(folder.join("key"), "rollout::outside-project"), ("/dev/zero".into(), "rollout::outside-project")]
    {
        let link = school.join("rollout.yaml");
        files::remove_if_there(&link).unwrap();
        std::os::unix::fs::symlink(target, &link).unwrap();
        let problems = super::super::read(&link).expect_err("no rollout");
        assert_eq!(briefs(&problems), [code]);
        assert!(!format!("{problems:?}").contains("0123456789abcdef"));
    }
    files::replace(&school.join("real.yaml"), b"version: 1\n").unwrap();
    let link = school.join("rollout.yaml");
    files::remove_if_there(&link).unwrap();
    std::os::unix::fs::symlink("real.yaml", &link).unwrap();
    assert!(briefs(&super::super::read(&link).expect_err("no rollout")).iter().all(|brief| brief.contains("missing")));
}

#[test]
fn an_outbox_is_a_folder_of_its_own() {
    for folder in [".git/hooks", "letters/welcome.en", "./roster", "state"] {
        let text = LEAST.replace("cohorts:\n", &format!("  outbox: {folder}\ncohorts:\n"));
        assert_problems(&text, &["rollout::one-file-twice 9:11"]);
    }
}

/// What a log would show of it.
#[test]
fn a_list_of_ids_lies_where_lists_lie() {
    for name in [".git/config", "./handover/0001.csv", "outbox/x.eml"] {
        let text = LEAST.replace("{years: [7]}", &format!("{{id-file: {name}}}"));
        assert_eq!(briefs(&problems(read_in(&text, &Project::new("/nowhere")))), ["rollout::id-file 10:38"], "{name}");
    }
}

#[test]
fn a_link_in_a_letter_may_not_lead_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let school = folder.join("school");
    files::make_dir(&school.join("letters/welcome.en")).unwrap();
    files::replace(&folder.join("secret"), b"x").unwrap();
    std::os::unix::fs::symlink(folder.join("secret"), school.join("letters/welcome.en/body.txt")).unwrap();
    let problems = problems(read_in(LEAST, &Project::new(school)));
    assert_eq!(briefs(&problems), ["rollout::outside-project 7:1"]);
}

#[test]
fn a_page_of_text_is_not_quoted_whole() {
    let long = format!("{LEAST}timezone: {}\n", "x".repeat(100_000));
    let problems = problems(read_text(&long));
    let problem = problems.iter().next().unwrap();
    assert_eq!(brief(problem), "rollout::unknown-timezone 11:11");
    assert!(problem.message.chars().count() < 500 && problem.source.is_none());
}

#[test]
fn a_hostile_document_gets_an_end() {
    let many = (0..5_000).map(|n| format!("key{n}: x\n")).collect::<Vec<_>>().concat();
    assert_eq!(problems(read_text(&many)).len(), 200);
    let cohort = |n: u32| format!("  - {{name: c{n}, select: {{years: [7]}}, after: [c{}]}}\n", n ^ 1);
    let circles = (0..5_000).map(cohort).collect::<Vec<_>>().concat();
    assert_eq!(problems(read_text(&format!("{LEAST}{circles}"))).len(), 20);
}
