//! What was probably meant: for a mistyped address (`gmial.com`), and for a heading that is not there.
//!
//! A suggestion is shown to a person and never used: only the family knows its address.

use super::duplicates::folded_name;
use super::form::{pieces, well_formed};

/// The providers that parents write most; a near miss of one is probably a typing error.
const COMMON: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.nz",
    "hotmail.co.uk",
    "outlook.com",
    "outlook.co.nz",
    "outlook.com.au",
    "live.com",
    "yahoo.com",
    "yahoo.co.nz",
    "yahoo.com.au",
    "yahoo.co.uk",
    "icloud.com",
    "protonmail.com",
    "xtra.co.nz",
    "slingshot.co.nz",
    "vodafone.co.nz",
    "orcon.net.nz",
    "bigpond.com",
];

/// Providers whose names lie close to a common one and are right as they are.
const RIGHT: &[&str] =
    &["mail.com", "email.com", "ymail.com", "rocketmail.com", "zmail.com", "live.co.nz", "live.co.uk", "yahoo.fr"];

/// How alike two domains must be: `gmial.com` is 0.89 like `gmail.com`, `xero.co.nz` 0.8 like `xtra.co.nz`.
const ALIKE_DOMAIN: f32 = 0.85;
const ALIKE_HEADING: f32 = 0.6;
/// `Ana` is 0.86 like `Anna`, `Tia` 0.57 like `Tama`.
const ALIKE_NAME: f32 = 0.6;
/// `dataLastModified` is 0.94 like `dateLastModified`, `userSourcedId` 0.82 like `sourcedId`.
const ALIKE_SLIP: f32 = 0.9;

/// The address that was probably meant; `None` where the written one looks right or nothing is likely.
pub(super) fn address(written: &str) -> Option<String> {
    let mended = mended(written)?;
    let (local, domain) = mended.split_once('@')?;
    let meant = domain_meant(&domain.to_ascii_lowercase()).map(|domain| format!("{local}@{domain}"));
    let best = meant.unwrap_or(mended);
    (best != written).then_some(best)
}

/// Whether two names could be the same, written in two ways: alike as they sound, or one is a part of the other.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (folded_name(one), folded_name(other));
    one.contains(&other) || other.contains(&one) || nearest(&one, &[&other], ALIKE_NAME).is_some()
}

/// The nearest of the headings found, without regard to case.
pub(super) fn heading<'a>(wanted: &str, found: &[&'a str]) -> Option<&'a str> {
    let lower: Vec<String> = found.iter().map(|heading| heading.to_lowercase()).collect();
    let candidates: Vec<&str> = lower.iter().map(String::as_str).collect();
    let near = nearest(&wanted.to_lowercase(), &candidates, ALIKE_HEADING)?;
    lower.iter().position(|heading| heading == near).map(|at| found[at])
}

/// The heading that is the wanted one but for a slip of the fingers (`dataLastModified`); `None` where two could be meant.
pub(super) fn misspelt<'a>(wanted: &str, found: &[&'a str]) -> Option<&'a str> {
    let lower: Vec<String> = found.iter().map(|heading| heading.to_lowercase()).collect();
    let candidates: Vec<&str> = lower.iter().map(String::as_str).collect();
    let near = similar::get_close_matches(wanted.to_lowercase().as_str(), &candidates, 2, ALIKE_SLIP);
    let [only] = near.as_slice() else { return None };
    lower.iter().position(|heading| heading == *only).map(|at| found[at])
}

fn domain_meant(domain: &str) -> Option<&'static str> {
    if COMMON.contains(&domain) || RIGHT.contains(&domain) {
        return None;
    }
    nearest(domain, COMMON, ALIKE_DOMAIN)
}

fn nearest<'a>(word: &str, candidates: &[&'a str], alike: f32) -> Option<&'a str> {
    similar::get_close_matches(word, candidates, 1, alike).first().copied()
}

