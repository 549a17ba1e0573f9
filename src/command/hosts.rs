//! Where secrets may go. The rollout is reviewed by many and may come from a stranger's pull request, so it can't say to
//! which host this machine's secrets are sent: that stands in the machine's own settings. `FIRSTBELL_LMS_HOST` and
//! `FIRSTBELL_SMTP_HOST` name one host each; where one is not set, the lists in `hosts.yaml` in the settings folder
//! (`~/.config/firstbell`) count:
//!
//! ```yaml
//! lms:
//!   - {host: moodle.kowhai.school.nz, command: [pass, show, firstbell/moodle]}
//! smtp:
//!   - {host: smtp.kowhai.school.nz}
//! ```
//!
//! A driver or transport that is to send a secret asks for it with the host that it will be sent to, and gets it only for a
//! host that is bound: `session.hosts.lms_secret(host, "FIRSTBELL_LMS_TOKEN")`. The secret is the environment variable's value,
//! else what stands in the host's `file` (mode 0600), else what the host's `command` prints within half a minute. `allow_lms` and `allow_smtp` ask about the host alone. Nothing is read before
//! somebody asks, so that projects without secrets need no such settings. Names are compared without case; a port is no
//! part of them.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use camino::Utf8PathBuf;

use crate::both::in_time;
use crate::files;
use crate::model::secret::Password;
use crate::rollout::{HostEntry, HostsDocument, hosts};

use super::exit::Exit;
use super::trouble::Trouble;

const FILE: &str = "hosts.yaml";
/// A command that prints a token asks over the network at most; one that waits for a person waits for ever.
const LONGEST: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 30 });
/// Nobody's secret is longer.
const LONGEST_SECRET: u64 = 64 * 1024;

/// What this machine's settings say about hosts.
#[derive(Debug, Default)]
pub struct Hosts {
    /// The settings folder that `hosts.yaml` lies in.
    pub config_dir: Option<Utf8PathBuf>,
    /// The project's folder: settings that lie in there are not this machine's.
    pub project: Utf8PathBuf,
    /// `FIRSTBELL_LMS_HOST`.
    pub lms: Option<String>,
    /// `FIRSTBELL_SMTP_HOST`.
    pub smtp: Option<String>,
    /// Looks a variable of the environment up. Handed only names that begin with `FIRSTBELL_`.
    pub variable: Option<fn(&str) -> Option<String>>,
}

/// What a secret is for.
#[derive(Clone, Copy)]
enum Door {
    Lms,
    Smtp,
}

impl Door {
    fn variable(self) -> &'static str {
        match self {
            Self::Lms => "FIRSTBELL_LMS_HOST",
            Self::Smtp => "FIRSTBELL_SMTP_HOST",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Lms => "lms",
            Self::Smtp => "smtp",
        }
    }
}

impl Hosts {
    /// Whether the LMS's token may be sent to this host; in words why not.
    pub fn allow_lms(&self, host: &str) -> Result<(), Trouble> {
        self.entry(Door::Lms, host).map(drop)
    }

    /// Whether the mail server's password may be sent to this host; in words why not.
    pub fn allow_smtp(&self, host: &str) -> Result<(), Trouble> {
        self.entry(Door::Smtp, host).map(drop)
    }

    /// The LMS's token, for this host.
    pub fn lms_secret(&self, host: &str, variable: &str) -> Result<Password, Trouble> {
        self.secret(Door::Lms, host, variable)
    }

    /// The mail server's password, for this host.
    pub fn smtp_secret(&self, host: &str, variable: &str) -> Result<Password, Trouble> {
        self.secret(Door::Smtp, host, variable)
    }

    /// The address of a database, which has the host and its password in one: whoever set the variable has bound them.
    pub fn address(&self, variable: &str) -> Option<String> {
        let is_ours = variable.starts_with("FIRSTBELL_") && variable != "FIRSTBELL_KEY";
        self.variable.filter(|_| is_ours).and_then(|look| look(variable))
    }

