//! What the LMS and the outbox say about people whose record is lost: pure rules, without a store.
//!
//! It never guesses a no. Whoever the evidence shows to have access is active; whoever may have it is in doubt, and held
//! until a person says. Nobody becomes due for a reset because of what is found here.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::edge::Random;
use crate::model::account::{AccountView, SignIn, SignInMethod};
use crate::model::activation::ActivationStage;
use crate::model::email::fold;
use crate::model::entry::{Entry, Recovered, Subject};
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId};
use crate::model::observed::{Observed, Seen};
use crate::model::recorded::{History, Identity, Recorded};
use crate::reconcile::identity_of;
use crate::rollout::Rollout;
use crate::roster::Roster;

/// All there is to go by.
pub(super) struct Evidence<'a> {
    pub(super) rollout: &'a Rollout,
    pub(super) roster: &'a Roster,
    pub(super) recorded: &'a Recorded,
    pub(super) observed: &'a Observed,
    /// Whether the LMS would show a marker where we had set a password.
    pub(super) has_marker: bool,
    /// The addresses, folded, of letters in the outbox that the record does not know.
    pub(super) letters: &'a HashSet<String>,
    /// The cells of hand-overs that the record does not know: whose SMS id is among them may have been imported.
    pub(super) handed: &'a HashSet<String>,
    pub(super) fingerprinter: &'a Fingerprinter,
}

/// What is to be recorded of one caregiver.
pub(super) struct Finding {
    pub(super) caregiver: CaregiverId,
    pub(super) number: ActivationNumber,
    pub(super) key: ActivationKey,
    pub(super) is_active: bool,
    pub(super) because: &'static str,
    /// Whether a letter of theirs was seen.
    pub(super) has_letter: bool,
}

const MARKER: &str = "the LMS shows an activation that the record did not know";
pub(super) const SIGNED_IN: &str = "they have signed in";
/// Of an activation before the one that something was seen of.
pub(super) const EARLIER: &str = "a `reissue` line names a later one";
/// Nobody has had more passwords.
const MOST_ACTIVATIONS: u32 = 1_000;
const LETTER: &str = "the outbox holds a letter to their address that the record does not know";
const HANDED: &str = "a hand-over that the record does not know has a row for them";
const NO_MARKER: &str = "they have an account, and this LMS can't say who set its password";
const REISSUE: &str = "a reissue is due, and this LMS can't say whether it was done";
const UNDER_WAY: &str = "a reset was under way, and this LMS can't say what became of it";

