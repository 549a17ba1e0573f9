//! The three parts of a letter, each a file in its folder.

/// A part of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Subject,
    Text,
    Html,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Subject, Self::Text, Self::Html];

    /// The file's name; its ending decides whether values are escaped for HTML.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Subject => "subject.txt",
            Self::Text => "body.txt",
            Self::Html => "body.html",
        }
    }

    /// The file as the school names it: `letters/welcome.en/body.txt`.
    pub(super) fn file(self, written: &str, spelling: &str) -> String {
        format!("{written}.{spelling}/{}", self.file_name())
    }

    pub(super) fn from_file_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.file_name() == name)
    }
}
