//! The codec of tonic for messages in JSON.

use bytes::{Buf as _, BufMut as _};
use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// Decodes requests and encodes responses.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonCodec;

impl Codec for JsonCodec {
    type Encode = ConnectResponse;
    type Decode = ConnectRequest;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for JsonCodec {
    type Item = ConnectResponse;
    type Error = Status;

    fn encode(
        &mut self,
        response: ConnectResponse,
        into: &mut EncodeBuf<'_>,
    ) -> Result<(), Status> {
        serde_json::to_writer(into.writer(), &response)
            .map_err(|error| Status::internal(format!("writing the response: {error}")))
    }
}

impl Decoder for JsonCodec {
    type Item = ConnectRequest;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<ConnectRequest>, Status> {
        let json = from.copy_to_bytes(from.remaining());
        serde_json::from_slice(&json).map(Some).map_err(|error| {
            Status::invalid_argument(format!("the request is not the JSON of one: {error}"))
        })
    }
}
