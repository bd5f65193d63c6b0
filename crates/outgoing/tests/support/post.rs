//! Requests with a body. For tests of other crates to take it in by `#[path]`.

use tokio::io::AsyncReadExt as _;

use crate::listen::{Stream, head};

/// The next request: its head in lower case, and its body, whose length has to be in the head. None: the client left.
pub(crate) async fn read(stream: &mut Stream) -> Option<(String, Vec<u8>)> {
    let head = head(stream).await?.to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}
