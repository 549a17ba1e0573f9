//! When letters may leave: so many a minute, so many in any 24 hours, in these hours of the school's days. Pure arithmetic
//! over what has gone out; no clock, no waiting.

use std::collections::VecDeque;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::rollout::{Hours, MailSettings, Pace};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// The days of mail services are any 24 hours, not calendar days.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A place in the pace that is nearer than this is waited for; a password is not set before.
pub const SOON: SignedDuration = SignedDuration::from_mins(5);
/// Hours without an open day in so many days are never.
const FURTHEST: usize = 400;
/// So many letters are looked at one by one; how long more of them take is told from these.
const MOST: u64 = 4000;
/// At less than so many a minute letters go one by one; else a twelfth of a minute's letters may go at once.
const AT_ONCE: u32 = 12;

/// When letters may leave, given those that have.
#[derive(Clone, Debug)]
pub struct Timetable {
    pace: Pace,
    hours: Option<Hours>,
    zone: TimeZone,
    /// When letters left in the last 24 hours, oldest first.
    sent: VecDeque<Timestamp>,
    /// Letters are spread over the minute: the next one not before this.
    free_at: Option<Timestamp>,
}

/// How a number of letters would leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// When the first may leave.
    pub first: Timestamp,
    /// So many leave before the first long pause: in one run.
    pub in_one_go: u64,
    /// When the run after that pause may begin; `None` where all leave in one go.
    pub goes_on: Option<Timestamp>,
    /// When about the last one leaves.
    pub last: Timestamp,
}

impl Timetable {
    /// `sent` is when letters left in the 24 hours before now.
    pub fn new(mail: &MailSettings, zone: &TimeZone, sent: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut sent: Vec<Timestamp> = sent.into_iter().collect();
        sent.sort_unstable();
        let mut table =
            Self { pace: mail.pace, hours: mail.hours.clone(), zone: zone.clone(), sent: sent.into(), free_at: None };
        table.free_at = table.sent.back().map(|last| *last + table.spacing(1));
        table
    }

    /// Whether any letter may leave at any moment.
    pub fn is_free(&self) -> bool {
        self.hours.is_none() && self.pace.per_minute.is_none() && self.pace.per_day.is_none()
    }

    /// The earliest moment, from now on, when so many letters may leave at once; `None` if never.
    pub fn next(&self, now: Timestamp, many: usize) -> Option<Timestamp> {
        let bounds = [(self.pace.per_minute, MINUTE), (self.pace.per_day, DAY)];
        let free = bounds.iter().filter_map(|(limit, span)| self.free_again((*limit)?, *span, many));
        let earliest = free.chain(self.free_at).chain([now]).max()?;
        self.opened(earliest)
    }

    /// So many letters leave now.
    pub fn take(&mut self, at: Timestamp, many: usize) {
        while self.sent.front().is_some_and(|oldest| *oldest + DAY <= at) {
            self.sent.pop_front();
        }
        self.sent.extend(std::iter::repeat_n(at, many));
        let begins = self.free_at.map_or(at, |free_at| free_at.max(at));
        self.free_at = Some(begins + self.spacing(many));
    }

    /// How many letters may leave at the same moment, of as many as the transport can hand over.
    pub fn at_once(&self, sessions: usize) -> usize {
        let minute = self.pace.per_minute.map_or(usize::MAX, |limit| (limit / AT_ONCE) as usize);
        let day = self.pace.per_day.map_or(usize::MAX, |limit| limit as usize);
        sessions.min(minute).min(day).max(1)
    }

    /// How many of at most `most` letters have their place within five minutes.
    pub fn room(&self, now: Timestamp, most: usize) -> usize {
        let mut ahead = self.clone();
        let soon = now + SOON;
        let mut at = now;
        let fits = |_: &usize| match ahead.next(at, 1) {
            Some(next) if next <= soon => {
                at = next;
                ahead.take(next, 1);
                true
            }
            _ => false,
        };
        (0..most).take_while(fits).count()
    }

    /// How so many letters would leave from now on; `None` if never.
    pub fn forecast(&self, now: Timestamp, letters: u64) -> Option<Forecast> {
        let mut ahead = self.clone();
        let first = ahead.next(now, 1)?;
        let (mut at, mut in_one_go, mut goes_on) = (now, 0, None);
        for number in 0..letters.min(MOST) {
            let next = ahead.next(at, 1)?;
            if goes_on.is_none() && next > at + SOON {
                (in_one_go, goes_on) = (number, Some(next));
            }
            ahead.take(next, 1);
            at = next;
        }
        if letters > MOST {
            let share = at.duration_since(now).as_secs_f64() / to_f64(MOST) * to_f64(letters);
            at =
                SignedDuration::try_from_secs_f64(share).ok().and_then(|span| now.checked_add(span).ok()).unwrap_or(at);
        }
        let in_one_go = if goes_on.is_some() { in_one_go } else { letters };
        Some(Forecast { first, in_one_go, goes_on, last: at })
    }

    /// Letters in a minute and in a day.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// When so many more fit under a limit in every span of this length.
    fn free_again(&self, limit: u32, span: SignedDuration, many: usize) -> Option<Timestamp> {
        let limit = (limit as usize).max(1);
        let too_many = (self.sent.len() + many.min(limit)).checked_sub(limit)?;
        let last_to_go = self.sent.get(too_many.checked_sub(1)?)?;
        Some(*last_to_go + span)
    }

    fn spacing(&self, many: usize) -> SignedDuration {
        let Some(per_minute) = self.pace.per_minute else { return SignedDuration::ZERO };
        let each = MINUTE.as_nanos() / i128::from(per_minute.max(1));
        let all = i64::try_from(each * i128::try_from(many).unwrap_or(1)).unwrap_or(i64::MAX);
        SignedDuration::from_nanos(all)
    }

    /// The moment itself where letters may leave then, else the next opening.
    fn opened(&self, from: Timestamp) -> Option<Timestamp> {
        let Some(hours) = &self.hours else { return Some(from) };
        let mut day = from.to_zoned_datetime(self.zone.clone()).date();
        for _ in 0..FURTHEST {
            if hours.days.contains(&day.weekday()) && !hours.holidays.contains(&day) {
                let (opens, closes) = (self.moment(day, hours.from)?, self.moment(day, hours.to)?);
                if from < closes {
                    return Some(from.max(opens));
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// A time of day that daylight saving leaves out is taken an hour later; of one that comes twice, the first.
    fn moment(&self, day: Date, time: jiff::civil::Time) -> Option<Timestamp> {
        day.to_datetime(time).to_zoned_datetime(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }
}

#[expect(clippy::cast_precision_loss, reason = "about how long it takes is told, not exactly")]
fn to_f64(many: u64) -> f64 {
    many as f64
}

#[cfg(test)]
mod tests;
