//! Exports that can't be used, as they come: cut short, re-saved in Excel, the wrong file, last year's.

use std::time::{Duration, SystemTime};

use super::{fresh, refused, run_untouched};
use crate::binary::Project;

const ROSTER: &str = "roster/caregivers.csv";

fn rows() -> Vec<String> {
    fresh().read(ROSTER).lines().map(str::to_owned).collect()
}

/// The example with another export.
fn with(bytes: impl AsRef<[u8]>) -> Project {
    let project = fresh();
    project.write(ROSTER, bytes);
    project
}

/// The export with one line replaced (counted from 1).
fn with_line(line: usize, text: &str) -> Project {
    let mut rows = rows();
    text.clone_into(&mut rows[line - 1]);
    with(rows.join("\n") + "\n")
}

#[test]
fn an_export_that_is_not_there_is_named() {
    let project = fresh();
    std::fs::remove_file(project.path().join(ROSTER)).unwrap();
    refused(&project, 65, &["there is no roster at `roster/caregivers.csv`", "export it from the SMS to that place"]);
    std::fs::create_dir(project.path().join(ROSTER)).unwrap();
    refused(&project, 65, &["`roster/caregivers.csv` is a folder", "name the file in it"]);
}

#[test]
fn an_export_with_nobody_in_it_is_refused() {
    for nothing in ["", "\n\n \n", "\u{feff}"] {
        refused(&with(nothing), 65, &["the roster is empty", "roster/caregivers.csv", "export it from the SMS again"]);
    }
    let header = rows().remove(0) + "\n";
    refused(&with(header), 65, &["a heading line and no rows", "roster/caregivers.csv", "cut short or filtered"]);
}

#[test]
fn a_heading_that_is_missing_is_named_with_those_that_are_there() {
    let project = fresh();
    project.edit(ROSTER, "CgEmail", "Mail");
    refused(&project, 65, &["there is no column `CgEmail`", "caregivers.csv:1:1", "did you mean `Mail`?"]);
}

#[test]
fn a_ragged_row_is_told_by_its_line() {
    for text in ["C1,x", "C1,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o"] {
        refused(
            &with_line(4, text),
            65,
            &["has 14 columns, and this row has", "caregivers.csv:4:1", "quotation marks"],
        );
    }
}

#[test]
fn another_encoding_is_told_by_byte_and_row() {
    let mut bytes = (rows()[..3].join("\n") + "\n").replace("Kahu", "Kāhu").into_bytes();
    let at = bytes.len();
    bytes.extend(b"\xf4C1,");
    let byte = format!("byte {at} is 0xF4");
    refused(&with(bytes), 65, &["not UTF-8", &byte, "caregivers.csv:4:1", "CSV UTF-8"]);
    let mut cut: Vec<u8> = std::iter::once(0xfeff).chain(rows()[0].encode_utf16()).flat_map(u16::to_le_bytes).collect();
    cut.push(b'C');
    refused(&with(cut), 65, &["not UTF-16 from byte", "caregivers.csv", "cut short"]);
    refused(&with("PK\u{3}\u{4}xl/workbook"), 65, &["an Excel workbook", "caregivers.csv", "CSV UTF-8"]);
}

#[test]
fn an_export_that_was_cut_short_is_refused() {
    let whole = rows().join("\n") + "\n";
    refused(&with(format!("{whole}C9,\"Half")), 65, &["is never closed", "caregivers.csv:79:1", "cut short"]);
    refused(&with(whole.clone() + "C9,Ha"), 65, &["this row has 2", "caregivers.csv:79:1"]);
    refused(&with(whole + &"\0".repeat(4096)), 65, &["NUL byte", "caregivers.csv:79:1", "export it again"]);
}

#[test]
fn a_field_of_two_megabytes_is_refused() {
    let row = rows()[3].replacen(',', &format!(",{}", "A".repeat(2_000_000)), 1);
    refused(&with_line(4, &row), 65, &["line 4 is longer than 1 MiB", "caregivers.csv:4:1"]);
}

#[test]
fn an_export_that_is_too_old_is_refused() {
    let project = fresh();
    project.edit("rollout.yaml", "max-age: 3650d", "max-age: 7d");
    let file = std::fs::File::options().write(true).open(project.path().join(ROSTER)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(20 * 24)).unwrap();
    refused(
        &project,
        65,
        &["20 days old", "`max-age` allows 7 days", "caregivers.csv", "export it from the SMS again"],
    );
}

/// The export as Excel saves it where the comma is the decimal point.
fn resaved() -> String {
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let text = fresh().read(ROSTER);
    for record in csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records() {
        writer.write_record(&record.unwrap()).unwrap();
    }
    "\u{feff}".to_owned() + &String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Semicolons, a byte order mark and CRLF are Excel's way and harmless; shortened ids are not.
#[test]
fn what_excel_does_to_a_file_is_told_apart_from_what_it_does_to_ids() {
    let resaved = resaved();
    let said = run_untouched(&with(&resaved), &["plan", "--summary"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("UTF-8 with BOM, semicolon; 77 rows"), "{}", said.all());
    let shortened = resaved.replace("C10", "1.02E+10");
    refused(
        &with(shortened),
        65,
        &["Excel has shortened it", "caregivers.csv:2:1", "don't open or save the file in Excel"],
    );
    let failed = resaved.replace("\nC1001;", "\n#N/A;");
    refused(&with(failed), 65, &["`#N/A`", "a spreadsheet could not work it out", "caregivers.csv:2:1"]);
}

#[test]
fn a_year_that_excel_made_a_date_of_is_said() {
    let said = run_untouched(&with(rows().join("\n").replace(",7,7A,", ",07-Jul,7A,") + "\n"), &["check"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(
        said.err.contains("the year or the class is a date") && said.err.contains("caregivers.csv:2:1"),
        "{}",
        said.all()
    );
}

#[test]
fn many_mistakes_are_counted_and_not_a_flood() {
    let rows: Vec<String> = rows().into_iter().map(|row| row.replacen("C1", "1.1E+1", 1)).collect();
    let said = run_untouched(&with(rows.join("\n")), &["plan"]);
    assert_eq!(said.code, 65);
    assert!(said.err.contains("more errors from this row on"), "{}", said.all());
    assert!(said.err.lines().count() < 80, "{}", said.all());
}
