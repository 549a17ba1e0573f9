//! `hosts.yaml`: which hosts this machine trusts with secrets. It lies in the person's own settings folder, never in a
//! project, so that no pull request can change it. Read here, because YAML is read on this floor; judged by the commands.

use serde::Deserialize;

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HostsDocument {
    /// Hosts that the LMS's token may be sent to.
    #[serde(default)]
    pub lms: Vec<HostEntry>,
    /// Hosts that the mail server's password may be sent to.
    #[serde(default)]
    pub smtp: Vec<HostEntry>,
}

/// One host.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HostEntry {
    /// Its name, without scheme and port.
    pub host: String,
    /// A program that prints the secret on its first line, and its arguments; no shell is asked.
    #[serde(default)]
    pub command: Vec<String>,
    /// A file whose first line is the secret, which nobody else may read.
    #[serde(default)]
    pub file: Option<String>,
}

/// Reads the file; what is wrong comes with its line and column.
pub fn hosts(bytes: &[u8]) -> Result<HostsDocument, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(HostsDocument::default());
    }
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_come_with_their_commands() {
        let text = "# ours\nlms:\n  - {host: moodle.example.nz, command: [pass, show, moodle]}\nsmtp: [{host: smtp.example.nz}]\n";
        let document = hosts(text.as_bytes()).unwrap();
        assert_eq!(document.lms.first().unwrap().command, ["pass", "show", "moodle"]);
        assert_eq!(document.smtp.first().unwrap().host, "smtp.example.nz");
        assert_eq!(hosts(b"# nothing yet\n\n"), Ok(HostsDocument::default()));
    }

    #[test]
    fn a_mistake_is_said_with_its_place() {
        let said = hosts(b"smtp:\n  - {hots: smtp.example.nz}\n").unwrap_err();
        assert!(said.contains("hots") && said.contains("line 2"), "{said}");
        assert!(hosts(&[0xff, 0xfe]).is_err());
    }
}
