//! The project's folder, and the rule that everything a rollout names lies inside it: a pull request must not be able
//! to have another file of this machine read, or written.

use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::files;

/// The folder that a rollout lies in.
#[derive(Clone, Debug)]
pub struct Project {
    folder: Utf8PathBuf,
}

/// Why a path may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// It begins at the root of the machine.
    Absolute,
    /// Its `..` lead out.
    Climbs,
    /// A link on its way leads out.
    Linked,
}

impl Outside {
    /// Why, as the end of a sentence about the path.
    pub fn why(self) -> &'static str {
        match self {
            Self::Absolute => "is not inside the project",
            Self::Climbs => "leads out of the project",
            Self::Linked => "leads out of the project by a symbolic link",
        }
    }
}

impl Project {
    /// A project in this folder.
    pub fn new(folder: impl Into<Utf8PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The project that a rollout file lies in.
    pub fn of_file(file: &Utf8Path) -> Self {
        Self::new(file.parent().unwrap_or(Utf8Path::new("")))
    }

    /// The path on this machine for one that the rollout names; whether it exists is not asked.
    pub fn resolve(&self, written: &str) -> Result<Utf8PathBuf, Outside> {
        let inside = normal(written)?;
        let path = self.folder.join(&inside);
        if self.is_linked_out(&path) { Err(Outside::Linked) } else { Ok(path) }
    }

    /// The files and folders beside a path whose names begin with its own and a point: a letter's languages.
    pub(super) fn variants(&self, written: &str) -> Vec<String> {
        let (folder, name) = written.rsplit_once('/').unwrap_or(("", written));
        let prefix = format!("{name}.");
        let names = files::list(&self.folder_or_here().join(folder)).unwrap_or_default();
        let variants = names.into_iter().filter(|entry| entry.starts_with(&prefix));
        variants.map(|entry| if folder.is_empty() { entry } else { format!("{folder}/{entry}") }).collect()
    }

    /// What lies in a folder of the project.
    pub(super) fn list(&self, written: &str) -> Vec<String> {
        let names = files::list(&self.folder_or_here().join(written)).unwrap_or_default();
        names.into_iter().map(|name| format!("{written}/{name}")).collect()
    }

    /// Follows the links of the part of the path that exists. Where the folder itself can't be found nothing can lie in
    /// it, and whoever opens the path will say so.
    fn is_linked_out(&self, path: &Utf8Path) -> bool {
        let Ok(root) = files::canonical(self.folder_or_here()) else { return false };
        let existing = path.ancestors().find(|part| !part.as_str().is_empty() && files::exists(part));
        // A link that points nowhere exists and has no true path: it could point anywhere tomorrow.
        let is_led_out = |real: io::Result<Utf8PathBuf>| match real {
            Ok(real) => !real.starts_with(&root),
            // Nobody can look into it; whoever opens it says so.
            Err(error) => error.kind() != io::ErrorKind::PermissionDenied,
        };
        existing.is_some_and(|part| is_led_out(files::canonical(part)))
    }

    fn folder_or_here(&self) -> &Utf8Path {
        if self.folder.as_str().is_empty() { Utf8Path::new(".") } else { &self.folder }
    }
}

/// The path without `.` and `..`, if it stays below where it begins.
fn normal(written: &str) -> Result<Utf8PathBuf, Outside> {
    let mut parts = Vec::new();
    for component in Utf8Path::new(written).components() {
        match component {
            Utf8Component::Normal(part) => parts.push(part),
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => drop(parts.pop().ok_or(Outside::Climbs)?),
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return Err(Outside::Absolute),
        }
    }
    // `C:x` is a path like any other here; on the school's own machine it is not.
    let has_drive = parts.first().is_some_and(|part| part.len() > 1 && part.as_bytes()[1] == b':');
    if has_drive { Err(Outside::Absolute) } else { Ok(parts.iter().collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_wander_but_not_leave() {
        let project = Project::new("/nowhere/school");
        assert_eq!(project.resolve("./roster//../roster/a.csv").unwrap(), "/nowhere/school/roster/a.csv");
        assert_eq!(project.resolve("../a.csv"), Err(Outside::Climbs));
        assert_eq!(project.resolve("roster/../../a.csv"), Err(Outside::Climbs));
        assert_eq!(project.resolve("/etc/passwd"), Err(Outside::Absolute));
        assert_eq!(project.resolve("C:/Users"), Err(Outside::Absolute));
    }

    #[test]
    fn a_rollout_in_the_current_folder_names_plain_paths() {
        assert_eq!(Project::of_file("rollout.yaml".into()).resolve("roster/a.csv").unwrap(), "roster/a.csv");
    }

    #[test]
    fn a_link_may_not_leave_either() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let (school, secret) = (folder.join("school"), folder.join("secret"));
        files::make_dir(&school.join("roster")).unwrap();
        files::make_dir(&secret).unwrap();
        std::os::unix::fs::symlink(&secret, school.join("out")).unwrap();
        std::os::unix::fs::symlink(school.join("roster"), school.join("in")).unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", school.join("dangling")).unwrap();
        let project = Project::new(&school);
        assert_eq!(project.resolve("out/a.csv"), Err(Outside::Linked));
        assert_eq!(project.resolve("dangling"), Err(Outside::Linked));
        assert!(project.resolve("in/a.csv").is_ok());
        assert!(project.resolve("new/folder/a.csv").is_ok());
    }
}
