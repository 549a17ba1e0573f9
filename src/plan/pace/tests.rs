//! The arithmetic of the pace: limits hold in every span of time, hours and holidays are kept, daylight saving too.

use jiff::civil::Weekday;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn table(per_minute: Option<u32>, per_day: Option<u32>, hours: Option<(&str, &str)>) -> Timetable {
    let hours = hours.map(|(from, to)| Hours {
        days: vec![Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday],
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        holidays: vec!["2026-04-03".parse().unwrap()],
    });
    let zone = TimeZone::get("Pacific/Auckland").unwrap();
    Timetable { pace: Pace { per_minute, per_day }, hours, zone, sent: VecDeque::new(), free_at: None }
}

/// Lets so many letters leave, each as early as it may.
fn leave(table: &mut Timetable, from: Timestamp, many: usize) -> Vec<Timestamp> {
    let mut now = from;
    let one = |_| {
        now = table.next(now, 1).unwrap();
        table.take(now, 1);
        now
    };
    (0..many).map(one).collect()
}

#[test]
fn letters_are_spread_over_the_minute() {
    let start = at("2026-03-02T20:00:00Z");
    let left = leave(&mut table(Some(20), None, None), start, 4);
    let seconds: Vec<i64> = left.iter().map(|at| at.duration_since(start).as_secs()).collect();
    assert_eq!(seconds, [0, 3, 6, 9]);
}

#[test]
fn a_day_is_any_24_hours_also_across_runs() {
    let start = at("2026-03-02T20:00:00Z");
    let mut first = table(None, Some(3), None);
    let left = leave(&mut first, start, 3);
    // Another run, on another machine, that knows only what was recorded.
    let mut second = table(None, Some(3), None);
    second.sent = left.into();
    assert_eq!(second.next(at("2026-03-03T10:00:00Z"), 1).unwrap(), start + DAY);
    assert_eq!(second.room(at("2026-03-03T10:00:00Z"), 10), 0);
    assert_eq!(second.room(start + DAY, 10), 3);
}

#[test]
fn outside_the_hours_letters_wait_for_the_next_school_day() {
    let table = table(Some(20), None, Some(("08:00", "18:00")));
    // Thursday evening in Auckland; Good Friday is a holiday, then comes the weekend.
    let evening = at("2026-04-02T06:00:00Z");
    assert_eq!(table.next(evening, 1).unwrap(), at("2026-04-05T20:00:00Z"), "Monday at 08:00, daylight saving over");
    let noon = at("2026-04-01T23:00:00Z");
    assert_eq!(table.next(noon, 1).unwrap(), noon);
}

#[test]
fn an_hour_that_daylight_saving_leaves_out_is_no_trap() {
    let mut table = table(None, None, Some(("02:30", "18:00")));
    table.hours.as_mut().unwrap().days = vec![Weekday::Sunday];
    // 27 September 2026: 02:00 becomes 03:00 in Auckland.
    let night = at("2026-09-26T12:30:00Z");
    assert_eq!(table.next(night, 1).unwrap(), at("2026-09-26T14:30:00Z"));
}

#[test]
fn hours_without_a_day_are_never() {
    let mut table = table(None, None, Some(("08:00", "18:00")));
    table.hours.as_mut().unwrap().days.clear();
    assert_eq!(table.next(at("2026-03-02T20:00:00Z"), 1), None);
    assert_eq!(table.forecast(at("2026-03-02T20:00:00Z"), 5), None);
}

#[test]
fn a_forecast_says_what_fits_today_and_when_the_rest_goes() {
    let table = table(Some(20), Some(1500), Some(("08:00", "18:00")));
    let monday = at("2026-03-02T20:00:00Z"); // Tuesday 09:00 in Auckland
    let forecast = table.forecast(monday, 3000).unwrap();
    assert_eq!((forecast.first, forecast.in_one_go), (monday, 1500));
    assert_eq!(forecast.goes_on.unwrap(), monday + DAY);
    assert!(forecast.last < monday + DAY + DAY, "{}", forecast.last);
    let more = table.forecast(monday, 6000).unwrap().last;
    assert!(more > monday + DAY + DAY, "{more}");
}

#[test]
fn without_limits_all_may_go_at_once() {
    let table = table(None, None, None);
    let now = at("2026-03-02T20:00:00Z");
    assert_eq!((table.at_once(16), table.room(now, 32)), (16, 32));
    assert_eq!(table.forecast(now, 1_000_000).unwrap().last, now);
}

#[test]
fn a_slow_pace_sends_one_by_one_and_a_fast_one_in_small_groups() {
    assert_eq!(table(Some(11), None, None).at_once(16), 1);
    assert_eq!(table(Some(60), None, None).at_once(16), 5);
    assert_eq!(table(Some(6000), Some(3), None).at_once(16), 3);
}

proptest! {
    /// Whatever was sent before and however long one waits in between: no span ever has more than its limit, every letter
    /// leaves in the hours, and no place is earlier than asked for.
    #[test]
    fn the_limits_hold_in_every_span(
        per_minute in 1u32..40,
        per_day in 1u32..60,
        gaps in prop::collection::vec((0i64..4000, 1usize..4), 1..60),
    ) {
        let mut table = table(Some(per_minute), Some(per_day), Some(("08:00", "18:00")));
        let mut now = at("2026-03-31T20:00:00Z");
        let mut left = Vec::new();
        for (gap, many) in gaps {
            now += SignedDuration::from_secs(gap);
            let many = table.at_once(many);
            let place = table.next(now, many).unwrap();
            prop_assert!(place >= now);
            now = place;
            table.take(now, many);
            left.extend(std::iter::repeat_n(now, many));
            let local = now.to_zoned_datetime(table.zone.clone());
            prop_assert!((8..18).contains(&local.hour()) && local.date().to_string() != "2026-04-03", "{local}");
            let within = |span: SignedDuration| left.iter().filter(|at| **at > now - span).count();
            prop_assert!(within(MINUTE) <= per_minute as usize);
            prop_assert!(within(DAY) <= per_day as usize);
        }
    }
}
