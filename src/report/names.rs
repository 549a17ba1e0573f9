//! Small words: counts, lists, dates and ages as people say them.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, Unit};

/// A number with commas between the thousands: `2,214`.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and its noun: `1 email`, `2,214 rows`.
pub fn count(many: u64, one: &str, several: &str) -> String {
    format!("{} {}", number(many), if many == 1 { one } else { several })
}

/// A path as a shell takes it: in quotation marks where something in it would mean something else.
pub fn quoted(path: impl AsRef<str>) -> String {
    let path = path.as_ref();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

/// A list in a sentence: `a`, `a and b`, `a, b and c`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [others @ .., last] => {
            let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", others.join(", "), last.as_ref())
        }
    }
}

/// A day: `1 Feb`, with its year where it is not this one.
pub fn short_date(date: Date, today: Date) -> String {
    let form = if date.year() == today.year() { "%-d %b" } else { "%-d %b %Y" };
    date.strftime(form).to_string()
}

/// How long ago: `just now`, `6 h ago`, `3 days ago`. A time to come is said to be one.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let minutes = now.since((Unit::Minute, then)).map_or(0, |span| span.get_minutes());
    match minutes {
        ..=-5 => "in the future".to_owned(),
        -4..=0 => "just now".to_owned(),
        1..=89 => format!("{minutes} min ago"),
        90..=2_879 => format!("{} h ago", (minutes + 30) / 60),
        _ => format!("{} days ago", minutes / 1_440),
    }
}

/// A moment to come: `today 14:20`, `tomorrow 08:00`, `Thu 5 Mar 08:00`.
pub fn moment(at: DateTime, today: Date) -> String {
    let time = at.strftime("%H:%M");
    if at.date() == today {
        return format!("today {time}");
    }
    if today.tomorrow().is_ok_and(|tomorrow| tomorrow == at.date()) {
        return format!("tomorrow {time}");
    }
    format!("{} {} {time}", at.strftime("%a"), short_date(at.date(), today))
}

/// About how long so many things take at so many a minute: `A few seconds`, `About 20 s`, `About 4 min`, `About 2 h`.
pub fn about(many: u64, per_minute: u32) -> String {
    about_seconds((many * 60).div_ceil(u64::from(per_minute.max(1))))
}

/// About how long so many seconds are.
pub fn about_seconds(seconds: u64) -> String {
    match seconds {
        0..=9 => "A few seconds".to_owned(),
        10..=54 => format!("About {} s", (seconds + 5) / 10 * 10),
        55..=5_399 => format!("About {} min", (seconds + 30) / 60),
        5_400..=172_799 => format!("About {} h", (seconds + 1_800) / 3_600),
        _ => format!("About {} days", number(seconds / 86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn thousands_have_commas() {
        assert_eq!([0, 7, 999, 1_000, 2_214_000].map(number), ["0", "7", "999", "1,000", "2,214,000"]);
    }

    #[test]
    fn a_path_can_be_pasted_into_a_shell() {
        let paths = ["plan.json", "a/b-2.json", "K\u{14D}whai college 2027", "it\u{27}s", "$x", ""].map(quoted);
        assert_eq!(paths, ["plan.json", "a/b-2.json", "'K\u{14D}whai college 2027'", "'it'\\''s'", "'$x'", "''"]);
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "email", "emails"), "1 email");
        assert_eq!(count(0, "email", "emails"), "0 emails");
        assert_eq!(count(1_402, "email", "emails"), "1,402 emails");
    }

    #[test]
    fn lists_end_with_and() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a and b");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn the_year_is_said_when_it_is_another() {
        let today = date(2027, 1, 27);
        assert_eq!(short_date(date(2027, 2, 1), today), "1 Feb");
        assert_eq!(short_date(date(2026, 12, 24), today), "24 Dec 2026");
    }

    #[test]
    fn ages_are_rounded_as_people_do() {
        let now: Timestamp = "2027-01-27T09:00:00Z".parse().unwrap();
        let ago = |text: &str| age(text.parse().unwrap(), now);
        assert_eq!(ago("2027-01-27T09:00:00Z"), "just now");
        assert_eq!(ago("2027-01-27T08:20:00Z"), "40 min ago");
        assert_eq!(ago("2027-01-27T03:05:00Z"), "6 h ago");
        assert_eq!(ago("2027-01-24T09:00:00Z"), "3 days ago");
        assert_eq!(ago("2027-01-28T09:00:00Z"), "in the future");
        assert_eq!(ago("-009999-01-02T01:59:59Z"), "4392431 days ago");
    }

    #[test]
    fn times_at_a_pace_are_rough() {
        assert_eq!(about(1, 20), "A few seconds");
        assert_eq!(about(7, 20), "About 20 s");
        assert_eq!(about(19, 20), "About 1 min");
        assert_eq!(about(300, 20), "About 15 min");
        assert_eq!(about(3_000, 20), "About 3 h");
        assert_eq!(about(7, 0), "About 7 min");
    }
}
