//! HTTP by hand.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Against hanging; longer than any limit of the listener but the one for commands.
pub const PATIENCE: Duration = Duration::from_secs(50);

/// A request without `Connection: close` and with no other header than these.
pub struct Client {
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            headers: vec![("Host".into(), address.to_string())],
        }
    }

    /// Sets a header; `Host` is there already.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets a header that may be there already, and is twice then.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.with("Authorization", &format!("Bearer {token}"))
    }

    pub fn json(self) -> Self {
        self.with("Content-Type", "application/json")
    }

    pub async fn get(&self, path: &str) -> Response {
        self.ask("GET", path, "").await
    }

    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Response {
        let head = self.head(method, path, &format!("Content-Length: {}\r\n", body.len()));
        self.raw(format!("{head}{body}").as_bytes()).await
    }

    pub fn head(&self, method: &str, path: &str, more: &str) -> String {
        use std::fmt::Write as _;
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n{more}");
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        head + "\r\n"
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes and reads all there is.
    pub async fn raw(&self, bytes: &[u8]) -> Response {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        // An answer before the end of the request may be cut short by a reset, after it has been read.
        drop(
            timeout(PATIENCE, stream.read_to_end(&mut answer))
                .await
                .expect("an answer"),
        );
        Response::parse(&answer)
    }
}

impl Response {
    pub fn parse(answer: &[u8]) -> Self {
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("a whole head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        Self {
            status: head[9..12].parse().unwrap(),
            head,
            body: answer[end + 4..].to_vec(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
