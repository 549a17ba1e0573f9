//! Whether an export is too old to act on.

use std::time::Duration;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::model::source::RosterSource;

/// The problem with an export older than the rollout allows. A date in the future is no age.
pub(super) fn too_old(source: &RosterSource, exported_at: Timestamp, now: Timestamp) -> Option<Diagnostic> {
    let limit = source.max_age?;
    let age = Duration::try_from(now.duration_since(exported_at)).unwrap_or_default();
    (age > limit).then(|| {
        let message = format!("the roster is {} old, and `max-age` allows {}", in_words(age), in_words(limit));
        Diagnostic::error("roster::too-old", message)
            .with_help("export it from the SMS again; or, if an older one will do, raise `max-age:` in the rollout")
    })
}

fn in_words(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let (count, unit) = match minutes {
        0..120 => (minutes, "minute"),
        120..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, NOW};
    use super::*;

    fn problem(age: Duration, limit: Option<Duration>) -> Option<String> {
        let source = RosterSource { max_age: limit, ..testing::source() };
        too_old(&source, NOW - age, NOW).map(|problem| problem.message)
    }

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn an_old_export_is_refused_with_its_age_and_the_limit() {
        let message = problem(9 * DAY + Duration::from_mins(1), Some(7 * DAY)).unwrap();
        assert_eq!(message, "the roster is 9 days old, and `max-age` allows 7 days");
        assert_eq!(
            problem(Duration::from_hours(3), Some(Duration::from_mins(1))).unwrap(),
            "the roster is 3 hours old, and `max-age` allows 1 minute"
        );
    }

    #[test]
    fn an_export_within_its_age_or_without_a_limit_is_taken() {
        assert_eq!(problem(7 * DAY, Some(7 * DAY)), None);
        assert_eq!(problem(900 * DAY, None), None);
    }

    #[test]
    fn a_date_in_the_future_is_no_age() {
        assert!(too_old(&testing::source(), NOW + DAY, NOW).is_none());
    }
}
