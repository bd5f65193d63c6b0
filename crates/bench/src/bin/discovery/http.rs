//! Provider `http`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::{MeasuredSource, document};

/// A server with a document, requested every second.
pub(crate) struct MeasuredServer {
    address: SocketAddr,
    document: Arc<Mutex<String>>,
}

impl MeasuredServer {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Self {
            address: listener.local_addr()?,
            document: Arc::default(),
        };
        let document = Arc::clone(&server.document);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let text = document
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                // The router reports a broken connection, and requests the document again.
                drop(serve(stream, &text));
            }
        });
        Ok(server)
    }
}

fn serve(mut stream: TcpStream, document: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{document}",
        document.len()
    )
}

impl MeasuredSource for MeasuredServer {
    fn name(&self) -> &'static str {
        "http, interval 1 s"
    }

    fn provider(&self) -> String {
        format!(
            "{{ name: source, type: http, http: {{ url: 'http://{}/', interval: 1s }} }}",
            self.address
        )
    }

    fn change(&mut self, port: u16) -> anyhow::Result<()> {
        *self.document.lock().unwrap_or_else(PoisonError::into_inner) = document(port);
        Ok(())
    }
}