/// The text as an address, with the slips mended that leave no doubt about what was meant.
fn mended(written: &str) -> Option<String> {
    const MENDS: &[fn(&str) -> Option<String>] = &[the_only_piece, without_slips, with_top_level];
    if well_formed(written).is_ok() {
        return Some(written.to_owned());
    }
    MENDS.iter().filter_map(|mend| mend(written)).find(|text| well_formed(text).is_ok())
}

/// `Aroha <a@example.nz>`, `a@example.nz (work)`; two addresses leave a doubt, and so does `jo smith@example.nz`.
fn the_only_piece(written: &str) -> Option<String> {
    let is_noted = matches!(well_formed(written), Err(super::form::Malformed::NoteBeside));
    is_noted.then(|| pieces(written).find(|piece| well_formed(piece).is_ok()).map(str::to_owned)).flatten()
}

/// `a @ gmail,com.`: one address with blanks around its `@`, commas for dots, doubled characters.
fn without_slips(written: &str) -> Option<String> {
    let (local, domain) = written.split_once('@')?;
    let domain = domain.trim_start_matches('@').replace(',', ".").replace("..", ".").replace(' ', "");
    Some(format!("{}@{}", local.trim().replace("..", "."), domain.trim_end_matches(['.', ';'])))
}

/// `a@gmail`: the name of one common provider without its top level.
fn with_top_level(written: &str) -> Option<String> {
    let (local, name) = written.split_once('@')?;
    let name = name.to_ascii_lowercase();
    let provider = COMMON.iter().find(|domain| domain.split('.').next() == Some(name.as_str()))?;
    Some(format!("{local}@{provider}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_in_common_domains_are_seen() {
        for (written, meant) in [
            ("Aroha@gmial.com", "Aroha@gmail.com"),
            ("aroha@gmail.con", "aroha@gmail.com"),
            ("aroha@gmail.co", "aroha@gmail.com"),
            ("aroha@hotmial.com", "aroha@hotmail.com"),
            ("aroha@xtra.co.nx", "aroha@xtra.co.nz"),
            ("aroha@xtra.c.nz", "aroha@xtra.co.nz"),
            ("aroha@yaho.co.nz", "aroha@yahoo.co.nz"),
            ("aroha@outlok.com", "aroha@outlook.com"),
            ("aroha@icoud.com", "aroha@icloud.com"),
        ] {
            assert_eq!(address(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn slips_that_leave_no_doubt_are_mended() {
        for (written, meant) in [
            ("aroha@gmail", "aroha@gmail.com"),
            ("aroha@xtra", "aroha@xtra.co.nz"),
            ("aroha@example,nz", "aroha@example.nz"),
            ("aroha@@example.nz", "aroha@example.nz"),
            ("aroha..m@example.nz", "aroha.m@example.nz"),
            ("aroha @ example.nz", "aroha@example.nz"),
            ("aroha@example.nz.", "aroha@example.nz"),
            ("aroha@example.nz Home", "aroha@example.nz"),
            ("Aroha <aroha@gmial.com>", "aroha@gmail.com"),
            ("mailto:aroha@example.nz", "aroha@example.nz"),
        ] {
            assert_eq!(address(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn what_is_right_or_in_doubt_gets_no_suggestion() {
        for written in [
            "aroha@gmail.com",
            "aroha@GMAIL.com",
            "aroha@mail.com",
            "aroha@ymail.com",
            "aroha@xero.co.nz",
            "aroha@example.nz",
            "a@example.nz; b@example.nz",
            "jo smith@example.nz",
            "māia@example.nz",
            "none",
            "@",
            "",
        ] {
            assert_eq!(address(written), None, "{written}");
        }
    }

    #[test]
    fn the_nearest_heading_is_named() {
        assert_eq!(heading("CaregiverID", &["Caregiver Id", "StudentID", "Email"]), Some("Caregiver Id"));
        assert_eq!(heading("E-mail", &["First", "EMAIL"]), Some("EMAIL"));
        assert_eq!(heading("Portal", &["Year", "Class"]), None);
    }
}
