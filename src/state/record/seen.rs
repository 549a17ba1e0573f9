//! What a session need not read again, because it has read or written it itself.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::person::LogSubject;
use crate::model::ids::CaregiverId;

/// Whom this session has spoken of in the log, and the letters' forms that it has seen: it holds the lock, so nobody else makes
/// them another. An event is told of the same person a few commits in a row, as long as they stand here.
#[derive(Default)]
pub(super) struct Seen {
    people: RefCell<HashMap<CaregiverId, Arc<LogSubject>>>,
    /// Who was written down last, so that they have a row.
    written: RefCell<Option<CaregiverId>>,
    forms: RefCell<HashSet<u64>>,
}

impl Seen {
    /// So many are kept in mind.
    const MOST: usize = 4096;

    /// Somebody who was spoken of.
    pub(super) fn known(&self, caregiver: &CaregiverId) -> Option<Arc<LogSubject>> {
        self.people.borrow().get(caregiver).cloned()
    }

    /// Keeps them in mind.
    pub(super) fn keep(&self, caregiver: &CaregiverId, subject: &Arc<LogSubject>) {
        let mut known = self.people.borrow_mut();
        if known.len() == Self::MOST {
            known.clear();
        }
        known.insert(caregiver.clone(), Arc::clone(subject));
    }

    /// Somebody has a row of their own.
    pub(super) fn note_row(&self, caregiver: &CaregiverId) {
        self.written.replace(Some(caregiver.clone()));
    }

    /// Whether it is they who were written down last.
    pub(super) fn has_row(&self, caregiver: &CaregiverId) -> bool {
        self.written.borrow().as_ref() == Some(caregiver)
    }

    /// Whether this form is in the state.
    pub(super) fn has_form(&self, id: u64) -> bool {
        self.forms.borrow().contains(&id)
    }

    /// Now it is.
    pub(super) fn keep_form(&self, id: u64) {
        self.forms.borrow_mut().insert(id);
    }

    /// From here on all of it is read again.
    pub(super) fn forget(&self) {
        self.people.borrow_mut().clear();
        self.written.replace(None);
        self.forms.borrow_mut().clear();
    }
}
