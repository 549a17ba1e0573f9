//! The printed letter: one A4 page for a caregiver who has no address that could be mailed.
//!
//! It is made of the letter's text (`body.txt`, with `on_paper` set) and holds all that is printed, so that what is sealed is
//! what comes out of the printer, however often it is printed. `layout` breaks the lines and names the only crate that reads
//! fonts; `pdf` names the only one that writes PDF. Neither reads files or clocks: the same pages give the same bytes.

#[cfg(feature = "pdf")]
mod layout;
#[cfg(feature = "pdf")]
mod pdf;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Context, Rendered};
use crate::plan::Person;

/// What stands on one page. Holds the password in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The language it is written in.
    pub language: String,
    /// The school's name, at the top.
    pub school: String,
    /// The day it was written, as in `2027-02-01`.
    pub date: String,
    /// Name and postal address; where there is none, the children with their classes, through whom it is handed out.
    pub to: Vec<String>,
    /// The letter's subject.
    pub heading: String,
    /// The letter's text.
    pub text: String,
    /// Lines of the text that are typed off: the address of the sign-in page, name and password.
    pub typed: Vec<String>,
    /// The id in the foot, by which the office finds the page's envelope.
    pub foot: String,
}

/// A page that can't be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The fonts lack a character.
    #[error("no font of the printed letter has the character `{0}`")]
    Character(char),
    /// It is too much for one page.
    #[error("it does not fit onto one page")]
    TooLong,
    /// This program was built without printing.
    #[error("this firstbell was built without printing: build it with `--features pdf`")]
    NotBuilt,
    /// The PDF could not be made.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
}

/// What a page says besides the letter.
#[derive(Clone, Copy, Debug)]
pub struct Margin<'a> {
    /// The day it is written, as in `2027-02-01`.
    pub date: &'a str,
    /// The id in the foot.
    pub foot: &'a str,
}

impl Page {
    /// The page of a letter.
    pub fn new(rendered: &Rendered, context: &Context<'_>, margin: Margin<'_>) -> Self {
        Self {
            language: rendered.language.clone(),
            school: context.school.to_owned(),
            date: margin.date.to_owned(),
            to: addressee(context.person),
            heading: rendered.subject.clone(),
            text: rendered.text.clone(),
            typed: [context.sign_in_url, context.username, context.password.reveal()].map(str::to_owned).to_vec(),
            foot: margin.foot.to_owned(),
        }
    }

    /// The bytes that are sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Texts alone: there is nothing that JSON can't say.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The page again; `None` where the bytes are no page.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Whether it can be printed: every character is there, and it is one page.
    pub fn check(&self) -> Result<(), PageError> {
        #[cfg(feature = "pdf")]
        return layout::lay(self).map(|_| ());
        #[cfg(not(feature = "pdf"))]
        Err(PageError::NotBuilt)
    }
}

/// Whom it is for, line by line.
fn addressee(person: &Person) -> Vec<String> {
    let name = format!("{} {}", person.first_name, person.last_name).trim().to_owned();
    let mut lines = vec![name];
    if person.postal.is_empty() {
        lines.extend(person.children.iter().map(|child| {
            let name = format!("{} {}", child.first_name, child.last_name);
            let class = if child.class.is_empty() { &child.year } else { &child.class };
            [name.trim(), class].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }));
    } else {
        lines.extend(person.postal.split([',', ';']).map(|line| line.trim().to_owned()));
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// One document of these pages, in their order: PDF 1.7, tagged for screen readers (PDF/UA-1). `title` is its name.
pub fn print(pages: &[Page], title: &str) -> Result<Vec<u8>, PageError> {
    #[cfg(feature = "pdf")]
    return pdf::write(pages, title);
    #[cfg(not(feature = "pdf"))]
    {
        let _ = (pages, title);
        Err(PageError::NotBuilt)
    }
}

/// Shows nothing of it: it holds names and the password.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("language", &self.language).field("foot", &self.foot).finish_non_exhaustive()
    }
}
