//! Answers of DNS servers.

use std::time::Duration;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::CNAME;
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// Maximum number of aliases (CNAME) between a name and its records.
pub(super) const MAX_ALIASES: usize = 8;

/// The records of one type of a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DnsAnswer {
    /// The records; empty if the name has none of the type.
    pub(super) records: Vec<RData>,
    /// `false` if the name does not exist at all (NXDOMAIN).
    pub(super) exists: bool,
    /// Time until the answer can change. For empty answers the negative TTL; [`Duration::MAX`] if the server gives none.
    pub(super) ttl: Duration,
}

impl DnsAnswer {
    /// Creates the answer of a name without records of the type. `negative_ttl` is in seconds.
    pub(super) fn empty(code: ResponseCode, negative_ttl: Option<u32>) -> Self {
        Self {
            records: Vec::new(),
            exists: code != ResponseCode::NXDomain,
            ttl: negative_ttl.map_or(Duration::MAX, seconds),
        }
    }
}

/// What a response says about a name.
#[derive(Debug, PartialEq)]
pub(super) enum DnsStep {
    /// It ends the lookup.
    Answer(DnsAnswer),
    /// The name is an alias of this one, whose records the response does not hold. The time is the TTL of the alias.
    Alias(Name, Duration),
}

/// Reads the records of a name from a response, at the end of its aliases.
///
/// Records of other names are ignored, as is the additional section: a server may cut it (RFC 2181, section 9).
pub(super) fn read(message: &Message, name: &Name, kind: RecordType) -> DnsStep {
    let mut owner = name;
    let mut ttl = Duration::MAX;
    for _ in 0..MAX_ALIASES {
        let alias = message
            .answers
            .iter()
            .find_map(|record| match &record.data {
                RData::CNAME(CNAME(target)) if record.name == *owner => Some((target, record.ttl)),
                _ => None,
            });
        let Some((target, alias_ttl)) = alias else {
            break;
        };
        owner = target;
        ttl = ttl.min(seconds(alias_ttl));
    }
    let is_asked = |record: &&Record| is_of(record, owner, kind);
    let found: Vec<_> = message.answers.iter().filter(is_asked).collect();
    if found.is_empty() && owner != name {
        return DnsStep::Alias(owner.clone(), ttl);
    }
    let ttl = found
        .iter()
        .fold(ttl, |ttl, record| ttl.min(seconds(record.ttl)));
    DnsStep::Answer(DnsAnswer {
        records: found.into_iter().map(|one| one.data.clone()).collect(),
        exists: message.metadata.response_code != ResponseCode::NXDomain,
        ttl,
    })
}

fn is_of(record: &Record, owner: &Name, kind: RecordType) -> bool {
    record.record_type() == kind && record.name == *owner
}

fn seconds(ttl: u32) -> Duration {
    Duration::from_secs(ttl.into())
}
