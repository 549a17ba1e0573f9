//! Made-up people to try letters on: for `preview`, for the checks of [`load`](super::load), for the warnings of
//! [`Letters::lint`](super::Letters::lint). Nobody of these names exists.

use super::Context;
use crate::model::ids::StudentId;
use crate::model::secret::Password;
use crate::plan::{Child, Person};
use crate::rollout::{Help, Rollout};

/// The name the sample signs in with.
pub const USERNAME: &str = "mere.kahurangi";
/// A sign-in page.
pub const SIGN_IN_URL: &str = "https://portal.school.example.nz";
/// A school.
pub const SCHOOL: &str = "Example School";

/// A password that no account has.
pub fn password() -> Password {
    Password::new("Sample2-letter3-with4-words".to_owned())
}

/// Another, by which it shows what a letter makes of one.
pub(super) fn other_password() -> Password {
    Password::new("Xylem8-quartz6-Jumbo1-fjord".to_owned())
}

/// A caregiver with one child.
pub fn person() -> Person {
    Person {
        first_name: "Mere".to_owned(),
        last_name: "Kahurangi".to_owned(),
        email: "mere@example.nz".to_owned(),
        postal: String::new(),
        language: String::new(),
        children: vec![child("S1", "Aroha", "7", "7B")],
    }
}

/// A caregiver with three children.
pub fn person_with_children() -> Person {
    let children =
        vec![child("S1", "Aroha", "7", "7B"), child("S2", "Wiremu", "8", "8A"), child("S3", "Tāne", "10", "10C")];
    Person { children, ..person() }
}

/// Somebody of whom the SMS knows little more than the address.
pub(super) fn person_without_names() -> Person {
    let child = Child {
        first_name: String::new(),
        last_name: String::new(),
        year: String::new(),
        class: String::new(),
        ..child("S1", "", "", "")
    };
    Person { first_name: String::new(), last_name: String::new(), children: vec![child], ..person() }
}

/// What a letter for this made-up person tells, in a rollout of somebody's.
pub fn context<'a>(rollout: &'a Rollout, person: &'a Person, password: &'a Password) -> Context<'a> {
    Context {
        school: &rollout.school,
        sign_in_url: &rollout.sign_in_url,
        help: &rollout.help,
        person,
        username: USERNAME,
        password,
        on_paper: false,
    }
}

/// A school that can be asked by mail and by telephone.
pub fn help() -> Help {
    Help { email: Some("office@school.example.nz".to_owned()), phone: Some("09 555 0100".to_owned()) }
}

fn child(id: &str, first_name: &str, year: &str, class: &str) -> Child {
    Child {
        id: StudentId::from(id),
        first_name: first_name.to_owned(),
        last_name: "Kahurangi".to_owned(),
        year: year.to_owned(),
        class: class.to_owned(),
    }
}

#[cfg(test)]
pub(crate) use project::{Project, TEXT, problems, problems_with_text};

/// Projects in a folder of their own, for tests.
#[cfg(test)]
mod project {
    use camino::{Utf8Path, Utf8PathBuf};

    use crate::diagnostic::Diagnostic;
    use crate::files;
    use crate::letter::{Letters, default_letters, load};

    /// The text of the English letter.
    pub(crate) const TEXT: &str = "letters/welcome.en/body.txt";

    /// A project's folder with letters in it.
    pub(crate) struct Project(tempfile::TempDir);

    impl Project {
        pub(crate) fn empty() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        pub(crate) fn with_default_letters() -> Self {
            let project = Self::empty();
            for (path, text) in default_letters() {
                project.write(&format!("letters/{path}"), text.as_bytes());
            }
            project
        }

        pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
            Utf8Path::from_path(self.0.path()).unwrap().join(name)
        }

        pub(crate) fn base(&self) -> Utf8PathBuf {
            self.path("letters/welcome")
        }

        pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
            let path = self.path(name);
            files::make_dir(path.parent().unwrap()).unwrap();
            files::replace(&path, bytes).unwrap();
        }

        pub(crate) fn load(&self) -> Letters {
            load(&self.base(), "letters/welcome", "en").unwrap()
        }
    }

    /// Place, code, message and help of everything that is wrong with the letters of a project.
    pub(crate) fn problems(project: &Project) -> Vec<String> {
        let problems = load(&project.base(), "letters/welcome", "en").unwrap_err();
        let show = |problem: &&Diagnostic| {
            let place = problem.place.as_ref().unwrap();
            let span = place.span.map_or_else(String::new, |span| format!(":{}:{}", span.line, span.column));
            let help = problem.help.as_deref().map_or_else(String::new, |help| format!(" | {help}"));
            format!("{}{span} {}: {}{help}", place.file, problem.code, problem.message)
        };
        problems.sorted().iter().map(show).collect()
    }

    /// What is wrong with the English default letter when its text is this one.
    pub(crate) fn problems_with_text(source: &[u8]) -> Vec<String> {
        let project = Project::with_default_letters();
        project.write(TEXT, source);
        problems(&project)
    }
}
