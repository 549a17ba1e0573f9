//! Whatever bytes come: an answer, never a panic.

use proptest::prelude::*;

use super::{Copy, NOW, fixture, source};
use crate::model::source::{IdentityBy, RosterFormat};

const FORMATS: [(RosterFormat, &str); 7] = [
    (RosterFormat::Ide, "ide"),
    (RosterFormat::Edge, "edge"),
    (RosterFormat::Kamar, "kamar"),
    (RosterFormat::OneRoster, "oneroster-1.1"),
    (RosterFormat::OneRoster, "oneroster-1.2"),
    (RosterFormat::Sds, "sds-2.1"),
    (RosterFormat::Sds, "sds-1"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn bytes_of_any_kind(bytes: Vec<u8>, start in "(PK\u{3}\u{4}|\\{\"SMSDirectoryData\":|mlepSmsPersonId,)?") {
        let bytes = [start.as_bytes(), &bytes].concat();
        for (format, _) in FORMATS {
            let mut source = source(format);
            let _ = super::super::read_bytes(&source, &bytes, NOW, NOW);
            source.identity = IdentityBy::Email;
            let _ = super::super::read_bytes(&source, &bytes, NOW, NOW);
        }
    }

    #[test]
    fn a_damaged_workbook_or_zip(at in any::<prop::sample::Index>(), cut in any::<bool>(), bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        let mut workbook = std::fs::read(fixture("../files/caregivers.xlsx")).unwrap();
        let at = at.index(workbook.len());
        let end = if cut { workbook.len() } else { (at + bytes.len()).min(workbook.len()) };
        workbook.splice(at..end, bytes);
        let mut source = super::super::testing::source();
        for (format, path) in [(RosterFormat::Xlsx, "r.xlsx"), (RosterFormat::Csv, "r.csv"), (RosterFormat::Csv, "r.zip")] {
            (source.format, source.written_path) = (format, path.to_owned());
            let _ = super::super::read_bytes(&source, &workbook, NOW, NOW);
        }
        for (format, _) in FORMATS {
            let _ = super::super::read_bytes(&super::source(format), &workbook, NOW, NOW);
        }
    }

    #[test]
    fn a_good_export_with_a_damaged_file(
        which in 0..FORMATS.len(),
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        cut in any::<bool>(),
        bytes in prop::collection::vec(any::<u8>(), 0..12),
    ) {
        let (format, name) = FORMATS[which];
        let copy = Copy::of(format, name);
        let mut files: Vec<_> = std::fs::read_dir(fixture(name)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        files.sort();
        let file = file.get(&files).to_string_lossy().into_owned();
        let mut text = std::fs::read(fixture(name).join(&file)).unwrap();
        let at = at.index(text.len());
        let end = if cut { text.len() } else { at };
        text.splice(at..end, bytes);
        let copy = copy.with(&file, text);
        let _ = copy.read();
        let _ = copy.by_email().read();
    }
}
