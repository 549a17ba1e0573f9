//! A folder as the way mail leaves: one `.eml` file a letter, readable by its owner only, complete or not there at all.
//!
//! The file's name comes from the Message-ID alone: handing over a letter again leaves one file, and a listing of the
//! folder names nobody. What happens to the files afterwards is not known here; nothing is ever removed.

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::{Envelope, MailTransport};
use crate::files::{self, NotPlaced};
use crate::model::capability::MailCapabilities;
use crate::model::ids::MessageId;
use crate::model::outcome::{Outcome, Reach};

/// What is written and removed to learn whether the folder can be written to.
const PROBE: &str = ".firstbell-probe";
/// Longer file names are refused by some file systems.
const LONGEST_NAME: usize = 200;

/// A folder of letters.
#[derive(Clone, Debug)]
pub struct Outbox {
    folder: Utf8PathBuf,
}

impl Outbox {
    /// Letters go into this folder, which is made when first needed.
    pub fn new(folder: impl Into<Utf8PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path_of(&self, id: &MessageId) -> Option<Utf8PathBuf> {
        let local = id.as_str().split('@').next().unwrap_or_default();
        let is_name = !local.is_empty()
            && local.len() <= LONGEST_NAME
            && !local.starts_with('.')
            && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        is_name.then(|| self.folder.join(format!("{local}.eml")))
    }
}

impl MailTransport for Outbox {
    fn capabilities(&self) -> MailCapabilities {
        MailCapabilities { is_idempotent: true, sessions: 1 }
    }

    /// Makes the folder where it is not there and tries whether it can be written to.
    fn check(&mut self) -> Result<(), String> {
        let probe = self.folder.join(PROBE);
        files::make_private_dir(&self.folder)
            .and_then(|()| files::replace_private(&probe, b"firstbell tries whether it can write here\n"))
            .and_then(|()| files::remove(&probe))
            .map_err(|error| unwritable(&self.folder, &error))
    }

    fn send(&mut self, envelope: &Envelope<'_>) -> Outcome {
        let Some(path) = self.path_of(envelope.message_id) else {
            return Outcome::refused("the Message-ID can't be the name of a file", Reach::Caregiver);
        };
        if let Err(error) = files::make_private_dir(&self.folder) {
            return Outcome::refused(unwritable(&self.folder, &error), Reach::Everybody);
        }
        match files::place_private(&path, envelope.bytes) {
            Ok(()) => Outcome::Done(()),
            Err(NotPlaced::Untouched(error)) => Outcome::refused(unwritable(&self.folder, &error), Reach::Everybody),
            Err(NotPlaced::Undurable(error)) => Outcome::Unknown(format!(
                "the letter lies in `{}`, but might not outlive a power cut: {error}",
                self.folder
            )),
        }
    }
}

fn unwritable(folder: &Utf8Path, error: &std::io::Error) -> String {
    if files::exists(folder) && !files::is_dir(folder) {
        return format!("the outbox `{folder}` is not a folder: move that file away, and run the same command again");
    }
    format!("the outbox `{folder}` can't be written to: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> Utf8PathBuf {
            Utf8Path::from_path(self.0.path()).unwrap().join(name)
        }
    }

    fn send(outbox: &mut Outbox, id: &str, bytes: &[u8]) -> Outcome {
        let message_id = MessageId::from(id);
        outbox.send(&Envelope { sender: "a@example.nz", recipient: "b@example.nz", message_id: &message_id, bytes })
    }

    fn assert_refused(outcome: &Outcome, reach: Reach) -> String {
        let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
        assert_eq!(refusal.reach, reach, "{outcome:?}");
        refusal.reason.clone()
    }

    #[test]
    fn a_letter_is_one_private_file_named_after_its_message_id() {
        let folder = Folder::new();
        let mut outbox = Outbox::new(folder.path("outbox"));
        assert_eq!(send(&mut outbox, "0af3@school.example.nz", b"Subject: x\r\n\r\ny\r\n"), Outcome::Done(()));
        assert_eq!(files::list(&folder.path("outbox")).unwrap(), ["0af3.eml"]);
        let letter = folder.path("outbox/0af3.eml");
        assert_eq!(files::read(&letter).unwrap(), b"Subject: x\r\n\r\ny\r\n");
        assert_eq!(files::mode(&letter).unwrap(), 0o600);
        assert_eq!(files::mode(&folder.path("outbox")).unwrap(), 0o700);
    }

