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

/// Content of a response about a name.
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

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::op::OpCode;
    use hickory_resolver::proto::rr::rdata::A;
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(format!("{text}.example.com.")).unwrap()
    }

    fn alias(from: &str, ttl: u32, to: &str) -> Record {
        Record::from_rdata(name(from), ttl, RData::CNAME(CNAME(name(to))))
    }

    fn address(of: &str, ttl: u32, last: u8) -> Record {
        Record::from_rdata(name(of), ttl, RData::A(A::new(10, 0, 0, last)))
    }

    fn step(answers: impl IntoIterator<Item = Record>) -> DnsStep {
        let mut message = Message::response(0, OpCode::Query);
        message.add_answers(answers);
        read(&message, &name("a"), RecordType::A)
    }

    fn answer(ttl: u64, addresses: impl IntoIterator<Item = u8>) -> DnsStep {
        let records = addresses.into_iter();
        DnsStep::Answer(DnsAnswer {
            records: records
                .map(|last| RData::A(A::new(10, 0, 0, last)))
                .collect(),
            exists: true,
            ttl: Duration::from_secs(ttl),
        })
    }

    #[test]
    fn records_at_the_end_of_the_aliases_count() {
        assert_eq!(
            step([address("a", 9, 1), address("b", 1, 2)]),
            answer(9, [1])
        );
        // In any order and case, with the shortest TTL of the chain.
        let chain = [
            address("C", 9, 1),
            alias("B", 3, "c"),
            alias("A", 7, "b"),
            address("c", 8, 2),
        ];
        assert_eq!(step(chain), answer(3, [1, 2]));
        let DnsStep::Answer(empty) = step([address("b", 1, 2)]) else {
            panic!("no answer");
        };
        assert_eq!((empty.records.len(), empty.ttl), (0, Duration::MAX));
    }

    #[test]
    fn an_alias_without_records_is_the_next_name() {
        let seconds = Duration::from_secs;
        let chain = [alias("a", 7, "b"), alias("b", 5, "c"), address("d", 1, 1)];
        assert_eq!(step(chain), DnsStep::Alias(name("c"), seconds(5)));
    }

    #[test]
    fn aliases_in_a_circle_end() {
        let circle = step([alias("a", 7, "b"), alias("b", 5, "c"), alias("c", 5, "b")]);
        let DnsStep::Alias(next, _) = circle else {
            panic!("an answer: {circle:?}");
        };
        assert!([name("b"), name("c")].contains(&next), "{next}");
        // An alias of itself gives no records.
        assert!(
            matches!(step([alias("a", 7, "a")]), DnsStep::Answer(one) if one.records.is_empty())
        );
    }

    proptest! {
        #[test]
        fn no_message_panics(bytes in vec(any::<u8>(), 0..600), counts in any::<[u8; 3]>()) {
            // A header with few records, so that more of the messages can be parsed.
            let header = [0, 0, 0x85, 0x80, 0, 1, 0, counts[0] % 4, 0, counts[1] % 2, 0, counts[2] % 2];
            let question = *b"\x01a\x07example\x03com\0\0\x01\0\x01";
            let whole = [&header[..], &question, &bytes].concat();
            for bytes in [&bytes, &whole] {
                if let Ok(message) = Message::from_vec(bytes) {
                    for kind in [RecordType::A, RecordType::AAAA, RecordType::SRV] {
                        read(&message, &name("a"), kind);
                    }
                }
            }
        }
    }
}
