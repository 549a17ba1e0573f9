//! Sets in a ZIP, good ones and bad ones.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Copy, shown};
use crate::model::source::RosterFormat;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn edge(folder: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let names = ["Student Detail.csv", "Caregiver Detail.csv", "Caregiver Child Mapping.csv"];
    let files: Vec<(String, Vec<u8>)> = names
        .iter()
        .map(|name| (format!("{folder}{name}"), std::fs::read(super::fixture("edge").join(name)).unwrap()))
        .collect();
    let mut all: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    all.extend(more);
    zipped(&all)
}

fn read(bytes: &[u8]) -> Copy {
    let mut copy = Copy::empty(RosterFormat::Edge).with("export.zip", bytes);
    copy.source.path = copy.source.path.join("export.zip");
    copy.source.written_path = "roster/export.zip".into();
    copy
}

#[test]
fn a_zip_reads_as_the_folder_does() {
    let folder = Copy::of(RosterFormat::Edge, "edge").roster();
    for bytes in [edge("", &[]), edge("edge export/", &[("__MACOSX/._x", b"x")]), edge("2027/edge export/", &[])] {
        let roster = read(&bytes).roster();
        assert_eq!(shown(&roster), shown(&folder));
        assert_eq!(roster.facts().sha256, folder.facts().sha256);
        assert_eq!(roster.caregiver("902").unwrap().file(), "roster/export.zip/Caregiver Detail.csv");
    }
}

#[test]
fn zips_that_are_no_export_are_refused_before_they_are_unpacked() {
    let bomb = vec![b'0'; 8 << 20];
    for (name, bytes, code) in [
        ("../evil.csv", &b"x"[..], "roster::zip-name"),
        ("/etc/evil.csv", b"x", "roster::zip-name"),
        ("c:\\evil.csv", b"x", "roster::zip-name"),
        ("sub/inner.zip", b"PK", "roster::zip-in-zip"),
        ("STUDENT DETAIL.csv", b"x", "roster::file-twice"),
        ("big.csv", &bomb, "roster::zip-bomb"),
    ] {
        let copy = read(&edge("", &[(name, bytes)]));
        assert_eq!(copy.told(), [format!("roster/export.zip {code}")], "{name}");
    }
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let mut bytes = edge("", &[("Student Detail.csw", b"x")]);
    let (old, new) = (b"Student Detail.csw", b"Student Detail.csv");
    while let Some(at) = bytes.windows(old.len()).position(|window| window == old) {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    assert_eq!(read(&bytes).told(), ["roster/export.zip roster::file-twice"]);
}

#[test]
fn a_locked_zip_says_so() {
    let mut bytes = edge("", &[]);
    // The first bit of the flags of every local and central header.
    for (magic, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| &bytes[at..at + 4] == magic).collect();
        for at in places {
            bytes[at + offset] |= 1;
        }
    }
    assert_eq!(read(&bytes).told(), ["roster/export.zip roster::zip-encrypted"]);
}

#[test]
fn a_zip_that_is_cut_or_none_is_damaged() {
    let bytes = edge("", &[]);
    assert_eq!(read(&bytes[..bytes.len() / 2]).told(), ["roster/export.zip roster::zip-damaged"]);
    assert_eq!(read(b"no zip at all").told(), ["roster/export.zip roster::zip-damaged"]);
}

#[test]
fn a_csv_file_may_come_packed_and_alone() {
    let rows = super::super::testing::two_families();
    let packed = |files: &[(&str, &[u8])]| {
        let mut copy = Copy::empty(RosterFormat::Csv).with("export.zip", zipped(files));
        copy.source = crate::model::source::RosterSource {
            path: copy.source.path.join("export.zip"),
            written_path: "roster/export.zip".into(),
            max_age: None,
            ..super::super::testing::source()
        };
        copy
    };
    let copy = packed(&[("caregivers.csv", rows.as_bytes()), ("read me.txt", b"x")]);
    let roster = copy.roster();
    assert_eq!((roster.len(), roster.facts().path.as_str()), (3, "roster/export.zip/caregivers.csv"));
    let two = packed(&[("a.csv", rows.as_bytes()), ("b.CSV", rows.as_bytes())]);
    assert_eq!(two.problems()[0].message, "there are 2 files that end in `.csv`");
    assert_eq!(packed(&[("a.txt", b"x")]).told(), ["roster/export.zip roster::missing-file"]);
    let cut = rows.trim_end();
    let cut = packed(&[("a.csv", &cut.as_bytes()[..cut.len() - 1])]);
    assert_eq!(
        cut.problems().iter().filter(|problem| problem.code == "roster::incomplete").count(),
        1,
        "{cut:?}",
        cut = cut.told()
    );
}

#[test]
fn more_files_than_an_export_has_and_more_bytes_than_declared_are_refused() {
    let names: Vec<String> = (0..1001).map(|number| format!("{number}.csv")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(read(&zipped(&many)).told(), ["roster/export.zip roster::zip-bomb"]);
    assert_eq!(read(&zipped(&[])).told(), ["roster/export.zip roster::missing-file"]);
}

#[test]
fn a_file_that_unpacks_to_more_than_it_says_is_refused() {
    let text = std::fs::read(super::fixture("ide").join("SMSIAM.csv")).unwrap();
    let mut bytes = zipped(&[("SMSIAM.csv", &text)]);
    let size = u32::try_from(text.len()).unwrap().to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == size).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&50_u32.to_le_bytes());
    }
    let mut copy = read(&bytes);
    copy.source.format = RosterFormat::Ide;
    assert!(copy.read().is_err());
    assert!(copy.told()[0].contains("roster::"), "{:?}", copy.told());
}
