//! Reads the export: no heading, columns A to H, then groups, as many as a user has. Everything that is wrong with it is said at
//! once, each with its line.
//!
//! It decides nothing about anybody; a file that can't be Ultranet's full word on its parents is refused, because whom it lacks
//! would be taken for somebody without an account.

use crate::model::account::{Account, SignIn, SignInMethod};
use crate::model::ids::{CaregiverId, Username};

/// So many mistakes are named; the rest is counted.
const NAMED: usize = 10;
/// Columns A to F, without which a row says nothing.
const FEWEST: usize = 6;

/// Where the columns stand that differ from one Ultranet to another.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// The column of the SMS id: G or H.
    sms_id: usize,
}

impl Layout {
    pub(super) fn new(is_sms_id_first: bool) -> Self {
        Self { sms_id: if is_sms_id_first { 6 } else { 7 } }
    }
}

/// What an export holds.
#[derive(Debug, Default)]
pub(super) struct Export {
    pub(super) accounts: Vec<Account>,
    pub(super) parents: usize,
    pub(super) staff: usize,
    pub(super) students: usize,
}

/// The account types of the help page, by whose account each is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Parent,
    Staff,
    Student,
    Guest,
}

impl Type {
    fn read(cell: &str) -> Option<Self> {
        let types = [
            ("administrator", Self::Staff),
            ("administrator-teacher", Self::Staff),
            ("teacher", Self::Staff),
            ("student", Self::Student),
            ("parent", Self::Parent),
            ("guest", Self::Guest),
        ];
        let cell = cell.trim().to_lowercase();
        types.into_iter().find(|(name, _)| *name == cell).map(|(_, kind)| kind)
    }
}

/// Reads the bytes of an export; the text says everything that is wrong, with lines.
pub(super) fn read(bytes: &[u8], layout: Layout) -> Result<Export, String> {
    let text = decode(bytes)?;
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut export, mut mistakes) = (Export::default(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| format!("it can't be read as CSV: {error}"))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match user(&record, layout, &mut export) {
            Ok(account) => export.accounts.push(account),
            Err(what) => mistakes.push(format!("line {line}: {what}")),
        }
    }
    if !mistakes.is_empty() {
        return Err(in_words(&text, &mistakes));
    }
    whole(export)
}

/// An export that shows students alone was filtered: every parent would look as if they had no account.
fn whole(export: Export) -> Result<Export, String> {
    if export.parents == 0 && export.staff == 0 {
        return Err(format!(
            "it holds no parent, but {} students or guests: export again for all users, without a filter by account type or \
             year level",
            export.accounts.len()
        ));
    }
    Ok(export)
}

fn decode(bytes: &[u8]) -> Result<String, String> {
    let is_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) || bytes.contains(&0);
    if is_utf16 {
        return Err("it is UTF-16 (\"Unicode text\"), or no text: save it as CSV UTF-8, or export it again and leave it as it is"
            .to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|&&byte| byte == b'\n').count();
        format!("line {line}: this is not UTF-8: save the file as CSV UTF-8, or macrons are lost")
    })?;
    // Between a carriage return and its line feed the CSV reader is one line behind.
    Ok(text.replace("\r\n", "\n"))
}

fn user(record: &csv::StringRecord, layout: Layout, export: &mut Export) -> Result<Account, String> {
    let cell = |at: usize| record.get(at).unwrap_or_default().trim();
    if record.len() < FEWEST {
        return Err(format!("there are {} columns where A to H belong", record.len()));
    }
    let Some(kind) = Type::read(cell(2)) else {
        return Err(
            "column C is no account type (Administrator, Administrator-Teacher, Teacher, Student, Parent, Guest)"
                .to_owned(),
        );
    };
    if cell(5).is_empty() {
        return Err("column F, the user id, is empty".to_owned());
    }
    match kind {
        Type::Parent => export.parents += 1,
        Type::Staff => export.staff += 1,
        Type::Student => export.students += 1,
        Type::Guest => {}
    }
    let sms_id = cell(layout.sms_id);
    // A child's account may have the parent's address, and says nothing about the parent's.
    let email = if matches!(kind, Type::Parent | Type::Staff) { cell(4) } else { "" };
    Ok(Account {
        caregiver: (!sms_id.is_empty()).then(|| CaregiverId::new(sms_id)),
        username: Username::new(cell(5)),
        first_name: cell(1).into(),
        last_name: cell(0).into(),
        email: email.into(),
        is_disabled: false,
        // Whatever is no parent's is never touched.
        is_staff: kind != Type::Parent,
        method: SignInMethod::Password,
        sign_in: SignIn::Unknown,
        marker: None,
    })
}

