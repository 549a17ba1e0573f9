//! Rows of the import: RFC 4180, no heading, columns A to H, no groups.

use secrecy::zeroize::Zeroizing;

use crate::edge::{HandOverLine, RowFor};

/// Every account type but Student has this year level.
const NO_YEAR: &str = "0";

/// One person's row, and their row of the caregiver-child mapping where the account is new.
pub(super) fn line(person: &RowFor<'_>, is_sms_id_first: bool) -> HandOverLine {
    let id = person.caregiver.as_str();
    let (g, h) = if is_sms_id_first { (id, NO_YEAR) } else { (NO_YEAR, id) };
    let password = person.password.map_or("", |password| password.reveal());
    let cells = [person.last_name, person.first_name, "Parent", password, person.email, person.username.as_str(), g, h];
    let children = if person.is_create && !person.children.is_empty() {
        record(std::iter::once(id).chain(person.children.iter().copied()))
    } else {
        Zeroizing::new(String::new())
    };
    HandOverLine { row: record(cells), children: children.to_string() }
}

/// One record with its line end.
fn record<'a>(cells: impl IntoIterator<Item = &'a str>) -> Zeroizing<String> {
    // Room for the longest outcome: a string that grows leaves copies of a password behind in memory.
    let mut text = Zeroizing::new(String::with_capacity(1024));
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        push(&mut text, cell);
    }
    text.push_str("\r\n");
    text
}

fn push(text: &mut String, cell: &str) {
    if !cell.contains([',', '"', '\r', '\n']) && cell.trim() == cell {
        text.push_str(cell);
        return;
    }
    text.push('"');
    for letter in cell.chars() {
        if letter == '"' {
            text.push('"');
        }
        text.push(letter);
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{CaregiverId, Username};
    use crate::model::secret::Password;

    fn person<'a>(caregiver: &'a CaregiverId, username: &'a Username, password: Option<&'a Password>) -> RowFor<'a> {
        RowFor {
            caregiver,
            username,
            is_create: true,
            first_name: "Māia",
            last_name: "Te Wērā, \"Junior\"",
            email: "maia@example.nz",
            children: &["S1", "S2"],
            password,
        }
    }

    #[test]
    fn a_row_is_quoted_as_rfc_4180_says_and_keeps_its_macrons() {
        let (id, username, password) = ("C7".into(), "maia.te-wera".into(), Password::new("a,b\"c".into()));
        let line = line(&person(&id, &username, Some(&password)), true);
        let expected = "\"Te Wērā, \"\"Junior\"\"\",Māia,Parent,\"a,b\"\"c\",maia@example.nz,maia.te-wera,C7,0\r\n";
        assert_eq!(*line.row, expected);
        assert_eq!(line.children, "C7,S1,S2\r\n");
    }

    #[test]
    fn without_a_password_of_ours_column_d_is_blank() {
        let (id, username) = ("C7".into(), "maia".into());
        let line = line(&RowFor { is_create: false, last_name: "Lee", ..person(&id, &username, None) }, false);
        assert_eq!(*line.row, "Lee,Māia,Parent,,maia@example.nz,maia,0,C7\r\n");
        assert_eq!(line.children, "", "an account that stands has its children");
    }
}
