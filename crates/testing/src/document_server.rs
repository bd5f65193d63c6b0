//! An HTTP server in another process, in Python, whose answers a test sets.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use crate::peer::PeerProcess;

/// An HTTP server in another process. It is killed when dropped.
pub struct DocumentServer(PeerProcess);

impl DocumentServer {
    /// Starts a server on an address of loopback that no other test uses.
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/document_server.py");
        Self(PeerProcess::system_python_script(&script))
    }

    /// Returns the URL of a document.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.0.address())
    }

    /// Sets the answer to later requests for a document. `query` can have a `status`, and a `mode`, which is a method of
    /// the server: `etag`, `cut`, `slow`, `silent` or `endless`.
    pub fn answer(&self, name: &str, query: &str, headers: &[(&str, &str)], body: &str) {
        let mut lines = String::new();
        for (name, value) in headers {
            write!(lines, "Answer-{name}: {value}\r\n").unwrap();
        }
        let response = self.exchange(&format!(
            "PUT /_answer/{name}?{query} HTTP/1.1\r\n{lines}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        assert!(response.starts_with("HTTP/1.1 204"), "{response}");
    }

    /// Returns the requests for a document: `/name`, then each header as `name: value` with the name in lower case,
    /// separated by tabs.
    pub fn requests(&self, name: &str) -> Vec<String> {
        let response = self.exchange("GET /_requests HTTP/1.1\r\n\r\n");
        let (_, lines) = response.split_once("\r\n\r\n").unwrap();
        let is_for_it = |line: &&str| line.starts_with(&format!("/{name}\t"));
        lines.lines().filter(is_for_it).map(str::to_owned).collect()
    }

    /// Ends it by SIGKILL.
    pub fn kill(&mut self) {
        self.0.kill();
    }

    /// Starts it again at the same address after it was killed. It has no answers.
    pub fn start_again(&mut self) {
        self.0.start_again();
    }

    fn exchange(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.0.address()).unwrap();
        let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}
