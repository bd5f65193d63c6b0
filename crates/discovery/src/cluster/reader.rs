//! Bodies of responses within limits.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyrouter_text::Causes;
use kube::client::Body;
use tokio::time::{Instant, timeout_at};

use super::ApiError;

/// Maximum length of a line of a watch in bytes. An object of the API has at most 1.5 MiB; one of another API server may
/// be longer.
const MAX_LINE: usize = 8 << 20;
/// Maximum length of a page of a list in bytes.
const MAX_PAGE: usize = 64 << 20;

/// Lines of a watch.
pub(super) struct LineReader {
    body: Body,
    buffer: Vec<u8>,
    /// Start of the bytes that no line had yet, and of those that were not searched for a line feed.
    unread: usize,
    unsearched: usize,
}

impl LineReader {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            buffer: Vec::new(),
            unread: 0,
            unsearched: 0,
        }
    }

    /// Returns the next line that arrives until `deadline`, or `None` at the end of the body. Bytes after the last line
    /// feed are dropped: they are an object that was cut.
    ///
    /// # Errors
    ///
    /// The connection failed, no line arrived in time, or it is too long.
    pub(super) async fn next(&mut self, deadline: Instant) -> Result<Option<&[u8]>, ApiError> {
        loop {
            let rest = self.buffer.get(self.unsearched..).unwrap_or_default();
            if let Some(at) = rest.iter().position(|&byte| byte == b'\n') {
                let (start, end) = (self.unread, self.unsearched + at);
                (self.unread, self.unsearched) = (end + 1, end + 1);
                return Ok(self.buffer.get(start..end));
            }
            self.buffer.drain(..self.unread);
            (self.unread, self.unsearched) = (0, self.buffer.len());
            let Some(data) = frame(&mut self.body, deadline).await? else {
                return Ok(None);
            };
            if self.buffer.len() + data.len() > MAX_LINE {
                return Err(too_long("an object", MAX_LINE));
            }
            self.buffer.extend_from_slice(&data);
        }
    }
}

/// Reads the whole body of a list.
pub(super) async fn page(mut body: Body, limit: Duration) -> Result<Vec<u8>, ApiError> {
    let (mut bytes, deadline) = (Vec::new(), Instant::now() + limit);
    while let Some(data) = frame(&mut body, deadline).await? {
        if bytes.len() + data.len() > MAX_PAGE {
            return Err(too_long("a page of a list", MAX_PAGE));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Returns the next bytes of a body, or `None` at its end.
async fn frame(body: &mut Body, deadline: Instant) -> Result<Option<bytes::Bytes>, ApiError> {
    loop {
        let frame = timeout_at(deadline, body.frame()).await;
        match frame.map_err(|_| ApiError::new("the API server stopped answering"))? {
            None => return Ok(None),
            Some(Err(error)) => return Err(ApiError::new(Causes(&error))),
            Some(Ok(frame)) => {
                // Other frames are trailers.
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

fn too_long(noun: &str, max: usize) -> ApiError {
    let max = max >> 20;
    ApiError::new(format_args!("{noun} is longer than {max} MiB"))
}
