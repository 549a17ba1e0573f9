//! Where the files of an export lie: one file, a folder of them, or a ZIP. Readers ask for a file by its name and get its
//! bytes one after the other; nothing is unpacked to disk, and nothing outside the folder or the ZIP is ever opened.

mod archive;

use std::io::{self, Cursor, Read, Seek};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use crate::diagnostic::{Diagnostic, Place};
use crate::files;
use crate::model::source::RosterSource;

use archive::Archive;

/// A problem that stops the reading.
pub(super) type Stop = Box<Diagnostic>;

/// What can be read from any place: a ZIP's list of files is at its end.
pub(super) trait Seekable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Seekable for T {}

/// The files of an export.
pub(super) struct FileSet<'a> {
    written: String,
    modified: Timestamp,
    names: Vec<String>,
    kind: Kind<'a>,
}

enum Kind<'a> {
    File(Option<Box<dyn Seekable + 'a>>),
    Folder(Utf8PathBuf),
    Zip(Box<Archive<'a>>),
}

impl FileSet<'static> {
    /// Opens what the rollout names.
    pub(super) fn open(source: &RosterSource) -> Result<Self, Stop> {
        let unopened = |error: io::Error| Box::new(super::unopened(source, &error));
        let written = source.written_path.clone();
        if files::is_dir(&source.path) {
            return Self::folder(written, &source.path).map_err(unopened)?;
        }
        let file = files::open_regular(&source.path).map_err(unopened)?;
        let modified = files::modified(&source.path).map_err(unopened)?;
        Self::of(written, modified, Box::new(file))
    }

    fn folder(written: String, path: &Utf8Path) -> io::Result<Result<Self, Stop>> {
        let inside = files::canonical(path)?;
        let (mut names, mut folders, mut modified) = (Vec::new(), Vec::new(), None);
        for name in files::list(path)?.into_iter().filter(|name| !is_left_by_a_program(name)) {
            let file = path.join(&name);
            if files::is_dir(&file) {
                folders.push(name);
                continue;
            }
            if !files::canonical(&file)?.starts_with(&inside) {
                return Ok(Err(leads_outside(&written, &name)));
            }
            modified = modified.max(Some(files::modified(&file)?));
            names.push(name);
        }
        if let Some(twice) = named_twice(&names) {
            return Ok(Err(twofold(&written, twice)));
        }
        let Some(modified) = modified else { return Ok(Err(nothing_in(&written, &folders))) };
        Ok(Ok(Self { written, modified, names, kind: Kind::Folder(path.to_owned()) }))
    }
}

/// `.DS_Store`, and what Office (`~$export.csv`) and `LibreOffice` (`.~lock.export.csv#`) leave beside a file that is open.
fn is_left_by_a_program(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("~$")
}

impl<'a> FileSet<'a> {
    /// An export that is at hand as bytes.
    pub(super) fn of_bytes(source: &RosterSource, bytes: &'a [u8], modified: Timestamp) -> Result<Self, Stop> {
        Self::of(source.written_path.clone(), modified, Box::new(Cursor::new(bytes)))
    }

    fn of(written: String, modified: Timestamp, mut file: Box<dyn Seekable + 'a>) -> Result<Self, Stop> {
        let mut head = [0; 4];
        let count = fill(&mut file, &mut head).and_then(|count| file.rewind().map(|()| count));
        let count = count.map_err(|error| unreadable(&written, &error))?;
        let name = written.rsplit('/').next().unwrap_or(&written).to_owned();
        if matches!(&head[..count], b"PK\x03\x04" | b"PK\x05\x06") {
            let archive = Archive::open(&written, file)?;
            let names = archive.names().map(str::to_owned).collect();
            return Ok(Self { written, modified, names, kind: Kind::Zip(Box::new(archive)) });
        }
        if Utf8Path::new(&name).extension().is_some_and(|end| end.eq_ignore_ascii_case("zip")) {
            let problem = Diagnostic::error("roster::zip-damaged", "this is no ZIP file, or its beginning is lost");
            return Err(stop(&written, problem.with_help("export or copy it again")));
        }
        Ok(Self { written, modified, names: vec![name], kind: Kind::File(Some(file)) })
    }

    /// When the newest of the files was written.
    pub(super) fn modified(&self) -> Timestamp {
        self.modified
    }

    /// The names of the files.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it is one file, and no ZIP.
    pub(super) fn is_one_file(&self) -> bool {
        matches!(self.kind, Kind::File(_))
    }

