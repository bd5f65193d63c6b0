//! Keys of identity tokens, and a service that publishes them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::Folder;

/// Makes a key pair by the command line. The public key is added to those in `jwks`.
pub(crate) fn key_pair(folder: &Folder, key: &str, jwks: &str, id: &str) {
    let ran = folder.run(&[
        "keys", "generate", "--for", "token", "--id", id, "--out", key, "--jwks", jwks,
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

/// Serves a text by HTTP, whatever is asked for, until it is dropped.
pub(crate) struct KeyService {
    address: String,
    text: Arc<Mutex<Option<String>>>,
}

impl KeyService {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let text = Arc::new(Mutex::new(Some(String::new())));
        let served = Arc::clone(&text);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let Some(text) = served.lock().unwrap().clone() else {
                    return;
                };
                // A client that goes away is no fault of the service.
                let _ = connection.and_then(|open| answer(open, &text));
            }
        });
        Self { address, text }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn serve(&self, text: &str) {
        *self.text.lock().unwrap() = Some(text.to_owned());
    }
}

impl Drop for KeyService {
    fn drop(&mut self) {
        *self.text.lock().unwrap() = None;
        let address = self.address.trim_start_matches("http://");
        let address = address.trim_end_matches("/jwks.json");
        // Wakes the thread, which ends then and takes its socket with it.
        let _ = TcpStream::connect(address);
    }
}

pub(crate) fn answer(mut connection: TcpStream, text: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    write!(
        connection,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )
}
