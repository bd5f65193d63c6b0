//! The standard health service.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::sync::watch;
use tokio_stream::Stream;
use tokio_stream::wrappers::WatchStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse, health_server};

/// Reports whether the plugin is served. Not the service of tonic-health, whose watchers would keep a server from ending.
#[derive(Debug)]
pub(super) struct HealthService {
    is_draining: watch::Receiver<bool>,
}

impl HealthService {
    pub(super) fn new(is_draining: watch::Receiver<bool>) -> Self {
        Self { is_draining }
    }
}

/// Returns whether a caller may ask for a service: the server as a whole, or its only service.
fn is_known(service: &str) -> bool {
    matches!(service, "" | "hyrouter.Plugin")
}

fn serving(is_draining: bool) -> ServingStatus {
    if is_draining {
        ServingStatus::NotServing
    } else {
        ServingStatus::Serving
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

#[tonic::async_trait]
impl health_server::Health for HealthService {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        if !is_known(&request.get_ref().service) {
            return Err(Status::not_found("there is no such service"));
        }
        let is_draining = *self.is_draining.borrow();
        Ok(Response::new(response(serving(is_draining))))
    }

    type WatchStream = HealthWatch;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthWatch>, Status> {
        Ok(Response::new(HealthWatch {
            is_known: is_known(&request.get_ref().service),
            draining: WatchStream::new(self.is_draining.clone()),
            is_over: false,
        }))
    }
}

/// Reports the state and each change of it, and ends when the server does.
#[derive(Debug)]
pub(super) struct HealthWatch {
    is_known: bool,
    draining: WatchStream<bool>,
    is_over: bool,
}

impl Stream for HealthWatch {
    type Item = Result<HealthCheckResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let Some(is_draining) = ready!(Pin::new(&mut self.draining).poll_next(context)) else {
            return Poll::Ready(None);
        };
        self.is_over = is_draining;
        let status = if self.is_known {
            serving(is_draining)
        } else {
            ServingStatus::ServiceUnknown
        };
        Poll::Ready(Some(Ok(response(status))))
    }
}
