//! The school's hand-kept list of those who were activated before, read from CSV. Every row that can't be understood is
//! said, and then none counts: somebody who is missed here would be reset a second time.

use std::collections::{BTreeMap, HashMap};

use camino::Utf8Path;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::files;
use crate::model::email::fold;
use crate::model::ids::CaregiverId;
use crate::model::source::Column;
use crate::roster::{List, ListRow, Roster, judge_id, read_list};

use super::project::Loaded;

/// One who was activated before, and when, where that is known.
pub(super) struct Before {
    pub(super) caregiver: CaregiverId,
    pub(super) since: Option<Timestamp>,
}

/// Reads the list.
pub(super) fn read(
    path: &Utf8Path,
    loaded: &Loaded,
    now: Timestamp,
) -> Result<BTreeMap<CaregiverId, Before>, Diagnostics> {
    let bytes = files::read(path).map_err(|error| unreadable(path, &error))?;
    let list = read_list(path.as_str(), &bytes)?;
    let columns = Columns::find(&list, path, loaded)?;
    let reader = Reader { columns, by_email: by_email(&loaded.roster), loaded, now };
    let (mut found, mut mistakes) = (BTreeMap::new(), Diagnostics::new());
    for row in &list.rows {
        match reader.read(row) {
            Ok(one) => drop(found.insert(one.caregiver.clone(), one)),
            Err(what) => mistakes.push(mistake(path, row.line, what)),
        }
    }
    if mistakes.has_errors() { Err(mistakes) } else { Ok(found) }
}

fn unreadable(path: &Utf8Path, error: &std::io::Error) -> Diagnostics {
    let problem = Diagnostic::error("adopt::unreadable", format!("the list can't be read: {error}"));
    problem.with_place(Place::file(path)).with_help("name the school's list, saved as CSV").into()
}

fn mistake(path: &Utf8Path, line: u32, what: String) -> Diagnostic {
    Diagnostic::error("adopt::row", what)
        .with_place(Place::line(path, line))
        .with_help("correct the row or take it out; nothing was recorded")
}

/// Addresses that exactly one caregiver of the roster has, on any of their rows; `None` where several have it.
fn by_email(roster: &Roster) -> HashMap<String, Option<CaregiverId>> {
    let first = roster.caregivers().map(|caregiver| (fold(caregiver.email_as_written()), caregiver));
    let further = roster.further_addresses().map(|(caregiver, address)| (address.into_string(), caregiver));
    let mut by_email = HashMap::new();
    for (address, caregiver) in first.chain(further) {
        let id = CaregiverId::new(caregiver.id());
        by_email
            .entry(address)
            .and_modify(|known: &mut Option<CaregiverId>| *known = known.take().filter(|known| *known == id))
            .or_insert(Some(id));
    }
    by_email
}

/// Where the columns are: under our words for them, or under the roster's.
struct Columns {
    id: Option<usize>,
    email: Option<usize>,
    date: Option<usize>,
}

impl Columns {
    fn find(list: &List, path: &Utf8Path, loaded: &Loaded) -> Result<Self, Diagnostics> {
        let own = |column: Column| {
            let headings = loaded.rollout.roster.iter().filter_map(move |roster| roster.columns.get(&column));
            headings.flatten().map(String::as_str)
        };
        let find = |name: &str, column: Option<Column>| {
            let is_own = |heading: &str| column.into_iter().flat_map(own).any(|own| is_same(heading, own));
            list.headings.iter().position(|heading| is_same(heading, name) || is_own(heading))
        };
        // Beside an address, an id that is not read would leave the wrong person recorded.
        let id = find("caregiver-id", Some(Column::CaregiverId)).or_else(|| find("id", None));
        let email = find("email", Some(Column::Email));
        if id.is_none() && email.is_none() {
            let problem = Diagnostic::error("adopt::headings", "there is neither a heading `caregiver-id` nor `email`");
            let help = "write the headings into the first line: caregiver-id, or email; and date, if you know it";
            return Err(problem.with_place(Place::line(path, 1)).with_help(help).into());
        }
        Ok(Self { id, email, date: find("date", None) })
    }
}

/// `Caregiver ID` is `caregiver-id`.
fn is_same(heading: &str, name: &str) -> bool {
    let bare =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    bare(heading) == bare(name)
}

/// Reads rows.
struct Reader<'a> {
    columns: Columns,
    by_email: HashMap<String, Option<CaregiverId>>,
    loaded: &'a Loaded,
    now: Timestamp,
}

impl Reader<'_> {
    fn read(&self, row: &ListRow) -> Result<Before, String> {
        let cell = |column: Option<usize>| column.map(|at| row.cells[at].as_str()).filter(|cell| !cell.is_empty());
        let caregiver = match (cell(self.columns.id), cell(self.columns.email)) {
            (Some(id), email) => {
                judge_id(id, "caregiver-id")?;
                let by_email = email.and_then(|email| self.by_email.get(&fold(email)));
                // Whoever of the two was meant: the other would be reset.
                if matches!(by_email, Some(Some(other)) if other.as_str() != id) {
                    return Err("the id is one caregiver's, and the address another's".to_owned());
                }
                // Recorded as an id, it would spare nobody.
                let is_address = self.by_email.contains_key(&fold(id)) && self.loaded.roster.caregiver(id).is_none();
                if is_address {
                    return Err("this is an address, under the heading of the ids: call the column `email`".to_owned());
                }
                CaregiverId::new(id)
            }
            (None, Some(email)) => match self.by_email.get(&fold(email)) {
                Some(Some(id)) => id.clone(),
                Some(None) => return Err("several caregivers of the roster have this address".to_owned()),
                None => return Err("no caregiver of the roster has this address".to_owned()),
            },
            (None, None) => return Err("there is neither an id nor an address".to_owned()),
        };
        let since = cell(self.columns.date).map(|date| self.day(date)).transpose()?;
        Ok(Before { caregiver, since })
    }

    fn day(&self, text: &str) -> Result<Timestamp, String> {
        let zone = self.loaded.rollout.timezone.clone();
        let date: Result<Date, _> = text.get(..10).unwrap_or(text).parse();
        let start = date.ok().and_then(|date| date.to_zoned_datetime(zone).ok()).map(|start| start.timestamp());
        match start {
            Some(start) if start > self.now => Err(format!("`{text}` lies in the future")),
            Some(start) => Ok(start),
            None => Err(format!("`{}` is not a date: write 2026-02-27, or leave it out", shortened(text))),
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_found_however_they_are_written() {
        for heading in ["caregiver-id", "Caregiver ID", "CAREGIVER_ID", "caregiverId"] {
            assert!(is_same(heading, "caregiver-id"), "{heading}");
        }
        assert!(!is_same("student-id", "caregiver-id"));
    }
}
