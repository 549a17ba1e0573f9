//! Which driver, transport and store a rollout names: the only file that knows them all by name. Everything else is given
//! them as the traits of `edge`.

use crate::edge::{LmsRead, LmsWrite, MailTransport, StateStore};
use crate::files;
use crate::lms::moodle::{MoodleReader, MoodleWriter};
use crate::lms::sandbox::{SandboxReader, SandboxWriter};
use crate::lms::ultranet::{UltranetReader, UltranetWriter};
use crate::mail::{Outbox, Patience, Smtp};
use crate::model::capability::MailCapabilities;
use crate::model::email::domain;
use crate::model::secret::Password;
use crate::plan::pace::{self, Timetable};
use crate::rollout::{LmsSettings, Rollout, SmtpSettings, Tls, Transport};

use super::exit::Exit;
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
        LmsSettings::Ultranet(settings) => Ok(Box::new(UltranetReader::new(settings, session.clock))),
    }
}

/// The same, never to be asked anything: what it can do and what it is called, for a plan from what is remembered. It needs
/// no secret.
pub(super) fn lms_unasked<'s>(session: &Session<'s>, rollout: &Rollout) -> Result<Box<dyn LmsRead + 's>, Trouble> {
    match &rollout.lms {
        LmsSettings::Moodle(settings) => {
            Ok(Box::new(MoodleReader::new(settings.clone(), Password::new(String::new()), session.clock)))
        }
        LmsSettings::Sandbox { .. } | LmsSettings::Ultranet(_) => lms_reader(session, rollout),
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
            if session.is_clock_fixed {
                let what =
                    "`--now` is for rehearsals: with `driver: moodle` real passwords would be set at a made-up time";
                return Err(Trouble::new(Exit::Usage, what));
            }
            let token = session.hosts.lms_secret(&settings.host, &settings.token)?;
            Ok(Box::new(MoodleWriter::new(settings.clone(), token, session.clock)))
        }
        LmsSettings::Ultranet(settings) => Ok(Box::new(UltranetWriter::new(settings, session.clock))),
    }
}

/// What the way mail leaves can do, without opening it.
pub(super) fn mail_capabilities(rollout: &Rollout) -> MailCapabilities {
    match &rollout.mail.transport {
        Transport::Outbox { path } => Outbox::new(path.clone()).capabilities(),
        Transport::Smtp(settings) => Smtp::capabilities_of(settings),
    }
}

/// The way mail leaves.
pub(super) fn mail(session: &Session<'_>, rollout: &Rollout) -> Result<Box<dyn MailTransport>, Trouble> {
    match &rollout.mail.transport {
        Transport::Outbox { path } => Ok(Box::new(Outbox::new(path.clone()))),
        Transport::Smtp(settings) => Ok(Box::new(smtp(session, rollout, settings)?)),
    }
}

fn smtp(session: &Session<'_>, rollout: &Rollout, settings: &SmtpSettings) -> Result<Smtp, Trouble> {
    if session.is_clock_fixed {
        let what = "`--now` is for rehearsals: with `transport: smtp` real letters would go out at a made-up time";
        return Err(Trouble::new(Exit::Usage, what));
    }
    let read = |path: &camino::Utf8PathBuf| {
        files::read(path).map_err(|error| Trouble::file(format!("reading `mail.smtp.ca`, `{path}`"), error))
    };
    let ca = settings.ca.as_ref().map(read).transpose()?;
    // The letters hold passwords: a changed line in the rollout must not be able to send them to somebody else's server.
    if settings.sign_in.is_none() && settings.tls != Tls::None {
        session.hosts.allow_smtp(&settings.host)?;
    }
    let secret = settings.sign_in.as_ref().map(|sign_in| {
        let variable = sign_in.variable.as_deref().unwrap_or("FIRSTBELL_SMTP_PASSWORD");
        session.hosts.smtp_secret(&settings.host, variable)
    });
    let secret = secret.transpose()?;
    let own_domain = domain(&rollout.mail.from.email);
    Smtp::new(settings, ca.as_deref(), secret.as_ref(), &own_domain, Patience::default())
        .map_err(|what| Trouble::new(Exit::BadInput, what))
}

/// When letters may leave, given what is recorded; `None` where they go to a folder.
pub(super) fn timetable(
    store: Option<&mut dyn StateStore>,
    rollout: &Rollout,
    now: jiff::Timestamp,
) -> Result<Option<Timetable>, Trouble> {
    if matches!(rollout.mail.transport, Transport::Outbox { .. }) {
        return Ok(None);
    }
    // Without a limit there is nothing to count.
    let sent = match store {
        Some(store) if rollout.mail.pace.per_day.is_some() || rollout.mail.pace.per_minute.is_some() => {
            store.sent_since(now - pace::DAY)?
        }
        _ => Vec::new(),
    };
    Ok(Some(Timetable::new(&rollout.mail, &rollout.timezone, sent)))
}