    /// The entry that allows this host.
    fn entry(&self, door: Door, host: &str) -> Result<HostEntry, Trouble> {
        let named = match door {
            Door::Lms => &self.lms,
            Door::Smtp => &self.smtp,
        };
        let document = self.document()?;
        let listed = match door {
            Door::Lms => document.lms,
            Door::Smtp => document.smtp,
        };
        let found = listed.into_iter().find(|entry| same(&entry.host, host));
        match named {
            Some(name) if same(name, host) => {
                Ok(found.unwrap_or_else(|| HostEntry { host: name.clone(), command: Vec::new(), file: None }))
            }
            None => found.ok_or_else(|| self.unbound(door, host)),
            Some(_) => Err(self.unbound(door, host)),
        }
    }

    fn secret(&self, door: Door, host: &str, variable: &str) -> Result<Password, Trouble> {
        let entry = self.entry(door, host)?;
        if !variable.starts_with("FIRSTBELL_") || variable == "FIRSTBELL_KEY" {
            return Err(Trouble::new(Exit::BadInput, format!("`{variable}` is no name of a secret to be sent")));
        }
        match self.variable.and_then(|look| look(variable)) {
            Some(value) => Ok(Password::new(value)),
            None if entry.file.is_some() => kept(&entry),
            None if entry.command.is_empty() => Err(Trouble::new(
                Exit::Usage,
                format!("{variable} is not set, and no `command` or `file` in hosts.yaml has the secret for `{host}`"),
            )),
            None => printed(&entry),
        }
    }

    fn document(&self) -> Result<HostsDocument, Trouble> {
        let Some(path) = self.path() else { return Ok(HostsDocument::default()) };
        if !files::exists(&path) {
            return Ok(HostsDocument::default());
        }
        self.check_place(&path)?;
        let bytes = files::read(&path).map_err(|error| Trouble::file(format!("reading `{path}`"), error))?;
        hosts(&bytes).map_err(|why| Trouble::new(Exit::BadInput, format!("`{path}` can't be understood: {why}")))
    }

    /// Settings that a pull request, or anybody on this machine, can change bind nothing.
    fn check_place(&self, path: &Utf8PathBuf) -> Result<(), Trouble> {
        const OTHERS_WRITE: u32 = 0o022;
        let real = |path| files::canonical(path).map_err(|error| Trouble::file(format!("looking for `{path}`"), error));
        if real(path)?.starts_with(real(&self.project)?) {
            let what = format!("`{path}` lies inside the project, where a pull request can change it; it is not read");
            return Err(Trouble::new(Exit::BadInput, what));
        }
        if files::mode(path).is_ok_and(|mode| mode & OTHERS_WRITE != 0) {
            let what = format!("others on this machine may change `{path}`; `chmod 600 {path}` shuts it");
            return Err(Trouble::new(Exit::BadInput, what));
        }
        Ok(())
    }

    fn path(&self) -> Option<Utf8PathBuf> {
        self.config_dir.as_ref().map(|folder| folder.join(FILE))
    }

    fn unbound(&self, door: Door, host: &str) -> Trouble {
        let path = self.path().map_or_else(|| FILE.to_owned(), |path| path.to_string());
        let (variable, key) = (door.variable(), door.key());
        Trouble::new(
            Exit::BadInput,
            format!(
                "this machine's settings don't bind a secret to the host `{host}` that rollout.yaml names, so it was not sent there. \
                 If it is yours, set {variable}={host}, or write `{key}: [{{host: {host}}}]` into `{path}`"
            ),
        )
    }
}

/// Names of hosts are the same without case and without the dot of the root.
fn same(one: &str, other: &str) -> bool {
    let bare = |host: &str| host.trim().trim_end_matches('.').to_lowercase();
    !bare(one).is_empty() && bare(one) == bare(other)
}

