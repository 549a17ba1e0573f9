//! Effects without a password: corrections, withdrawals, and adopting, which touches only the record.
//!
//! All of them may be done again without harm, so they need no announcing commit.

use crate::edge::AccountChange;
use crate::model::entry::{Adopted, Entry, Subject};
use crate::model::ids::{ActivationKey, ActivationNumber, StudentId, Username};
use crate::model::outcome::Outcome;
use crate::plan::{Act, Change, FieldChange, FieldName};

use super::{Failure, Worker};

impl Worker<'_> {
    /// An update or a withdrawal.
    pub(crate) fn correct(&mut self, change: &Change, act: &Act) -> Result<(), Failure> {
        match act {
            Act::Update { username, fields, enable } => self.update(change, username, fields, *enable),
            Act::Withdraw { username } => self.withdraw(change, username),
            _ => Ok(()),
        }
    }

    fn update(
        &mut self,
        change: &Change,
        username: &Username,
        fields: &[FieldChange],
        enable: bool,
    ) -> Result<(), Failure> {
        let caregiver = change.caregiver.clone();
        let outcome = self.lms.update(&change.known_as, username, &account_change(fields, enable));
        self.outcome(change, "correcting the account", &outcome)?;
        if !fields.is_empty() {
            let names = fields.iter().map(|change| change.field.as_str().to_owned()).collect();
            self.ledger.note_effect(Entry::Updated { caregiver: caregiver.clone(), fields: names });
        }
        if fields.iter().any(|change| change.field == FieldName::Child) {
            // With which children they are linked now.
            let identity = change.identity.clone();
            self.ledger.note_effect(Entry::Identified { caregiver: caregiver.clone(), because: None, identity });
        }
        if enable {
            self.ledger.note_effect(Entry::Restored { caregiver });
        }
        self.tally.updated += 1;
        Ok(())
    }

    fn withdraw(&mut self, change: &Change, username: &Username) -> Result<(), Failure> {
        let outcome = self.lms.disable(&change.known_as, username);
        self.outcome(change, "disabling the account", &outcome)?;
        self.ledger.note_effect(Entry::Withdrawn { caregiver: change.caregiver.clone() });
        self.tally.withdrawn += 1;
        Ok(())
    }

    fn outcome(&mut self, change: &Change, attempt: &str, outcome: &Outcome) -> Result<(), Failure> {
        let failure = match outcome {
            Outcome::Done(()) => return Ok(()),
            Outcome::Refused(refusal) => Failure::refused(attempt, refusal),
            Outcome::Unknown(detail) => Failure::unknown(attempt, detail),
        };
        let reason = failure.to_string();
        self.ledger.note_effect(Entry::EffectFailed { caregiver: change.caregiver.clone(), reason });
        Err(failure)
    }

    /// Somebody is active without us: recorded as activation 1, so that they are never reset.
    pub(crate) fn adopt(&mut self, change: &Change, act: &Act) {
        let Act::Adopt { evidence, marker } = act else { return };
        let key = marker.unwrap_or_else(|| ActivationKey(self.random.id()));
        self.ledger.note(Entry::Adopted(Adopted {
            subject: Subject { caregiver: change.caregiver.clone(), activation: ActivationNumber::FIRST },
            key,
            cohort: change.cohort.clone(),
            since: None,
            because: evidence.clone(),
            identity: change.identity.clone(),
        }));
        self.tally.adopted += 1;
    }
}

fn account_change(fields: &[FieldChange], enable: bool) -> AccountChange {
    let value =
        |wanted: FieldName| fields.iter().find(|change| change.field == wanted).map(|change| change.new.clone());
    let children = |of: fn(&FieldChange) -> &String| {
        let links = fields.iter().filter(|change| change.field == FieldName::Child);
        links.map(of).filter(|id| !id.is_empty()).map(|id| StudentId::new(id.as_str())).collect()
    };
    AccountChange {
        first_name: value(FieldName::FirstName),
        last_name: value(FieldName::LastName),
        email: value(FieldName::Email),
        enable,
        link: children(|change| &change.new),
        unlink: children(|change| &change.old),
    }
}
