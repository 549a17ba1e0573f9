//! Whether a caregiver's address can be written to: its form (`form`), and what the school says about some addresses.
//!
//! An address that two people share is found by `reconcile`, which knows who is due.

use crate::model::email::fold;
use crate::model::source::RosterSource;

use super::form::{Malformed, well_formed};

/// Why a caregiver has no address that can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressProblem {
    /// There is none.
    None,
    /// It is not an address.
    Malformed(Malformed),
    /// The caregiver's rows have different ones.
    Conflicting,
    /// It stands for "none".
    Placeholder,
    /// It is a staff address.
    Staff,
}

impl AddressProblem {
    /// The reason code.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "no-email",
            Self::Malformed(_) => "malformed-email",
            Self::Conflicting => "conflicting-emails",
            Self::Placeholder => "placeholder-email",
            Self::Staff => "staff-email",
        }
    }

    /// What exactly is wrong: one sentence without its full stop, and without the address.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::None => "there is no email address",
            Self::Malformed(malformed) => malformed.sentence(),
            Self::Conflicting => "the rows of this caregiver have different email addresses",
            Self::Placeholder => "the email address is one that the school uses for \"none\"",
            Self::Staff => "the email address is a staff address",
        }
    }
}

/// What the school says about addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    placeholders: Vec<String>,
    staff_domains: Vec<String>,
}

impl Rules {
    /// Takes the rules out of the rollout's settings.
    pub(super) fn of(source: &RosterSource) -> Self {
        Self {
            placeholders: source.placeholder_emails.iter().map(|address| fold(address)).collect(),
            staff_domains: source.staff_domains.iter().map(|domain| domain.to_ascii_lowercase()).collect(),
        }
    }

    /// Takes in the rules of another export of the same school or district.
    pub(super) fn add(&mut self, other: Self) {
        self.placeholders.extend(other.placeholders);
        self.staff_domains.extend(other.staff_domains);
    }

    /// Judges one address, trimmed.
    pub(super) fn judge(&self, address: &str) -> Result<(), AddressProblem> {
        if address.is_empty() {
            return Err(AddressProblem::None);
        }
        if self.placeholders.iter().any(|placeholder| placeholder.eq_ignore_ascii_case(address)) {
            return Err(AddressProblem::Placeholder);
        }
        well_formed(address).map_err(AddressProblem::Malformed)?;
        if self.is_staff(address) { Err(AddressProblem::Staff) } else { Ok(()) }
    }

    fn is_staff(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.staff_domains.iter().any(|staff| is_or_is_under(domain, staff))
    }
}

fn is_or_is_under(domain: &str, parent: &str) -> bool {
    let Some(start) = domain.len().checked_sub(parent.len()) else { return false };
    domain.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(parent))
        && (start == 0 || domain.as_bytes()[start - 1] == b'.')
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn placeholders_and_staff_are_known_in_any_case() {
        let rules = Rules::of(&testing::source());
        assert_eq!(rules.judge("Office@Kowhai.example.nz"), Err(AddressProblem::Placeholder));
        assert_eq!(rules.judge("head@KOWHAI.example.nz"), Err(AddressProblem::Staff));
        assert_eq!(rules.judge("head@staff.kowhai.example.nz"), Err(AddressProblem::Staff));
        assert_eq!(rules.judge("head@notkowhai.example.nz"), Ok(()));
        assert_eq!(rules.judge("head@example.nz"), Ok(()));
        assert_eq!(rules.judge(""), Err(AddressProblem::None));
    }

    #[test]
    fn a_word_can_stand_for_none() {
        let source = RosterSource { placeholder_emails: vec!["none".into()], ..testing::source() };
        assert_eq!(Rules::of(&source).judge("NONE"), Err(AddressProblem::Placeholder));
    }

    #[test]
    fn codes_are_those_of_the_design() {
        let problems = [
            AddressProblem::None,
            AddressProblem::Malformed(Malformed::NoAt),
            AddressProblem::Conflicting,
            AddressProblem::Placeholder,
            AddressProblem::Staff,
        ];
        assert_eq!(
            problems.map(AddressProblem::code),
            ["no-email", "malformed-email", "conflicting-emails", "placeholder-email", "staff-email"]
        );
    }
}
