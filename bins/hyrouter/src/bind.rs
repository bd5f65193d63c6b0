//! From settings to a server that has its port.

use std::io::ErrorKind;
use std::num::NonZeroUsize;

use hyrouter_config::Settings;
use hyrouter_proxy::{
    AlpnList, Limits, Listen, Server, ServerBuilder, ServerError, ServerIdentity,
};

use crate::port_holder;
use crate::service::Service;

/// # Errors
/// The port is taken, for example; with what helps a person to get on.
pub(crate) fn bind(
    settings: &Settings,
    identity: Option<ServerIdentity>,
    service: Service,
) -> anyhow::Result<Server<Service>> {
    start(settings, identity, service).map_err(explain)
}

fn start(
    settings: &Settings,
    identity: Option<ServerIdentity>,
    service: Service,
) -> anyhow::Result<Server<Service>> {
    let limits = &settings.limits;
    let mut bounds = Limits::default();
    bounds.handshake_timeout = limits.handshake_timeout;
    bounds.connect_timeout = limits.connect_timeout;
    bounds.decision_timeout = limits.decision_timeout;
    bounds.close_timeout = limits.close_timeout;
    bounds.drain_timeout =
        limits.handshake_timeout + limits.connect_timeout + limits.decision_timeout;
    bounds.retry_threshold = limits.retry_threshold;
    bounds.max_connections = limits.max_connections;
    bounds.max_connections_per_source = limits.max_connections_per_source;
    bounds.idle_timeout = settings.quic.max_idle_timeout;

    let mut builder = ServerBuilder::default()
        .listen(listen(settings))
        .alpn(AlpnList::parse(&settings.tls.alpn)?)
        .limits(bounds);
    if let Some(endpoints) = NonZeroUsize::new(settings.quic.endpoints) {
        builder = builder.endpoints(endpoints);
    }
    if let Some(identity) = identity {
        builder = builder.identity(identity);
    }
    Ok(builder.bind(service)?)
}

fn listen(settings: &Settings) -> Listen {
    let listen = &settings.listen;
    if listen.dual_stack {
        Listen::AllInterfaces(listen.addr.port())
    } else {
        Listen::Address(listen.addr)
    }
}

/// Adds what helps a person to get on.
fn explain(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<ServerError>() {
        Some(ServerError::Bind {
            listen,
            error: taken,
        }) if taken.kind() == ErrorKind::AddrInUse => {
            let holder = port_holder::guess(listen.port());
            error.context(holder)
        }
        _ => error,
    }
}
