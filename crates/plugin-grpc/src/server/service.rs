//! Routes requests of HTTP: to the plugin, to the health service, or to an error.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use tokio::sync::Semaphore;
use tonic::Status;
use tonic::body::Body;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::server::{Grpc, UnaryService};
use tonic_health::pb::health_server::HealthServer;
use tower_service::Service;

use super::codec::JsonCodec;
use super::handler::{OnConnect, ask};
use super::health::HealthService;
use super::plugin_server::ServerLimits;
use crate::wire::{CONFIG, METHOD, is_grpc};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Service of everything at the address.
pub(super) struct PluginService<P> {
    plugin: Arc<ServedPlugin<P>>,
    health: HealthServer<HealthService>,
}

struct ServedPlugin<P> {
    handler: P,
    /// One permit for each call that may run.
    permits: Semaphore,
    limits: ServerLimits,
}

impl<P: OnConnect> PluginService<P> {
    pub(super) fn new(plugin: P, limits: ServerLimits, health: HealthService) -> Self {
        let permits = usize::try_from(limits.max_calls.get()).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            plugin: Arc::new(ServedPlugin {
                handler: plugin,
                permits: Semaphore::new(permits.min(Semaphore::MAX_PERMITS)),
                limits,
            }),
            health: HealthServer::new(health).max_decoding_message_size(4096),
        }
    }
}

impl<P> Clone for PluginService<P> {
    fn clone(&self) -> Self {
        Self {
            plugin: Arc::clone(&self.plugin),
            health: self.health.clone(),
        }
    }
}

impl<P: OnConnect> Service<Request<Body>> for PluginService<P> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let Self { plugin, mut health } = self.clone();
        Box::pin(async move {
            let content_type = match request.headers().get(CONTENT_TYPE) {
                Some(value) if is_grpc(request.headers()) => value.clone(),
                _ => return Ok(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
            };
            if request.method() != Method::POST {
                let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
                response
                    .headers_mut()
                    .insert(ALLOW, HeaderValue::from_static("POST"));
                return Ok(response);
            }
            let path = request.uri().path();
            let mut response = if path == METHOD {
                plugin.answer(request).await
            } else if path.starts_with("/grpc.health.v1.Health/") {
                health.call(request).await?
            } else {
                Status::unimplemented(format!(
                    "unknown method; the server has {METHOD} and the health service"
                ))
                .into_http()
            };
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            Ok(response)
        })
    }
}

impl<P: OnConnect> ServedPlugin<P> {
    async fn answer(self: Arc<Self>, request: Request<Body>) -> Response<Body> {
        // First, so that a refused call takes no memory for its request.
        let Ok(_permit) = self.permits.try_acquire() else {
            let message = format!("{} calls are running, the maximum", self.limits.max_calls);
            return Status::resource_exhausted(message).into_http();
        };
        Grpc::new(JsonCodec)
            .max_decoding_message_size(self.limits.max_request)
            .unary(PluginCall(Arc::clone(&self)), request)
            .await
    }
}

struct PluginCall<P>(Arc<ServedPlugin<P>>);

impl<P: OnConnect> UnaryService<ConnectRequest> for PluginCall<P> {
    type Response = ConnectResponse;
    type Future = BoxFuture<Result<tonic::Response<ConnectResponse>, Status>>;

    fn call(&mut self, request: tonic::Request<ConnectRequest>) -> Self::Future {
        let Self(plugin) = self;
        let plugin = Arc::clone(plugin);
        Box::pin(async move {
            let config = config(request.metadata())?;
            let response = ask(&plugin.handler, config.as_deref(), request.into_inner()).await?;
            Ok(tonic::Response::new(response))
        })
    }
}

/// Returns the operator's `config` as JSON.
fn config(metadata: &MetadataMap) -> Result<Option<Bytes>, Status> {
    let value = metadata.get_bin(CONFIG);
    let bytes = value.map(MetadataValue::to_bytes).transpose();
    bytes.map_err(|_| Status::invalid_argument(format!("the metadata {CONFIG} is not base64")))
}

/// Returns an HTTP response to a request that is not gRPC.
fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