impl Evidence<'_> {
    /// Everybody of whom something is to be recorded, by id.
    pub(super) fn judge(&self, random: &mut dyn Random) -> Vec<Finding> {
        let keys = self.recorded.owners();
        let ids: BTreeSet<&str> = self
            .roster
            .caregivers()
            .map(crate::roster::Caregiver::id)
            .chain(self.observed.accounts().filter_map(|account| account.view().caregiver))
            .collect();
        ids.into_iter().flat_map(|id| self.of(id, &keys, random)).collect()
    }

    /// The entry that records it.
    pub(super) fn entry(&self, finding: &Finding, because: &str) -> Entry {
        let caregiver = self.roster.caregiver(finding.caregiver.as_str());
        Entry::Recovered(Recovered {
            subject: Subject { caregiver: finding.caregiver.clone(), activation: finding.number },
            key: finding.key,
            is_active: finding.is_active,
            because: format!("{}; {because}", finding.because),
            identity: caregiver
                .map_or_else(Identity::default, |found| identity_of(found, self.rollout, self.fingerprinter)),
        })
    }

    fn of(&self, id: &str, keys: &HashMap<ActivationKey, Option<&str>>, random: &mut dyn Random) -> Vec<Finding> {
        let history = self.recorded.histories.get(id);
        let accounts: Vec<AccountView<'_>> = self.observed.of_caregiver(id).map(Seen::view).collect();
        let has_letter = self.has_letter(id);
        let finding = |number, key, is_active, because| Finding {
            caregiver: CaregiverId::new(id),
            number: ActivationNumber(number),
            key,
            is_active,
            because,
            has_letter,
        };
        // A `reissue` line stays after use, and nobody can say any more whether it was: it counts as used, and so do those before it.
        let last = next(history).max(self.reissues(id).max().unwrap_or_default());
        let unknown = accounts.iter().filter_map(|account| account.marker).filter(|marker| !keys.contains_key(marker));
        let mut found: Vec<Finding> =
            (last..).zip(unknown).map(|(number, marker)| finding(number, marker, true, MARKER)).collect();
        if found.is_empty() {
            let doubt = self.doubt(history, &accounts, has_letter, id);
            found.extend(
                doubt.map(|(is_active, because)| finding(last, ActivationKey(random.id()), is_active, because)),
            );
        }
        if !found.is_empty() {
            let before = (next(history)..last).map(|number| finding(number, ActivationKey(random.id()), true, EARLIER));
            found.splice(0..0, before.collect::<Vec<_>>());
        }
        found
    }

    /// Without a marker: whether they have access all the same (`true`), or may have it.
    fn doubt(
        &self,
        history: Option<&History>,
        accounts: &[AccountView<'_>],
        has_letter: bool,
        id: &str,
    ) -> Option<(bool, &'static str)> {
        use ActivationStage::{HandedOver, Prepared, Refused, ResetUnknown, Setting, Voided};
        let hash = self.fingerprinter.of_forgotten(id);
        match history.map(|history| (history.stage, history.number.0)) {
            Some((ResetUnknown | HandedOver, _)) => None,
            Some((Setting, _)) => (!self.has_marker).then_some((false, UNDER_WAY)),
            None if self.recorded.forgotten.contains_key(&hash) => None,
            None | Some((Prepared | Refused | Voided, 1)) => self.fresh(accounts, has_letter, id),
            Some(_) if self.is_reissued(history, id) && !self.has_marker => Some((false, REISSUE)),
            Some(_) => None,
        }
    }

    fn fresh(&self, accounts: &[AccountView<'_>], has_letter: bool, id: &str) -> Option<(bool, &'static str)> {
        let resettable =
            || accounts.iter().any(|account| !account.is_staff && account.method == SignInMethod::Password);
        if accounts.iter().any(|account| matches!(account.sign_in, SignIn::At(_)) && !account.is_staff) {
            return Some((true, SIGNED_IN));
        }
        if has_letter {
            return Some((false, LETTER));
        }
        if self.handed.contains(id) {
            return Some((false, HANDED));
        }
        (!self.has_marker && resettable()).then_some((false, NO_MARKER))
    }

    fn is_reissued(&self, history: Option<&History>, id: &str) -> bool {
        self.reissues(id).any(|number| number >= next(history))
    }

    /// The numbers of the `reissue` lines for somebody.
    fn reissues(&self, id: &str) -> impl Iterator<Item = u32> {
        let lines = self.rollout.reissue.iter().filter(move |line| line.caregiver.as_str() == id);
        // A plan refuses a number that is not the next one: none that was used is as large as this.
        lines.map(|line| line.activation.0).filter(|number| *number <= MOST_ACTIVATIONS)
    }

    fn has_letter(&self, id: &str) -> bool {
        let caregiver = self.roster.caregiver(id);
        caregiver.is_some_and(|caregiver| self.letters.contains(&fold(caregiver.email_as_written())))
            || self.observed.of_caregiver(id).any(|account| self.letters.contains(&fold(account.view().email)))
    }
}

/// The number under which something found belongs: behind the last that gave access.
fn next(history: Option<&History>) -> u32 {
    match history {
        None => 1,
        Some(history) if matches!(history.stage, ActivationStage::Set | ActivationStage::Adopted) => {
            history.number.0 + 1
        }
        Some(history) => history.number.0,
    }
}

/// How many of these letters go to nobody of the roster or the LMS.
pub(super) fn strays(evidence: &Evidence<'_>) -> usize {
    let known: HashSet<String> =
        evidence.roster.caregivers().map(|caregiver| fold(caregiver.email_as_written())).collect();
    let has_account = |address: &String| evidence.observed.with_email(address).next().is_some();
    evidence.letters.iter().filter(|address| !known.contains(*address) && !has_account(address)).count()
}
