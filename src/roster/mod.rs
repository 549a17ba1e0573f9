//! The roster: what the SMS exported, read and folded to one caregiver per person.
//!
//! One row of an export is one caregiver-student link; siblings, repeated rows and rows in any order fold together, and
//! nothing that this module answers depends on the order of rows (line numbers apart). It judges ids and addresses and says
//! what is wrong with them, but decides nothing: who is due and who is held is `reconcile`'s business, and so is an address
//! that two people share. Every mistake is reported in one go, with its line; names and addresses are never in a message.
//!
//! Each format is one small file or folder: `csv`, `ide`, `edge`, `kamar`, `oneroster`, `sds`. Those of several files, and those
//! that may lie in a folder or a ZIP, ask a `set` for them, read them as `table`s, and say with `reading` whether the export is
//! whole.
//!
//! ```text
//! file -> utf8 (encoding, hash) -> decode (lines) -> rows -> columns -> take -> fold -> Roster -> Caregiver, Child
//!                                                      several of them: -> combine -> corrections -> Roster
//! ```

mod access;
mod address;
mod age;
mod batch;
mod changes;
mod clean;
mod columns;
mod combine;
mod corrections;
mod csv;
mod damage;
mod decode;
mod duplicates;
mod edge;
mod facts;
mod first_line;
mod fold;
mod form;
#[cfg(test)]
#[path = "tests/mod.rs"]
mod format_tests;
mod further;
mod grades;
mod headings;
mod ide;
mod ids;
mod interned;
mod join;
mod kamar;
mod left_out;
mod list;
mod notices;
mod oneroster;
mod order;
mod people;
mod problems;
mod reading;
mod rows;
mod sds;
mod set;
mod shape;
mod store;
mod students;
mod suggest;
mod table;
mod tail;
mod take;
mod tally;
#[cfg(test)]
mod testing;
mod uncommented;
mod utf8;
mod view;
mod words;
#[cfg(feature = "xlsx")]
mod xlsx;

use std::io;

use camino::Utf8Path;
use jiff::Timestamp;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::files;
use crate::model::source::{Part, RosterFormat, RosterSource};

pub use address::AddressProblem;
pub use changes::{Changed, Changes, changes};
pub use damage::is_damaged;
pub use duplicates::{Duplicate, Likeness, folded_name};
pub use facts::{PartFacts, RosterFacts, is_another_upload};
pub use form::Malformed;
pub use left_out::LeftOut;
pub use list::{List, ListRow, judge_id, read_list};
use set::FileSet;
pub use store::Roster;
pub use view::{Caregiver, Child, Seat};

