//! What a template can use: `school`, `caregiver`, `children`, `children_names`, `username`, `password`, `sign_in_url`,
//! `help`, `language`, `direction` and `on_paper`. `docs/letters.md` says the same for those who write letters.

use serde::Serialize;

use super::Context;
use super::html::is_right_to_left;
use super::line::one_line;
use super::template::join_and;
use crate::plan::{Child, Person};

/// Every name that a template can use; those of `children` stand in a list, so they are not here.
pub(super) const NAMES: &[&str] = &[
    "school",
    "caregiver.first_name",
    "caregiver.last_name",
    "caregiver.name",
    "children",
    "children_names",
    "username",
    "password",
    "sign_in_url",
    "help.email",
    "help.phone",
    "language",
    "direction",
    "on_paper",
];
/// The names of one child.
pub(super) const CHILD_NAMES: &[&str] = &["first_name", "last_name", "name", "year", "class"];

/// The values for one letter.
#[derive(Serialize)]
pub(super) struct Values<'a> {
    school: String,
    caregiver: NamesOf,
    children: Vec<ChildValues>,
    children_names: String,
    username: &'a str,
    password: &'a str,
    sign_in_url: &'a str,
    help: HelpValues,
    language: &'a str,
    direction: &'static str,
    on_paper: bool,
}

#[derive(Serialize)]
struct NamesOf {
    first_name: String,
    last_name: String,
    name: String,
}

#[derive(Serialize)]
struct ChildValues {
    #[serde(flatten)]
    names: NamesOf,
    year: String,
    class: String,
}

#[derive(Serialize)]
struct HelpValues {
    email: Option<String>,
    phone: Option<String>,
}

/// The values for one letter.
pub(super) fn of<'a>(context: &Context<'a>, language: &'a str) -> Values<'a> {
    Values {
        school: one_line(context.school),
        caregiver: NamesOf::new(&context.person.first_name, &context.person.last_name),
        children: context.person.children.iter().map(ChildValues::new).collect(),
        children_names: children_names(context.person, language),
        username: context.username,
        password: context.password.reveal(),
        sign_in_url: context.sign_in_url,
        help: HelpValues { email: given(context.help.email.as_ref()), phone: given(context.help.phone.as_ref()) },
        language,
        direction: if is_right_to_left(language) { "rtl" } else { "ltr" },
        on_paper: context.on_paper,
    }
}

/// First names, joined with the language's word for "and": the list that a sentence can hold.
fn children_names(person: &Person, language: &str) -> String {
    let names = person.children.iter().map(ChildValues::new).map(ChildValues::short);
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    join_and(&names, and_word(language))
}

/// Only languages that we are sure of; the others get commas, or the filter `join_and` with a word of their own.
fn and_word(language: &str) -> &'static str {
    match language.split('-').next() {
        Some("en") => "and",
        Some("mi") => "me",
        _ => "",
    }
}

fn given(text: Option<&String>) -> Option<String> {
    text.map(|text| one_line(text)).filter(|text| !text.is_empty())
}

impl NamesOf {
    fn new(first_name: &str, last_name: &str) -> Self {
        let (first_name, last_name) = (one_line(first_name), one_line(last_name));
        let name = format!("{first_name} {last_name}").trim().to_owned();
        Self { first_name, last_name, name }
    }
}

impl ChildValues {
    fn new(child: &Child) -> Self {
        let names = NamesOf::new(&child.first_name, &child.last_name);
        Self { names, year: one_line(&child.year), class: one_line(&child.class) }
    }

    fn short(self) -> String {
        if self.names.first_name.is_empty() { self.names.name } else { self.names.first_name }
    }
}
