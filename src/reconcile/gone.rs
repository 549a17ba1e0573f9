//! Those with an activation whom the roster does not have: withdrawn, held with what was begun for them, or kept.

use crate::model::activation::ActivationStage;
use crate::model::ids::CaregiverId;
use crate::model::recorded::History;
use crate::plan::Idle;

use super::draft::{Draft, Scribe};
use super::ground::Ground;
use super::hand_over;
use super::presence::Presence;
use super::stop::Stop;
use super::update;

impl<'a, S: Scribe<'a>> Draft<'_, 'a, S> {
    /// Those with an activation whom the roster does not have, ordered by id.
    pub(super) fn add_gone(&mut self) {
        let ground = self.ground;
        for (id, history) in ground.gone.iter().filter(|(id, _)| !ground.has_moved_away(id)) {
            self.add_one_gone(id, history);
        }
    }

    fn add_one_gone(&mut self, gone: &'a str, history: &History) {
        let id = &CaregiverId::new(gone);
        if !history.is_begun() {
            return;
        }
        let presence = self.ground.absences.of(id.as_str());
        let is_begun = !history.is_active() && history.last_done() == history.number.0;
        let is_asked_for = self.ground.reissue(id.as_str(), history.last_done()).is_some();
        match update::withdraw(self.ground, gone, history, presence) {
            Some(act) if !self.is_in_doubt(id, history) => self.scribe.withdraw(gone, history, act),
            _ if (is_begun && !history.is_withdrawn) || is_asked_for => {
                let stop = stop(self.ground, id, history, presence);
                self.scribe.hold_gone(id, &stop);
            }
            // Another full roster without them, and their account is disabled.
            _ if presence == Presence::AbsentOnce && !history.is_withdrawn && update::disables_leavers(self.ground) => {
                self.idle(Idle::AbsentOnce);
            }
            _ => self.idle(Idle::Gone),
        }
    }

    /// Whether it is open what was done for somebody who is gone, or whether they are gone at all.
    fn is_in_doubt(&mut self, id: &CaregiverId, history: &History) -> bool {
        let ground = self.ground;
        let suspects = self.suspects.get_or_insert_with(|| ground.renames.suspects(ground));
        suspects.contains(id.as_str()) || unsettled(ground, id, history).is_some()
    }
}

/// Begun and not finished, and now they are not in the roster: S1 first, then S2.
fn stop<'a>(ground: &Ground<'a>, id: &CaregiverId, history: &History, presence: Presence) -> Stop<'a> {
    unsettled(ground, id, history).unwrap_or(match presence {
        Presence::Left => Stop::Left,
        Presence::Here | Presence::NotSaid | Presence::AbsentOnce => Stop::AbsentOnce,
    })
}

/// S1 for somebody who is gone: nobody knows what became of their password. A driver that writes markers can always say.
fn unsettled<'a>(ground: &Ground<'a>, id: &CaregiverId, history: &History) -> Option<Stop<'a>> {
    let has_marker =
        || ground.observed.of_caregiver(id.as_str()).any(|account| account.view().marker == Some(history.key));
    if let Some(stop) = hand_over::unsettled(ground, id.as_str(), history) {
        return Some(stop);
    }
    match history.stage {
        ActivationStage::Setting if ground.context.lms.has_marker || has_marker() => None,
        ActivationStage::Setting | ActivationStage::ResetUnknown | ActivationStage::HandedOver => {
            Some(Stop::ResetUnknown { again: None })
        }
        _ => None,
    }
}
