//! Where the project stands in version control: asked of `git` itself, where there is one. Nothing depends on it but what a
//! saved plan says about its origin.

use std::process::{Command, Stdio};

use camino::Utf8Path;

use crate::plan::GitInput;

/// The commit that is checked out, and whether rollout or letters differ from it; `None` outside a checkout.
pub(super) fn look(dir: &Utf8Path) -> Option<GitInput> {
    let commit = ask(dir, &["rev-parse", "HEAD"])?;
    let is_dirty = ask(dir, &["status", "--porcelain", "--untracked-files=normal", "--", "rollout.yaml", "letters"])?;
    Some(GitInput { commit: commit.trim().to_owned(), is_dirty: !is_dirty.trim().is_empty() })
}

/// What git answers; `None` where it is not there, or fails. A checkout's own settings must not run a program for it.
fn ask(dir: &Utf8Path, args: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.args(["-C", dir.as_str(), "-c", "core.fsmonitor=false"]).args(args);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
