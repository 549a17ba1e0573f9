//! The mails under a path, as a mailbox exports them: a Maildir, a folder of `.eml` and mbox files, an mbox file, a single mail.

use camino::{Utf8Path, Utf8PathBuf};

use crate::command::exit::Exit;
use crate::command::trouble::Trouble;
use crate::files;
use crate::mail::bounce::{self, Returned};

/// How `.msg` files begin, and older Word and Excel files.
const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

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
            return self.add_named(path, &files::read(path).map_err(failed)?);
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

    /// Somebody named this file: if it is no mail, they mean another. An mbox file may be empty.
    fn add_named(&mut self, file: &Utf8Path, bytes: &[u8]) -> Result<(), Trouble> {
        if bytes.is_empty() {
            return Ok(());
        }
        if bounce::mbox(bytes).is_none() && !bounce::is_mail(bytes) {
            let kind =
                if bytes.starts_with(&OLE) { "is Outlook's own kind of file" } else { "is no mail and no mbox file" };
            let what =
                format!("`{file}` {kind}: export the mails as .eml files or as an mbox file; nothing was recorded");
            return Err(Trouble::new(Exit::BadInput, what));
        }
        self.add(file, bytes, true);
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
        } else if is_mail && bounce::is_mail(bytes) {
            self.mails.push(Mail { place: file.to_string(), reports: bounce::read(bytes) });
        } else {
            self.passed_over.push(file.to_owned());
        }
    }
}
