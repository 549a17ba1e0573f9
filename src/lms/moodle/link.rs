//! Links parents with their children: the parent role in each child's user context. Moodle tells nobody who is linked, but
//! linking again changes nothing, so it is simply done. A call is for all or none; one that is refused is split.

use std::collections::HashMap;

use crate::edge::Links;
use crate::model::ids::{CaregiverId, StudentId, Username};
use crate::model::outcome::{Outcome, Reach};

use super::fault::{Certainty, Fault};
use super::probe::{ASSIGN, UNASSIGN};
use super::site::Site;
use super::wire::{Form, Row};

/// One link: the parent's and the child's account.
struct Pair {
    parent: u64,
    child: u64,
    /// Whose it is, in the list of caregivers.
    of: usize,
}

impl Site<'_> {
    /// Links the caregivers of a wave with their children.
    pub(super) fn link(&self, links: &[Links<'_>]) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = links.iter().map(|_| Outcome::Done(())).collect();
        let Some(role) = self.settings.parent_role else { return outcomes };
        match self.pairs(links, &mut outcomes) {
            Ok((assign, unassign)) => {
                for (function, list, pairs) in [(ASSIGN, "assignments", assign), (UNASSIGN, "unassignments", unassign)]
                {
                    let mut over = None;
                    for some in pairs.chunks(self.batch()) {
                        // What reaches everybody is asked once; nothing is sent after it.
                        match &over {
                            Some(fault) => fail(some, fault, &mut outcomes),
                            None => over = self.send(function, list, role, some, &mut outcomes),
                        }
                    }
                }
                outcomes
            }
            Err(fault) => links.iter().map(|_| not_linked(&fault)).collect(),
        }
    }

    /// One caregiver's links, as a correction.
    pub(super) fn relink(
        &self,
        caregiver: &CaregiverId,
        username: &Username,
        link: &[StudentId],
        unlink: &[StudentId],
    ) -> Outcome {
        if link.is_empty() && unlink.is_empty() {
            return Outcome::Done(());
        }
        let links = Links { caregiver, username, link: link.iter().collect(), unlink: unlink.iter().collect() };
        self.link(&[links]).pop().unwrap_or(Outcome::Done(()))
    }

    /// The accounts to link. A child without exactly one account is the caregiver's refusal.
    fn pairs(&self, links: &[Links<'_>], outcomes: &mut [Outcome]) -> Result<(Vec<Pair>, Vec<Pair>), Fault> {
        let parents: Vec<&str> = links.iter().map(|links| links.caregiver.as_str()).collect();
        let parents = self.by_idnumber(&parents)?;
        let children: Vec<&StudentId> =
            links.iter().flat_map(|one| one.link.iter().chain(&one.unlink).copied()).collect();
        let children = self.students(&children)?;
        let (mut assign, mut unassign) = (Vec::new(), Vec::new());
        for (of, one) in links.iter().enumerate() {
            let parent = match parents.get(one.caregiver.as_str()).map(Vec::as_slice) {
                Some([row]) if row.username.as_deref() == Some(one.username.as_str()) => row.id,
                _ => {
                    outcomes[of] = Outcome::refused("the account can't be found by its id number", Reach::Caregiver);
                    continue;
                }
            };
            if let Some(missing) = one.link.iter().find(|child| !children.contains_key(child.as_str())) {
                outcomes[of] = Outcome::refused(child_not_found(missing), Reach::Caregiver);
                continue;
            }
            assign.extend(pairs_of(parent, of, &one.link, &children));
            unassign.extend(pairs_of(parent, of, &one.unlink, &children));
        }
        Ok((assign, unassign))
    }

    /// The fault, where it reaches everybody.
    fn send(&self, function: &str, list: &str, role: u32, pairs: &[Pair], outcomes: &mut [Outcome]) -> Option<Fault> {
        let mut form = Form::default();
        for (number, pair) in pairs.iter().enumerate() {
            let mut row = Row::new(&mut form, list, number);
            row.add("roleid", &role.to_string());
            row.add("userid", &pair.parent.to_string());
            row.add("contextlevel", "user");
            row.add("instanceid", &pair.child.to_string());
        }
        match self.client.call(function, &form) {
            Ok(_) => None,
            Err(fault) if fault.certainty == Certainty::Row && pairs.len() > 1 => {
                let (first, second) = pairs.split_at(pairs.len() / 2);
                match self.send(function, list, role, first, outcomes) {
                    None => self.send(function, list, role, second, outcomes),
                    Some(fault) => {
                        fail(second, &fault, outcomes);
                        Some(fault)
                    }
                }
            }
            Err(fault) => {
                fail(pairs, &fault, outcomes);
                Some(fault).filter(Fault::is_for_everybody)
            }
        }
    }
}

fn fail(pairs: &[Pair], fault: &Fault, outcomes: &mut [Outcome]) {
    for pair in pairs {
        if let Some(outcome) = outcomes.get_mut(pair.of) {
            *outcome = not_linked(fault);
        }
    }
}

fn pairs_of(parent: u64, of: usize, students: &[&StudentId], known: &HashMap<String, u64>) -> Vec<Pair> {
    let pair = |student: &&StudentId| known.get(student.as_str()).map(|child| Pair { parent, child: *child, of });
    students.iter().filter_map(pair).collect()
}

fn child_not_found(child: &StudentId) -> String {
    format!("there is not exactly one account of the child {child} in Moodle, so the parent can't be linked with it")
}

/// Linking may be done again without harm, so a lost answer is only a wait.
fn not_linked(fault: &Fault) -> Outcome {
    match fault.certainty {
        Certainty::Row => Outcome::refused(
            "Moodle refuses the parent role: the child's account is gone, or the role can't be assigned (docs/moodle.md, step 8)",
            Reach::Caregiver,
        ),
        Certainty::NotThere | Certainty::Later | Certainty::Person => {
            Outcome::refused(fault.words.clone(), Reach::Everybody)
        }
        _ => Outcome::refused(fault.words.clone(), Reach::Passing),
    }
}
