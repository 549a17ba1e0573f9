//! A new id that is probably somebody known: the old id is gone, and the address is the same, or the name together with
//! a common child; or the ids are the same but for leading zeros, as a spreadsheet takes them away; or the one came with the export
//! that the other went with, under a name that nobody else has. Or one on whose account the marker of somebody else's activation
//! stands: the SMS has re-numbered them, and the LMS their account. A person merged or entered anew in the SMS must not be reset a
//! second time for that.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::sync::OnceLock;

use foldhash::fast::FixedState;

use crate::model::fingerprint::Fingerprint;
use crate::model::recorded::{History, Identity};
use crate::rollout::Distinct;
use crate::roster::Caregiver;

use super::ground::Ground;
use super::identity::{address_fingerprint, folded_name, name_fingerprint, student_fingerprint};

/// Those with an activation whose id the roster has no more.
pub(super) struct Renames<'a> {
    by_address: HashMap<Fingerprint, Vec<&'a str>, FixedState>,
    by_name: HashMap<Fingerprint, Vec<(&'a str, &'a Identity)>, FixedState>,
    /// By their ids without leading zeros.
    by_bare_id: HashMap<&'a str, &'a str, FixedState>,
    /// How many people of the roster have a name, counted when it is first asked.
    namesakes: OnceLock<HashMap<u64, u32>>,
    /// Those of whom nobody can say any more who they were: the sealing key was lost. They could be anybody.
    unknown: Vec<&'a str>,
    /// The reviewed word that two of them are not one.
    distinct: &'a [Distinct],
}

impl<'a> Renames<'a> {
    /// Ordered by id.
    pub(super) fn new(
        gone: impl Iterator<Item = (&'a str, &'a History)>,
        is_key_lost: bool,
        distinct: &'a [Distinct],
    ) -> Self {
        let (by_address, by_name, by_bare_id) = (HashMap::default(), HashMap::default(), HashMap::default());
        let namesakes = OnceLock::new();
        let mut renames = Self { by_address, by_name, by_bare_id, namesakes, unknown: Vec::new(), distinct };
        for (id, History { identity, .. }) in gone {
            renames.by_bare_id.insert(bare(id), id);
            if is_key_lost && *identity == Identity::default() {
                renames.unknown.push(id);
            }
            if let Some(address) = identity.address {
                renames.by_address.entry(address).or_default().push(id);
            }
            if let Some(name) = identity.name {
                renames.by_name.entry(name).or_default().push((id, identity));
            }
        }
        renames
    }

    /// The ids whose people are probably in the roster under another one: nobody's account is taken from them meanwhile.
    pub(super) fn suspects(&self, ground: &Ground<'a>) -> HashSet<&'a str> {
        let strangers = ground.roster.caregivers().filter(|caregiver| !ground.is_begun(*caregiver));
        strangers.filter_map(|caregiver| self.probable(ground, caregiver)).collect()
    }

    /// How many newcomers have the id of somebody who is gone, without its leading zeros.
    pub(super) fn without_zeros(&self, ground: &Ground<'_>) -> u64 {
        if !self.by_bare_id.values().any(|id| id.starts_with('0')) {
            return 0;
        }
        let has_lost = |id: &str| self.by_bare_id.get(bare(id)).is_some_and(|gone| gone.len() > id.len());
        let newcomers = ground.roster.caregivers().filter(|one| !ground.is_begun(*one));
        newcomers.filter(|one| has_lost(one.id())).count() as u64
    }

    /// The id that this caregiver probably had before: the one whose activation their account shows, else somebody who is gone
    /// and looks like them.
    pub(super) fn probable(&self, ground: &Ground<'a>, caregiver: Caregiver<'_>) -> Option<&'a str> {
        let is_other = |id: &&str| !self.distinct.iter().any(|line| line.parts(id, caregiver.id()));
        let marked = ground.marked_for(caregiver.id()).filter(is_other);
        marked.or_else(|| self.alike(ground, caregiver))
    }

    fn alike(&self, ground: &Ground<'_>, caregiver: Caregiver<'_>) -> Option<&'a str> {
        if self.by_bare_id.is_empty() {
            return None;
        }
        let fingerprinter = ground.context.fingerprinter;
        let may_be = |id: &str| !self.distinct.iter().any(|line| line.parts(id, caregiver.id()));
        if let Some(id) = self.by_bare_id.get(bare(caregiver.id())).copied().filter(|id| may_be(id)) {
            return Some(id);
        }
        // Each fingerprint costs, and almost nobody's name is that of somebody who is gone: the children come last.
        let address = caregiver.address().ok().map(|address| address_fingerprint(address, fingerprinter));
        let same_address = address.and_then(|address| self.by_address.get(&address));
        let same_address = same_address.and_then(|ids| ids.iter().copied().find(|id| may_be(id)));
        let same = same_address.or_else(|| {
            let same_name = self.by_name.get(&name_fingerprint(caregiver, fingerprinter)?)?;
            let students: Vec<Fingerprint> =
                caregiver.children().map(|child| student_fingerprint(child.id(), fingerprinter)).collect();
            let same_child = same_name.iter().filter(|(_, then)| has_common(&students, &then.students));
            same_child.map(|(id, _)| *id).find(|id| may_be(id)).or_else(|| match same_name[..] {
                [(id, _)] if may_be(id) && self.took_the_place(ground, caregiver, id) => Some(id),
                _ => None,
            })
        });
        same.or_else(|| self.unknown.iter().copied().find(|id| may_be(id)))
    }

    /// Whether the newcomer came with the very export that `gone`, of the same name, went with, and nobody else has that name:
    /// a person entered anew, with another address and other ids for the children.
    fn took_the_place(&self, ground: &Ground<'_>, newcomer: Caregiver<'_>, gone: &str) -> bool {
        let presence = &ground.recorded.presence;
        let went = presence.get(gone).map(|known| known.absent_since);
        let came = presence.get(newcomer.id()).map(|known| known.first);
        let is_whole = !newcomer.first_name().is_empty() && !newcomer.last_name().is_empty();
        // An export of some people only says of nobody that they have gone.
        let is_said = came.is_some() || ground.roster.facts().is_full;
        if !is_whole || !is_said || went != Some(came) {
            return false;
        }
        let hash = |caregiver: Caregiver<'_>| FixedState::default().hash_one(folded_name(caregiver));
        let namesakes = self.namesakes.get_or_init(|| {
            let mut namesakes: HashMap<u64, u32> = HashMap::new();
            for caregiver in ground.roster.caregivers() {
                *namesakes.entry(hash(caregiver)).or_default() += 1;
            }
            namesakes
        });
        namesakes.get(&hash(newcomer)) == Some(&1)
    }
}

/// An id without its leading zeros; `0` and the like stay as they are.
fn bare(id: &str) -> &str {
    match id.trim_start_matches('0') {
        "" => id,
        bare => bare,
    }
}

fn has_common(a: &[Fingerprint], b: &[Fingerprint]) -> bool {
    a.iter().any(|student| b.binary_search(student).is_ok())
}
