//! The writing half: files for a person to import. What a server would be asked for is refused.

use camino::Utf8PathBuf;

use crate::edge::{
    AccountChange, Altered, Ask, Clock, HandOverFacts, HandOverLine, HandOverWrite, LmsError, LmsRead, LmsWrite,
    NewAccount, NotWritten, RowFor,
};
use crate::files;
use crate::model::account::Account;
use crate::model::capability::LmsCapabilities;
use crate::model::handover::HandOver;
use crate::model::ids::{ActivationKey, CaregiverId, Username};
use crate::model::observed::Observed;
use crate::model::outcome::{Outcome, Reach};
use crate::model::secret::Password;
use crate::rollout::Ultranet;

use super::reader::UltranetReader;
use super::{altered, note, row};

const BY_HAND: &str = "Ultranet can't be written to: a hand-over is what reaches it";

/// Ultranet, with the files that a person imports.
pub struct UltranetWriter<'a> {
    reader: UltranetReader<'a>,
    folder: Utf8PathBuf,
    is_sms_id_first: bool,
    has_letters: bool,
}

impl<'a> UltranetWriter<'a> {
    /// The export that is read, and the folder that is written to. Nothing is made yet.
    pub fn new(settings: &Ultranet, clock: &'a dyn Clock) -> Self {
        Self {
            reader: UltranetReader::new(settings, clock),
            folder: settings.folder.clone(),
            is_sms_id_first: settings.is_sms_id_first,
            has_letters: settings.has_letters,
        }
    }

    /// The import file, the instructions, the mapping of new accounts to children.
    fn files(&self, name: &str) -> [Utf8PathBuf; 3] {
        [".csv", ".md", "-children.csv"].map(|end| self.folder.join(format!("{name}{end}")))
    }

    fn failed(path: &Utf8PathBuf) -> impl FnOnce(std::io::Error) -> NotWritten {
        let what =
            format!("the hand-over could not be written as `{path}`: see to the folder or the disk, then run again");
        move |source| NotWritten { what, source }
    }
}

fn whole(lines: &[HandOverLine]) -> secrecy::zeroize::Zeroizing<String> {
    let size = lines.iter().map(|line| line.row.len()).sum();
    let mut text = secrecy::zeroize::Zeroizing::new(String::with_capacity(size));
    for line in lines {
        text.push_str(&line.row);
    }
    text
}

impl HandOverWrite for UltranetWriter<'_> {
    fn line(&mut self, person: &RowFor<'_>) -> HandOverLine {
        row::line(person, self.is_sms_id_first)
    }

    fn note(&mut self, facts: &HandOverFacts<'_>) -> String {
        note::note(facts, self.has_letters)
    }

    /// The import file comes last: where it stands, all of it stands.
    fn place(&mut self, handover: &HandOver, lines: &[HandOverLine]) -> Result<(), NotWritten> {
        files::make_private_dir(&self.folder).map_err(Self::failed(&self.folder))?;
        let [import, note, mapping] = self.files(&handover.name);
        let children: String = lines.iter().map(|line| line.children.as_str()).collect();
        files::replace_private(&note, handover.note.as_bytes()).map_err(Self::failed(&note))?;
        if !children.is_empty() {
            files::replace_private(&mapping, children.as_bytes()).map_err(Self::failed(&mapping))?;
        }
        files::replace_private(&import, whole(lines).as_bytes()).map_err(Self::failed(&import))
    }

    fn altered(&mut self, handover: &HandOver, lines: &[HandOverLine]) -> Result<Option<Altered>, NotWritten> {
        let [import, ..] = self.files(&handover.name);
        if !files::exists(&import) {
            return Ok(None);
        }
        let now = files::read(&import)
            .map_err(|source| NotWritten { what: format!("`{import}` could not be read"), source })?;
        Ok(Some(altered::altered(&whole(lines), &now)))
    }

    fn remove(&mut self, name: &str) -> Result<(), NotWritten> {
        for path in self.files(name) {
            files::remove_if_there(&path).map_err(|source| NotWritten {
                what: format!("`{path}` could not be deleted, and may hold passwords: delete it yourself"),
                source,
            })?;
        }
        Ok(())
    }
}

impl LmsRead for UltranetWriter<'_> {
    fn capabilities(&self) -> LmsCapabilities {
        self.reader.capabilities()
    }

    fn describe(&self) -> String {
        self.reader.describe()
    }

    fn observe(&mut self, ask: &Ask) -> Result<Observed, LmsError> {
        self.reader.observe(ask)
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        self.reader.observe_one(caregiver)
    }
}

impl LmsWrite for UltranetWriter<'_> {
    fn create(&mut self, _: &NewAccount, _: &Password, _: ActivationKey) -> Outcome {
        Outcome::refused(BY_HAND, Reach::Caregiver)
    }

    fn set_password(&mut self, _: &CaregiverId, _: &Username, _: &Password, _: ActivationKey) -> Outcome {
        Outcome::refused(BY_HAND, Reach::Caregiver)
    }

    fn update(&mut self, _: &CaregiverId, _: &Username, _: &AccountChange) -> Outcome {
        Outcome::refused(BY_HAND, Reach::Caregiver)
    }

    fn disable(&mut self, _: &CaregiverId, _: &Username) -> Outcome {
        Outcome::refused(BY_HAND, Reach::Caregiver)
    }

    fn by_hand(&mut self) -> Option<&mut dyn HandOverWrite> {
        Some(self)
    }
}
