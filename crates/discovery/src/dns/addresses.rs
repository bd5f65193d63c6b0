//! Addresses of many names.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::answer::DnsAnswer;
use super::client::{DnsFailure, DnsQueries};

/// Maximum number of queries at a time.
const AT_ONCE: usize = 16;
/// Maximum time of all lookups of a set together.
const SET_TIME: Duration = Duration::from_secs(30);

/// A name and the type of its addresses.
type Part = (Name, RecordType);

/// The addresses of one name.
#[derive(Debug, Default)]
pub(super) struct NameAddresses {
    /// Usable addresses, those of IPv4 first.
    pub(super) usable: BTreeSet<IpAddr>,
    /// Link-local addresses. A client cannot use them without the zone, which DNS does not have.
    pub(super) link_local: BTreeSet<IpAddr>,
    /// Number of addresses beyond the limit.
    pub(super) dropped: usize,
    /// First failure. The addresses that failed are those of the last good answer.
    pub(super) failure: Option<DnsFailure>,
    /// `true` if an answer was that the name exists.
    pub(super) exists: bool,
}

impl NameAddresses {
    /// Returns whether it has no addresses at all.
    pub(super) fn is_empty(&self) -> bool {
        self.usable.is_empty() && self.link_local.is_empty()
    }

    fn add(&mut self, part: &PartAnswer) {
        for address in &part.addresses {
            if is_link_local(*address) {
                self.link_local.insert(*address);
            } else {
                self.usable.insert(*address);
            }
        }
        self.dropped += part.dropped;
    }
}

/// The addresses of all names that were asked for.
#[derive(Debug)]
pub(super) struct AddressBook {
    pub(super) names: BTreeMap<Name, NameAddresses>,
    /// Shortest TTL of all addresses.
    pub(super) ttl: Duration,
    /// Shortest TTL of answers without addresses.
    pub(super) negative_ttl: Duration,
    /// First failure, if nothing was answered.
    pub(super) failure: Option<DnsFailure>,
}

/// The addresses of one type of a name.
#[derive(Debug)]
struct PartAnswer {
    /// In ascending order.
    addresses: Vec<IpAddr>,
    dropped: usize,
    exists: bool,
    ttl: Duration,
    at: Instant,
}

impl PartAnswer {
    fn new(answer: &DnsAnswer, limit: usize) -> Self {
        let mut addresses: Vec<_> = answer.records.iter().filter_map(address).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let dropped = addresses.len().saturating_sub(limit);
        addresses.truncate(limit);
        Self {
            addresses,
            dropped,
            exists: answer.exists,
            ttl: answer.ttl,
            at: Instant::now(),
        }
    }
}

/// The last good answers, so that a name that cannot be looked up keeps its addresses.
#[derive(Debug)]
pub(super) struct LastAnswers {
    /// Age from which an answer is no longer used.
    max_age: Option<Duration>,
    answers: BTreeMap<Part, PartAnswer>,
}

impl LastAnswers {
    /// Creates an empty list. An answer is used for at most `max_age`; without end if there is none.
    pub(super) fn new(max_age: Option<Duration>) -> Self {
        Self {
            max_age,
            answers: BTreeMap::new(),
        }
    }

    /// Looks up the addresses of these types of all names, several at a time, with at most `limit` of each.
    pub(super) async fn look_up<Q: DnsQueries>(
        &mut self,
        queries: &Arc<Q>,
        names: &BTreeSet<Name>,
        kinds: &[RecordType],
        limit: usize,
    ) -> AddressBook {
        let parts = names
            .iter()
            .flat_map(|name| kinds.iter().map(|kind| (name.clone(), *kind)));
        let answers = ask_all(queries, parts.collect(), limit).await;
        let mut before = std::mem::take(&mut self.answers);
        let mut book = AddressBook {
            names: BTreeMap::new(),
            ttl: Duration::MAX,
            negative_ttl: Duration::MAX,
            failure: None,
        };
        let mut failures = Vec::new();
        for (part, answer) in answers {
            let name = book.names.entry(part.0.clone()).or_default();
            let found = match answer {
                Ok(answer) => {
                    name.exists |= answer.exists;
                    let ttl = match &*answer.addresses {
                        [] => &mut book.negative_ttl,
                        _ => &mut book.ttl,
                    };
                    *ttl = answer.ttl.min(*ttl);
                    Some(answer)
                }
                Err(failure) => {
                    name.failure.get_or_insert_with(|| failure.clone());
                    failures.push(failure);
                    before.remove(&part).filter(|last| self.is_fresh(last))
                }
            };
            if let Some(found) = found {
                name.add(&found);
                self.answers.insert(part, found);
            }
        }
        if failures.len() == names.len() * kinds.len() {
            book.failure = failures.into_iter().next();
        }
        book
    }

    fn is_fresh(&self, last: &PartAnswer) -> bool {
        let is_fresh = |max_age| last.at.elapsed() < max_age;
        self.max_age.is_none_or(is_fresh)
    }
}

/// Asks for all parts. Those without an answer at the end of the time have failed.
async fn ask_all<Q: DnsQueries>(
    queries: &Arc<Q>,
    parts: Vec<Part>,
    limit: usize,
) -> BTreeMap<Part, Result<PartAnswer, DnsFailure>> {
    let deadline = Instant::now() + SET_TIME;
    let late = |part: &Part| (part.clone(), Err(DnsFailure::Late(SET_TIME)));
    let mut answers: BTreeMap<_, _> = parts.iter().map(late).collect();
    let mut waiting = parts.into_iter();
    let mut running = JoinSet::new();
    loop {
        for part in waiting.by_ref().take(AT_ONCE - running.len()) {
            let queries = Arc::clone(queries);
            running.spawn(async move {
                let answer = queries.ask(part.0.clone(), part.1).await;
                (part, answer.map(|answer| PartAnswer::new(&answer, limit)))
            });
        }
        match timeout_at(deadline, running.join_next()).await {
            Ok(Some(Ok((part, answer)))) => {
                answers.insert(part, answer);
            }
            // A query that panicked has no answer.
            Ok(Some(Err(_))) => {}
            Ok(None) | Err(_) => return answers,
        }
    }
}

fn address(record: &RData) -> Option<IpAddr> {
    match record {
        RData::A(v4) => Some(v4.0.into()),
        RData::AAAA(v6) => Some(v6.0.into()),
        _ => None,
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}
