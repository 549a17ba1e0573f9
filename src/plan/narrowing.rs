//! A plan for some only: which cohorts, which caregivers, and who is left out. Everybody else waits; nothing is forgotten.

use std::collections::BTreeSet;

use crate::model::ids::{CaregiverId, CohortName};

/// Whom a plan is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Only members of these; empty for all.
    pub cohorts: BTreeSet<CohortName>,
    /// Only these; `None` for all.
    pub caregivers: Option<BTreeSet<CaregiverId>>,
    /// Not these.
    pub exclude: BTreeSet<CaregiverId>,
}

impl Narrowing {
    /// Whether it leaves out nobody.
    pub fn is_everybody(&self) -> bool {
        self.cohorts.is_empty() && self.caregivers.is_none() && self.exclude.is_empty()
    }

    /// Whether somebody is meant.
    pub fn admits(&self, caregiver: &CaregiverId, cohort: Option<&CohortName>) -> bool {
        let in_cohort = self.cohorts.is_empty() || cohort.is_some_and(|cohort| self.cohorts.contains(cohort));
        let is_named = self.caregivers.as_ref().is_none_or(|named| named.contains(caregiver));
        in_cohort && is_named && !self.exclude.contains(caregiver)
    }

    /// What is left, in words: `only cohort year-7; without 2 caregivers`.
    pub fn in_words(&self) -> String {
        let mut parts = Vec::new();
        if !self.cohorts.is_empty() {
            let names: Vec<&str> = self.cohorts.iter().map(CohortName::as_str).collect();
            parts.push(format!("only cohort {}", names.join(", ")));
        }
        if self.caregivers.as_ref().is_some_and(BTreeSet::is_empty) {
            parts.push("nobody is left whom it is for".to_owned());
        } else if let Some(named) = &self.caregivers {
            parts.push(format!("only {} named", people(named.len())));
        }
        if !self.exclude.is_empty() {
            parts.push(format!("without {}", people(self.exclude.len())));
        }
        parts.join("; ")
    }
}

fn people(many: usize) -> String {
    if many == 1 { "1 caregiver".to_owned() } else { format!("{many} caregivers") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_left_out_by_default() {
        let narrowing = Narrowing::default();
        assert!(narrowing.is_everybody() && narrowing.admits(&"C1".into(), None));
    }

    #[test]
    fn a_plan_for_nobody_says_so() {
        let narrowing = Narrowing { caregivers: Some(BTreeSet::new()), ..Narrowing::default() };
        assert!(!narrowing.is_everybody() && !narrowing.admits(&"C1".into(), None));
        assert_eq!(narrowing.in_words(), "nobody is left whom it is for");
    }

    #[test]
    fn cohort_names_and_exclusions_all_count() {
        let narrowing = Narrowing {
            cohorts: [CohortName::from("year-7")].into(),
            caregivers: Some([CaregiverId::from("C1"), CaregiverId::from("C2")].into()),
            exclude: [CaregiverId::from("C2")].into(),
        };
        let year_7 = CohortName::from("year-7");
        assert!(narrowing.admits(&"C1".into(), Some(&year_7)));
        assert!(!narrowing.admits(&"C1".into(), None));
        assert!(!narrowing.admits(&"C2".into(), Some(&year_7)));
        assert_eq!(narrowing.in_words(), "only cohort year-7; only 2 caregivers named; without 1 caregiver");
    }
}
