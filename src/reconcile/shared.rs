//! Addresses that several caregivers of the roster share, whoever of them is due: a letter with a password in it must not
//! land in a mailbox that somebody else reads.

use std::collections::HashMap;

use hashbrown::HashTable;

use crate::model::access::Access;
use crate::model::email::fold;
use crate::rollout::{Rollout, SharedEmail};
use crate::roster::{Caregiver, Roster};

use super::ground::is_permitted;

/// Which caregivers share their address, and who of them may get the letter all the same.
pub(super) struct SharedAddresses {
    /// Caregiver -> the others, for those who share; few, so that names may be kept.
    groups: HashMap<Box<str>, Group>,
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
        let mut groups = HashMap::new();
        for members in collisions(roster) {
            judge(&members, rollout, &mut groups);
        }
        Self { groups }
    }

    /// Why this caregiver's address can't be used, where it is shared.
    pub(super) fn of(&self, id: &str) -> Option<Sharing> {
        match self.groups.get(id)? {
            Group::First => None,
            Group::Shares => Some(Sharing::Shared),
            Group::WithBlocked => Some(Sharing::WithBlocked),
        }
    }

    /// Whether this caregiver's address is also somebody else's, whatever follows from that.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.groups.contains_key(id)
    }
}

/// The groups of two and more caregivers with one usable address.
fn collisions(roster: &Roster) -> Vec<Vec<Caregiver<'_>>> {
    let mut first_of: HashTable<Caregiver<'_>> = HashTable::with_capacity(roster.len());
    let mut groups: HashMap<String, Vec<Caregiver<'_>>> = HashMap::new();
    for caregiver in roster.caregivers() {
        let Ok(address) = caregiver.address() else { continue };
        let hashed = hash(address);
        let same = |other: &Caregiver<'_>| other.address().is_ok_and(|own| own.eq_ignore_ascii_case(address));
        match first_of.find(hashed, same) {
            Some(first) => groups.entry(fold(address)).or_insert_with(|| vec![*first]).push(caregiver),
            None => {
                first_of.insert_unique(hashed, caregiver, |other| hash(other.address().unwrap_or_default()));
            }
        }
    }
    groups.into_values().collect()
}

fn judge(members: &[Caregiver<'_>], rollout: &Rollout, groups: &mut HashMap<Box<str>, Group>) {
    let is_blocked = |caregiver: &Caregiver<'_>| caregiver.children().any(|child| child.access() == Access::Blocked);
    let has_blocked = members.iter().any(is_blocked);
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
        groups.insert(caregiver.id().into(), group);
    }
}

fn hash(address: &str) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::fast::FixedState::with_seed(0x6d61_696c).build_hasher();
    let mut folded = [0_u8; 64];
    for chunk in address.as_bytes().chunks(folded.len()) {
        folded[..chunk.len()].copy_from_slice(chunk);
        folded[..chunk.len()].make_ascii_lowercase();
        hasher.write(&folded[..chunk.len()]);
    }
    hasher.finish()
}

/// The caregivers who share their address with somebody, for the office's list.
pub fn sharers(roster: &Roster, rollout: &Rollout) -> std::collections::HashSet<Box<str>> {
    SharedAddresses::new(roster, rollout).groups.into_keys().collect()
}