/// The mistakes, and before them what most likely is behind them all.
fn in_words(text: &str, mistakes: &[String]) -> String {
    let first = text.lines().next().unwrap_or_default();
    let lower = first.to_lowercase();
    let words = ["name", "type", "email", "user", "sms", "password"];
    let is_heading = words.iter().filter(|word| lower.contains(**word)).count() >= 2;
    let guess = if first.matches(';').count() >= FEWEST - 1 {
        "its columns are divided by semicolons, which Ultranet can't read either: export it again and leave it as it is"
    } else if first.matches('\t').count() >= FEWEST - 1 {
        "its columns are divided by tabs: export it again and leave it as it is"
    } else if is_heading && mistakes.first().is_some_and(|mistake| mistake.starts_with("line 1:")) {
        "its first line is a heading, which Ultranet's export does not have: is it another list, or was it added by hand?"
    } else {
        "it is not what Ultranet's Export Users gives"
    };
    let mut lines = vec![guess.to_owned()];
    lines.extend(mistakes.iter().take(NAMED).map(|mistake| format!("  {mistake}")));
    if let Some(more) = mistakes.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more lines"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Tamihana,Aroha,Parent,,aroha@example.nz,aroha.tamihana,C1001,0\n\
        Office,Olive,Administrator,,olive@kowhai.example.nz,olive,900,0,Staff,Everyone\n\
        Tamihana,Mia,Student,,aroha@example.nz,mia,S2001,7,7A\n";

    fn said(bytes: &[u8]) -> String {
        read(bytes, Layout::new(true)).unwrap_err()
    }

    #[test]
    fn a_ragged_export_without_a_heading_is_read() {
        let export = read(GOOD.as_bytes(), Layout::new(true)).unwrap();
        assert_eq!((export.parents, export.staff, export.students), (1, 1, 1));
        let [parent, staff, child] = export.accounts.as_slice() else { panic!("{export:?}") };
        assert_eq!(parent.caregiver.as_ref().unwrap().as_str(), "C1001");
        assert!(!parent.is_staff && staff.is_staff && child.is_staff);
        assert_eq!((&*parent.email, &*child.email), ("aroha@example.nz", ""));
        assert!(export.accounts.iter().all(|account| account.sign_in == SignIn::Unknown));
    }

    #[test]
    fn columns_g_and_h_stand_as_the_rollout_says() {
        let export = read(b"Lee,Ana,parent,,ana@example.nz,ana.lee,0,C7\r\n", Layout::new(false)).unwrap();
        assert_eq!(export.accounts[0].caregiver.as_ref().unwrap().as_str(), "C7");
    }

    #[test]
    fn a_byte_order_mark_and_macrons_are_read() {
        let export = read("\u{FEFF}Tūī,Māia,Parent,,m@example.nz,maia.tui,C1,0".as_bytes(), Layout::new(true)).unwrap();
        assert_eq!(&*export.accounts[0].last_name, "Tūī");
    }

    #[test]
    fn a_heading_is_named_as_such() {
        let text = format!("Last name,First name,Account type,Password,Email,User ID,SMS ID,Year level\n{GOOD}");
        let said = said(text.as_bytes());
        assert!(said.contains("first line is a heading") && said.contains("line 1: column C"), "{said}");
    }

    #[test]
    fn other_shapes_are_named_as_such() {
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(GOOD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let cases: [(&[u8], &str); 6] = [
            (&GOOD.replace(',', ";").into_bytes(), "semicolons"),
            (&GOOD.replace(',', "\t").into_bytes(), "tabs"),
            (&utf16, "UTF-16"),
            (b"", "empty"),
            (b"Lee,Ana,Parent,,ana@example.nz,ana.lee,C1,0\nT\xFA\xEF,M,Parent,,m@example.nz,m,C2,0\n", "line 2"),
            (b"Lee,Ana,Parent,,ana@example.nz,,C1,0\n", "line 1: column F"),
        ];
        for (bytes, expected) in cases {
            let said = said(bytes);
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }

    #[test]
    fn an_export_of_students_alone_is_refused() {
        let said = said(b"Tamihana,Mia,Student,,,mia,S2001,7\nLee,Bo,Student,,,bo,S2002,7\n");
        assert!(said.contains("no parent") && said.contains("all users"), "{said}");
    }

    #[test]
    fn a_school_without_parents_yet_may_start() {
        assert_eq!(
            read(b"Office,Olive,Administrator,,o@example.nz,olive,1,0\n", Layout::new(true)).unwrap().parents,
            0
        );
    }

    #[test]
    fn many_mistakes_are_counted() {
        let said = said("a,b\n".repeat(14).as_bytes());
        assert!(said.contains("line 10:") && said.ends_with("and 4 more lines"), "{said}");
    }
}
