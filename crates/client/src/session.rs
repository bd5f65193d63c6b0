//! One connection, from the client's side.

use std::time::{Duration, Instant};

use hyrouter_protocol::frame::{FrameHeader, HEADER_LEN};
use quinn::crypto::rustls::HandshakeData;
use quinn::{Connection, ReadError, ReadExactError, RecvStream, SendStream, VarInt};

use crate::hello::Hello;
use crate::outcome::{ClientExchange, Ending, ExchangeOutcome};

/// Maximum size of an answer, in bytes. More than any answer of a router, and a bound for a broken server.
const MAX_ANSWER: usize = 1 << 20;

/// Established connection with an unused first stream.
#[derive(Debug)]
pub struct Session {
    connection: Connection,
    handshake: Duration,
    stream: Option<(SendStream, RecvStream)>,
}

impl Session {
    pub(crate) fn new(connection: Connection, handshake: Duration) -> Self {
        Self {
            connection,
            handshake,
            stream: None,
        }
    }

    /// Says hello on the first stream, reads the answer and leaves.
    pub async fn exchange(mut self, hello: &Hello) -> ClientExchange {
        let begun = Instant::now();
        let outcome = match hello.frame() {
            Ok(frame) => match self.send(&frame).await {
                Ok(()) => self.answer(hello).await,
                Err(ending) => ExchangeOutcome::Ended(ending),
            },
            Err(error) => ExchangeOutcome::Ended(Ending::Local(error.to_string())),
        };
        let answer = (!matches!(outcome, ExchangeOutcome::Ended(_))).then(|| begun.elapsed());
        let exchange = ClientExchange {
            outcome,
            alpn: self.alpn(),
            handshake: Some(self.handshake),
            answer,
        };
        self.connection.close(VarInt::from_u32(0), b"");
        exchange
    }

    /// Sends bytes on the first stream, which the first call opens.
    ///
    /// # Errors
    ///
    /// The cause if the connection has ended.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Ending> {
        let (send, _) = self.stream().await?;
        match send.write_all(bytes).await {
            Err(quinn::WriteError::ConnectionLost(error)) => Err(error.into()),
            // A server that stopped the stream may still answer on it.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Ends the client's half of the first stream.
    ///
    /// # Errors
    ///
    /// The cause if the connection has ended.
    pub async fn finish(&mut self) -> Result<(), Ending> {
        let (send, _) = self.stream().await?;
        let _ = send.finish();
        Ok(())
    }

    /// Sends bytes on a further stream of their own.
    ///
    /// # Errors
    ///
    /// The cause if the connection has ended.
    pub async fn send_apart(&self, bytes: &[u8]) -> Result<(SendStream, RecvStream), Ending> {
        let (mut send, recv) = self.connection.open_bi().await?;
        let _ = send.write_all(bytes).await;
        Ok((send, recv))
    }

    /// Reads one packet from the first stream, as a client that said `hello` does.
    pub async fn answer(&mut self, hello: &Hello) -> ExchangeOutcome {
        let read = match self.stream().await {
            Ok((_, recv)) => read_frame(recv).await,
            Err(ending) => Err(ending),
        };
        match read {
            Ok((packet_id, payload)) => ExchangeOutcome::decode(packet_id, &payload, hello),
            // The close of a connection may arrive before the data of its stream.
            Err(Ending::EndOfStream) => match self.connection.close_reason() {
                Some(error) => ExchangeOutcome::Ended(error.into()),
                None => ExchangeOutcome::Ended(Ending::EndOfStream),
            },
            Err(ending) => ExchangeOutcome::Ended(ending),
        }
    }

    /// Waits until the server closes the connection.
    pub async fn ended(&self) -> Ending {
        self.connection.closed().await.into()
    }

    /// Leaves, with application code 0.
    pub fn leave(&self) {
        self.connection.close(VarInt::from_u32(0), b"");
    }

    /// Returns the application protocol that the server chose.
    pub fn alpn(&self) -> Option<Vec<u8>> {
        self.connection
            .handshake_data()?
            .downcast::<HandshakeData>()
            .ok()?
            .protocol
    }

    async fn stream(&mut self) -> Result<&mut (SendStream, RecvStream), Ending> {
        let stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connection.open_bi().await?,
        };
        Ok(self.stream.insert(stream))
    }
}

async fn read_frame(recv: &mut RecvStream) -> Result<(i32, Vec<u8>), Ending> {
    let mut header = [0; HEADER_LEN];
    read_exact(recv, &mut header).await?;
    let header = FrameHeader::decode(&header).map_err(|error| Ending::Local(error.to_string()))?;
    if header.payload_len > MAX_ANSWER {
        return Err(Ending::Local(format!(
            "an answer of {} bytes",
            header.payload_len
        )));
    }
    let mut payload = vec![0; header.payload_len];
    read_exact(recv, &mut payload).await?;
    Ok((header.packet_id, payload))
}

async fn read_exact(recv: &mut RecvStream, bytes: &mut [u8]) -> Result<(), Ending> {
    recv.read_exact(bytes).await.map_err(|error| match error {
        ReadExactError::ReadError(ReadError::ConnectionLost(error)) => error.into(),
        ReadExactError::ReadError(error) => Ending::Local(error.to_string()),
        ReadExactError::FinishedEarly(_) => Ending::EndOfStream,
    })
}
