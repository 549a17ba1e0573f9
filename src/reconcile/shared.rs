//! Addresses that several caregivers of the roster share, whoever of them is due: a letter with a password in it must not
//! land in a mailbox that somebody else reads.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use crate::model::access::Access;
use crate::model::email::{fold, folded_hash as hash};
use crate::rollout::{Rollout, SharedEmail, UnknownAccess};
use crate::roster::{Caregiver, Roster};

use super::ground::is_permitted;

/// Which caregivers share their address, and who of them may get the letter all the same.
pub(super) struct SharedAddresses {
    /// The places of those who share.
    groups: HashMap<usize, Group, FixedState>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// Held with the others.
    Shares,
    /// First by priority, then by id, where the rollout lets that one have the letter.
    First,
    /// One of them is kept from a child: nobody gets a letter there.
    WithBlocked,
}

/// Why an address that is shared can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Somebody else has it too.
    Shared,
    /// Somebody else has it too who is kept from a child.
    WithBlocked,
}

impl SharedAddresses {
    pub(super) fn new(roster: &Roster, rollout: &Rollout) -> Self {
        let mut groups = HashMap::default();
        for members in collisions(roster) {
            judge(&members, rollout, &mut groups);
        }
        let barred = barred(roster, rollout);
        // Almost nobody: most rosters have none, and a hash tells most of the others.
        let hashes: HashSet<u64, FixedState> = barred.keys().map(|address| hash(address)).collect();
        for one in roster.caregivers().filter(|_| !barred.is_empty()) {
            let suspect = one.address().ok().filter(|address| hashes.contains(&hash(address)));
            let whose = suspect.and_then(|address| barred.get(&*fold(address)));
            if whose.is_some_and(|whose| *whose != Some(one.place())) {
                groups.insert(one.place(), Group::WithBlocked);
            }
        }
        Self { groups }
    }

    /// Why this caregiver's address can't be used, where it is shared.
    pub(super) fn of(&self, caregiver: Caregiver<'_>) -> Option<Sharing> {
        match self.groups.get(&caregiver.place())? {
            Group::First => None,
            Group::Shares => Some(Sharing::Shared),
            Group::WithBlocked => Some(Sharing::WithBlocked),
        }
    }

    /// Whether this caregiver's address is also somebody else's, whatever follows from that.
    pub(super) fn contains(&self, caregiver: Caregiver<'_>) -> bool {
        self.groups.contains_key(&caregiver.place())
    }
}

/// The addresses, folded, that the exports give for somebody who is kept from a child, beside usable ones: who has such a one, or
/// `None` where several have it or the row does not say who.
fn barred(roster: &Roster, rollout: &Rollout) -> HashMap<Box<str>, Option<usize>> {
    let mut barred = HashMap::new();
    for (one, address) in roster.further_addresses().filter(|(one, _)| is_blocked(*one, rollout)) {
        let place = Some(one.place());
        barred.entry(address).and_modify(|whose| *whose = place.filter(|_| *whose == place)).or_insert(place);
    }
    barred.extend(roster.barred_addresses_of_nobody().map(|address| (address.into(), None)));
    barred
}

/// Who may be kept from a child, for all that is known, is no better than who is.
fn may_be_kept(access: Access, rollout: &Rollout) -> bool {
    match access {
        Access::Blocked => true,
        Access::Unknown => rollout.unknown_access != UnknownAccess::Allow,
        Access::Allowed => false,
    }
}

fn is_blocked(caregiver: Caregiver<'_>, rollout: &Rollout) -> bool {
    caregiver.children().any(|child| may_be_kept(child.access(), rollout))
}

/// The groups of two and more caregivers with one usable address. Almost all addresses are seen once, so a million are not
/// put into a table: what has left the same mark as another is looked at again.
fn collisions(roster: &Roster) -> Vec<Vec<Caregiver<'_>>> {
    let usable = || roster.caregivers().filter_map(|one| one.address().ok().map(|address| (one, address)));
    let (mut seen, mut again) = (Marks::for_about(roster.len()), Marks::for_about(roster.len()));
    for (_, address) in usable() {
        let hashed = hash(address);
        if !seen.set(hashed) {
            again.set(hashed);
        }
    }
    let mut groups: HashMap<String, Vec<Caregiver<'_>>> = HashMap::new();
    for (caregiver, address) in usable().filter(|(_, address)| again.has(hash(address))) {
        groups.entry(fold(address)).or_default().push(caregiver);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// One bit for each of many hashes, sixteen times as many as hashes are expected.
struct Marks(Vec<u64>);

impl Marks {
    fn for_about(count: usize) -> Self {
        Self(vec![0; (count / 4).next_power_of_two()])
    }

    /// Sets the mark; whether it was not set.
    fn set(&mut self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    fn has(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.0[word] & bit != 0
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        ((hash >> 32) as usize & (self.0.len() - 1), 1 << (hash & 63))
    }
}

fn judge(members: &[Caregiver<'_>], rollout: &Rollout, groups: &mut HashMap<usize, Group, FixedState>) {
    let has_blocked = members.iter().any(|one| is_blocked(*one, rollout));
    let first = members
        .iter()
        .filter(|caregiver| caregiver.children().any(|child| is_permitted(rollout, &child)))
        .min_by_key(|caregiver| (caregiver.priority().unwrap_or(u32::MAX), caregiver.id()))
        .map(|caregiver| caregiver.id());
    for caregiver in members {
        let group = if has_blocked {
            Group::WithBlocked
        } else if rollout.shared_email == SharedEmail::First && first == Some(caregiver.id()) {
            Group::First
        } else {
            Group::Shares
        };
        groups.insert(caregiver.place(), group);
    }
}

/// The caregivers who share their address with somebody, for the office's list.
pub fn sharers(roster: &Roster, rollout: &Rollout) -> std::collections::HashSet<Box<str>> {
    let shared = SharedAddresses::new(roster, rollout);
    roster.caregivers().filter(|caregiver| shared.contains(*caregiver)).map(|caregiver| caregiver.id().into()).collect()
}
