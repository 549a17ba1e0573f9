//! The ground a plan is made on: all inputs, and the look-ups that are built from them once.

use std::collections::HashMap;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::both::{MANY, both_if};
use crate::model::activation::LetterStage;
use crate::model::handover::{HandOver, HandOverRow};
use crate::model::ids::{ActivationNumber, CaregiverId, Username};
use crate::model::observed::{Observed, Seen};
use crate::model::recorded::{History, Recorded};
use crate::rollout::{HoldRule, Moved, Reissue, Rollout};
use crate::roster::{Caregiver, Roster};

use super::cohort::Seats;
use super::join::{Joined, join};
use super::presence::Absences;
use super::rename::Renames;
use super::shared::SharedAddresses;
use super::{Context, Desired};

/// What the LMS shows.
pub(super) struct Sighting<'a> {
    pub(super) observed: &'a Observed,
    /// Whose account shows the activation of somebody else, and of whom.
    pub(super) marked: HashMap<&'a str, &'a str>,
}

/// All inputs, and the look-ups built from them.
pub(super) struct Ground<'a> {
    pub(super) rollout: &'a Rollout,
    pub(super) roster: &'a Roster,
    pub(super) recorded: &'a Recorded,
    pub(super) observed: &'a Observed,
    pub(super) context: &'a Context<'a>,
    /// The school's day.
    pub(super) today: Date,
    pub(super) absences: Absences<'a>,
    pub(super) shared: SharedAddresses,
    pub(super) renames: Renames<'a>,
    pub(super) seats: Seats,
    /// Those with an activation whom the roster does not have, ordered by id; also those who have moved to another id.
    pub(super) gone: Vec<(&'a str, &'a History)>,
    /// For each caregiver of the roster, in their order, what was done to them under the id they have.
    own: Vec<Option<&'a History>>,
    holds: HashMap<&'a str, &'a HoldRule>,
    /// New id -> the id it had, by the rollout's lines and by the markers of accounts that still carry the old one.
    moved_from: HashMap<&'a str, &'a str>,
    /// Old id -> the id it has.
    moved_to: HashMap<&'a str, &'a str>,
    /// Who stands in a hand-over that nobody has settled.
    handed: HashMap<&'a str, &'a HandOver>,
    /// Who stands in a hand-over that somebody has settled, the last one.
    handed_before: HashMap<&'a str, Told<'a>>,
    /// The names that hand-overs gave to accounts to be.
    given_names: HashMap<&'a str, Given<'a>>,
    /// Whose account shows the activation of somebody else, and of whom.
    marked: HashMap<&'a str, &'a str>,
}

/// The accounts that could be somebody's.
#[derive(Clone, Copy)]
pub(super) enum Match<'a> {
    /// None carries their id.
    None,
    /// Exactly one does.
    One(Seen<'a>),
    /// Several do.
    Several,
}

