//! The bytes of one connection: a command goes out, a reply comes in, in clear or over TLS.
//!
//! Replies are read as leniently as they can be without doubt. A server may leave out the text (RFC 5321, 4.2) and write it in
//! any encoding; whoever takes `250` alone for no reply sends a letter again that was taken.

use std::fmt::Display;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// A reply of more bytes than this is none.
const LONGEST_REPLY: usize = 100_000;

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// The three digits, 200 to 599.
    pub(super) code: u16,
    /// The text of each line; it may be empty.
    pub(super) lines: Vec<String>,
}

/// Why a command did not get the reply that lets one go on.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server says no: a reply of 400 to 599.
    No(Reply),
    /// The connection could not be made or broke, or the time was up.
    Broken(io::Error),
    /// The server hung up, in the middle of a reply or before one.
    HungUp,
    /// What came is no reply.
    NoReply,
}

/// One connection.
pub(super) struct Wire {
    /// Empty only where it was turned to TLS twice.
    stream: Option<BufReader<Stream>>,
}

enum Stream {
    Clear(TcpStream),
    Safe(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Wire {
    /// Connects, and hears the greeting.
    pub(super) fn connect(
        (host, port): (&str, u16),
        patience: Duration,
        tls: Option<&Arc<ClientConfig>>,
    ) -> Result<Self, Fault> {
        let mut socket = Err(io::Error::other("could not resolve to any address"));
        for address in (host, port).to_socket_addrs().map_err(Fault::Broken)? {
            socket = TcpStream::connect_timeout(&address, patience);
            if socket.is_ok() {
                break;
            }
        }
        let mut wire = Self { stream: Some(BufReader::new(Stream::Clear(socket.map_err(Fault::Broken)?))) };
        wire.set_patience(patience).map_err(Fault::Broken)?;
        if let Some(config) = tls {
            wire.encrypt(host, config)?;
        }
        wire.read_reply()?;
        Ok(wire)
    }

    /// Turns to TLS. What came before is thrown away: nobody vouches for it.
    pub(super) fn encrypt(&mut self, host: &str, config: &Arc<ClientConfig>) -> Result<(), Fault> {
        let broken = |error: &dyn Display| Fault::Broken(io::Error::other(error.to_string()));
        let name = ServerName::try_from(host.to_owned()).map_err(|error| broken(&error))?;
        let connection = ClientConnection::new(Arc::clone(config), name).map_err(|error| broken(&error))?;
        if let Some(Stream::Clear(socket)) = self.stream.take().map(BufReader::into_inner) {
            self.stream = Some(BufReader::new(Stream::Safe(Box::new(StreamOwned::new(connection, socket)))));
        }
        Ok(())
    }

    /// How long to wait for the server to take what goes out, and for each piece of what comes in.
    pub(super) fn set_patience(&mut self, patience: Duration) -> io::Result<()> {
        let socket = match self.stream()?.get_ref() {
            Stream::Clear(socket) => socket,
            Stream::Safe(stream) => &stream.sock,
        };
        socket.set_read_timeout(Some(patience))?;
        socket.set_write_timeout(Some(patience))
    }

    /// Sends a command, and hears the answer.
    pub(super) fn command(&mut self, command: impl Display) -> Result<Reply, Fault> {
        self.write(&command.to_string()).map_err(Fault::Broken)?;
        self.read_reply()
    }

    /// The next reply.
    pub(super) fn read_reply(&mut self) -> Result<Reply, Fault> {
        let reply = reply_in(self.stream().map_err(Fault::Broken)?)?;
        if reply.code < 400 { Ok(reply) } else { Err(Fault::No(reply)) }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let stream = self.stream()?.get_mut();
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }

    fn stream(&mut self) -> io::Result<&mut BufReader<Stream>> {
        self.stream.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.read(buffer),
            Self::Safe(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.write(bytes),
            Self::Safe(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(socket) => socket.flush(),
            Self::Safe(stream) => stream.flush(),
        }
    }
}

impl Reply {
    /// The whole text on one line; an enhanced code that each line repeats stands once.
    pub(super) fn text(&self) -> String {
        let Some((first, rest)) = self.lines.split_first() else { return String::new() };
        let repeated = first.split(' ').next().filter(|word| word.split('.').count() == 3);
        rest.iter().fold(first.clone(), |text, line| {
            let new = repeated.and_then(|code| line.strip_prefix(code)).filter(|rest| rest.starts_with(' '));
            format!("{text} {}", new.map_or(line.as_str(), str::trim_start))
        })
    }

    /// Whether the answer to EHLO offers this; what stands behind the keyword, on one line or several.
    pub(super) fn offers(&self, keyword: &str) -> Option<Vec<&str>> {
        let lines = self.lines.iter().filter_map(|line| {
            let mut words = line.split_whitespace();
            words.next().filter(|word| word.eq_ignore_ascii_case(keyword)).map(|_| words.collect::<Vec<_>>())
        });
        lines.reduce(|all, more| [all, more].concat())
    }
}

/// Reads lines up to the one that has no hyphen behind its code.
fn reply_in(stream: &mut impl io::BufRead) -> Result<Reply, Fault> {
    let (mut lines, mut left, mut first) = (Vec::new(), LONGEST_REPLY, None);
    loop {
        let mut line = Vec::new();
        let limit = u64::try_from(left).unwrap_or(u64::MAX);
        let length = stream.by_ref().take(limit).read_until(b'\n', &mut line).map_err(Fault::Broken)?;
        left -= length.min(left);
        if !line.ends_with(b"\n") {
            return Err(if left == 0 { Fault::NoReply } else { Fault::HungUp });
        }
        let (code, is_last, text) = parts(&line).ok_or(Fault::NoReply)?;
        // Lines that disagree leave open what is meant.
        if first.is_some_and(|first| first != code) {
            return Err(Fault::NoReply);
        }
        first = Some(code);
        lines.push(text);
        if is_last {
            return Ok(Reply { code, lines });
        }
    }
}

/// Code, whether it is the last line, and text. Behind the code stands the end of the line, a space or a hyphen.
fn parts(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(3)?;
    let is_code = matches!(digits.first(), Some(b'2'..=b'5')) && digits.iter().all(u8::is_ascii_digit);
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit.wrapping_sub(b'0')));
    let (is_last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return None,
    };
    is_code.then(|| (code, is_last, String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(mut bytes: &[u8]) -> Result<(u16, String), Fault> {
        reply_in(&mut bytes).map(|reply| (reply.code, reply.text()))
    }

    #[test]
    fn the_text_of_a_reply_may_be_missing_empty_or_in_any_encoding() {
        let table: &[(&[u8], u16, &str)] = &[
            (b"250\r\n", 250, ""),
            (b"354 \r\n", 354, ""),
            (b"250\n", 250, ""),
            (b"250 2.0.0 d\xe9pos\xe9\r\n", 250, "2.0.0 d\u{fffd}pos\u{fffd}"),
            (b"250-\r\n250\r\n", 250, " "),
            (b"250-one\r\n250-two\r\n250 three\r\n550 of another\r\n", 250, "one two three"),
            (b"550-5.7.1 not\r\n550 5.1.1 here\r\n", 550, "5.7.1 not 5.1.1 here"),
            (b"550-5.1.1 not\r\n550 5.1.1 here\r\n", 550, "5.1.1 not here"),
        ];
        for (bytes, code, text) in table {
            assert_eq!(read(bytes).unwrap(), (*code, (*text).to_owned()), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_a_server_offers_may_stand_on_several_lines() {
        let mut answer =
            &b"250-pretend\r\n250-auth PLAIN\r\n250-AUTH=OLD\r\n250-Pipelining\r\n250 AUTH LOGIN XOAUTH2\r\n"[..];
        let answer = reply_in(&mut answer).unwrap();
        assert_eq!(answer.offers("AUTH"), Some(vec!["PLAIN", "LOGIN", "XOAUTH2"]));
        assert_eq!((answer.offers("PIPELINING"), answer.offers("STARTTLS")), (Some(vec![]), None));
    }

    #[test]
    fn what_could_mean_anything_is_no_reply() {
        let others: &[&[u8]] = &[
            b"rubbish\r\n",
            b"25\r\n",
            b"\r\n",
            b"2500 ok\r\n",
            b"+50 ok\r\n",
            b"650 ok\r\n",
            b"250-ok\r\n550 no\r\n",
        ];
        for bytes in others {
            assert!(matches!(read(bytes), Err(Fault::NoReply)), "{}", bytes.escape_ascii());
        }
        for bytes in [&b""[..], b"250", b"250 ok", b"250-ok\r\n"] {
            assert!(matches!(read(bytes), Err(Fault::HungUp)), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_reply_without_an_end_is_given_up() {
        assert!(matches!(reply_in(&mut BufReader::new(io::repeat(b'2'))), Err(Fault::NoReply)));
        let lines = b"250-and so on\r\n".repeat(LONGEST_REPLY / 15 + 1);
        assert!(matches!(read(&lines), Err(Fault::NoReply)));
    }

    proptest! {
        #[test]
        fn a_reply_of_many_lines_takes_its_own_bytes_and_no_more(
            code in 200_u16..600,
            texts in prop::collection::vec(prop::collection::vec(prop::num::u8::ANY, 0..20), 1..5),
        ) {
            let mut bytes = Vec::new();
            for (number, text) in texts.iter().enumerate() {
                bytes.extend(code.to_string().bytes());
                bytes.push(if number + 1 == texts.len() { b' ' } else { b'-' });
                bytes.extend(text.iter().filter(|byte| **byte != b'\n'));
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"rest");
            let mut stream = bytes.as_slice();
            let reply = reply_in(&mut stream).unwrap();
            prop_assert_eq!((reply.code, reply.lines.len(), stream), (code, texts.len(), &b"rest"[..]));
        }
    }
}
