//! One Moodle, and what is known of it so far in this run: its functions, who was seen there and when. Holds no account's
//! password and decides nothing.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::edge::Clock;
use crate::model::ids::StudentId;
use crate::model::secret::Password;
use crate::rollout::{MoodleSettings, StudentField};

use super::client::Client;
use super::fault::{Certainty, Fault};
use super::look::Field;
use super::row::UserRow;
use super::wire::Form;

/// One Moodle.
pub(super) struct Site<'a> {
    pub(super) client: Client,
    pub(super) settings: MoodleSettings,
    pub(super) clock: &'a dyn Clock,
    /// When each account was last used, by what was seen when the plan was made.
    pub(super) seen: RefCell<HashMap<u64, i64>>,
    /// The accounts of students, once they were looked up: `None` where there is not exactly one.
    students: RefCell<HashMap<String, Option<u64>>>,
    /// That the probe has come back as it should.
    pub(super) is_probed: Cell<bool>,
    /// The id number that the probe came back with: asked for again in every look-up.
    pub(super) known_id: RefCell<Option<String>>,
}

/// What the first call tells.
#[derive(Clone, Debug)]
pub(super) struct SiteInfo {
    pub(super) release: String,
    pub(super) user: u64,
    pub(super) functions: BTreeSet<String>,
}

impl<'a> Site<'a> {
    pub(super) fn new(settings: MoodleSettings, token: Password, clock: &'a dyn Clock) -> Self {
        Self {
            client: Client::new(&settings.url, token),
            settings,
            clock,
            seen: RefCell::default(),
            students: RefCell::default(),
            is_probed: Cell::new(false),
            known_id: RefCell::default(),
        }
    }

    /// Which functions the token may call, and the release.
    pub(super) fn info(&self) -> Result<SiteInfo, Fault> {
        let answer = self.client.call("core_webservice_get_site_info", &Form::default())?;
        let name = |function: &Value| function.get("name").and_then(Value::as_str).map(str::to_owned);
        let functions = answer.get("functions").and_then(Value::as_array);
        let Some(functions) = functions else {
            return Err(Fault::new(
                Certainty::Silence,
                "the first answer is not what a Moodle says of itself; is `lms.url` right?",
            ));
        };
        Ok(SiteInfo {
            release: answer.get("release").and_then(Value::as_str).unwrap_or("").chars().take(40).collect(),
            user: answer.get("userid").and_then(Value::as_u64).unwrap_or(0),
            functions: functions.iter().filter_map(name).collect(),
        })
    }

    /// The Moodle ids of these students, where exactly one account is theirs.
    pub(super) fn students(&self, ids: &[&StudentId]) -> Result<HashMap<String, u64>, Fault> {
        let unknown: Vec<&str> = {
            let known = self.students.borrow();
            ids.iter().map(|id| id.as_str()).filter(|id| !known.contains_key(*id)).collect()
        };
        if !unknown.is_empty() {
            self.look_for_students(&unknown)?;
        }
        let known = self.students.borrow();
        let id = |student: &&StudentId| Some((student.as_str().to_owned(), (*known.get(student.as_str())?)?));
        Ok(ids.iter().filter_map(id).collect())
    }

    fn look_for_students(&self, ids: &[&str]) -> Result<(), Fault> {
        let (field, name): (Field, fn(&UserRow) -> &str) = match self.settings.student_field {
            StudentField::Idnumber => (Field::IdNumber, |row| row.idnumber.as_str()),
            StudentField::Username => (Field::Username, |row| row.username.as_deref().unwrap_or("")),
        };
        let found = self.look(field, ids)?;
        let mut known = self.students.borrow_mut();
        for id in ids {
            let mut rows = found.iter().filter(|row| name(row) == *id);
            let only = rows.next().map(|row| row.id).filter(|first| rows.all(|row| row.id == *first));
            known.insert((*id).to_owned(), only);
        }
        Ok(())
    }

    /// What is to be looked at again does not come from memory.
    pub(super) fn forget_students(&self) {
        self.students.borrow_mut().clear();
    }
}
