//! The exports of the stories: those of `tests/rosters`, and small ones of formats that are one file of rows. The people are
//! the same in all: Mere has Tama in year 7 and Ana in year 8; Kahu is a child whom the caregiver may not see.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(super) const ROWS: &str = "CaregiverID,First name,Surname,Email,StudentID,Year,Portal\n\
    C1,Mere,Ngata,mere@example.nz,S1,7,yes\n\
    C1,Mere,Ngata,mere@example.nz,S2,8,yes\n\
    C2,Rua,Hall,rua@example.nz,S1,7,no\n\
    C2,Rua,Hall,rua@example.nz,S3,9,yes\n\
    C3,Office,,office@kowhai.example.nz,S3,9,yes\n\
    C4,Ms,Teacher,teacher@kowhai.example.nz,S3,9,yes\n";
/// The block names no column for the children's names.
pub(super) const ROWS_LETTERS: &[(&str, &str, &str)] =
    &[("mere@example.nz", "year-7", ""), ("rua@example.nz", "everyone-else", "")];

pub(super) const TWO_A_ROW: &str = "Student ID,First name,Surname,Year,\
    Caregiver 1 ID,Caregiver 1 Name,Caregiver 1 Email,Caregiver 2 ID,Caregiver 2 Name,Caregiver 2 Email\n\
    S1,Tama,Ngata,7,C1,Mere,mere@example.nz,,,\n\
    S2,Ana,Ngata,8,C2,Rua,rua@example.nz,C1,Mere,mere@example.nz\n";

pub(super) const CONTINUED: &str = "Contact ID,First Name,Last Name,Email,Is Primary,Phone,Student Number,Student First Name,\
    Grade Level,Data Access\n\
    1,Mere,Ngata,mere@example.nz,yes,021,S1,Tama,7,yes\n\
    1,,,mere@work.example.nz,no,022,S2,Ana,8,yes\n\
    1,,,,,023,S3,Kahu,7,no\n\
    ,,,,,024,,,,\n";

pub(super) const SHEET: &[&[&str]] = &[
    &["ID", "First name", "Email", "Student", "Child", "Year", "Portal"],
    &["C1", "Mere", "mere@example.nz", "S1", "Tama", "7", "yes"],
    &["C1", "Mere", "mere@example.nz", "S2", "Ana", "8", "yes"],
    &["C1", "Mere", "mere@example.nz", "S3", "Kahu", "7", "no"],
];

pub(super) const SIMS: &str = "ID,Forename,Surname,ID,Priority,Parental responsibility,Lives with Pupil,Title,Forename,Surname,\
    Home Email,Main Telephone,Primary Email,Mobile,ID,Year\n\
    1,Tama,Ngata,51,1,T,T,Ms,Mere,Ngata,mere@example.nz,,,,7B,7\n\
    1,Tama,Ngata,51,1,T,T,Ms,Mere,Ngata,mere@example.nz,,,,7C,7\n\
    2,Ana,Ngata,51,1,T,T,Ms,Mere,Ngata,,,mere@example.nz,,8A,8\n\
    3,Kahu,Hall,51,3,F,F,Ms,Mere,Ngata,mere@example.nz,,,,8A,8\n\
    3,Kahu,Hall,52,1,F,T,Mr,Rua,Hall,rua@example.nz,,,,8A,8\n";

fn rosters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rosters")
}

/// A file of `tests/rosters`.
pub(super) fn text(name: &str) -> String {
    dated(&std::fs::read_to_string(rosters().join(name)).unwrap())
}

/// As if it had been exported a month later, in the night before the plan.
fn dated(text: &str) -> String {
    text.replace("2026-12-31", "2027-01-31").replace("20261231", "20270131")
}

/// The files of a folder of `tests/rosters`, by name.
pub(super) fn fixture(name: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(rosters().join(name)).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> = entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                dated(&std::fs::read_to_string(entry.path()).unwrap()).into_bytes(),
            )
        })
        .collect();
    files.sort();
    files
}

/// These files as a ZIP.
pub(super) fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The smallest workbook with these cells as text.
pub(super) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: &&[&str]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let rows: String = rows.iter().map(row).collect();
    let files = [
        ("[Content_Types].xml", format!("<Types xmlns=\"{PACKAGE}/content-types\"/>")),
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{SHEET}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Export\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{SHEET}\"><sheetData>{rows}</sheetData></worksheet>")),
    ];
    zipped(&files.map(|(name, text)| (name.to_owned(), text.into_bytes())))
}
