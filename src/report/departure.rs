//! How the letters of a plan leave, in a few words: how long it takes, and what does not fit today.

use jiff::Timestamp;

use crate::plan::pace::{Forecast, SOON};
use crate::plan::{Departure, Inputs};

use super::names::{about, about_seconds, count, list, moment, number};

/// How so many letters leave.
pub(super) fn words(departure: &Departure, emails: u64, inputs: &Inputs) -> String {
    let pace = pace(departure);
    let Some(forecast) = &departure.forecast else {
        return match departure.pace.per_minute {
            Some(per_minute) => format!("{}{pace}.", about(emails, per_minute)),
            None => "As fast as the mail server takes them.".to_owned(),
        };
    };
    let when = |at: Timestamp| {
        let local = |at: Timestamp| at.to_zoned_datetime(inputs.timezone.clone());
        moment(local(at).datetime(), local(inputs.now).date())
    };
    match forecast {
        Forecast { goes_on: Some(goes_on), in_one_go, last, .. } if *in_one_go > 0 => format!(
            "{} go now{pace}; the rest from {}, the last about {}.",
            number(*in_one_go),
            when(*goes_on),
            when(*last)
        ),
        Forecast { first, last, .. } if *first > inputs.now + SOON => {
            format!("None may leave now{pace}: the first go {}, the last about {}.", when(*first), when(*last))
        }
        _ if departure.pace.per_minute.is_none() => "As fast as the mail server takes them.".to_owned(),
        Forecast { last, .. } => {
            // The last one takes its time too.
            let spacing = departure.pace.per_minute.map_or(0, |per_minute| 60 / u64::from(per_minute.max(1)));
            let seconds = u64::try_from(last.duration_since(inputs.now).as_secs()).unwrap_or_default() + spacing;
            format!("{}{pace}.", about_seconds(seconds))
        }
    }
}

/// ` at 20 emails a minute`; the day's limit only where there is no other.
fn pace(departure: &Departure) -> String {
    let minute =
        departure.pace.per_minute.map(|limit| format!("{} a minute", count(u64::from(limit), "email", "emails")));
    let day = departure
        .pace
        .per_day
        .filter(|_| minute.is_none() || departure.forecast.is_some_and(|forecast| forecast.goes_on.is_some()));
    let day = day.map(|limit| format!("{} in 24 hours", number(u64::from(limit))));
    let limits: Vec<String> = minute.into_iter().chain(day).collect();
    if limits.is_empty() { String::new() } else { format!(" at {}", list(&limits)) }
}
