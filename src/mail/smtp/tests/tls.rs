//! Certificates: who vouches for them, for which name, until when. STARTTLS and TLS from the start.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// A CA of our own, and a server's certificate by it.
struct Ca {
    pem: String,
    config: Arc<ServerConfig>,
}

fn ca(name: &str, change: impl Fn(&mut CertificateParams)) -> Ca {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::<String>::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    change(&mut params);
    let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Ca { pem: own.pem(), config: Arc::new(config) }
}

fn over_tls(stream: TcpStream, config: &Arc<ServerConfig>) -> Option<Box<dyn Stream>> {
    let connection = ServerConnection::new(Arc::clone(config)).ok()?;
    Some(Box::new(StreamOwned::new(connection, stream)))
}

/// TLS from the start.
fn implicit(ca: &Ca) -> Pretend {
    let config = Arc::clone(&ca.config);
    Pretend::start_over(At::Never, Accident::HangUp, "", move |stream| over_tls(stream, &config))
}

/// In clear until STARTTLS; then a server like any other, without a greeting.
fn starttls(ca: &Ca) -> Pretend {
    starttls_saying(ca, b"220 go ahead\r\n")
}

fn starttls_saying(ca: &Ca, last: &'static [u8]) -> Pretend {
    let config = Arc::clone(&ca.config);
    Pretend::start_over(At::Never, Accident::HangUp, "", move |mut stream| {
        stream.write_all(b"220 pretend\r\n").ok()?;
        let mut line = String::new();
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        while reader.read_line(&mut line).ok()? > 0 && !line.contains("STARTTLS") {
            stream.write_all(b"250-pretend\r\n250 STARTTLS\r\n").ok()?;
            line.clear();
        }
        stream.write_all(last).ok()?;
        over_tls(stream, &config).map(|inner| Box::new(NoGreeting { inner, is_greeted: false }) as Box<dyn Stream>)
    })
}

/// After STARTTLS nobody is greeted again.
struct NoGreeting {
    inner: Box<dyn Stream>,
    is_greeted: bool,
}

impl Read for NoGreeting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl Write for NoGreeting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if std::mem::replace(&mut self.is_greeted, true) { self.inner.write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

fn to(server: &Pretend, tls: Tls, ca: Option<&Ca>) -> Smtp {
    let settings = SmtpSettings { host: "localhost".to_owned(), tls, ..server.settings() };
    smtp(&settings, ca.map(|ca| ca.pem.as_bytes()))
}

#[test]
fn letters_go_where_the_named_ca_vouches() {
    let ca = ca("localhost", |_| {});
    for (server, tls) in [(implicit(&ca), Tls::Implicit), (starttls(&ca), Tls::Starttls)] {
        assert_eq!(send(&mut to(&server, tls, Some(&ca)), 1), Outcome::Done(()), "{tls:?}");
        assert_eq!(server.taken().len(), 1);
    }
}

/// Somebody between us and the server can write behind its last words in clear.
#[test]
fn what_was_said_in_clear_counts_no_more_once_the_connection_is_safe() {
    let ca = ca("localhost", |_| {});
    let server = starttls_saying(&ca, b"220 go ahead\r\n554 5.7.1 go away\r\n");
    assert_eq!(send(&mut to(&server, Tls::Starttls, Some(&ca)), 1), Outcome::Done(()));
}

#[test]
fn a_foreign_expired_or_misnamed_certificate_gets_no_letter() {
    let (good, foreign) = (ca("localhost", |_| {}), ca("localhost", |_| {}));
    let expired = ca("localhost", |params| {
        (params.not_before, params.not_after) = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(2002, 1, 1));
    });
    let other = ca("other.example.nz", |_| {});
    for tls in [Tls::Implicit, Tls::Starttls] {
        for (serving, trusted, expected) in [
            (&good, None, "vouches"),
            (&good, Some(&foreign), "vouches"),
            (&expired, Some(&expired), "has expired"),
            (&other, Some(&other), "another server's"),
        ] {
            let server = if tls == Tls::Implicit { implicit(serving) } else { starttls(serving) };
            let why = to(&server, tls, trusted).check().unwrap_err();
            assert!(why.contains(expected), "{tls:?}, {expected}: {why}");
            assert!(
                matches!(send(&mut to(&server, tls, trusted), 1), Outcome::Refused(refusal) if refusal.reach == Reach::Everybody)
            );
            assert!(server.taken().is_empty());
        }
    }
}

#[test]
fn a_server_without_tls_gets_no_letter() {
    let server = Pretend::start(At::Never, Accident::HangUp, "");
    assert!(to(&server, Tls::Starttls, None).check().unwrap_err().contains("does not offer STARTTLS"));
    assert!(to(&server, Tls::Implicit, None).check().unwrap_err().contains("`tls: starttls`"));
    let refuses = Pretend::start(At::Never, Accident::HangUp, "250-STARTTLS\r\n");
    let why = to(&refuses, Tls::Starttls, None).check().unwrap_err();
    assert!(why.contains("502"), "{why}");
}

#[test]
fn a_file_without_a_certificate_is_refused() {
    let server = Pretend::start(At::Never, Accident::HangUp, "");
    let settings = SmtpSettings { tls: Tls::Implicit, ..server.settings() };
    for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"] {
        let refused = Smtp::new(&settings, Some(pem.as_bytes()), None, "x.nz", Patience::default());
        assert!(refused.err().unwrap().contains("holds no certificate"), "{pem:?}");
    }
}
