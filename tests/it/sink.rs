//! Postfix's `smtp-sink`: a mail server that nobody here wrote, which keeps what it takes in files. From Debian's package
//! `postfix`, which `.ci/run` installs; without it the tests fail and say so.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running `smtp-sink`. It ends with the value.
pub(crate) struct Sink {
    child: Child,
    folder: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Sink {
    /// Starts one on a free port, with these further arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let program = ["/usr/sbin/smtp-sink", "/usr/bin/smtp-sink", "/usr/local/sbin/smtp-sink"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .unwrap_or_else(|| panic!("this test needs Postfix's smtp-sink: `apt-get install postfix`"));
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        // Root must say as whom it goes on.
        if unix_user_is_root() {
            command.args(["-u", "root"]);
        }
        command.args(["-d", "letter."]).args(arguments).arg(format!("127.0.0.1:{port}")).arg("32");
        command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Self { child, folder, port };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let said = String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr).into_owned();
        panic!("smtp-sink did not start: {said}");
    }

    /// How many letters it took, or is about to.
    pub(crate) fn count(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }

    /// What it took: recipient and message, without what it wrote above.
    pub(crate) fn letters(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        let texts = paths.iter().map(|path| std::fs::read_to_string(path).unwrap());
        let mut letters: Vec<_> = texts.filter_map(|text| letter(&text)).collect();
        letters.sort();
        letters
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn letter(text: &str) -> Option<(String, Vec<u8>)> {
    let recipient = text.lines().find_map(|line| line.strip_prefix("X-Rcpt-Args: <"))?.trim_end_matches('>').to_owned();
    let own = |line: &str| line.starts_with("X-") || line.starts_with("Received:") || line.starts_with('\t');
    let above: usize = text.split_inclusive('\n').take_while(|line| own(line)).map(str::len).sum();
    let message = text[above..].trim_end_matches('\n').as_bytes().to_vec();
    Some((recipient, message))
}

fn unix_user_is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}
