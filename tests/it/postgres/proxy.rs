//! A way to the server that breaks when it is told to: at the n-th commit, before it arrives, or with the answer on its way back.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::thread;

/// Where it breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Breaks {
    /// The server never hears of the commit.
    Before,
    /// The server has made it, and nobody hears so.
    After,
    /// Not at a commit, but as soon as a statement has these words; the server never hears of it.
    In(&'static str),
}

/// Listens on a port of its own until the process ends.
pub(super) struct Proxy {
    port: u16,
    commits: Arc<AtomicIsize>,
}

impl Proxy {
    /// Breaks at the commit with this number, counted from nought; the connections behind that one go through.
    pub(super) fn start(server: u16, at: isize, breaks: Breaks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let commits = Arc::new(AtomicIsize::new(0));
        let counted = Arc::clone(&commits);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, commits) = (client.unwrap(), Arc::clone(&counted));
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                thread::spawn(move || pass(client, server, &commits, at, breaks));
            }
        });
        Self { port, commits }
    }

    /// The same address by this way.
    pub(super) fn instead_of(&self, url: &str) -> String {
        let (head, name) = url.rsplit_once('/').unwrap();
        let (host, _) = head.rsplit_once(':').unwrap();
        format!("{host}:{}/{name}", self.port)
    }

    /// How many commits came by.
    pub(super) fn commits(&self) -> isize {
        self.commits.load(Ordering::SeqCst)
    }
}

/// The whole of a simple query for `COMMIT`, as it is on the wire.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

fn pass(mut client: TcpStream, mut server: TcpStream, commits: &AtomicIsize, at: isize, breaks: Breaks) {
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let is_broken = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let drops_answers = Arc::clone(&is_broken);
    let back = thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(many @ 1..) = from_server.read(&mut bytes) {
            // This is the answer to the commit: it has come this far.
            if drops_answers.load(Ordering::SeqCst) || to_client.write_all(&bytes[..many]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
        let _ = from_server.shutdown(Shutdown::Both);
    });
    let mut bytes = [0; 16 * 1024];
    while let Ok(many @ 1..) = client.read(&mut bytes) {
        if let Breaks::In(words) = breaks
            && bytes[..many].windows(words.len()).any(|window| window == words.as_bytes())
        {
            break;
        }
        if bytes[..many] == *COMMIT && commits.fetch_add(1, Ordering::SeqCst) == at {
            if breaks == Breaks::Before {
                break;
            }
            is_broken.store(true, Ordering::SeqCst);
        }
        if server.write_all(&bytes[..many]).is_err() {
            break;
        }
    }
    if !is_broken.load(Ordering::SeqCst) {
        let _ = server.shutdown(Shutdown::Both);
        let _ = client.shutdown(Shutdown::Both);
    }
    back.join().unwrap();
}