/// Reads the exports of a rollout as one roster, and corrects it. The problems that come with a roster are warnings and
/// notes only; those of all files are told together.
pub fn read(sources: &[RosterSource], now: Timestamp) -> Result<(Roster, Diagnostics), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut rosters = Vec::new();
    for source in sources.iter().filter(|source| source.part == Part::Roster) {
        match read_one(source, now) {
            Ok((roster, found)) => {
                problems.append(found);
                rosters.push(roster);
            }
            Err(found) => problems.append(found),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let (mut roster, found) = combine::combine(rosters);
    problems.append(found);
    for source in sources.iter().filter(|source| source.part == Part::Corrections) {
        problems.append(corrections::apply(source, &mut roster, now));
    }
    if problems.has_errors() { Err(problems) } else { Ok((roster, problems)) }
}

/// Reads one export. Its own date is what it says, else the file's.
pub fn read_one(source: &RosterSource, now: Timestamp) -> Result<(Roster, Diagnostics), Diagnostics> {
    if is_table(source.format) && !is_zipped(source) {
        let (file, exported_at) = open(source)?;
        return read_table(source, file, exported_at, now);
    }
    FileSet::open(source).map_or_else(|problem| Err((*problem).into()), |files| read_set(source, files, now))
}

/// A CSV file that comes packed. A workbook is a ZIP by itself.
fn is_zipped(source: &RosterSource) -> bool {
    let path = Utf8Path::new(&source.written_path);
    source.format == RosterFormat::Csv && path.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"))
}

/// Reads the only CSV file in a ZIP.
fn read_zipped(
    source: &RosterSource,
    mut files: FileSet<'_>,
    now: Timestamp,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    let alone = |problem: set::Stop| Diagnostics::from(*problem);
    let name = files.only("", ".csv").map_err(alone)?;
    let source = RosterSource { written_path: files.place_of(&name), ..source.clone() };
    let exported_at = files.modified();
    let input = files.read(&name).map_err(alone)?;
    csv::read(&source, input, exported_at, now)
}

/// Whether it is one file of rows.
fn is_table(format: RosterFormat) -> bool {
    matches!(format, RosterFormat::Csv | RosterFormat::Xlsx)
}

fn read_table(
    source: &RosterSource,
    input: impl io::Read + Send,
    exported_at: Timestamp,
    now: Timestamp,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    match source.format {
        #[cfg(feature = "xlsx")]
        RosterFormat::Xlsx => xlsx::read(source, input, exported_at, now),
        #[cfg(not(feature = "xlsx"))]
        RosterFormat::Xlsx => Err(no_xlsx(source).into()),
        _ => csv::read(source, input, exported_at, now),
    }
}

fn open(source: &RosterSource) -> Result<(impl io::Read + Send + use<>, Timestamp), Diagnostics> {
    let opened = files::open_regular(&source.path).and_then(|file| Ok((file, files::modified(&source.path)?)));
    opened.map_err(|error| unopened(source, &error).into())
}

/// Reads an export that is at hand as bytes: the same as [`read_one`], without the file.
pub fn read_bytes(
    source: &RosterSource,
    bytes: &[u8],
    exported_at: Timestamp,
    now: Timestamp,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    if !is_table(source.format) || is_zipped(source) {
        let files = FileSet::of_bytes(source, bytes, exported_at).map_err(|problem| Diagnostics::from(*problem))?;
        return read_set(source, files, now);
    }
    read_table(source, bytes, exported_at, now)
}

/// Reads what may lie in a folder or a ZIP.
fn read_set(source: &RosterSource, files: FileSet<'_>, now: Timestamp) -> Result<(Roster, Diagnostics), Diagnostics> {
    match source.format {
        RosterFormat::Ide => ide::read(source, files, now),
        RosterFormat::Edge => edge::read(source, files, now),
        RosterFormat::Kamar => kamar::read(source, files, now),
        RosterFormat::OneRoster => oneroster::read(source, files, now),
        RosterFormat::Sds => sds::read(source, files, now),
        // A workbook, and a CSV file that is not packed, have been answered by `read_table`.
        RosterFormat::Csv | RosterFormat::Xlsx => read_zipped(source, files, now),
    }
}

#[cfg(not(feature = "xlsx"))]
fn no_xlsx(source: &RosterSource) -> Diagnostic {
    Diagnostic::error("roster::no-xlsx", "this firstbell was built without Excel workbooks")
        .with_help("build it with `--features xlsx`; or, better, export CSV from the SMS and write `format: csv`")
        .with_place(Place::file(&source.written_path))
}

fn unopened(source: &RosterSource, error: &io::Error) -> Diagnostic {
    let path = &source.written_path;
    let diagnostic = match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::error("roster::missing", format!("there is no roster at `{path}`"))
            .with_help(match source.part {
                Part::Roster => "export it from the SMS to that place, or correct `path:` in the rollout",
                Part::Corrections => {
                    "put the list of corrections there, or take its part out of `roster:` in the rollout"
                }
            }),
        io::ErrorKind::IsADirectory => {
            let format = source.format.as_str();
            Diagnostic::error("roster::not-a-file", format!("`{path}` is a folder, and format `{format}` is one file"))
                .with_help(format!("name the file in it, as in `path: roster/caregivers.{format}`"))
        }
        io::ErrorKind::InvalidInput => {
            Diagnostic::error("roster::not-a-file", format!("`{path}` is a named pipe or a device, not a file"))
                .with_help("export to a file, and name that")
        }
        _ => Diagnostic::error("roster::unreadable", format!("the roster can't be opened: {error}"))
            .with_help("see that this user may read the file and that no other program holds it"),
    };
    diagnostic.with_place(Place::file(path))
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::testing::{self, NOW};

    fn code_of(path: Utf8PathBuf) -> (&'static str, String) {
        let source = super::RosterSource { path, ..testing::source() };
        let problems = super::read_one(&source, NOW).unwrap_err();
        let first = problems.sorted()[0].clone();
        (first.code, first.message)
    }

    #[test]
    fn a_file_that_is_not_there_is_named_as_the_rollout_names_it() {
        let (code, message) = code_of("/nowhere/caregivers.csv".into());
        assert_eq!((code, message.as_str()), ("roster::missing", "there is no roster at `roster/caregivers.csv`"));
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(code_of(Utf8PathBuf::from_path_buf(folder.path().into()).unwrap()).0, "roster::not-a-file");
    }

    #[test]
    fn what_could_be_waited_for_forever_is_refused() {
        let (code, message) = code_of("/dev/null".into());
        assert_eq!(code, "roster::not-a-file");
        assert_eq!(message, "`roster/caregivers.csv` is a named pipe or a device, not a file");
    }

    #[test]
    fn a_file_is_read_with_its_own_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("caregivers.csv")).unwrap();
        crate::files::replace(&path, testing::two_families().as_bytes()).unwrap();
        let written = crate::files::modified(&path).unwrap();
        let source = super::RosterSource { path, ..testing::source() };
        let (roster, problems) = super::read_one(&source, written).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((roster.len(), roster.facts().exported_at), (3, written));
    }
}
