//! Which driver, transport and store a rollout names: the only file that knows them all by name. Everything else is given
//! them as the traits of `edge`.

use crate::edge::{LmsRead, LmsWrite, MailTransport};
use crate::lms::moodle::{MoodleReader, MoodleWriter};
use crate::lms::sandbox::{SandboxReader, SandboxWriter};
use crate::mail::Outbox;
use crate::rollout::{LmsSettings, Rollout, Transport};

use super::session::Session;
use super::trouble::Trouble;

/// The reading half of the LMS: all that planning is given.
pub(super) fn lms_reader<'s>(session: &Session<'s>, rollout: &Rollout) -> Result<Box<dyn LmsRead + 's>, Trouble> {
    match &rollout.lms {
        LmsSettings::Sandbox { written_path, path } => {
            Ok(Box::new(SandboxReader::new(path.clone(), written_path.clone(), session.clock)))
        }
        LmsSettings::Moodle(settings) => {
            let token = session.hosts.lms_secret(&settings.host, &settings.token)?;
            Ok(Box::new(MoodleReader::new(settings.clone(), token, session.clock)))
        }
    }
}

/// The writing half, for `apply` alone.
pub(super) fn lms_writer<'s>(session: &Session<'s>, rollout: &Rollout) -> Result<Box<dyn LmsWrite + 's>, Trouble> {
    match &rollout.lms {
        LmsSettings::Sandbox { written_path, path } => {
            let random = (session.random)();
            Ok(Box::new(SandboxWriter::open(path.clone(), written_path.clone(), session.clock, random)?))
        }
        LmsSettings::Moodle(settings) => {
            let token = session.hosts.lms_secret(&settings.host, &settings.token)?;
            Ok(Box::new(MoodleWriter::new(settings.clone(), token, session.clock)))
        }
    }
}

/// The way mail leaves.
pub(super) fn mail(rollout: &Rollout) -> Box<dyn MailTransport> {
    match &rollout.mail.transport {
        Transport::Outbox { path } => Box::new(Outbox::new(path.clone())),
    }
}
