//! This program, started as a child in a project of its own: with a key and a home of its own, and nothing else of the
//! environment, so that it can't reach the school of whoever tries it.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use camino::Utf8PathBuf;

use crate::edge::Clock;
use crate::files;

/// What a process that was killed by force ends with.
const SIGKILL: i32 = 9;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself, with this code.
    Itself(i32),
    /// Killed while it lived.
    Killed,
}

/// The program and the folder it is tried in.
pub(super) struct Program {
    /// This program's file.
    pub(super) file: PathBuf,
    /// A sealing key that was drawn for this selftest.
    pub(super) key: String,
    /// Holds `project`, `home`, and `said.txt`: everything that was printed.
    pub(super) folder: Utf8PathBuf,
}

impl Program {
    /// Runs it to its end.
    pub(super) fn run(&self, args: &[&str]) -> std::io::Result<Ended> {
        Ok(ended(self.start(args)?.wait()?))
    }

    /// Runs it, and kills it after a while where it still lives. What it says is only known from how it ended: a process
    /// can end between looking and killing.
    pub(super) fn run_and_kill(&self, args: &[&str], wait: Duration, clock: &dyn Clock) -> std::io::Result<Ended> {
        let mut child = self.start(args)?;
        clock.sleep(wait);
        // One that has ended already is no error to kill.
        child.kill()?;
        Ok(ended(child.wait()?))
    }

    fn start(&self, args: &[&str]) -> std::io::Result<Child> {
        let home = self.folder.join("home");
        let said = || files::open_append(&self.folder.join("said.txt")).map(|file| Stdio::from(file.into_file()));
        let mut command = Command::new(&self.file);
        command.arg("-C").arg(self.folder.join("project")).args(args);
        command.env_clear().env("HOME", &home).env("XDG_CONFIG_HOME", home.join("config"));
        command.env("FIRSTBELL_KEY", &self.key).env("USER", "selftest");
        command.stdin(Stdio::null()).stdout(said()?).stderr(said()?).spawn()
    }
}

fn ended(status: ExitStatus) -> Ended {
    match (status.signal(), status.code()) {
        (Some(SIGKILL), _) => Ended::Killed,
        (_, code) => Ended::Itself(code.unwrap_or(-1)),
    }
}