impl<'a> Match<'a> {
    /// The account, where it is certain.
    pub(super) fn one(self) -> Option<Seen<'a>> {
        match self {
            Self::One(account) => Some(account),
            Self::None | Self::Several => None,
        }
    }
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        desired: Desired<'a>,
        recorded: &'a Recorded,
        Sighting { observed, marked }: Sighting<'a>,
        context: &'a Context<'a>,
    ) -> Self {
        let Desired { rollout, roster } = desired;
        let mut moved_from: HashMap<&str, &str> =
            rollout.moved.iter().map(|line| (line.to.as_str(), line.from.as_str())).collect();
        // Where the record has followed a move and the rollout says no more of it, the marker shows whose the account is.
        for (&carried, &owner) in &marked {
            let is_free = roster.caregiver(carried).is_none() && !recorded.histories.contains_key(carried);
            if is_free && recorded.histories.get(owner).is_some_and(History::is_begun) {
                moved_from.entry(owner).or_insert(carried);
            }
        }
        let moved_to: HashMap<&str, &str> =
            rollout.moved.iter().map(|line| (line.from.as_str(), line.to.as_str())).collect();
        let is_many = roster.len() >= MANY;
        let join = || (histories(roster, recorded), Absences::new(recorded, roster), Seats::new(roster, rollout));
        let (((own, gone), absences, seats), shared) = both_if(is_many, join, || SharedAddresses::new(roster, rollout));
        Self {
            rollout,
            roster,
            recorded,
            observed,
            context,
            today: context.now.to_zoned_datetime(rollout.timezone.clone()).date(),
            absences,
            shared,
            renames: Renames::new(
                gone.iter().filter(|(id, history)| history.is_begun() && !moved_to.contains_key(id)).copied(),
                recorded.is_key_lost,
                &rollout.distinct,
            ),
            seats,
            gone,
            own,
            holds: rollout.hold.iter().map(|rule| (rule.caregiver.as_str(), rule)).collect(),
            moved_from,
            moved_to,
            handed: handed(recorded),
            handed_before: handed_before(recorded, observed),
            given_names: given_names(recorded),
            marked,
        }
    }

    /// The hand-over that this caregiver stands in, also under the id they had before, while nobody has settled it.
    pub(super) fn handed(&self, id: &str) -> Option<&'a HandOver> {
        self.handed.get(id).or_else(|| self.handed.get(self.moved_from.get(id)?)).copied()
    }

    /// The hand-over that made, or should have made, this caregiver's account by this activation, and what somebody said of it.
    pub(super) fn handed_before(&self, id: &str, activation: ActivationNumber) -> Option<Told<'a>> {
        self.handed_before.get(id).copied().filter(|told| told.row.activation == activation)
    }

    /// All names that hand-overs gave, and to whom; the LMS does not show them before they are imported.
    pub(super) fn given_names(&self) -> impl Iterator<Item = (&'a str, &'a Username)> {
        self.given_names.iter().map(|(id, given)| (*id, given.name))
    }

    /// What was done to this caregiver, also under the id they had before: where nothing was begun under the one they have, that
    /// counts.
    pub(super) fn history(&self, caregiver: Caregiver<'_>) -> Option<&'a History> {
        let former = || self.moved_from.get(caregiver.id()).and_then(|from| self.recorded.histories.get(from));
        let own = self.own_history(caregiver);
        own.filter(|history| history.is_begun()).or_else(former).or(own)
    }

    /// Whether this caregiver has, or may have, access by what was done to them.
    pub(super) fn is_begun(&self, caregiver: Caregiver<'_>) -> bool {
        self.history(caregiver).is_some_and(History::is_begun)
    }

    /// What was done to this caregiver under the id they have.
    pub(super) fn own_history(&self, caregiver: Caregiver<'_>) -> Option<&'a History> {
        self.own[caregiver.place()]
    }

    /// The `moved` lines that the record has not followed yet.
    pub(super) fn open_moves(&self) -> impl Iterator<Item = &'a Moved> {
        let histories = &self.recorded.histories;
        let is_open = |line: &&Moved| {
            !histories.get(&line.to).is_some_and(History::is_begun) && histories.contains_key(&line.from)
        };
        self.rollout.moved.iter().filter(is_open)
    }

    /// The same as the plan writes them down: old id, new id, why.
    pub(super) fn moves(&self) -> Vec<(CaregiverId, CaregiverId, String)> {
        self.open_moves().map(|line| (line.from.clone(), line.to.clone(), line.because.clone())).collect()
    }

    /// Whether the rollout says that this id has become another.
    pub(super) fn has_moved_away(&self, id: &str) -> bool {
        self.moved_to.contains_key(id)
    }

    /// Whether `owner` is the id that `id` had before.
    pub(super) fn is_former_id(&self, id: &str, owner: Option<&str>) -> bool {
        owner.is_some() && self.moved_from.get(id).copied() == owner
    }

    /// The accounts that carry this caregiver's id, or the one they had before.
    pub(super) fn accounts(&self, id: &'a str) -> Match<'a> {
        let own = one_of(self.observed.of_caregiver(id));
        let own = match (own, self.moved_from.get(id)) {
            (Match::None, Some(from)) => one_of(self.observed.of_caregiver(from)),
            _ => own,
        };
        match own {
            Match::None if self.context.lms.carrier.is_person() => self.by_user_id(id),
            _ => own,
        }
    }

    /// An account without an SMS id whose user id is the caregiver's id, or the one that a hand-over gave them. What a hand-over
    /// proposed that was not imported may be anybody's by now.
    fn by_user_id(&self, id: &'a str) -> Match<'a> {
        let given = self.given_names.get(id).filter(|given| given.may_stand).map(|given| given.name.as_str());
        let names = std::iter::once(id).chain(given);
        let accounts = names.flat_map(|name| self.observed.with_username(name));
        // The names of accounts are compared without case, ids are not: the account `u77` is not U77's where there is a u77.
        let is_anothers = |name: &str| name != id && self.roster.caregiver(name).is_some();
        one_of(accounts.filter(|account| account.view().caregiver.is_none() && !is_anothers(account.view().username)))
    }

    /// Whether an account that is not theirs has the name that a hand-over gave to this caregiver's.
    pub(super) fn is_given_to_another(&self, id: &str) -> bool {
        let named = self.given_names.get(id).map(|given| self.observed.with_username(given.name.as_str()));
        named.is_some_and(|mut accounts| accounts.any(|account| account.view().caregiver != Some(id)))
    }

    /// The id for which the activation was done that this caregiver's account shows, where that is another.
    pub(super) fn marked_for(&self, id: &str) -> Option<&'a str> {
        self.marked.get(id).copied()
    }

    /// The id under which the LMS knows this caregiver: theirs, else the one they had before while an account carries it.
    pub(super) fn known_as(&self, id: &'a str) -> &'a str {
        let carries = |id: &'a str| self.observed.of_caregiver(id).next().is_some();
        let former = self.moved_from.get(id).copied().filter(|from| !carries(id) && carries(from));
        former.unwrap_or(id)
    }

    /// The line that says to leave this caregiver alone, while it holds.
    pub(super) fn hold_rule(&self, id: &str) -> Option<&'a HoldRule> {
        self.holds.get(id).copied().filter(|rule| rule.until.is_none_or(|until| self.today < until))
    }

    /// The line that gives this caregiver the activation after `last`.
    pub(super) fn reissue(&self, id: &str, last: u32) -> Option<&'a Reissue> {
        self.rollout.reissue.iter().find(|line| line.caregiver.as_str() == id && line.activation.0 == last + 1)
    }

    /// Whether what is sealed of a letter that has gone out may still be used. Of one that came back before it was known
    /// that it had gone out, everything is: nobody has that password.
    pub(super) fn keeps_secret(&self, history: &History) -> bool {
        let is_bounced = history.letter.as_ref().is_some_and(|letter| letter.stage == LetterStage::Bounced);
        if is_bounced && self.rollout.mail.retain_for_bounce == 0 {
            return history.has_secret;
        }
        let kept_for = i64::try_from(self.rollout.mail.retain_for_bounce).unwrap_or(i64::MAX);
        let since = history.letter.as_ref().map_or(history.stage_at, |letter| letter.stage_at);
        history.has_secret && self.context.now.duration_since(since) < SignedDuration::from_secs(kept_for)
    }

    /// Whether a child counts: permitted, or unknown where the rollout allows that.
    pub(super) fn is_permitted(&self, child: &crate::roster::Child<'_>) -> bool {
        is_permitted(self.rollout, child)
    }

    /// Whether a caregiver has a child that counts.
    pub(super) fn has_permitted_child(&self, caregiver: Caregiver<'_>) -> bool {
        caregiver.children().any(|child| self.is_permitted(&child))
    }
}

