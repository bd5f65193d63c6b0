//! Queries to DNS servers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::{DnsHandle as _, FirstAnswer as _};
use hickory_resolver::net::{DnsError, NetError, NoRecords};
use hickory_resolver::proto::op::{DnsRequestOptions, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig, system_conf};
use tokio::time::timeout;

use super::answer::{DnsAnswer, DnsStep, MAX_ALIASES, read};

/// Maximum time of the lookup of one name, with all aliases.
const LOOKUP_TIME: Duration = Duration::from_secs(6);
/// Maximum time of one query, over all servers.
const QUERY_TIME: Duration = Duration::from_secs(5);
/// Minimum time that one of many servers gets.
const LEAST_SERVER_TIME: Duration = Duration::from_millis(500);

/// The reason why a name could not be looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum DnsFailure {
    /// The system's list of servers cannot be read.
    #[error("the system's DNS servers cannot be read: {0}")]
    System(String),
    /// No server answered, or none could.
    #[error("{0}")]
    Servers(String),
    /// The name leads to too many other names.
    #[error("more than {MAX_ALIASES} aliases (CNAME)")]
    Aliases,
    /// The time of the lookup has passed.
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
}

/// A source of DNS answers.
pub(super) trait DnsQueries: Send + Sync + 'static {
    /// Looks up the records of one type of a name.
    ///
    /// # Errors
    /// No server gave an answer. That a name has no such records is an answer.
    fn ask(
        &self,
        name: Name,
        kind: RecordType,
    ) -> impl Future<Output = Result<DnsAnswer, DnsFailure>> + Send;
}

/// DNS servers in the order in which they are asked. Nothing is cached.
pub(super) struct DnsClient {
    servers: Vec<DnsServer>,
    /// Index of the server that is asked first: the one that answered last.
    first: AtomicUsize,
    server_time: Duration,
}

struct DnsServer {
    address: SocketAddr,
    /// A pool of this server alone. A pool of several takes the first answer, even SERVFAIL.
    pool: NameServerPool<TokioRuntimeProvider>,
}

impl DnsClient {
    /// Creates a client of these servers, or of those of the system if there are none.
    ///
    /// # Errors
    /// The system's servers cannot be read.
    pub(super) fn new(servers: &[SocketAddr]) -> Result<Self, DnsFailure> {
        let system = |error: NetError| DnsFailure::System(error.to_string());
        let servers = match servers {
            [] => system_servers().map_err(system)?,
            given => given.to_vec(),
        };
        let count = u32::try_from(servers.len().max(1)).unwrap_or(u32::MAX);
        let server_time = (QUERY_TIME / count).max(LEAST_SERVER_TIME);
        let mut options = ResolverOpts::default();
        options.timeout = server_time;
        let tls = TlsConfig::new().map_err(system)?;
        let context = Arc::new(PoolContext::new(options, tls));
        let servers = servers.into_iter().map(|address| {
            let connection = |mut one: ConnectionConfig| {
                one.port = address.port();
                one
            };
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
            let connections = connections.map(connection).into();
            let config = NameServerConfig::new(address.ip(), true, connections);
            let provider = TokioRuntimeProvider::default();
            let pool = NameServerPool::from_config([config], Arc::clone(&context), provider);
            DnsServer { address, pool }
        });
        Ok(Self {
            servers: servers.collect(),
            first: AtomicUsize::new(0),
            server_time,
        })
    }

    /// Asks the servers one after the other, until one answers.
    async fn ask_servers(&self, name: &Name, kind: RecordType) -> Result<DnsStep, DnsFailure> {
        let first = self.first.load(Ordering::Relaxed);
        let count = self.servers.len();
        let mut failures = Vec::new();
        for index in (0..count).map(|at| (first + at) % count) {
            let Some(server) = self.servers.get(index) else {
                continue;
            };
            let asked = timeout(self.server_time, server.ask(name, kind)).await;
            match asked.unwrap_or_else(|_| Err(NetError::Timeout.to_string())) {
                Ok(step) => {
                    self.first.store(index, Ordering::Relaxed);
                    return Ok(step);
                }
                Err(failure) => failures.push((index, format!("{}: {failure}", server.address))),
            }
        }
        // In the order of the servers, so that the text does not depend on the server that was asked first.
        failures.sort_unstable();
        let texts: Vec<_> = failures.into_iter().map(|(_, text)| text).collect();
        Err(DnsFailure::Servers(texts.join("; ")))
    }

    async fn follow_aliases(
        &self,
        mut name: Name,
        kind: RecordType,
    ) -> Result<DnsAnswer, DnsFailure> {
        let mut ttl = Duration::MAX;
        for _ in 0..MAX_ALIASES {
            match self.ask_servers(&name, kind).await? {
                DnsStep::Answer(answer) => {
                    let ttl = answer.ttl.min(ttl);
                    return Ok(DnsAnswer { ttl, ..answer });
                }
                DnsStep::Alias(target, alias_ttl) => {
                    name = target;
                    ttl = ttl.min(alias_ttl);
                }
            }
        }
        Err(DnsFailure::Aliases)
    }
}

impl DnsQueries for DnsClient {
    async fn ask(&self, name: Name, kind: RecordType) -> Result<DnsAnswer, DnsFailure> {
        let lookup = self.follow_aliases(name, kind);
        timeout(LOOKUP_TIME, lookup)
            .await
            .unwrap_or(Err(DnsFailure::Late(LOOKUP_TIME)))
    }
}

impl DnsServer {
    /// Sends one query, by TCP after a truncated answer.
    async fn ask(&self, name: &Name, kind: RecordType) -> Result<DnsStep, String> {
        let query = Query::query(name.clone(), kind);
        let mut options = DnsRequestOptions::default();
        options.recursion_desired = true;
        options.use_edns = true;
        match self.pool.lookup(query, options).first_answer().await {
            Ok(response) => match response.metadata.response_code {
                ResponseCode::NoError | ResponseCode::NXDomain => Ok(read(&response, name, kind)),
                code => Err(code_text(code)),
            },
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => negative(&none),
            Err(NetError::Dns(DnsError::ResponseCode(code))) => Err(code_text(code)),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn negative(none: &NoRecords) -> Result<DnsStep, String> {
    if none.ns.is_some() && none.soa.is_none() {
        return Err(
            "it only refers to other servers; a server that resolves names is needed".into(),
        );
    }
    let answer = DnsAnswer::empty(none.response_code, none.negative_ttl);
    Ok(DnsStep::Answer(answer))
}

fn code_text(code: ResponseCode) -> String {
    format!("it answered {}", format!("{code:?}").to_uppercase())
}

fn system_servers() -> Result<Vec<SocketAddr>, NetError> {
    let (config, _) = system_conf::read_system_conf()?;
    let servers = config.name_servers().iter();
    // The search domains and `ndots` of the system do not apply: names are absolute.
    Ok(servers.map(|one| SocketAddr::new(one.ip, 53)).collect())
}
