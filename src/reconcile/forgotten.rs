//! People who had access and were forgotten: where their id turns up again, they count as active, by the keyed hash that is
//! left of them. Nothing more is due to them by itself; `adopt` makes them known again, and then a `reissue` may name them.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;

use crate::model::activation::{ActivationKind, ActivationStage};
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::ActivationKey;
use crate::model::observed::Observed;
use crate::model::recorded::{Forgotten, History, Identity, Recorded};

use super::Desired;

/// The record, with a history for everybody of the roster who was forgotten: their id, or the one that a `moved` line says they
/// had, has the hash that is left of them, or their account still has the marker.
pub(super) fn remember<'a>(
    Desired { rollout, roster }: Desired<'_>,
    recorded: &'a Recorded,
    observed: &Observed,
    keyed: &Fingerprinter,
) -> Cow<'a, Recorded> {
    if recorded.forgotten.is_empty() {
        return Cow::Borrowed(recorded);
    }
    let of_one = |forgotten: &'a Forgotten| forgotten.keys.iter().map(move |key| (*key, forgotten));
    let markers: HashMap<ActivationKey, &Forgotten> = recorded.forgotten.values().flat_map(of_one).collect();
    let former: HashMap<&str, &str> = rollout.moved.iter().map(|line| (line.to.as_str(), line.from.as_str())).collect();
    let find = |id: &str| {
        let marked = || observed.of_caregiver(id).find_map(|account| markers.get(&account.view().marker?));
        recorded.forgotten.get(&keyed.of_forgotten(id)).or_else(|| marked().copied())
    };
    let mut remembered = recorded.clone();
    for caregiver in roster.caregivers() {
        let had = || former.get(caregiver.id()).and_then(|from| find(from));
        let Some(forgotten) = find(caregiver.id()).or_else(had) else { continue };
        if !recorded.histories.get(caregiver.id()).is_some_and(History::is_begun) {
            remembered.histories.insert(caregiver.id(), history(forgotten));
            let earlier = forgotten.keys.split_last().map_or(&[][..], |(_, earlier)| earlier);
            remembered.earlier_keys.insert(caregiver.id(), earlier.into());
        }
    }
    Cow::Owned(remembered)
}

/// Whether a history is what is left of somebody who was forgotten: it is known that there was one, and not when.
pub(super) fn is_of_forgotten(history: &History) -> bool {
    history.stage_at == Timestamp::UNIX_EPOCH
}

fn history(forgotten: &Forgotten) -> History {
    History {
        number: forgotten.number,
        key: forgotten.keys.last().copied().unwrap_or(ActivationKey(0)),
        kind: ActivationKind::Adopt,
        stage: ActivationStage::Adopted,
        stage_at: Timestamp::UNIX_EPOCH,
        cohort: None,
        has_secret: false,
        letter: None,
        identity: Identity::default(),
        is_withdrawn: false,
    }
}
