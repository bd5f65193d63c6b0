//! Connection ids of the server.

use std::time::Duration;

use aws_lc_rs::rand;
use quinn::{ConnectionId, ConnectionIdGenerator};

/// As long as the id that a client begins with (RFC 9000, section 7.2).
const LEN: usize = 8;

/// Ids of eight random bytes.
///
/// quinn's own ids have three random bytes, and the other five follow from them. The id of a Retry is not compared with
/// the ids in use. A client with the id of another connection gets no answer until that connection is forgotten: with
/// 1,000 Retries at once, about every third time one player waited for 1 to 3 s.
#[derive(Debug)]
pub(crate) struct RandomIds;

impl ConnectionIdGenerator for RandomIds {
    fn generate_cid(&mut self) -> ConnectionId {
        let mut id = [0; LEN];
        // It does not fail on a system that has given randomness before, as it did for the server's keys.
        let filled = rand::fill(&mut id);
        debug_assert!(filled.is_ok(), "the system gives no randomness");
        ConnectionId::new(&id)
    }

    fn cid_len(&self) -> usize {
        LEN
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// With three random bytes 300 of these would be there twice.
    #[test]
    fn ids_do_not_meet() {
        let ids: HashSet<_> = (0..100_000).map(|_| RandomIds.generate_cid()).collect();
        assert_eq!(ids.len(), 100_000);
    }
}
