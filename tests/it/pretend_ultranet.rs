//! A pretend Ultranet, and the person who stands at its import screen: what the help pages say of the columns, the modes and the
//! boxes, and nothing else (docs/ultranet.md).

use std::collections::BTreeMap;

/// One user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) last: String,
    pub(crate) first: String,
    pub(crate) kind: String,
    pub(crate) email: String,
    pub(crate) sms_id: String,
    pub(crate) year: String,
    pub(crate) groups: Vec<String>,
    pub(crate) password: Option<String>,
}

/// A password that was set: on whose account, which, and whether Ultranet drew it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PasswordSet {
    pub(crate) sms_id: String,
    pub(crate) user_id: String,
    pub(crate) password: String,
    pub(crate) is_drawn: bool,
}

/// The school's Ultranet.
#[derive(Debug, Default)]
pub(crate) struct PretendUltranet {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) set: Vec<PasswordSet>,
    /// Mails that Ultranet sent: address and password.
    pub(crate) mails: Vec<(String, String)>,
    /// Rows of the mapping: caregiver, children.
    pub(crate) children: Vec<Vec<String>>,
    drawn: usize,
}

/// The mode and the boxes, as the page beside the file names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    updates: bool,
    update_password: bool,
    emails: bool,
}

impl Options {
    /// Reads the instructions as a person does.
    pub(crate) fn of(note: &str) -> Self {
        let updates = note.contains("Mode: *Add new users and update existing users*");
        assert!(updates || note.contains("Mode: *Add new users only*"), "{note}");
        let emails = note.lines().find(|line| line.contains("*Email passwords for new accounts")).unwrap();
        assert_eq!(emails.contains("**unticked**"), !emails.contains("Tick *Email"), "{emails}");
        Self {
            updates,
            update_password: note.contains("Tick *Update password*"),
            emails: emails.contains("Tick *Email"),
        }
    }
}

/// What the summary screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) add: usize,
    pub(crate) update: usize,
}

const TYPES: [&str; 6] = ["Administrator", "Administrator-Teacher", "Teacher", "Student", "Parent", "Guest"];

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

impl PretendUltranet {
    /// As an export shows it.
    pub(crate) fn of(export: &str) -> Self {
        let user = |row: Vec<String>| {
            let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
            let user = User {
                last: cell(0),
                first: cell(1),
                kind: cell(2),
                email: cell(4),
                sms_id: cell(6),
                year: cell(7),
                groups: row.get(8..).unwrap_or_default().to_vec(),
                password: None,
            };
            (cell(5), user)
        };
        Self { users: rows(export).into_iter().map(user).collect(), ..Self::default() }
    }

    /// Administration > Import/Export > Export Users, for all users.
    pub(crate) fn export(&self) -> String {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for (id, user) in &self.users {
            let cells = [&*user.last, &user.first, &user.kind, "", &user.email, id, &user.sms_id, &user.year];
            writer.write_record(cells.into_iter().chain(user.groups.iter().map(String::as_str))).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    /// What the validation pop-up would say.
    pub(crate) fn faults(&self, file: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = Vec::new();
        for (at, row) in rows(file).iter().enumerate() {
            let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
            let is_user_id = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
            let [_, _, kind, password, email, id, sms_id, year] = row.as_slice() else {
                faults.push(format!("row {at}: {} columns", row.len()));
                continue;
            };
            let taken = self.users.get(id).is_some_and(|user| user.sms_id != *sms_id || user.kind != "Parent");
            let checks = [
                (!TYPES.contains(&kind.as_str()), "account type"),
                (!email.contains('@'), "email"),
                (id.is_empty() || !id.chars().all(is_user_id), "user id"),
                (!is_word(sms_id), "SMS id"),
                (year != "0", "year level"),
                (password.chars().any(|c| !c.is_ascii_graphic()), "password"),
                (seen.contains(id), "user id twice"),
                (taken, "user id of somebody else"),
            ];
            faults.extend(checks.iter().filter(|(is_bad, _)| *is_bad).map(|(_, what)| format!("row {at}: {what}")));
            seen.push(id.clone());
        }
        faults
    }

    /// The summary screen.
    pub(crate) fn summary(&self, file: &str) -> Summary {
        let update = rows(file).iter().filter(|row| self.users.contains_key(&row[5])).count();
        Summary { add: rows(file).len() - update, update }
    }

    /// The last screen: users that are ticked are processed.
    pub(crate) fn import(&mut self, file: &str, options: Options, is_ticked: impl Fn(&str) -> bool) {
        for row in rows(file) {
            let [last, first, kind, password, email, id, sms_id, year] = <[String; 8]>::try_from(row).unwrap();
            let is_new = !self.users.contains_key(&id);
            if !is_ticked(&sms_id) || (!is_new && !options.updates) {
                continue;
            }
            let groups = Vec::new();
            let user = User { last, first, kind, email, sms_id, year, groups, password: None };
            let user = self.users.entry(id.clone()).or_insert(user);
            if is_new || options.update_password {
                self.drawn += usize::from(password.is_empty());
                let is_drawn = password.is_empty();
                let password = if is_drawn { format!("drawn-by-ultranet-{}", self.drawn) } else { password };
                user.password = Some(password.clone());
                let sms_id = user.sms_id.clone();
                if options.emails {
                    self.mails.push((user.email.clone(), password.clone()));
                }
                self.set.push(PasswordSet { sms_id, user_id: id, password, is_drawn });
            }
        }
    }

    /// The caregiver-child mapping: all accounts must be there.
    pub(crate) fn import_children(&mut self, file: &str) {
        for row in rows(file) {
            assert!(self.users.values().any(|user| user.sms_id == row[0]), "{row:?}");
            self.children.push(row);
        }
    }

    /// The passwords of one caregiver's account, in the order in which they were set.
    pub(crate) fn passwords_of(&self, sms_id: &str) -> Vec<&str> {
        self.set.iter().filter(|set| set.sms_id == sms_id).map(|set| set.password.as_str()).collect()
    }

    /// Whether this name and password sign in.
    pub(crate) fn signs_in(&self, user_id: &str, password: &str) -> bool {
        self.users.get(user_id).is_some_and(|user| user.password.as_deref() == Some(password))
    }
}
