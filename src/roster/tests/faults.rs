//! What bad input gets, format by format: what is said for each fault, and that nobody has left because of it.

use std::fmt::Write as _;

use super::{Copy, fixture};
use crate::model::source::{RosterFormat, Upload};

/// A format, its fixture, the file that people are in, and a heading of it.
const FORMATS: [(RosterFormat, &str, &str, &str); 7] = [
    (RosterFormat::Ide, "ide", "SMSIAM.csv", "mlepAssociatedNSN"),
    (RosterFormat::Edge, "edge", "Caregiver Detail.csv", "ID number"),
    (RosterFormat::Kamar, "kamar", "full.json", "SMSDirectoryData"),
    (RosterFormat::OneRoster, "oneroster-1.1", "Users.csv", "sourcedId"),
    (RosterFormat::OneRoster, "oneroster-1.2", "users.csv", "sourcedId"),
    (RosterFormat::Sds, "sds-2.1", "users.csv", "sourcedId"),
    (RosterFormat::Sds, "sds-1", "user.csv", "Email"),
];

/// A fault: what becomes of the file's bytes, with its heading; `None` where the file is gone.
type Fault = fn(&[u8], &str) -> Option<Vec<u8>>;

const FAULTS: [(&str, Fault); 10] = [
    ("missing", |_, _| None),
    ("empty", |_, _| Some(Vec::new())),
    ("heading only", |bytes, heading| {
        let text = String::from_utf8_lossy(bytes);
        let at = text.find(heading).unwrap();
        Some(text[..=at + text[at..].find('\n').unwrap()].into())
    }),
    ("last line cut", |bytes, _| Some(bytes[..bytes.trim_ascii_end().len() - 9].to_vec())),
    ("10 MB line", |bytes, _| Some([bytes, &[b'x'; 10_000_000]].concat())),
    ("NUL byte", |bytes, _| Some([bytes, b"\0"].concat())),
    ("no text", |_, _| Some((0..=255).collect())),
    ("misspelt heading", |bytes, heading| {
        Some(String::from_utf8_lossy(bytes).replacen(heading, &format!("{}{}", &heading[..1], &heading[2..]), 1).into())
    }),
    ("no heading", |bytes, heading| {
        let text = String::from_utf8_lossy(bytes);
        let at = text.find(heading).unwrap();
        Some(text[at + text[at..].find('\n').unwrap() + 1..].into())
    }),
    ("UTF-16", |bytes, _| {
        let text = format!("\u{FEFF}{}", String::from_utf8_lossy(bytes));
        Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
    }),
];

fn copy(format: RosterFormat, name: &str) -> Copy {
    let copy = Copy::of(format, name);
    if matches!(name, "kamar" | "sds-1") { copy.by_email() } else { copy }
}

/// Whether it is an error, and the codes that the sound export does not have.
fn said(copy: &Copy, sound: &Copy) -> String {
    let usual: Vec<&str> = sound.problems().iter().map(|problem| problem.code).collect();
    let found = copy.problems();
    assert!(found.iter().all(|problem| problem.place.is_some()), "a problem without a file: {found:#?}");
    let mut codes: Vec<&str> = found.iter().map(|problem| problem.code).filter(|code| !usual.contains(code)).collect();
    codes.dedup();
    let codes: Vec<&str> = codes.iter().map(|code| code.trim_start_matches("roster::")).collect();
    let how = match copy.read() {
        Err(_) => "error",
        Ok((roster, _)) if roster.facts().is_full => "full",
        Ok(_) => "part",
    };
    format!("{how} {}", codes.join(" ")).trim_end().to_owned()
}

