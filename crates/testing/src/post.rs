//! Requests with a body.

use tokio::io::AsyncReadExt as _;

use crate::listen::{Stream, head};

/// Reads the next request: its head in lower case, and its body, whose length must be in the head. `None`: the client
/// closed the connection.
pub async fn read(stream: &mut Stream) -> Option<(String, Vec<u8>)> {
    let head = head(stream).await?.to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}
