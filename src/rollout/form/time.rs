//! Days, times of day, lengths of time, time zones.

use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Form, Misfit};

/// A day of the calendar.
pub(in crate::rollout) struct Day;

impl Form for Day {
    type Meaning = Date;
    const FORMAT: &'static str = "date";
    const CODE: &'static str = "rollout::bad-date";

    fn read(text: &str) -> Result<Date, Misfit> {
        let looks_right = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let day = text.parse().ok().filter(|_| looks_right);
        day.ok_or_else(|| {
            let why = if looks_right { "is not in the calendar" } else { "is not a day" };
            Misfit::new(format!("`{text}` {why}"), "write year-month-day: 2027-02-01")
        })
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2027-02-01"]})
    }
}

/// A time of day.
pub(in crate::rollout) struct Clock;

impl Form for Clock {
    type Meaning = Time;
    const FORMAT: &'static str = "time-of-day";
    const CODE: &'static str = "rollout::bad-time";

    fn read(text: &str) -> Result<Time, Misfit> {
        let misfit = || Misfit::new(format!("`{text}` is not a time of day"), "write hours and minutes: \"08:00\"");
        let (hour, minute) = text.split_once(':').ok_or_else(misfit)?;
        let is_number = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(hour) || !is_number(minute) {
            return Err(misfit());
        }
        let number = |part: &str| part.parse().map_err(|_| misfit());
        Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| misfit())
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["08:00"]})
    }
}

/// A length of time: a number, and minutes, hours or days.
pub(in crate::rollout) struct Length;

/// Ten years: longer ones are typing errors, and sums with them could overflow.
const LONGEST: u64 = 10 * 366 * 86_400;

impl Form for Length {
    type Meaning = Duration;
    const FORMAT: &'static str = "length-of-time";
    const CODE: &'static str = "rollout::bad-duration";

    fn read(text: &str) -> Result<Duration, Misfit> {
        match seconds(text) {
            Some(seconds) if seconds <= LONGEST => Ok(Duration::from_secs(seconds)),
            Some(_) => Err(Misfit::new(format!("`{text}` is longer than ten years"), "write at most `3660d`")),
            None => Err(Misfit::new(format!("`{text}` is not a length of time"), "write `90m`, `24h` or `7d`")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]+[mhd]$", "examples": ["7d", "24h"]})
    }
}

fn seconds(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let number = &text[..text.len() - 1];
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// A time zone of the IANA database.
pub(in crate::rollout) struct Zone;

impl Form for Zone {
    type Meaning = TimeZone;
    const FORMAT: &'static str = "time-zone";
    const CODE: &'static str = "rollout::unknown-timezone";

    fn read(text: &str) -> Result<TimeZone, Misfit> {
        TimeZone::get(text).map_err(|_| {
            let help = "write a name of the IANA time zone database: Pacific/Auckland, Australia/Sydney, UTC";
            Misfit::new(format!("`{text}` is not a time zone known on this machine"), help)
        })
    }

    fn schema() -> Value {
        json!({"type": "string", "examples": ["Pacific/Auckland", "Pacific/Chatham", "UTC"]})
    }
}

#[cfg(test)]
mod tests {
    use super::super::refused;
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(Day::read("2028-02-29").unwrap(), jiff::civil::date(2028, 2, 29));
        for text in ["2027-02-29", "2027-2-1", "1 Feb 2027", "2027-02-01T08:00", "", "2027-13-01", "-2027-02-0"] {
            assert!(refused::<Day>(text), "{text}");
        }
    }

    #[test]
    fn a_time_of_day_has_two_digits_each() {
        assert_eq!(Clock::read("08:05").unwrap(), jiff::civil::time(8, 5, 0, 0));
        for text in ["8:00", "24:00", "08:60", "08", "08:00:00", "+8:00", ""] {
            assert!(refused::<Clock>(text), "{text}");
        }
    }

    #[test]
    fn a_length_of_time_has_a_unit() {
        assert_eq!(Length::read("0h").unwrap(), Duration::ZERO);
        assert_eq!(Length::read("7d").unwrap(), Duration::from_hours(168));
        assert_eq!(Length::read("3660d").unwrap(), Duration::from_hours(3660 * 24));
        assert_eq!(Length::read("9999d").unwrap_err().message, "`9999d` is longer than ten years");
        for text in ["7", "d", "-7d", "7 d", "7w", "99999999999999999999d", "9999999d", "7ḋ", ""] {
            assert!(refused::<Length>(text), "{text}");
        }
    }
}
