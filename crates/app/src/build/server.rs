//! From settings to servers that have their ports.

use std::io;
use std::num::NonZeroUsize;

use hyrouter_config::{ProxyHeaderMode, RateSettings, RetrySettings, Settings};
use hyrouter_proxy::{
    Access, AddressTokenKey, AddressTokenKeyError, AlpnList, Handler, Limits, ListenAddress,
    ProxyHeaders, ProxyProtocol, Rate, Rates, Reconfiguration, RetryMode, Server, ServerBuilder,
    ServerCertificate, ServerError,
};

use super::Assembly;
use super::port_holder;
pub(crate) use super::port_holder::Transport;
use crate::error::AppError;

/// Binds the QUIC entrypoint.
///
/// # Errors
/// The application protocols cannot be used, or the port is taken.
pub(crate) fn bind<H: Handler>(assembly: &Assembly, handler: H) -> Result<Server<H>, AppError> {
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
            ProxyHeaderMode::First => ProxyHeaders::First,
            ProxyHeaderMode::Every => ProxyHeaders::Every,
        };
        builder = builder.proxy_protocol(ProxyProtocol { trusted, headers });
    }
    builder.bind(handler).map_err(|source| AppError::Bind {
        holder: match &source {
            ServerError::Bind { listen, error } => holder(Transport::Udp, listen.port(), error),
            _ => None,
        },
        source,
    })
}

/// Describes the process that has a port, if it is taken.
pub(crate) fn holder(transport: Transport, port: u16, error: &io::Error) -> Option<String> {
    let is_taken = error.kind() == io::ErrorKind::AddrInUse;
    is_taken.then(|| port_holder::guess(transport, port))
}

/// Returns the changes that bring a running server from `now` to `next`.
pub(crate) fn reconfigure(next: &Assembly, now: &Assembly) -> Result<Reconfiguration, AppError> {
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

/// Returns a random key, as a server without a configured key has.
fn random_key() -> Result<AddressTokenKey, AddressTokenKeyError> {
    AddressTokenKey::new(&rand::random::<[u8; 32]>())
}

fn limits(settings: &Settings) -> Limits {
    let limits = &settings.limits;
    let retry = match limits.retry {
        RetrySettings::Always => RetryMode::Always,
        RetrySettings::Never => RetryMode::Never,
        RetrySettings::Adaptive => RetryMode::Adaptive,
    };
    let rate = |rate: RateSettings| Rate {
        per_second: rate.per_second,
        burst: rate.burst,
    };
    let rate = Rates {
        global: rate(limits.rate),
        per_source: rate(limits.source_rate.into()),
    };
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let access = Access {
        allow: limits.allow.clone(),
        deny: limits.deny.clone(),
    };
    Limits::default()
        .with_handshake_timeout(limits.handshake_timeout)
        .with_connect_timeout(limits.connect_timeout)
        .with_decision_timeout(limits.decision_timeout)
        .with_close_timeout(limits.close_timeout)
        .with_drain_timeout(settings.drain_timeout())
        .with_idle_timeout(settings.quic.max_idle_timeout)
        .with_retry(retry)
        .with_retry_threshold(count(limits.retry_threshold))
        .with_max_half_open(count(limits.max_half_open))
        .with_max_connections(count(limits.max_connections))
        .with_max_connections_per_source(count(limits.max_connections_per_source))
        .with_max_unread_bytes(usize::try_from(limits.max_unread).unwrap_or(usize::MAX))
        .with_rate(rate)
        .with_access(access)
}

fn listen(settings: &Settings) -> ListenAddress {
    let listen = &settings.listen;
    if listen.dual_stack {
        ListenAddress::AllInterfaces(listen.addr.port())
    } else {
        ListenAddress::Address(listen.addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_configuration_are_those_of_the_entrypoint() {
        assert_eq!(limits(&Settings::built_in()), Limits::default());
    }
}