/// What stands in the host's own file, its first line.
fn kept(entry: &HostEntry) -> Result<Password, Trouble> {
    const OTHERS: u32 = 0o077;
    let path = Utf8PathBuf::from(entry.file.clone().unwrap_or_default());
    let failed = |why: &str| Trouble::new(Exit::Error, format!("the secret for `{}` in `{path}` {why}", entry.host));
    if !path.is_absolute() {
        return Err(failed("is not named by a path from the root on"));
    }
    let bytes =
        files::read(&path).map_err(|error| Trouble::file(format!("reading the secret for `{}`", entry.host), error))?;
    if files::mode(&path).is_ok_and(|mode| mode & OTHERS != 0) {
        return Err(failed("may be read by others on this machine; `chmod 600` shuts it"));
    }
    first_line(bytes).ok_or_else(|| failed("is empty, or not text"))
}

/// What the host's own command prints, its first line. Neither it nor what it says on standard error is shown.
fn printed(entry: &HostEntry) -> Result<Password, Trouble> {
    let failed = |why: String| {
        Trouble::new(Exit::Error, format!("the command that prints the secret for `{}` {why}", entry.host))
    };
    let (program, arguments) = entry.command.split_first().ok_or_else(|| failed("is missing".to_owned()))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(format!("could not be run: {error}")))?;
    let output = child.stdout.take();
    let Some((text, status)) = within(LONGEST, output, &mut child) else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(failed(format!("gave nothing within {} s: try it by hand", LONGEST.as_secs())));
    };
    if !status.is_some_and(|status| status.success()) {
        return Err(failed("failed: try it by hand".to_owned()));
    }
    first_line(text).ok_or_else(|| failed("printed nothing, or something that is not text".to_owned()))
}

/// What a program prints until it ends, if that is soon.
fn within(time: Duration, output: Option<ChildStdout>, child: &mut Child) -> Option<(Vec<u8>, Option<ExitStatus>)> {
    let mut bytes = in_time(time, move || {
        let mut bytes = Vec::new();
        let read = output.map(|output| output.take(LONGEST_SECRET).read_to_end(&mut bytes));
        read.is_some_and(|read| read.is_ok()).then_some(bytes)
    })?;
    let status = child.wait().ok();
    Some((bytes.take().unwrap_or_default(), status))
}

