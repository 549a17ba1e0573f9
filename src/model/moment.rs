//! Moments as people read them: by the school's clock, to the minute.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `26 Nov 2026 15:30` by the clocks of `zone`.
pub fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-d %b %Y %H:%M").to_string()
}

/// `26 Nov 2026 02:30 UTC`, where no school's clock is known.
pub fn utc(at: Timestamp) -> String {
    at.strftime("%-d %b %Y %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_by_the_schools_clock_where_it_is_known() {
        let at = "2026-11-26T02:30:59.123456789Z".parse().unwrap();
        assert_eq!(local(at, &TimeZone::get("Pacific/Auckland").unwrap()), "26 Nov 2026 15:30");
        assert_eq!(utc(at), "26 Nov 2026 02:30 UTC");
    }
}
