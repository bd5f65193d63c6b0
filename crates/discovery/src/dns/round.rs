//! One round of lookups: from a name to its backends.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::{Name, RecordType};
use hyrouter_router::{Address, Backend};

use super::addresses::{LastAnswers, NameAddresses};
use super::client::{DnsFailure, DnsQueries};
use crate::{DiscoveredBackend, DnsRecord, EntryProblem};

/// The name to look up, and the use of its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DnsTarget {
    /// The absolute name.
    pub(super) name: Name,
    pub(super) record: DnsRecord,
    /// Port of backends without SRV records.
    pub(super) port: Option<u16>,
    pub(super) per_address: bool,
}

/// The backends of a round.
#[derive(Debug)]
pub(super) struct DnsSet {
    pub(super) backends: Vec<DiscoveredBackend>,
    /// Parts of the set that are missing.
    pub(super) problems: Vec<EntryProblem>,
    pub(super) ttl: Duration,
}

/// The reason why a round has no set.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoSet {
    /// The servers answered that there are no records. The time is the negative TTL.
    Empty(String, Duration),
    /// The servers did not answer.
    Failed(String),
}

impl DnsTarget {
    /// Looks up the backends.
    pub(super) async fn look_up<Q: DnsQueries>(
        &self,
        queries: &Arc<Q>,
        last: &mut LastAnswers,
    ) -> Result<DnsSet, NoSet> {
        let kinds: &[RecordType] = match self.record {
            DnsRecord::A => &[RecordType::A],
            DnsRecord::Aaaa => &[RecordType::AAAA],
            DnsRecord::Auto | DnsRecord::Srv => {
                let asked = queries.ask(self.name.clone(), RecordType::SRV).await;
                let answer = asked.map_err(|failure| self.failed(&failure))?;
                if !answer.records.is_empty() {
                    return self.services(answer, queries, last).await;
                }
                if self.record == DnsRecord::Srv || self.port.is_none() {
                    return Err(self.empty(answer.exists, answer.ttl));
                }
                &[RecordType::A, RecordType::AAAA]
            }
        };
        self.hosts(queries, last, kinds).await
    }

    /// Returns the backends of the addresses of the name.
    async fn hosts<Q: DnsQueries>(
        &self,
        queries: &Arc<Q>,
        last: &mut LastAnswers,
        kinds: &[RecordType],
    ) -> Result<DnsSet, NoSet> {
        let names = BTreeSet::from([self.name.clone()]);
        let mut book = last.look_up(queries, &names, kinds, usize::MAX).await;
        if let Some(failure) = book.failure {
            return Err(self.failed(&failure));
        }
        let found = book.names.remove(&self.name).unwrap_or_default();
        if found.is_empty() {
            return Err(match &found.failure {
                Some(failure) => self.failed(failure),
                None => self.empty(found.exists, book.negative_ttl),
            });
        }
        let host = host(&self.name);
        let mut set = DnsSet {
            backends: Vec::new(),
            problems: problems(&host, &found),
            ttl: book.ttl,
        };
        let port = self.port.unwrap_or_default();
        if self.per_address {
            let backends = found.usable.iter().map(|address| backend(*address, port));
            set.backends.extend(backends.map(discovered));
        } else {
            set.backends.push(discovered(Backend::new(host, port)));
        }
        Ok(set)
    }

    fn failed(&self, failure: &DnsFailure) -> NoSet {
        let host = host(&self.name);
        NoSet::Failed(format!("{host}: {failure}"))
    }

    fn empty(&self, exists: bool, ttl: Duration) -> NoSet {
        let host = host(&self.name);
        let text = match (self.record, self.port) {
            _ if !exists => format!("{host} does not exist (NXDOMAIN)"),
            (DnsRecord::A, _) => format!("{host} has no A records"),
            (DnsRecord::Aaaa, _) => format!("{host} has no AAAA records"),
            (DnsRecord::Srv, _) => format!("{host} has no SRV records"),
            (DnsRecord::Auto, Some(_)) => format!("{host} has no SRV, A or AAAA records"),
            (DnsRecord::Auto, None) => {
                format!("{host} has no SRV records, and its A and AAAA records need `port`")
            }
        };
        NoSet::Empty(text, ttl)
    }
}

pub(super) fn backend(address: IpAddr, port: u16) -> Backend {
    Backend::new(address.to_string(), port)
}

pub(super) fn discovered(backend: Backend) -> DiscoveredBackend {
    let id = Address(&backend.host, backend.port).to_string();
    DiscoveredBackend::new(id, backend)
}

/// Returns the problems with the addresses of a name.
pub(super) fn problems(host: &str, found: &NameAddresses) -> Vec<EntryProblem> {
    let mut texts = Vec::new();
    if let Some(failure) = &found.failure {
        texts.push(format!("{failure}; its last addresses stay in use"));
    } else if found.is_empty() {
        let missing = if found.exists {
            "it has no A or AAAA records"
        } else {
            "it does not exist (NXDOMAIN)"
        };
        texts.push(missing.to_owned());
    }
    if let Some(address) = found.link_local.first() {
        texts.push(format!(
            "{address} is a link-local address, which clients cannot reach"
        ));
    }
    if found.dropped > 0 {
        let (used, dropped) = (found.usable.len(), found.dropped);
        texts.push(format!(
            "{used} of its addresses are used, {dropped} are not"
        ));
    }
    let texts = texts.into_iter();
    texts.map(|text| EntryProblem::new(host, text)).collect()
}

/// Returns the text of a name, in lower case and without the final dot.
pub(super) fn host(name: &Name) -> String {
    let text = name.to_lowercase().to_ascii();
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}
