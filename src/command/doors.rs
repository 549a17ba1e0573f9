//! Which driver, transport and store a rollout names: the only file that knows them all by name. Everything else is given
//! them as the traits of `edge`.

use crate::edge::{Clock, LmsRead, LmsWrite, MailTransport};
use crate::lms::sandbox::{SandboxReader, SandboxWriter};
use crate::lms::ultranet::{UltranetReader, UltranetWriter};
use crate::mail::Outbox;
use crate::rollout::{LmsSettings, Rollout, Transport};

use super::session::Session;
use super::trouble::Trouble;

/// The reading half of the LMS: all that planning is given.
pub(super) fn lms_reader<'c>(clock: &'c dyn Clock, rollout: &Rollout) -> Box<dyn LmsRead + 'c> {
    match &rollout.lms {
        LmsSettings::Sandbox { written_path, path } => {
            Box::new(SandboxReader::new(path.clone(), written_path.clone(), clock))
        }
        LmsSettings::Ultranet(settings) => Box::new(UltranetReader::new(settings, clock)),
    }
}

/// The writing half, for `apply` alone.
pub(super) fn lms_writer<'s>(session: &Session<'s>, rollout: &Rollout) -> Result<Box<dyn LmsWrite + 's>, Trouble> {
    match &rollout.lms {
        LmsSettings::Sandbox { written_path, path } => {
            let random = (session.random)();
            Ok(Box::new(SandboxWriter::open(path.clone(), written_path.clone(), session.clock, random)?))
        }
        LmsSettings::Ultranet(settings) => Ok(Box::new(UltranetWriter::new(settings, session.clock))),
    }
}

/// The way mail leaves.
pub(super) fn mail(rollout: &Rollout) -> Box<dyn MailTransport> {
    match &rollout.mail.transport {
        Transport::Outbox { path } => Box::new(Outbox::new(path.clone())),
    }
}
