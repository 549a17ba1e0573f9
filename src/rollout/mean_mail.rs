//! The mail settings as they are meant. Part of `mean`.

use jiff::civil;

use super::document::{self, Preset, Weekday};
use super::mean::{Failure, Setting};
use super::{Hours, MailSettings, Pace, Transport};

/// The mail settings as they are meant.
pub(super) fn mail(mail: document::Mail, setting: &Setting<'_>) -> Result<MailSettings, Failure> {
    Ok(MailSettings {
        from: mail.from.meaning,
        reply_to: mail.reply_to.map(|mailbox| mailbox.meaning),
        transport: Transport::Outbox { path: setting.resolve(&mail.outbox.meaning)? },
        pace: pace(&mail.pace),
        hours: mail.hours.map(hours),
        letter_path: setting.resolve(&mail.letter.meaning)?,
        letter: mail.letter.meaning,
        default_language: mail.language.default.meaning,
        by_language: mail.language.by.is_some(),
        retain_for_bounce: mail.retain_for_bounce.meaning.as_secs(),
    })
}

/// Somewhat below what the services allow: 2000 a day for a Google Workspace account, 10,000 for Google's relay, 30 a
/// minute and 10,000 a day for Exchange Online.
fn pace(pace: &document::Pace) -> Pace {
    let (per_minute, per_day) = match pace.preset {
        None | Some(Preset::GoogleWorkspace) => (20, 1500),
        Some(Preset::GoogleRelay) => (60, 9000),
        Some(Preset::ExchangeOnline) => (25, 9000),
    };
    Pace { per_minute: pace.per_minute.unwrap_or(per_minute), per_day: pace.per_day.unwrap_or(per_day) }
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
