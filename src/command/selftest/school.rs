//! The school that is made up for a selftest. Nobody in it lives, and every address ends in `example.nz`.

use std::fmt::Write as _;

use crate::letter::default_letters;

/// So many are to get a letter, in two cohorts: the second opens when the first is done.
pub(super) const DUE: usize = 30;

const ROLLOUT: &str = include_str!("rollout.yaml");
const FIRST: [&str; 8] = ["Aroha", "Tane", "Mere", "Losa", "Priya", "Daniel", "Grace", "Sione"];
const LAST: [&str; 4] = ["Tamihana", "Leota", "Walker", "Kaur"];

/// Somebody of the made-up school.
#[derive(Clone, Debug)]
pub(super) struct Caregiver {
    pub(super) id: String,
    first: &'static str,
    last: &'static str,
    pub(super) email: String,
    year: u8,
    /// Has an account already, which was made in the LMS.
    has_account: bool,
    /// Uses it: nothing may be done to it.
    pub(super) has_signed_in: bool,
}

/// Everybody: those who are due, and two who sign in already.
pub(super) fn caregivers() -> Vec<Caregiver> {
    let names = LAST.iter().flat_map(|last| FIRST.iter().map(move |first| (*first, *last)));
    let people = names.take(DUE + 2).zip(1..).map(|((first, last), number)| Caregiver {
        id: format!("C{}", 1000 + number),
        first,
        last,
        email: format!("{}.{}@home.example.nz", first.to_lowercase(), last.to_lowercase()),
        year: if number % 3 == 0 { 8 } else { 7 },
        has_account: number % 2 == 0 || number > DUE,
        has_signed_in: number > DUE,
    });
    people.collect()
}

/// The files of the school's project: path and text of each.
pub(super) fn files(people: &[Caregiver]) -> Vec<(String, String)> {
    let mut files = vec![
        ("rollout.yaml".to_owned(), ROLLOUT.to_owned()),
        ("roster/caregivers.csv".to_owned(), roster(people)),
        ("state/lms.json".to_owned(), accounts(people)),
    ];
    let english = default_letters().iter().filter(|(name, _)| name.starts_with("welcome.en/"));
    files.extend(english.map(|(name, text)| (format!("letters/{name}"), (*text).to_owned())));
    files
}

fn roster(people: &[Caregiver]) -> String {
    let mut csv = String::from("Id,First,Last,Email,Child,ChildFirst,ChildLast,Year,Portal\n");
    for Caregiver { id, first, last, email, year, .. } in people {
        let _ = writeln!(csv, "{id},{first},{last},{email},S{id},Kahu,{last},{year},Yes");
    }
    csv
}

/// Accounts as the sandbox keeps them.
fn accounts(people: &[Caregiver]) -> String {
    let holders = people.iter().filter(|person| person.has_account);
    let accounts: Vec<serde_json::Value> = holders
        .map(|person| {
            let sign_in = person.has_signed_in.then_some("2026-02-03T08:00:00Z");
            serde_json::json!({
                "caregiver": person.id, "username": person.email.split('@').next(), "first-name": person.first,
                "last-name": person.last, "email": person.email, "password": null, "disabled": false, "staff": false,
                "sign-in-method": "password", "last-sign-in": sign_in, "marker": null,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::json!({ "accounts": accounts }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_share_an_address_and_all_are_invented() {
        let people = caregivers();
        let addresses: BTreeSet<&str> = people.iter().map(|person| person.email.as_str()).collect();
        assert_eq!((people.len(), addresses.len()), (DUE + 2, DUE + 2));
        assert!(addresses.iter().all(|address| address.ends_with(".example.nz")));
        assert_eq!(people.iter().filter(|person| !person.has_signed_in).count(), DUE);
    }
}