    #[test]
    fn the_same_letter_twice_is_one_file() {
        let folder = Folder::new();
        let mut outbox = Outbox::new(folder.path("outbox"));
        assert!(outbox.capabilities().is_idempotent);
        for _ in 0..2 {
            assert_eq!(send(&mut outbox, "0af3@school.example.nz", b"same"), Outcome::Done(()));
        }
        assert_eq!(files::list(&folder.path("outbox")).unwrap(), ["0af3.eml"]);
    }

    #[test]
    fn a_half_written_copy_of_a_run_that_was_cut_is_replaced() {
        let folder = Folder::new();
        files::make_private_dir(&folder.path("outbox")).unwrap();
        files::replace_private(&folder.path("outbox/.0af3.eml.part"), b"half a let").unwrap();
        assert_eq!(send(&mut Outbox::new(folder.path("outbox")), "0af3@x.example", b"whole letter"), Outcome::Done(()));
        assert_eq!(files::list(&folder.path("outbox")).unwrap(), ["0af3.eml"]);
        assert_eq!(files::read(&folder.path("outbox/0af3.eml")).unwrap(), b"whole letter");
    }

    #[test]
    fn a_message_id_that_leads_elsewhere_is_refused() {
        let folder = Folder::new();
        let mut outbox = Outbox::new(folder.path("outbox"));
        for id in ["../../etc/x@y", "a/b@y", "@y", "", ".hidden@y", "a\0b@y", "a\nb@y", &"x".repeat(300)] {
            assert_refused(&send(&mut outbox, id, b"x"), Reach::Caregiver);
        }
        assert!(!files::exists(&folder.path("outbox")));
    }

    #[test]
    fn a_file_where_the_folder_should_be_stops_the_run() {
        let folder = Folder::new();
        files::replace(&folder.path("outbox"), b"").unwrap();
        let mut outbox = Outbox::new(folder.path("outbox"));
        let reason = assert_refused(&send(&mut outbox, "0af3@y", b"x"), Reach::Everybody);
        assert!(reason.contains("outbox"), "{reason}");
        assert!(outbox.check().unwrap_err().contains("outbox"));
    }

    #[test]
    fn a_folder_in_the_place_of_a_letter_is_a_certain_no() {
        let folder = Folder::new();
        files::make_dir(&folder.path("outbox/0af3.eml")).unwrap();
        assert_refused(&send(&mut Outbox::new(folder.path("outbox")), "0af3@y", b"x"), Reach::Everybody);
        assert_eq!(files::list(&folder.path("outbox")).unwrap(), ["0af3.eml"], "no half-written copy is left");
    }

    #[test]
    fn a_full_disk_is_a_certain_no() {
        // /dev/full takes the file but none of its bytes.
        let folder = Folder::new();
        files::make_private_dir(&folder.path("outbox")).unwrap();
        std::os::unix::fs::symlink("/dev/full", folder.path("outbox/.0af3.eml.part")).unwrap();
        let mut outbox = Outbox::new(folder.path("outbox"));
        assert_refused(&send(&mut outbox, "0af3@y", b"x"), Reach::Everybody);
        assert!(!files::exists(&folder.path("outbox/0af3.eml")));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_found_before_anything_is_sent() {
        // Under /proc nobody makes folders, not even root, for whom permissions don't count.
        let mut outbox = Outbox::new("/proc/no/outbox");
        assert!(outbox.check().unwrap_err().contains("can't be written to"));
        assert_refused(&send(&mut outbox, "0af3@y", b"x"), Reach::Everybody);
    }

    #[test]
    fn the_check_makes_the_folder_and_leaves_nothing_in_it() {
        let folder = Folder::new();
        let mut outbox = Outbox::new(folder.path("a/outbox"));
        outbox.check().unwrap();
        outbox.check().unwrap();
        assert!(files::list(&folder.path("a/outbox")).unwrap().is_empty());
    }
}
