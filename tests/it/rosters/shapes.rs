//! One roster however it is encoded, delimited and broken into lines; repeated headings, several caregivers in a row,
//! continuation rows, repeating fields.

use serde_json::Value;

use super::{brief, good, refused, school, shown, with};

const COLUMNS: &str =
    "columns: {caregiver-id: ID, first-name: First, last-name: Last, email: Email, student-id: Student,
    student-first-name: Child, year: Year, portal-access: Portal}";
const EXPORT: &str = "ID,First,Last,Email,Student,Child,Year,Portal\n\
    C1,Zoë,\"O'Neil, Dr\",zoe@example.nz,S1,René,7,yes\n\
    C2,Ana,Lee,ana@example.nz,S1,René,7,yes\n\
    C3,Sam,Lee,,S2,Noël,8,no\n";

/// Writes one roster's text as bytes.
type Encode = fn(&str) -> Vec<u8>;

const ENCODINGS: [(&str, Encode); 6] = [
    ("UTF-8", |text| text.as_bytes().to_vec()),
    ("UTF-8 with BOM", |text| format!("\u{feff}{text}").into_bytes()),
    ("UTF-16LE", |text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("UTF-16BE", |text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("UTF-16LE", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    // Of the letters here, Latin-1 and Windows-1252 have the same bytes.
    ("Windows-1252", |text| text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()),
];

/// What a plan does and whom it holds: all of it but where it comes from.
fn decided(plan: &str) -> (Value, Value, Value) {
    let plan: Value = serde_json::from_str(plan).unwrap();
    (plan["changes"].clone(), plan["held"].clone(), plan["summary"].clone())
}

#[test]
fn one_roster_gives_one_plan_however_it_is_written() {
    let project =
        school(&format!("roster:\n  path: roster/export.csv\n  max-age: 3650d\n  unknown-access: hold\n  {COLUMNS}\n"));
    let mut first = None;
    for (name, encode) in ENCODINGS {
        for line_end in ["\n", "\r\n", "\r", "mixed"] {
            for (delimiter, word) in [(",", "comma"), (";", "semicolon"), ("\t", "tab")] {
                let text = match line_end {
                    "mixed" => EXPORT.replacen('\n', "\r\n", 1).replace("yes\nC2", "yes\rC2"),
                    end => EXPORT.replace('\n', end),
                };
                let text = text.replace("O'Neil, Dr", "O'Neil @ Dr").replace(',', delimiter).replace(" @ Dr", ", Dr");
                project.write("roster/export.csv", encode(&text));
                let said = good(&project, &["--now", "2027-02-01T09:00:00+13:00", "plan", "--format", "json"]);
                let plan = decided(&said.out);
                assert_eq!(plan.0.as_array().unwrap().len(), 2, "{}", said.all());
                assert_eq!(&plan, first.get_or_insert_with(|| plan.clone()), "{name} {line_end:?} {word}");
                let shape = serde_json::from_str::<Value>(&said.out).unwrap()["inputs"]["roster"]["shape"].clone();
                assert!(shape.as_str().unwrap().starts_with(&format!("{name}, {word}")), "{shape}");
                assert_eq!(said.err.contains("read as Windows-1252"), name == "Windows-1252", "{}", said.err);
            }
        }
    }
}

#[test]
fn a_guess_at_the_encoding_is_said_with_its_row_and_can_be_forced() {
    let roster = |encoding: &str| format!("roster:\n  path: roster/export.csv\n  encoding: {encoding}\n  {COLUMNS}\n");
    let bytes = ENCODINGS[5].1(EXPORT);
    let said = good(&with(&roster("auto"), &bytes), &["check"]);
    for part in ["no UTF-8 (line 2: byte 51 is 0xEB)", "export.csv:2:1", "macrons", "encoding: windows-1252"] {
        assert!(said.err.contains(part), "no `{part}` in {}", said.err);
    }
    assert!(!good(&with(&roster("windows-1252"), &bytes), &["check"]).err.contains("1252"));
    refused(&with(&roster("utf-8"), &bytes), &["this is not UTF-8", "export.csv:2:1"]);
    let mixed = [EXPORT.as_bytes(), b"C4,Ren\xE9,X,r@example.nz,S1,R,7,yes\n"].concat();
    refused(&with(&roster("auto"), mixed), &["this is not UTF-8", "export.csv:5:1"]);
    let half = ENCODINGS[2].1(EXPORT);
    refused(&with(&roster("auto"), &half[..half.len() - 1]), &["not UTF-16 from byte", "cut short"]);
}

#[test]
fn a_heading_that_repeats_is_named_by_its_number() {
    let roster = |id: &str| {
        format!(
            "roster:\n  path: roster/export.csv\n  columns: {{student-id: ID#1, caregiver-id: {id}, email: [Home Email, Email],\n    year: Year}}\n"
        )
    };
    let export = "ID,Forename,Year,ID,Forename,Home Email,Email\nS1,Ana,7,C1,Mere,,mere@example.nz\nS2,Tama,8,C1,Mere,m@example.com,x\n";
    let project = with(&roster("ID#2"), export.replace("m@example.com,x", ",mere@example.nz"));
    assert_eq!(brief(&project), ["C1 mere@example.nz S1 S2"]);
    refused(&with(&roster("ID"), export), &["2 columns `ID` (columns 1, 4)", "`caregiver-id: ID#2`", "export.csv:1:1"]);
    refused(&with(&roster("ID#3"), export), &["`ID#3`", "occurs 2 times"]);
}

#[test]
fn a_row_may_have_two_caregivers() {
    let roster = "roster:\n  path: roster/export.csv\n  unknown-access: hold\n  columns:\n    student-id: Student\n    year: Year\n    \
        caregivers:\n      - {caregiver-id: C1 ID, email: C1 Email, portal-access: C1 Portal}\n      \
        - {caregiver-id: C2 ID, email: C2 Email, portal-access: C2 Portal}\n";
    let export = "Student,Year,C1 ID,C1 Email,C1 Portal,C2 ID,C2 Email,C2 Portal\n\
        S1,7,A,a@example.nz,yes,B,b@example.nz,no\n\
        S2,8,A,a@example.nz,yes,,,\n\
        S3,8,,,,,c@example.nz,yes\n\
        S4,8,,,,,,\n";
    let project = with(roster, export);
    assert_eq!(brief(&project), ["A a@example.nz S1 S2", "B b@example.nz S1"]);
    assert_eq!(shown(&project)[1]["children"][0]["access"], "blocked");
    let said = good(&project, &["check"]);
    assert!(said.err.contains("without a caregiver id, and left out: 2 rows (lines 4, 5)"), "{}", said.err);
    let same = roster.replace("C2 Email", "C1 Email");
    refused(&with(&same, export), &["two of a row's caregivers have the same column as email"]);
}

#[test]
fn rows_may_go_on_with_the_caregiver_above() {
    let roster = |rows: &str| {
        format!(
            "roster:\n  path: roster/export.csv\n  rows: {rows}\n  columns: {{caregiver-id: Contact ID, first-name: Name, email: Email,\n    \
            primary-email: Primary, student-id: Student, year: Year, portal-access: Data Access}}\n  unknown-access: hold\n"
        )
    };
    let export = "Contact ID,Name,Email,Primary,Phone,Student,Year,Data Access\n\
        1,Mere,mere@example.nz,yes,021,S1,7,yes\n\
        1,,mere@work.example.nz,no,022,S2,8,yes\n\
        1,,,,023,,,\n\
        ,,,,024,S3,9,no\n\
        2,Tama,tama@example.nz,yes,025,S1,7,no\n";
    let project = with(&roster("continued"), export);
    assert_eq!(brief(&project), ["1 mere@example.nz S1 S2 S3", "2 tama@example.nz S1"]);
    assert_eq!(good(&project, &["check"]).err, "");
    let project = with(&roster("complete"), export);
    assert_eq!(brief(&project)[0], "1 mere@example.nz S1 S2");
    assert!(good(&project, &["check"]).err.contains("without a caregiver id, and left out: 1 row (line 5)"));
}

#[test]
fn a_row_that_names_somebody_else_does_not_go_on_with_the_one_above() {
    let roster = "roster:\n  path: roster/export.csv\n  rows: continued\n  columns: {caregiver-id: ID, first-name: First, last-name: Last, \
        email: Email, student-id: Student, year: Year}\n";
    let export = "ID,First,Last,Email,Student,Year\n\
        3,Cat,Lee,cat@example.nz,S4,7\n\
        ,Cat,Lee,,S5,7\n\
        ,Dan,Foo,,S6,8\n\
        ,,,,S7,8\n";
    let project = with(roster, export);
    assert_eq!(brief(&project), ["3 cat@example.nz S4 S5"]);
    let said = good(&project, &["check"]).err;
    assert!(said.contains("without a caregiver id, and left out: 2 rows (lines 4, 5)"), "{said}");
}

#[test]
fn what_file_maker_writes_is_read() {
    let roster = format!("roster:\n  path: roster/export.csv\n  unknown-access: hold\n  {COLUMNS}\n");
    let export = "\"ID\",\"First\",\"Last\",\"Email\",\"Student\",\"Child\",\"Year\",\"Portal\"\r\
        \"C1\",\"Mere\u{b}Ani\",\"Lee\",\"mere@example.nz\",\"S1\u{1d}S2\u{1d}\",\"Kahu\u{1d}Tama\",\"7\u{1d}8\",\"yes\"\r\
        \"C2\",\"Sam\",\"Lee\",\"sam@example.nz\u{1d}s@example.nz\",\"S1\",\"Kahu\",\"7\",\"yes\"\r";
    let project = with(&roster, export);
    let shown = shown(&project);
    assert_eq!(shown[0]["first_name"], "Mere Ani");
    let children = shown[0]["children"].as_array().unwrap();
    let seen: Vec<_> = children.iter().map(|child| [&child["student"], &child["name"], &child["year"]]).collect();
    assert_eq!(seen, [["S1", "Kahu", "7"], ["S2", "Tama", "8"]]);
    let access: Vec<_> = children.iter().map(|child| &child["access"]).collect();
    assert_eq!(access, ["allowed", "unknown"], "what is said of the first child is not said of the second");
    let plan = good(&project, &["plan"]).out;
    assert!(plan.contains("malformed-email"), "two addresses are never chosen between: {plan}");
}

#[test]
fn accents_are_compared_and_not_changed() {
    let columns = "columns: {caregiver-id: ID, first-name: Ingoa, email: Email, student-id: Ākonga, class: Class}";
    let cohorts = "cohorts: [{name: first, select: {classes: [Pōhutukawa]}}]";
    let project = with(
        &format!("roster:\n  path: roster/export.csv\n  {columns}\n"),
        "ID,Ingoa,Email,A\u{304}konga,Class\nC1,Ma\u{304}ia,m@example.nz,S1,Po\u{304}hutukawa\nC1,Māia,m@example.nz,S1,Pōhutukawa\n",
    );
    let rollout = project.read("rollout.yaml");
    let (head, _) = rollout.split_once("cohorts:").unwrap();
    project.write("rollout.yaml", format!("{head}{cohorts}\n"));
    let said = good(&project, &["plan"]);
    assert!(said.out.contains("Plan: 1 to create") && said.err.is_empty(), "{}", said.all());
    let name = shown(&project)[0]["first_name"].as_str().unwrap().to_owned();
    assert!(["Ma\u{304}ia", "Māia"].contains(&name.as_str()), "{name}");
}
