//! From settings to servers that have their ports.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use hyrouter_admin::{AdminControl, AdminError, AdminServer, AdminToken};
use hyrouter_config::{RateSettings, Settings};
use hyrouter_proxy::{
    Access, AddressTokenKey, AlpnList, Handler, Limits, ListenAddress, ProxyHeaders, ProxyProtocol,
    Rate, Rates, Reconfiguration, RetryMode, Server, ServerBuilder, ServerCertificate, ServerError,
};

use crate::build::Assembly;
use crate::build::port_holder::{self, Transport};

/// # Errors
/// The port is taken, for example; with what helps a person to get on.
pub(crate) fn bind<H: Handler>(assembly: &Assembly, handler: H) -> anyhow::Result<Server<H>> {
    start(assembly, handler).map_err(explain)
}

/// Binds the admin server.
///
/// # Errors
/// The port is taken, for example; with what helps a person to get on.
pub(crate) fn bind_admin(
    listen: SocketAddr,
    token: Option<AdminToken>,
    control: Arc<dyn AdminControl>,
) -> anyhow::Result<AdminServer> {
    AdminServer::bind(listen, token, control)
        .map_err(|error| explain_admin(error).context("admin.listen"))
}

fn start<H: Handler>(assembly: &Assembly, handler: H) -> anyhow::Result<Server<H>> {
    let settings = &assembly.settings;
    let mut builder = ServerBuilder::default()
        .listen(listen(settings))
        .alpn(AlpnList::parse(&settings.tls.alpn)?)
        .limits(limits(settings));
    if let Some(endpoints) = NonZeroUsize::new(settings.quic.endpoints) {
        builder = builder.endpoints(endpoints);
    }
    if let Some(certificate) = &assembly.certificate {
        builder = builder.certificate(certificate.clone());
    }
    if let Some(key) = &assembly.token_key {
        builder = builder.token_key(key.clone());
    }
    if let Some(proxy) = &settings.quic.proxy_protocol {
        let trusted = proxy.trusted.clone();
        let headers = match proxy.headers {
            hyrouter_config::ProxyHeaderMode::First => ProxyHeaders::First,
            hyrouter_config::ProxyHeaderMode::Every => ProxyHeaders::Every,
        };
        builder = builder.proxy_protocol(ProxyProtocol { trusted, headers });
    }
    Ok(builder.bind(handler)?)
}

/// What a server that runs by `now` has to change to run by `next`.
pub(crate) fn reconfigure(next: &Assembly, now: &Assembly) -> anyhow::Result<Reconfiguration> {
    let certificate = match &next.certificate {
        None if now.certificate.is_some() => Some(ServerCertificate::self_signed()?),
        certificate => certificate.clone(),
    };
    let token_key = match &next.token_key {
        None if now.token_key.is_some() => Some(random_key()?),
        key => key.clone(),
    };
    Ok(Reconfiguration::default()
        .with_alpn(AlpnList::parse(&next.settings.tls.alpn)?)
        .with_limits(limits(&next.settings))
        .with_certificate(certificate)
        .with_token_key(token_key))
}

/// A key as a server has that is given none.
fn random_key() -> anyhow::Result<AddressTokenKey> {
    let secret: [u8; 32] = rand::random();
    Ok(AddressTokenKey::parse(&format!(
        "hex:{}",
        hex::encode(secret)
    ))?)
}

fn limits(settings: &Settings) -> Limits {
    let limits = &settings.limits;
    let retry = match limits.retry {
        hyrouter_config::RetrySettings::Always => RetryMode::Always,
        hyrouter_config::RetrySettings::Never => RetryMode::Never,
        hyrouter_config::RetrySettings::Adaptive => RetryMode::Adaptive,
    };
    let rate = Rates {
        global: rate(limits.rate),
        per_source: rate(limits.source_rate),
    };
    let access = Access {
        allow: limits.allow.clone(),
        deny: limits.deny.clone(),
    };
    Limits::default()
        .with_handshake_timeout(limits.handshake_timeout)
        .with_connect_timeout(limits.connect_timeout)
        .with_decision_timeout(limits.decision_timeout)
        .with_close_timeout(limits.close_timeout)
        .with_drain_timeout(settings.shutdown.timeout)
        .with_idle_timeout(settings.quic.max_idle_timeout)
        .with_retry(retry)
        .with_retry_threshold(limits.retry_threshold)
        .with_max_half_open(limits.max_half_open)
        .with_max_connections(limits.max_connections)
        .with_max_connections_per_source(limits.max_connections_per_source)
        .with_max_unread_bytes(limits.max_unread)
        .with_rate(rate)
        .with_access(access)
}

fn rate(rate: RateSettings) -> Rate {
    Rate {
        per_second: rate.per_second,
        burst: rate.burst,
    }
}

fn listen(settings: &Settings) -> ListenAddress {
    let listen = &settings.listen;
    if listen.dual_stack {
        ListenAddress::AllInterfaces(listen.addr.port())
    } else {
        ListenAddress::Address(listen.addr)
    }
}

/// Adds which process has the port.
fn explain_admin(error: AdminError) -> anyhow::Error {
    match &error {
        AdminError::Bind { listen, source } if source.kind() == ErrorKind::AddrInUse => {
            let holder = port_holder::guess(Transport::Tcp, listen.port());
            anyhow::Error::new(error).context(holder)
        }
        _ => error.into(),
    }
}

/// Adds which process has the port.
fn explain(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<ServerError>() {
        Some(ServerError::Bind {
            listen,
            error: taken,
        }) if taken.kind() == ErrorKind::AddrInUse => {
            let holder = port_holder::guess(Transport::Udp, listen.port());
            error.context(holder)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use hyrouter_config::LimitSettings;
    use hyrouter_protocol::MAX_CONNECT_PAYLOAD;

    use super::*;

    /// The warnings of `check` use the limits of the entrypoint.
    #[test]
    fn the_configuration_knows_the_parts_of_the_entrypoint() {
        assert_eq!(LimitSettings::SOURCE_PARTS, Limits::SOURCE_PARTS);
        assert_eq!(LimitSettings::NETWORK_PARTS, Limits::NETWORK_PARTS);
        let longest = usize::try_from(LimitSettings::LONGEST_PACKET).unwrap();
        assert_eq!(longest, MAX_CONNECT_PAYLOAD);
    }
}
