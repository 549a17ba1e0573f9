//! What may be shown of a person: the one place that decides it, for text and JSON alike.
//!
//! Nothing personal: ids, domains and codes; a sentence is never shown, it may name somebody. Masked: initials, and
//! addresses as `m…@example.nz`; in a sentence what we know of the person is masked, and every address.

use crate::model::ids::{CaregiverId, is_like_an_id};
use crate::plan::Person;

use super::view::Personal;

impl Personal {
    /// A caregiver's id. Where the SMS has none, the address stands for it and is shown like one.
    pub fn id(self, id: &CaregiverId) -> String {
        match self {
            Self::Full => id.to_string(),
            _ if id.as_str().contains('@') => self.address(id.as_str()),
            _ => id.to_string(),
        }
    }

    /// What stands where an id belongs, and is nobody's: it may be a name.
    pub fn unknown_id(self, id: &CaregiverId) -> String {
        if self == Self::Full || id.as_str().contains('@') || is_like_an_id(id.as_str()) {
            self.id(id)
        } else {
            "…".to_owned()
        }
    }

    /// First and last name; empty where names are not shown.
    pub(super) fn name(self, person: &Person) -> String {
        self.names([&person.first_name, &person.last_name])
    }

    /// Names in a row; empty where names are not shown.
    pub(super) fn names(self, names: [&str; 2]) -> String {
        let names = names.map(str::trim);
        let shown = names.iter().filter(|name| !name.is_empty()).map(|name| match self {
            Self::Full => (*name).to_owned(),
            Self::Masked => initial(name),
            Self::None => String::new(),
        });
        shown.collect::<Vec<_>>().join(" ").trim().to_owned()
    }

    /// An address; empty where there is none.
    pub(super) fn address(self, address: &str) -> String {
        let address = address.trim();
        match self {
            _ if address.is_empty() => String::new(),
            Self::Full => address.to_owned(),
            _ if !address.contains('@') => "…".to_owned(),
            Self::Masked => format!("{}@{}", initial(address.trim_start_matches('@')), domain(address)),
            Self::None => format!("…@{}", domain(address)),
        }
    }

    /// A sentence about a person; nothing where it might name somebody.
    pub(super) fn sentence(self, sentence: &str, person: &Person) -> Option<String> {
        match self {
            Self::Full => Some(sentence.to_owned()),
            Self::Masked => Some(masked(sentence, person)),
            Self::None => None,
        }
    }

    /// A sentence about nobody we know, with its addresses treated like any other.
    pub fn addresses_in(self, text: &str) -> String {
        if self == Self::Full {
            return text.to_owned();
        }
        text.split_inclusive(|char: char| char.is_whitespace() || "\"'`<>()[]{},;".contains(char))
            .map(|piece| self.address_in(piece))
            .collect()
    }

    fn address_in(self, piece: &str) -> String {
        let is_part = |char: char| char.is_alphanumeric() || "@.!#$%&*+-/=?^_~|".contains(char);
        let end = piece.find(|char| !is_part(char)).unwrap_or(piece.len());
        let (word, behind) = piece.split_at(end);
        let (word, stop) = word.split_at(word.trim_end_matches(['.', '?', '!']).len());
        if word.contains('@') { format!("{}{stop}{behind}", self.address(word)) } else { piece.to_owned() }
    }
}

fn initial(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |first| format!("{first}…"))
}

/// The part behind the last `@`, as far as it looks like a domain: a note behind an address may be personal.
fn domain(address: &str) -> String {
    let domain = crate::model::email::domain(address);
    domain.chars().take_while(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-')).collect()
}

fn masked(sentence: &str, person: &Person) -> String {
    let mut text = sentence.to_owned();
    let children = person.children.iter().flat_map(|child| [&child.first_name, &child.last_name]);
    for name in [&person.first_name, &person.last_name].into_iter().chain(children) {
        let name = name.trim();
        if name.chars().count() > 1 {
            text = text.replace(name, &initial(name));
        }
    }
    Personal::Masked.addresses_in(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mere() -> Person {
        Person {
            first_name: "Mere".into(),
            last_name: "Tūī".into(),
            email: "mere.tui@example.nz".into(),
            ..Person::default()
        }
    }

    #[test]
    fn names_are_shown_masked_or_not_at_all() {
        assert_eq!(Personal::Full.name(&mere()), "Mere Tūī");
        assert_eq!(Personal::Masked.name(&mere()), "M… T…");
        assert_eq!(Personal::None.name(&mere()), "");
        assert_eq!(Personal::Masked.name(&Person::default()), "");
    }

    #[test]
    fn of_an_address_only_the_domain_is_left() {
        assert_eq!(Personal::Masked.address("mere.tui@Example.nz"), "m…@example.nz");
        assert_eq!(Personal::None.address("mere.tui@example.nz"), "…@example.nz");
        assert_eq!(Personal::None.address("mere@example.nz (mum, Mere)"), "…@example.nz");
        assert_eq!(Personal::None.address("ring Mere first"), "…");
        assert_eq!(Personal::None.address(""), "");
    }

    #[test]
    fn an_id_that_is_an_address_is_treated_as_one() {
        assert_eq!(Personal::None.id(&"C1001".into()), "C1001");
        assert_eq!(Personal::None.id(&"mere.tui@example.nz".into()), "…@example.nz");
        assert_eq!(Personal::Full.id(&"mere.tui@example.nz".into()), "mere.tui@example.nz");
    }

    #[test]
    fn sentences_are_masked_or_left_out() {
        let sentence = "Mere shares `mere.tui@example.nz` with hone@example.com. Ask <office@example.nz>?";
        assert_eq!(Personal::None.sentence(sentence, &mere()), None);
        assert_eq!(
            Personal::Masked.sentence(sentence, &mere()).unwrap(),
            "M… shares `m…@example.nz` with h…@example.com. Ask <o…@example.nz>?"
        );
    }
}