    /// A file's name as the set spells it, found without regard to case.
    pub(super) fn find(&self, wanted: &str) -> Option<String> {
        self.names.iter().find(|name| name.eq_ignore_ascii_case(wanted)).cloned()
    }

    /// The only file with this ending, or the one with the usual name.
    pub(super) fn only(&self, usual: &str, ending: &str) -> Result<String, Stop> {
        if self.is_one_file() {
            return Ok(self.names[0].clone());
        }
        if let Some(name) = self.find(usual) {
            return Ok(name);
        }
        let has_ending = |name: &&String| name.to_ascii_lowercase().ends_with(ending);
        let found: Vec<&String> = self.names.iter().filter(has_ending).collect();
        match found.as_slice() {
            [name] => Ok((*name).clone()),
            [] => Err(self.missing(if usual.is_empty() { ending } else { usual })),
            [_, ..] => {
                let which = if usual.is_empty() { String::new() } else { format!(", and none is `{usual}`") };
                let message = format!("there are {} files that end in `{ending}`{which}", found.len());
                Err(stop(
                    &self.written,
                    Diagnostic::error("roster::several-files", message).with_help("name the file itself in `path:`"),
                ))
            }
        }
    }

    /// What messages call a file.
    pub(super) fn place_of(&self, name: &str) -> String {
        if self.is_one_file() { self.written.clone() } else { format!("{}/{name}", self.written) }
    }

    /// The bytes of a file.
    pub(super) fn read(&mut self, name: &str) -> Result<Box<dyn Read + Send + '_>, Stop> {
        let place = self.place_of(name);
        match &mut self.kind {
            Kind::File(file) => match file.as_mut() {
                Some(file) => match file.rewind() {
                    Ok(()) => Ok(Box::new(file)),
                    Err(error) => Err(unreadable(&place, &error)),
                },
                None => Err(unreadable(&place, &io::Error::other("it is gone"))),
            },
            Kind::Folder(path) => match files::open_regular(&path.join(name)) {
                Ok(file) => Ok(Box::new(file)),
                Err(error) => Err(unreadable(&place, &error)),
            },
            Kind::Zip(archive) => archive.read(&place, name),
        }
    }

    /// The problem that a file of the set is not there.
    pub(super) fn missing(&self, wanted: &str) -> Stop {
        let message = format!("there is no `{wanted}` in it");
        let names = self.names.iter().take(20).cloned().collect::<Vec<_>>().join(", ");
        let near = super::suggest::heading(wanted, &self.names.iter().map(String::as_str).collect::<Vec<_>>());
        let question = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        let zip = self.names.iter().find(|name| name.to_ascii_lowercase().ends_with(".zip"));
        let question = zip.map_or(question, |zip| format!("did you mean `path: {}/{zip}`? ", self.written));
        let help = match names.as_str() {
            "" => "there are no files at all: export again from the SMS".to_owned(),
            names => format!("{question}the files are: {names}"),
        };
        stop(&self.written, Diagnostic::error("roster::missing-file", message).with_help(help))
    }
}

/// A problem with a file as a whole.
pub(super) fn stop(file: &str, problem: Diagnostic) -> Stop {
    Box::new(problem.with_place(Place::file(file)))
}

fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// The first name that another one differs from by case only, or not at all.
fn named_twice<T: AsRef<str>>(names: &[T]) -> Option<&str> {
    let mut seen = std::collections::HashSet::new();
    names.iter().map(AsRef::as_ref).find(|name| !seen.insert(name.to_lowercase()))
}

fn twofold(written: &str, name: &str) -> Stop {
    let message = format!("there are two files `{name}`, and which of them counts can't be told");
    stop(written, Diagnostic::error("roster::file-twice", message).with_help("export again into an empty place"))
}

fn leads_outside(written: &str, name: &str) -> Stop {
    let message = format!("`{name}` is a link that leads out of the folder");
    stop(written, Diagnostic::error("roster::outside", message).with_help("put the file itself into the folder"))
}

fn nothing_in(written: &str, folders: &[String]) -> Stop {
    let problem = Diagnostic::error("roster::missing-file", "there is no file in this folder");
    let help = match folders {
        [] => "export from the SMS into this folder".to_owned(),
        [folder, ..] => format!("there is a folder in it: did you mean `path: {written}/{folder}`?"),
    };
    stop(written, problem.with_help(help))
}

fn unreadable(place: &str, error: &io::Error) -> Stop {
    stop(place, Diagnostic::error("roster::unreadable", format!("this can't be read: {error}")))
}
