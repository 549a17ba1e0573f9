//! A Moodle as it is meant.

use super::document;
use super::mean::{Failure, Setting};
use super::mean_lms::Elsewhere;
use super::{MoodleSettings, PasswordPolicy, StudentField};

/// The variable that the token stands in, unless the rollout names another.
const TOKEN: &str = "FIRSTBELL_LMS_TOKEN";
const BATCH: u32 = 25;

/// What is declared of a Moodle.
pub(super) fn moodle(
    lms: document::Lms,
    elsewhere: Elsewhere,
    setting: &Setting<'_>,
) -> Result<MoodleSettings, Failure> {
    let Some(url) = lms.url else {
        return Err(setting.failure("rollout::lms-key", "`lms` names no `url`".to_owned()));
    };
    let auth: Vec<String> = lms.auth.into_iter().map(|method| method.meaning).collect();
    Ok(MoodleSettings {
        host: host(&url.meaning).to_owned(),
        url: url.meaning,
        token: lms.token.map_or_else(|| TOKEN.to_owned(), |secret| secret.env.meaning),
        parent_role: lms.parent_role,
        student_field: match lms.student_field.unwrap_or_default() {
            document::StudentField::Idnumber => StudentField::Idnumber,
            document::StudentField::Username => StudentField::Username,
        },
        marker_field: lms.marker_field.map(|field| field.meaning),
        auth: if auth.is_empty() { vec!["manual".to_owned()] } else { auth },
        languages: lms.languages.into_iter().map(|language| language.meaning).collect(),
        policy: lms.policy.map_or_else(PasswordPolicy::default, policy),
        batch: lms.batch.unwrap_or(BATCH),
        known_student: lms.known_student.map(|known| known.meaning),
        staff_domains: elsewhere.staff,
        unlinks: elsewhere.unlinks && lms.parent_role.is_some(),
    })
}

fn policy(policy: document::Policy) -> PasswordPolicy {
    let document::Policy { length, digits, lower, upper, special } = policy;
    PasswordPolicy { length, digits, lower, upper, special }
}

/// The host of an address that has one; its form has been checked.
fn host(url: &str) -> &str {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or("");
    match authority.rfind(':').filter(|at| !authority[*at..].contains(']')) {
        Some(at) => &authority[..at],
        None => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_port_and_a_folder_are_no_part_of_a_host() {
        for url in ["https://moodle.example.nz", "https://moodle.example.nz:8443/moodle", "https://moodle.example.nz/x"]
        {
            assert_eq!(host(url), "moodle.example.nz");
        }
        assert_eq!(host("http://[::1]:8080/"), "[::1]");
    }
}
