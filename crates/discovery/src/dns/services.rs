//! Backends of SRV records (RFC 2782).

use std::collections::BTreeMap;
use std::sync::Arc;

use hickory_resolver::proto::rr::{Name, RData, RecordType, rdata::SRV};
use hyrouter_router::Backend;

use super::addresses::{AddressBook, LastAnswers, NameAddresses};
use super::answer::DnsAnswer;
use super::client::{DnsFailure, DnsQueries};
use super::round::{DnsSet, DnsTarget, NoSet, backend, discovered, host, problems};

/// Maximum number of addresses of one target and type. It bounds the memory that an answer can cost.
const MAX_TARGET_ADDRESSES: usize = 16;

impl DnsTarget {
    /// Returns the backends of SRV records.
    pub(super) async fn services<Q: DnsQueries>(
        &self,
        answer: DnsAnswer,
        queries: &Arc<Q>,
        last: &mut LastAnswers,
    ) -> Result<DnsSet, NoSet> {
        let services = services(answer.records);
        let mut set = DnsSet {
            backends: Vec::new(),
            problems: Vec::new(),
            ttl: answer.ttl,
        };
        if !self.per_address {
            let named = |service: &SRV| {
                let host = host(&service.target);
                discovered(of_service(Backend::new(host, service.port), service))
            };
            set.backends.extend(services.iter().map(named));
            return Ok(set);
        }
        if services.is_empty() {
            return Ok(set);
        }
        let names = services.iter().map(|service| service.target.clone());
        let kinds = [RecordType::A, RecordType::AAAA];
        let (names, limit) = (names.collect(), MAX_TARGET_ADDRESSES);
        let book = last.look_up(queries, &names, &kinds, limit).await;
        self.add_addresses(&mut set, &services, &book)?;
        Ok(set)
    }

    /// Adds the backends of the targets' addresses.
    fn add_addresses(
        &self,
        set: &mut DnsSet,
        services: &[SRV],
        book: &AddressBook,
    ) -> Result<(), NoSet> {
        let no_addresses = |failure: &DnsFailure| {
            let host = host(&self.name);
            NoSet::Failed(format!(
                "no address of the SRV targets of {host}: {failure}"
            ))
        };
        if let Some(failure) = &book.failure {
            return Err(no_addresses(failure));
        }
        let mut reported = BTreeMap::new();
        for service in services {
            let Some(found) = book.names.get(&service.target) else {
                continue;
            };
            let target = host(&service.target);
            let backends = found.usable.iter().map(|address| {
                let mut backend = of_service(backend(*address, service.port), service);
                backend.meta.insert("target".to_owned(), target.clone());
                discovered(backend)
            });
            set.backends.extend(backends);
            reported
                .entry(&service.target)
                .or_insert_with(|| problems(&target, found));
        }
        let failure = book.names.values().find_map(|name| name.failure.as_ref());
        if set.backends.is_empty()
            && let Some(failure) = failure
        {
            return Err(no_addresses(failure));
        }
        if book.names.values().all(NameAddresses::is_empty) {
            let host = host(&self.name);
            let text = format!("no SRV target of {host} has an address");
            return Err(NoSet::Empty(text, book.negative_ttl.min(set.ttl)));
        }
        set.problems = reported.into_values().flatten().collect();
        set.ttl = book.ttl.min(set.ttl);
        Ok(())
    }
}

/// Returns the SRV records in the order of their priority, target and port, each once. Target `.` says that the service
/// is not available.
fn services(records: Vec<RData>) -> Vec<SRV> {
    let mut services: Vec<SRV> = records
        .into_iter()
        .filter_map(|record| match record {
            RData::SRV(service) => Some(service).filter(|one| !one.target.is_root()),
            _ => None,
        })
        .collect();
    services.sort_by(|a, b| place(a).cmp(&place(b)));
    services.dedup_by(|a, b| a.target == b.target && a.port == b.port);
    services
}

fn place(service: &SRV) -> (u16, &Name, u16, u16) {
    let SRV {
        priority,
        target,
        port,
        weight,
        ..
    } = service;
    (*priority, target, *port, *weight)
}

/// Adds weight and priority. A weight of 0 means a small share (RFC 2782), which is 1 here.
fn of_service(backend: Backend, service: &SRV) -> Backend {
    let priority = ("priority".to_owned(), service.priority.to_string());
    Backend {
        weight: u32::from(service.weight).max(1),
        meta: [priority].into(),
        ..backend
    }
}
