//! The mails under a path, as a mailbox exports them: a Maildir, a folder of `.eml` and mbox files, an mbox file, a single mail.

use camino::{Utf8Path, Utf8PathBuf};

use crate::command::trouble::Trouble;
use crate::files;
use crate::mail::bounce::{self, Returned};

/// What was found.
#[derive(Default)]
pub(super) struct Mailbox {
    pub(super) mails: Vec<Mail>,
    /// What stands in the folders and is no mail.
    pub(super) passed_over: Vec<Utf8PathBuf>,
}

/// One mail.
pub(super) struct Mail {
    /// Where it stands, for somebody who looks for it.
    pub(super) place: String,
    /// What it says; never empty.
    pub(super) reports: Vec<Returned>,
}

impl Mailbox {
    /// Reads what stands under a path.
    pub(super) fn read(&mut self, path: &Utf8Path) -> Result<(), Trouble> {
        let failed =
            |error| Trouble::Unreadable { what: format!("the mails in `{path}` could not be read"), source: error };
        if !files::is_dir(path) {
            self.add(path, &files::read(path).map_err(failed)?, true);
            return Ok(());
        }
        let is_maildir = ["cur", "new"].iter().any(|name| files::is_dir(&path.join(name)));
        let folders = if is_maildir { vec![path.join("cur"), path.join("new")] } else { vec![path.to_owned()] };
        for folder in folders.iter().filter(|folder| files::is_dir(folder)) {
            for name in files::list(folder).map_err(failed)? {
                let file = folder.join(&name);
                if files::is_dir(&file) {
                    self.passed_over.push(file);
                } else if is_maildir {
                    let reports = bounce::read(&files::read(&file).map_err(failed)?);
                    self.mails.push(Mail { place: file.into_string(), reports });
                } else {
                    let is_mail = file.extension().is_some_and(|end| end.eq_ignore_ascii_case("eml"));
                    self.add(&file, &files::read(&file).map_err(failed)?, is_mail);
                }
            }
        }
        Ok(())
    }

    /// An mbox file is known by how it begins, whatever its name; anything else is a mail only where it must be one.
    fn add(&mut self, file: &Utf8Path, bytes: &[u8], is_mail: bool) {
        if let Some(mails) = bounce::mbox(bytes) {
            let numbered = mails.iter().zip(1..).map(|(mail, number): (_, u32)| Mail {
                place: format!("{file}, mail {number}"),
                reports: bounce::read(mail),
            });
            self.mails.extend(numbered);
        } else if is_mail {
            self.mails.push(Mail { place: file.to_string(), reports: bounce::read(bytes) });
        } else {
            self.passed_over.push(file.to_owned());
        }
    }
}
