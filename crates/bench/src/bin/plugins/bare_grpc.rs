//! The same bytes by tonic alone: a unary call with a codec that passes bytes on.

use anyhow::Context as _;
use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

pub(crate) struct BareGrpc {
    grpc: Grpc<Channel>,
    path: PathAndQuery,
}

impl BareGrpc {
    pub(crate) async fn connect(address: &str) -> anyhow::Result<Self> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
        Ok(Self {
            grpc: Grpc::new(endpoint.connect().await?),
            path: PathAndQuery::from_static("/hyrouter.Plugin/OnConnect"),
        })
    }

    pub(crate) async fn call(&mut self, request: Bytes) -> anyhow::Result<Bytes> {
        self.grpc.ready().await.context("the channel")?;
        let answer = self
            .grpc
            .unary(Request::new(request), self.path.clone(), PassOn);
        Ok(answer.await?.into_inner())
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct PassOn;

impl Codec for PassOn {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for PassOn {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(item);
        Ok(())
    }
}

impl Decoder for PassOn {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
