//! The transport against servers that do what real ones do on bad days: each accident at each phase, and TLS with a
//! throw-away CA.

#![expect(clippy::disallowed_methods, reason = "a pretended server takes its time")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::model::ids::MessageId;
use crate::rollout::{SignIn, SignInWith, Tls};

/// At which line of the client the accident happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Never,
    /// Any other command.
    Other,
    Greeting,
    Ehlo,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The final dot has come.
    Dot,
}

/// What happens there, instead of the usual answer.
#[derive(Clone, Copy, Debug)]
enum Accident {
    /// The server hangs up without a word.
    HangUp,
    /// The server says this, and goes on.
    Say(&'static str),
    /// The same, in no encoding that we know.
    SayBytes(&'static [u8]),
    /// The server says nothing, and stays.
    Silence,
}

/// A server for some connections; what it took, and how many commands came in how many writes.
struct Pretend {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<u32>>,
}

impl Pretend {
    fn start(at: At, accident: Accident, extensions: &'static str) -> Self {
        Self::start_over(at, accident, extensions, |stream| Some(Box::new(stream)))
    }

    fn start_over(
        at: At,
        accident: Accident,
        extensions: &'static str,
        wrap: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (taken, connections): (Arc<Mutex<Vec<String>>>, Arc<Mutex<u32>>) = Default::default();
        let server = Self { port, taken: Arc::clone(&taken), connections: Arc::clone(&connections) };
        let wrap = Arc::new(wrap);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (taken, connections) = (Arc::clone(&taken), Arc::clone(&connections));
                let (stream, wrap) = (stream.unwrap(), Arc::clone(&wrap));
                std::thread::spawn(move || {
                    *connections.lock().unwrap() += 1;
                    if let Some(stream) = wrap(stream) {
                        let _ = talk(stream, at, accident, extensions, &taken);
                    }
                });
            }
        });
        server
    }

    fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: Tls::None,
            ca: None,
            sign_in: None,
            connections: 1,
        }
    }

    fn smtp(&self) -> Smtp {
        smtp(&self.settings(), None)
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

fn smtp(settings: &SmtpSettings, ca: Option<&[u8]>) -> Smtp {
    let patience = Patience { command: Duration::from_millis(400), message: Duration::from_millis(400) };
    let secret = Password::new("open sesame".to_owned());
    Smtp::new(settings, ca, Some(&secret), "kowhai.example.nz", patience).unwrap()
}

fn send(smtp: &mut Smtp, number: u32) -> Outcome {
    let (id, bytes) = letter(number);
    smtp.send(&Envelope {
        sender: "office@kowhai.example.nz",
        recipient: "aroha@example.nz",
        message_id: &id,
        bytes: bytes.as_bytes(),
    })
}

fn letter(number: u32) -> (MessageId, String) {
    let id = MessageId::from(format!("{number}@kowhai.example.nz").as_str());
    (id, format!("Message-ID: <{number}@kowhai.example.nz>\r\n\r\n.hidden\r\nKia ora\r\n"))
}

/// Talks SMTP on one connection until the accident or the end.
fn talk(
    stream: Box<dyn Stream>,
    at: At,
    accident: Accident,
    extensions: &str,
    taken: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if !answer(&mut stream, at == At::Greeting, accident, "220 pretend ESMTP\r\n")? {
        return Ok(());
    }
    let mut line = String::new();
    while stream.read_line(&mut line)? > 0 {
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let usual = format!("250-pretend\r\n{extensions}250 8BITMIME\r\n");
        let (phase, usual) = match word.as_str() {
            "EHLO" => (At::Ehlo, usual.as_str()),
            "AUTH" => (At::Auth, "235 2.7.0 welcome\r\n"),
            "MAIL" => (At::Mail, "250 2.1.0 ok\r\n"),
            "RCPT" => (At::Rcpt, "250 2.1.5 ok\r\n"),
            "DATA" => (At::Data, "354 go ahead\r\n"),
            "QUIT" => (At::Other, "221 bye\r\n"),
            _ => (At::Other, "502 what?\r\n"),
        };
        if !answer(&mut stream, phase == at, accident, usual)? {
            return Ok(());
        }
        if phase == At::Data && (at != At::Data || matches!(accident, Accident::Say(text) if text.starts_with("354"))) {
            let mut message = String::new();
            while stream.read_line(&mut message)? > 0 && !message.ends_with("\r\n.\r\n") {}
            if at != At::Dot || matches!(accident, Accident::HangUp) {
                taken.lock().unwrap().push(message);
            }
            if !answer(&mut stream, at == At::Dot, accident, "250 2.0.0 taken\r\n")? {
                return Ok(());
            }
        }
        line.clear();
    }
    Ok(())
}

/// Answers; tells whether the connection stays.
fn answer(
    stream: &mut BufReader<Box<dyn Stream>>,
    here: bool,
    accident: Accident,
    usual: &str,
) -> std::io::Result<bool> {
    let said = match accident {
        Accident::HangUp if here => return Ok(false),
        Accident::Silence if here => {
            std::thread::sleep(Duration::from_secs(3));
            return Ok(false);
        }
        Accident::Say(text) if here => text.as_bytes(),
        Accident::SayBytes(bytes) if here => bytes,
        _ => usual.as_bytes(),
    };
    stream.get_mut().write_all(said)?;
    stream.get_mut().flush()?;
    Ok(true)
}

/// The outcome in one letter: d done, c refused for this caregiver, p for now, e for everybody, ? unknown.
fn short(outcome: &Outcome) -> char {
    match outcome {
        Outcome::Done(()) => 'd',
        Outcome::Refused(refusal) => match refusal.reach {
            Reach::Caregiver => 'c',
            Reach::Passing => 'p',
            Reach::Everybody => 'e',
        },
        Outcome::Unknown(_) => '?',
    }
}

const PHASES: [At; 6] = [At::Greeting, At::Ehlo, At::Mail, At::Rcpt, At::Data, At::Dot];

fn outcomes(accident: Accident, extensions: &'static str) -> String {
    PHASES.iter().map(|at| short(&send(&mut Pretend::start(*at, accident, extensions).smtp(), 1))).collect()
}

#[test]
fn every_accident_at_every_phase_has_its_outcome() {
    // Greeting, EHLO, MAIL, RCPT, DATA, final dot.
    let table: &[(Accident, &str)] = &[
        (Accident::HangUp, "eeppp?"),
        (Accident::Silence, "eeppp?"),
        (Accident::Say("rubbish\r\n"), "eeppp?"),
        (Accident::Say("421 4.3.2 shutting down\r\n"), "eeeeee"),
        (Accident::Say("452 4.3.1 no space\r\n"), "eepppp"),
        (Accident::Say("550 5.1.1 no such user\r\n"), "eeeccc"),
        (Accident::Say("550 5.4.5 daily quota\r\n"), "eeeeee"),
        (Accident::Say("550 5.7.1 not allowed\r\n"), "eeeeee"),
    ];
    for (accident, expected) in table {
        for extensions in ["", "250-PIPELINING\r\n"] {
            assert_eq!(outcomes(*accident, extensions), *expected, "{accident:?} {extensions}");
        }
    }
}

/// RFC 5321, 4.2: the text may be missing, and who reads it must not depend on it.
#[test]
fn a_reply_without_a_text_or_in_an_old_encoding_counts_for_what_it_says() {
    let taken = [
        (At::Greeting, Accident::Say("220\r\n")),
        (At::Ehlo, Accident::Say("250\r\n")),
        (At::Mail, Accident::Say("250\r\n")),
        (At::Rcpt, Accident::SayBytes(b"250 2.1.5 accept\xe9\r\n")),
        (At::Data, Accident::Say("354\r\n")),
        (At::Dot, Accident::Say("250\r\n")),
        (At::Dot, Accident::SayBytes(b"250-\r\n250 2.0.0 d\xe9pos\xe9\r\n")),
    ];
    for (at, accident) in taken {
        for extensions in ["", "250-PIPELINING\r\n"] {
            let server = Pretend::start(at, accident, extensions);
            assert_eq!(send(&mut server.smtp(), 1), Outcome::Done(()), "{at:?} {accident:?} {extensions}");
        }
    }
    let signs_in = Pretend::start(At::Auth, Accident::Say("235\r\n"), "250-AUTH PLAIN\r\n");
    assert_eq!(send(&mut signing_in(&signs_in, SignInWith::Plain), 1), Outcome::Done(()));
    let unknown = Accident::SayBytes(b"550 5.1.1 bo\xeete inconnue\r\n");
    let Outcome::Refused(refusal) = send(&mut Pretend::start(At::Rcpt, unknown, "").smtp(), 1) else {
        panic!("refused is expected")
    };
    assert_eq!(refusal.reason, "the mail server says 550 5.1.1 bo\u{fffd}te inconnue");
    assert_eq!(refusal.reach, Reach::Caregiver);
    for at in [At::Mail, At::Rcpt, At::Data, At::Dot] {
        let bare = Pretend::start(at, Accident::Say("550\r\n"), "");
        assert!(matches!(send(&mut bare.smtp(), 1), Outcome::Refused(_)), "{at:?}: a no without a text is a no");
    }
}

#[test]
fn a_letter_arrives_as_it_was_with_its_dots_doubled_and_only_once() {
    for extensions in ["", "250-PIPELINING\r\n"] {
        let server = Pretend::start(At::Never, Accident::HangUp, extensions);
        let mut smtp = server.smtp();
        assert_eq!(send(&mut smtp, 1), Outcome::Done(()));
        assert_eq!(send(&mut smtp, 2), Outcome::Done(()));
        let expected = "Message-ID: <1@kowhai.example.nz>\r\n\r\n..hidden\r\nKia ora\r\n.\r\n";
        assert_eq!(server.taken().first().unwrap(), expected);
        assert_eq!((server.taken().len(), *server.connections.lock().unwrap()), (2, 1), "one connection is kept");
    }
}

#[test]
fn a_lost_answer_is_unknown_and_no_letter_is_sent_again_by_itself() {
    let server = Pretend::start(At::Dot, Accident::HangUp, "");
    assert!(matches!(send(&mut server.smtp(), 1), Outcome::Unknown(_)));
    assert_eq!(server.taken().len(), 1);
}

#[test]
fn one_refused_address_costs_the_next_letter_nothing() {
    let server = Pretend::start(At::Rcpt, Accident::Say("550 5.1.1 aroha@example.nz is nobody\r\n"), "");
    let mut smtp = server.smtp();
    for _ in 0..2 {
        let Outcome::Refused(refusal) = send(&mut smtp, 1) else { panic!("refused is expected") };
        assert_eq!(refusal.reason, "the mail server says 550 5.1.1 … is nobody");
        assert_eq!(refusal.reach, Reach::Caregiver);
    }
}

#[test]
fn a_connection_that_died_while_idle_is_replaced_without_harm() {
    // Each connection takes one letter, then hangs up.
    let server = Pretend::start(At::Never, Accident::HangUp, "");
    let mut smtp = server.smtp();
    smtp.check().unwrap();
    if let Some(line) = smtp.lines.first_mut().unwrap().take() {
        line.quit();
    }
    let idle = smtp.server.connect().unwrap();
    *smtp.lines.first_mut().unwrap() = Some(idle);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(send(&mut smtp, 1), Outcome::Done(()));
    let closing = Pretend::start(At::Mail, Accident::Say("421 idle for too long\r\n"), "");
    let mut smtp = closing.smtp();
    smtp.check().unwrap();
    assert_eq!(short(&send(&mut smtp, 1)), 'e', "a new connection that says the same is believed");
    assert_eq!(*closing.connections.lock().unwrap(), 2);
}

#[test]
fn several_letters_go_over_several_connections_at_once() {
    let server = Pretend::start(At::Never, Accident::HangUp, "250-PIPELINING\r\n");
    let mut smtp = smtp(&SmtpSettings { connections: 3, ..server.settings() }, None);
    let letters: Vec<(MessageId, String)> = (0..7).map(letter).collect();
    let envelopes: Vec<Envelope<'_>> = letters
        .iter()
        .map(|(id, bytes)| Envelope {
            sender: "office@kowhai.example.nz",
            recipient: "aroha@example.nz",
            message_id: id,
            bytes: bytes.as_bytes(),
        })
        .collect();
    assert_eq!(smtp.send_all(&envelopes), vec![Outcome::Done(()); 7]);
    assert_eq!((server.taken().len(), *server.connections.lock().unwrap()), (7, 3));
}

fn parcel(ticket: u32) -> Parcel {
    let (message_id, bytes) = letter(ticket);
    let (sender, recipient) = ("office@kowhai.example.nz".to_owned(), "aroha@example.nz".to_owned());
    Parcel { ticket: ticket.into(), sender, recipient, message_id, bytes: bytes.into_bytes() }
}

/// What became of so many, by ticket.
fn all_landed(smtp: &mut Smtp, many: usize) -> Vec<(u64, Outcome)> {
    let mut landed = Vec::new();
    while landed.len() < many {
        landed.extend(smtp.landed(true));
    }
    landed.sort_by_key(|(ticket, _)| *ticket);
    landed
}

#[test]
fn launched_letters_go_their_way_and_each_fate_is_told_once() {
    let server = Pretend::start(At::Never, Accident::HangUp, "250-PIPELINING\r\n");
    let mut smtp = smtp(&SmtpSettings { connections: 3, ..server.settings() }, None);
    smtp.check().unwrap();
    assert!(smtp.can_launch());
    for round in [0..3, 3..5] {
        smtp.launch(round.clone().map(parcel).collect());
        let expected: Vec<_> = round.clone().map(|ticket| (u64::from(ticket), Outcome::Done(()))).collect();
        assert_eq!(all_landed(&mut smtp, round.len()), expected);
    }
    assert!(smtp.landed(false).is_empty());
    assert_eq!(server.taken().len(), 5);
    assert!(*server.connections.lock().unwrap() <= 3, "the one that was tried first goes on");
}

#[test]
fn a_launched_letter_whose_answer_is_lost_is_unknown_and_not_sent_again() {
    let server = Pretend::start(At::Dot, Accident::HangUp, "250-PIPELINING\r\n");
    let mut smtp = smtp(&SmtpSettings { connections: 2, ..server.settings() }, None);
    smtp.launch((0..2).map(parcel).collect());
    let landed = all_landed(&mut smtp, 2);
    assert!(landed.iter().all(|(_, outcome)| matches!(outcome, Outcome::Unknown(_))), "{landed:?}");
    assert_eq!(*server.connections.lock().unwrap(), 2);
}

fn signing_in(server: &Pretend, how: SignInWith) -> Smtp {
    let sign_in = Some(SignIn { username: "office".to_owned(), how, variable: None });
    smtp(&SmtpSettings { sign_in, ..server.settings() }, None)
}

#[test]
fn each_way_to_sign_in_is_spoken_and_a_refusal_says_what_to_do() {
    for (how, offer) in [
        (SignInWith::Password, "250-AUTH PLAIN LOGIN\r\n"),
        (SignInWith::Plain, "250-AUTH LOGIN PLAIN\r\n"),
        (SignInWith::Xoauth2, "250-AUTH XOAUTH2\r\n"),
    ] {
        let server = Pretend::start(At::Never, Accident::HangUp, offer);
        assert_eq!(send(&mut signing_in(&server, how), 1), Outcome::Done(()), "{how:?}");
        let wrong = Pretend::start(At::Auth, Accident::Say("535 5.7.8 no to \"open sesame\"\r\n"), offer);
        let why = signing_in(&wrong, how).check().unwrap_err();
        let expected = if how == SignInWith::Xoauth2 { "token" } else { "user name and password" };
        assert!(why.contains(expected) && !why.contains("sesame"), "{why}");
    }
    let asks_on = Pretend::start(At::Auth, Accident::Say("334 eyJzdGF0dXMiOiI0MDEifQ==\r\n"), "250-AUTH XOAUTH2\r\n");
    assert!(signing_in(&asks_on, SignInWith::Xoauth2).check().unwrap_err().contains("token"));
    let later = Pretend::start(At::Auth, Accident::Say("454 4.7.0 later\r\n"), "250-AUTH PLAIN\r\n");
    assert!(signing_in(&later, SignInWith::Password).check().unwrap_err().contains("later"));
    let hangs_up = Pretend::start(At::Auth, Accident::HangUp, "250-AUTH PLAIN\r\n");
    assert!(signing_in(&hangs_up, SignInWith::Password).check().unwrap_err().contains("hung up during the sign-in"));
    let none = Pretend::start(At::Never, Accident::HangUp, "");
    assert!(signing_in(&none, SignInWith::Password).check().unwrap_err().contains("xoauth2"));
}

#[test]
fn a_server_that_is_not_there_is_explained() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = SmtpSettings { port: closed, ..Pretend::start(At::Never, Accident::HangUp, "").settings() };
    assert!(smtp(&settings, None).check().unwrap_err().contains("nothing answers at"));
    let nowhere = SmtpSettings { host: "no-such-host.invalid".to_owned(), ..settings };
    let why = smtp(&nowhere, None).check().unwrap_err();
    assert!(why.contains("its name can't be found"), "{why}");
}

#[test]
fn an_answer_that_comes_late_but_in_time_counts() {
    // 250 after a while: longer than a command may take, shorter than the final dot is waited for.
    let server =
        Pretend::start_over(At::Dot, Accident::Say("250 2.0.0 at last\r\n"), "", |stream| Some(Box::new(Slow(stream))));
    let patience = Patience { command: Duration::from_millis(150), message: Duration::from_secs(5) };
    let mut smtp = Smtp::new(&server.settings(), None, None, "kowhai.example.nz", patience).unwrap();
    assert_eq!(send(&mut smtp, 1), Outcome::Done(()));
}

/// Waits before it says that a letter is taken.
struct Slow(TcpStream);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.starts_with(b"250 2.0.0 at last") {
            std::thread::sleep(Duration::from_millis(600));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

mod tls;