/// Whether a child counts under this rollout.
pub(super) fn is_permitted(rollout: &Rollout, child: &crate::roster::Child<'_>) -> bool {
    use crate::model::access::Access;
    use crate::rollout::UnknownAccess;
    match child.access() {
        Access::Allowed => true,
        Access::Blocked => false,
        Access::Unknown => rollout.unknown_access == UnknownAccess::Allow,
    }
}

/// The roster's caregivers and the record's, put side by side.
fn histories<'a>(
    roster: &'a Roster,
    recorded: &'a Recorded,
) -> (Vec<Option<&'a History>>, Vec<(&'a str, &'a History)>) {
    let (mut own, mut gone) = (Vec::with_capacity(roster.len()), Vec::new());
    for joined in join(roster, &recorded.histories) {
        match joined {
            Joined::New(_) => own.push(None),
            Joined::Known(_, history) => own.push(Some(history)),
            Joined::Gone(id, history) => gone.push((id, history)),
        }
    }
    (own, gone)
}

fn handed(recorded: &Recorded) -> HashMap<&str, &HandOver> {
    let open = recorded.open_handovers();
    open.flat_map(|handover| handover.rows.iter().map(move |row| (row.caregiver.as_str(), handover))).collect()
}

/// What somebody said of a row of a hand-over.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) handover: &'a HandOver,
    pub(super) row: &'a HandOverRow,
    /// The user id of an account that the LMS has and the hand-over would have made, where it was said not to be imported.
    pub(super) contradicted_by: Option<&'a Username>,
}

fn handed_before<'a>(recorded: &'a Recorded, observed: &Observed) -> HashMap<&'a str, Told<'a>> {
    let mut told = HashMap::new();
    for handover in recorded.handovers.iter().filter(|handover| !handover.is_open()) {
        let is_made = |row: &&HandOverRow| {
            let mut accounts = observed.of_caregiver(row.caregiver.as_str());
            row.is_create && accounts.any(|account| account.view().username == row.username.as_str())
        };
        let denied = || handover.rows.iter().filter(|row| row.is_imported == Some(false));
        let contradicted_by = denied().find(is_made).map(|row| &row.username);
        for row in &handover.rows {
            let contradicted_by = contradicted_by.filter(|_| row.is_imported == Some(false));
            told.insert(row.caregiver.as_str(), Told { handover, row, contradicted_by });
        }
    }
    told
}

/// A name that a hand-over gave to an account to be.
struct Given<'a> {
    name: &'a Username,
    /// Whether an account may have come of it: nobody has said that it was not imported.
    may_stand: bool,
}

fn given_names(recorded: &Recorded) -> HashMap<&str, Given<'_>> {
    let rows = recorded.handovers.iter().flat_map(|handover| &handover.rows).filter(|row| row.is_create);
    let mut names: HashMap<&str, Given<'_>> = HashMap::new();
    for row in rows {
        let before = names.get(row.caregiver.as_str()).is_some_and(|given| given.may_stand);
        let may_stand = before || row.is_imported != Some(false);
        names.insert(row.caregiver.as_str(), Given { name: &row.username, may_stand });
    }
    names
}

fn one_of<'a>(mut accounts: impl Iterator<Item = Seen<'a>>) -> Match<'a> {
    match (accounts.next(), accounts.next()) {
        (None, _) => Match::None,
        (Some(account), None) => Match::One(account),
        (Some(_), Some(_)) => Match::Several,
    }
}