#[test]
fn each_fault_of_each_format_is_said() {
    let mut table = String::new();
    for (name, fault) in FAULTS {
        writeln!(table, "{name}").unwrap();
        for (format, folder, file, heading) in FORMATS {
            let bytes = std::fs::read(fixture(folder).join(file)).unwrap();
            let copy = copy(format, folder);
            let copy = match fault(&bytes, heading) {
                Some(bytes) => copy.with(file, bytes),
                None => copy.without(file),
            };
            writeln!(table, "  {folder}: {}", said(&copy, &self::copy(format, folder))).unwrap();
        }
    }
    insta::assert_snapshot!(table, @r#"
    missing
      ide: error missing-file
      edge: error missing-file
      kamar: error missing-file
      oneroster-1.1: error missing-file
      oneroster-1.2: error missing-file
      sds-2.1: error missing-file
      sds-1: error missing-file
    empty
      ide: error empty
      edge: error empty
      kamar: error empty
      oneroster-1.1: error empty
      oneroster-1.2: error empty
      sds-2.1: error empty
      sds-1: error empty
    heading only
      ide: error no-rows incomplete
      edge: error nobody-linked other-link dangling-link
      kamar: error cut-short
      oneroster-1.1: error no-caregivers
      oneroster-1.2: error no-caregivers
      sds-2.1: error no-caregivers
      sds-1: error no-caregivers dangling-link
    last line cut
      ide: part incomplete
      edge: error incomplete ragged-row
      kamar: error cut-short
      oneroster-1.1: part incomplete
      oneroster-1.2: part incomplete short-row
      sds-2.1: part incomplete short-row
      sds-1: part incomplete short-row
    10 MB line
      ide: error long-line
      edge: error long-line
      kamar: error not-json
      oneroster-1.1: error long-line
      oneroster-1.2: error long-line
      sds-2.1: error long-line
      sds-1: error long-line
    NUL byte
      ide: error nul-byte
      edge: error nul-byte
      kamar: error not-json
      oneroster-1.1: error nul-byte
      oneroster-1.2: error nul-byte
      sds-2.1: error nul-byte
      sds-1: error nul-byte
    no text
      ide: error nul-byte
      edge: error nul-byte
      kamar: error not-json
      oneroster-1.1: error nul-byte
      oneroster-1.2: error nul-byte
      sds-2.1: error nul-byte
      sds-1: error nul-byte
    misspelt heading
      ide: full other-heading
      edge: error missing-heading
      kamar: error no-push
      oneroster-1.1: full
      oneroster-1.2: part other-heading
      sds-2.1: full other-heading
      sds-1: error missing-heading
    no heading
      ide: error missing-heading
      edge: error no-headings
      kamar: error not-json
      oneroster-1.1: error missing-heading
      oneroster-1.2: error missing-heading
      sds-2.1: error missing-heading
      sds-1: error no-headings
    UTF-16
      ide: full
      edge: full
      kamar: error not-json
      oneroster-1.1: full
      oneroster-1.2: part
      sds-2.1: full
      sds-1: full
    "#);
}

/// Cells that are wrong in one format's own way.
#[test]
fn each_formats_own_faults_are_said() {
    let mut table = String::new();
    for (folder, file, old, new) in [
        ("ide", "SMSIAM.csv", "2024-02-01,,Ana", "2024-02-01,1/05/2023,Ana"),
        ("ide", "SMSIAM.csv", "0123456782,ana", "1.23457E+09,ana"),
        ("ide", "SMSIAM.csv", "0123456782,ana", "123456782,ana"),
        ("ide", "SMSIAM.csv", "C2,,,,,Rua,Hall", "C1,,,,,Rua,Hall"),
        ("ide", "SMSIAM.csv", ",ParentCaregiver,", ",PARENT,"),
        ("ide", "SMSIAM.csv", "1234#1.71#", "1234#2.0#"),
        ("edge", "Caregiver Detail.csv", "902", "501"),
        ("edge", "Caregiver Child Mapping.csv", "902,502", "902,902"),
        ("edge", "Caregiver Child Mapping.csv", "902,502", "902,5.02E+09"),
        ("edge", "Student Detail.csv", ",7,7B", ",07-Jul,7B"),
        ("kamar", "full.json", "20201210", "\"10/12/2020\""),
        ("kamar", "full.json", "20261231060000", "\"31/12/2026\""),
        ("kamar", "full.json", "\"id\": \"502\"", "\"id\": 501"),
        ("kamar", "full.json", "\"id\": \"502\"", "\"id\": null"),
        ("kamar", "full.json", "\"count\": 3", "\"count\": \"three\""),
        ("kamar", "full.json", "\"data\": [\n        {", "\"data\": [7, null, \"x\",\n        {"),
        ("oneroster-1.1", "Users.csv", "TRUE,o1,parent", "1,o1,parent"),
        ("oneroster-1.1", "Users.csv", "TRUE,o1,parent", ",o1,parent"),
        ("oneroster-1.1", "Users.csv", "TRUE,o1,parent", "Yes,o1,mother"),
        ("oneroster-1.1", "Users.csv", "P_2,,,false", "P_1,,,false"),
        ("oneroster-1.1", "Users.csv", "S_2,active", "S_1,active"),
        ("oneroster-1.1", "manifest.csv", "oneroster.version,1.1", "oneroster.version,1.2"),
        ("oneroster-1.1", "manifest.csv", "file.users,bulk", "file.users,absent"),
        ("oneroster-1.1", "manifest.csv", "file.users,bulk", "file.users,Bulk "),
        ("oneroster-1.1", "manifest.csv", "propertyName,value\n", ""),
        ("oneroster-1.1", "classes.csv", "title", "name"),
        ("oneroster-1.2", "users.csv", "A1,active,2026", "A1,inactive,2026"),
        ("oneroster-1.2", "users.csv", "A1,active,2026-12-31T06:00:00.000Z", "A1,,31/12/2026"),
        ("oneroster-1.2", "roles.csv", "A1,primary,parent", "A1,primary,mother"),
        ("oneroster-1.2", "roles.csv", "A1,primary,parent", "A9,primary,parent"),
        ("sds-2.1", "relationships.csv", "2,G2,other", "2,2,guardian"),
        ("sds-2.1", "relationships.csv", "1,G1,parent", "1,G1,mother"),
        ("sds-2.1", "users.csv", "G2,,Rua", "G1,,Rua"),
        ("sds-1", "guardianrelationship.csv", "1,mere@example.nz", "1,mere@example.com"),
        ("sds-1", "student.csv", "2,o1", "1,o1"),
    ] {
        let format = FORMATS.iter().find(|(_, name, ..)| *name == folder).unwrap().0;
        let copy = copy(format, folder).replaced(file, old, new);
        let said = said(&copy, &self::copy(format, folder));
        writeln!(table, "{folder} {} -> {}: {said}", old.escape_debug(), new.escape_debug()).unwrap();
    }
    insta::assert_snapshot!(table, @r#"
    ide 2024-02-01,,Ana -> 2024-02-01,1/05/2023,Ana: full strange-date
    ide 0123456782,ana -> 1.23457E+09,ana: error excel-number
    ide 0123456782,ana -> 123456782,ana: full strange-nsn
    ide C2,,,,,Rua,Hall -> C1,,,,,Rua,Hall: full several-names
    ide ,ParentCaregiver, -> ,PARENT,: full
    ide 1234#1.71# -> 1234#2.0#: error incomplete ragged-row
    edge 902 -> 501: full dangling-link several-names
    edge 902,502 -> 902,902: full other-link
    edge 902,502 -> 902,5.02E+09: full dangling-link
    edge ,7,7B -> ,07-Jul,7B: full excel-date
    kamar 20201210 -> \"10/12/2020\": full strange-date
    kamar 20261231060000 -> \"31/12/2026\": full strange-date
    kamar \"id\": \"502\" -> \"id\": 501: full several-classes several-student-names
    kamar \"id\": \"502\" -> \"id\": null: full no-student-id
    kamar \"count\": 3 -> \"count\": \"three\": part incomplete
    kamar \"data\": [\n        { -> \"data\": [7, null, \"x\",\n        {: part incomplete no-student-id
    oneroster-1.1 TRUE,o1,parent -> 1,o1,parent: full
    oneroster-1.1 TRUE,o1,parent -> ,o1,parent: full strange-enabled
    oneroster-1.1 TRUE,o1,parent -> Yes,o1,mother: full unknown-role
    oneroster-1.1 P_2,,,false -> P_1,,,false: full id-twice several-names
    oneroster-1.1 S_2,active -> S_1,active: full id-twice several-classes several-student-names
    oneroster-1.1 oneroster.version,1.1 -> oneroster.version,1.2: part incomplete
    oneroster-1.1 file.users,bulk -> file.users,absent: part incomplete manifest-differs
    oneroster-1.1 file.users,bulk -> file.users,Bulk : full
    oneroster-1.1 propertyName,value\n -> : error incomplete missing-heading
    oneroster-1.1 title -> name: error missing-heading
    oneroster-1.2 A1,active,2026 -> A1,inactive,2026: part
    oneroster-1.2 A1,active,2026-12-31T06:00:00.000Z -> A1,,31/12/2026: part no-status strange-date
    oneroster-1.2 A1,primary,parent -> A1,primary,mother: part unknown-role no-role other-link
    oneroster-1.2 A1,primary,parent -> A9,primary,parent: part no-role other-link
    sds-2.1 2,G2,other -> 2,2,guardian: full own-guardian
    sds-2.1 1,G1,parent -> 1,G1,mother: full
    sds-2.1 G2,,Rua -> G1,,Rua: full several-names
    sds-1 1,mere@example.nz -> 1,mere@example.com: full dangling-link
    sds-1 2,o1 -> 1,o1: full dangling-link several-classes several-student-names
    "#);
}

/// A file that ends too early is refused, or says nothing of who has left, or lacks nobody; only where it ends exactly
/// between two rows can't that be told from the file, and the guard over the roster's change is asked.
#[test]
fn nobody_has_left_because_a_file_ends_in_the_middle_of_a_row() {
    for (format, folder, ..) in FORMATS {
        let upload = if matches!(folder, "edge" | "sds-2.1" | "sds-1") { Upload::Full } else { Upload::ByManifest };
        let whole = copy(format, folder).upload(upload).roster().len();
        let mut names: Vec<_> =
            std::fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        for name in names.iter().map(|name| name.to_string_lossy()) {
            let bytes = std::fs::read(fixture(folder).join(&*name)).unwrap();
            let mut copy = copy(format, folder).upload(upload);
            for end in (1..bytes.len()).filter(|&end| bytes[end - 1] != b'\n' && bytes[end] != b'\n') {
                copy = copy.with(&name, &bytes[..end]);
                let Ok((roster, _)) = copy.read() else { continue };
                assert!(
                    !roster.facts().is_full || roster.len() == whole,
                    "{folder}/{name} cut at {end} lacks somebody: {:?}",
                    String::from_utf8_lossy(&bytes[..end])
                );
            }
        }
    }
}
