//! The mail settings as they are meant. Part of `mean`.

use jiff::civil;

use super::document::{self, Preset, Weekday};
use super::mean::{Failure, Setting};
use super::{Hours, MailSettings, Pace, SignIn, SignInWith, SmtpSettings, Tls, Transport};

/// The mail settings as they are meant.
pub(super) fn mail(mail: document::Mail, setting: &Setting<'_>) -> Result<MailSettings, Failure> {
    Ok(MailSettings {
        from: mail.from.meaning,
        reply_to: mail.reply_to.map(|mailbox| mailbox.meaning),
        transport: transport(mail.transport, &mail.outbox.meaning, mail.smtp, setting)?,
        pace: pace(&mail.pace),
        hours: mail.hours.map(hours),
        letter_path: setting.resolve(&mail.letter.meaning)?,
        letter: mail.letter.meaning,
        default_language: mail.language.default.meaning,
        by_language: mail.language.by.is_some(),
        retain_for_bounce: mail.retain_for_bounce.meaning.as_secs(),
    })
}

fn transport(
    transport: document::Transport,
    outbox: &str,
    smtp: Option<document::Smtp>,
    setting: &Setting<'_>,
) -> Result<Transport, Failure> {
    match (transport, smtp) {
        (document::Transport::Outbox, _) => Ok(Transport::Outbox { path: setting.resolve(outbox)? }),
        (document::Transport::Smtp, Some(smtp)) => Ok(Transport::Smtp(self::smtp(smtp, setting)?)),
        (document::Transport::Smtp, None) => {
            Err(setting.failure("rollout::no-mail-server", "`transport: smtp` needs `smtp:` beside it".to_owned()))
        }
    }
}

fn smtp(smtp: document::Smtp, setting: &Setting<'_>) -> Result<SmtpSettings, Failure> {
    let (tls, usual_port) = match smtp.tls {
        document::Tls::Starttls => (Tls::Starttls, 587),
        document::Tls::Implicit => (Tls::Implicit, 465),
        document::Tls::None => (Tls::None, 25),
    };
    let how = match smtp.sign_in {
        document::SignIn::Auto => SignInWith::Password,
        document::SignIn::Plain => SignInWith::Plain,
        document::SignIn::Login => SignInWith::Login,
        document::SignIn::Xoauth2 => SignInWith::Xoauth2,
    };
    let variable = smtp.password.map(|secret| secret.env.meaning);
    Ok(SmtpSettings {
        host: smtp.host.meaning,
        port: smtp.port.unwrap_or(usual_port),
        tls,
        ca: smtp.ca.map(|path| setting.resolve(&path.meaning)).transpose()?,
        sign_in: smtp.username.map(|username| SignIn { username: username.meaning, how, variable }),
        connections: usize::from(smtp.connections.max(1)),
    })
}

/// Somewhat below what the services allow: 2000 a day for a Google Workspace account, 10,000 for Google's relay, 30 a
/// minute and 10,000 a day for Exchange Online.
fn pace(pace: &document::Pace) -> Pace {
    let (per_minute, per_day) = match pace.preset {
        None | Some(Preset::GoogleWorkspace) => (Some(20), Some(1500)),
        Some(Preset::GoogleRelay) => (Some(60), Some(9000)),
        Some(Preset::ExchangeOnline) => (Some(25), Some(9000)),
        Some(Preset::Unlimited) => (None, None),
    };
    Pace { per_minute: pace.per_minute.or(per_minute), per_day: pace.per_day.or(per_day) }
}

fn hours(hours: document::Hours) -> Hours {
    Hours {
        days: hours.days.into_iter().map(weekday).collect(),
        from: hours.from.meaning,
        to: hours.to.meaning,
        holidays: hours.holidays.into_iter().map(|day| day.meaning).collect(),
    }
}

fn weekday(day: Weekday) -> civil::Weekday {
    match day {
        Weekday::Mon => civil::Weekday::Monday,
        Weekday::Tue => civil::Weekday::Tuesday,
        Weekday::Wed => civil::Weekday::Wednesday,
        Weekday::Thu => civil::Weekday::Thursday,
        Weekday::Fri => civil::Weekday::Friday,
        Weekday::Sat => civil::Weekday::Saturday,
        Weekday::Sun => civil::Weekday::Sunday,
    }
}