fn first_line(bytes: Vec<u8>) -> Option<Password> {
    let text = String::from_utf8(bytes).ok()?;
    let line = text.lines().next().map(str::trim).filter(|line| !line.is_empty())?;
    Some(Password::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str) -> (tempfile::TempDir, Hosts) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let (config, project) = (root.join("config"), root.join("project"));
        files::make_private_dir(&config).unwrap();
        files::make_private_dir(&project).unwrap();
        files::replace_private(&config.join(FILE), file.as_bytes()).unwrap();
        (folder, Hosts { config_dir: Some(config), project, ..Hosts::default() })
    }

    const LISTED: &str = "lms: [{host: moodle.example.nz, command: [echo, sesame]}]\nsmtp: [{host: smtp.example.nz}, {host: b.example.nz}]\n";

    #[test]
    fn a_secret_goes_only_to_a_host_that_the_machine_binds() {
        let (_folder, hosts) = place(LISTED);
        assert!(hosts.allow_lms("Moodle.Example.nz.").is_ok());
        assert!(hosts.allow_smtp("b.example.nz").is_ok());
        for thief in ["evil.example.com", "smtp.example.nz.evil.example.com", "", "smtp.example.nz@evil.example.com"] {
            let trouble = hosts.allow_lms(thief).unwrap_err();
            assert_eq!(trouble.exit(), Exit::BadInput);
            assert!(hosts.allow_smtp(thief).is_err() && hosts.lms_secret(thief, "FIRSTBELL_T").is_err(), "{thief}");
        }
        assert!(hosts.allow_lms("smtp.example.nz").is_err(), "what is bound for letters is not bound for the LMS");
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let (_folder, mut hosts) = place(LISTED);
        hosts.smtp = Some("127.0.0.1".to_owned());
        assert!(hosts.allow_smtp("127.0.0.1").is_ok());
        assert!(hosts.allow_smtp("smtp.example.nz").is_err());
    }

    #[test]
    fn without_settings_no_host_is_bound() {
        let said = Hosts::default().allow_smtp("smtp.example.nz").unwrap_err().to_string();
        assert!(said.contains("FIRSTBELL_SMTP_HOST") && said.contains("hosts.yaml"), "{said}");
    }

    #[test]
    fn a_secret_is_the_variable_or_what_the_command_prints() {
        let (_folder, mut hosts) = place(LISTED);
        assert_eq!(hosts.lms_secret("moodle.example.nz", "FIRSTBELL_T").unwrap().reveal(), "sesame");
        assert_eq!(hosts.smtp_secret("smtp.example.nz", "FIRSTBELL_T").unwrap_err().exit(), Exit::Usage);
        hosts.variable = Some(|name| (name == "FIRSTBELL_T").then(|| "open".to_owned()));
        assert_eq!(hosts.lms_secret("moodle.example.nz", "FIRSTBELL_T").unwrap().reveal(), "open");
        for stolen in ["FIRSTBELL_KEY", "AWS_SECRET_ACCESS_KEY", "HOME"] {
            assert!(hosts.lms_secret("moodle.example.nz", stolen).is_err(), "{stolen}");
        }
    }

    #[test]
    fn settings_that_lie_in_the_project_or_that_others_may_change_bind_nothing() {
        let (_folder, mut hosts) = place(LISTED);
        let config = hosts.config_dir.clone().unwrap();
        let project = std::mem::replace(&mut hosts.project, config.clone());
        assert!(hosts.allow_lms("moodle.example.nz").unwrap_err().to_string().contains("inside the project"));
        hosts.project = project;
        let open = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
        std::fs::set_permissions(config.join(FILE), open).unwrap();
        assert!(hosts.allow_lms("moodle.example.nz").unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_command_that_hangs_is_given_up() {
        let (_folder, hosts) = place("smtp: [{host: a.nz, command: [sleep, '600']}]\n");
        let said = hosts.smtp_secret("a.nz", "FIRSTBELL_T").unwrap_err().to_string();
        assert!(said.contains("gave nothing within"), "{said}");
    }

    #[test]
    fn a_file_counts_only_if_nobody_else_may_read_it() {
        let (folder, mut hosts) = place("");
        let file = Utf8PathBuf::from_path_buf(folder.path().join("secret")).unwrap();
        files::replace_private(&file, b"sesame\nand more\n").unwrap();
        let listed = format!("smtp: [{{host: a.nz, file: {file}}}, {{host: b.nz, file: secret}}]\n");
        files::replace_private(&hosts.config_dir.clone().unwrap().join(FILE), listed.as_bytes()).unwrap();
        assert_eq!(hosts.smtp_secret("a.nz", "FIRSTBELL_T").unwrap().reveal(), "sesame");
        assert!(hosts.smtp_secret("b.nz", "FIRSTBELL_T").is_err(), "a path that depends on where one stands");
        let open = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644);
        std::fs::set_permissions(&file, open).unwrap();
        assert!(hosts.smtp_secret("a.nz", "FIRSTBELL_T").unwrap_err().to_string().contains("chmod 600"));
        hosts.variable = Some(|_| Some("open".to_owned()));
        assert_eq!(hosts.smtp_secret("a.nz", "FIRSTBELL_T").unwrap().reveal(), "open", "the environment goes first");
    }

    #[test]
    fn a_command_that_fails_says_so_and_shows_nothing() {
        let (_folder, hosts) =
            place("lms: [{host: a.nz, command: ['false']}, {host: b.nz, command: [no-such-program-here]}]\n");
        for host in ["a.nz", "b.nz"] {
            assert_eq!(hosts.lms_secret(host, "FIRSTBELL_T").unwrap_err().exit(), Exit::Error);
        }
    }
}
