//! Provider `dns` with a real DNS server, and with servers that misbehave.

mod faults;
mod records;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_discovery::{DnsRecord, DnsSettings, SourceSettings, SourceState};

use crate::followed::Followed;

/// Follows a name with short times. Backends without SRV records have port 5520.
fn follow(servers: &[SocketAddr], name: &str, change: impl FnOnce(&mut DnsSettings)) -> Followed {
    let mut settings = DnsSettings {
        name: name.to_owned(),
        record: DnsRecord::Auto,
        port: Some(5520),
        servers: servers.to_vec(),
        min_ttl: Duration::from_secs(1),
        max_ttl: Duration::from_secs(2),
        per_address: true,
    };
    change(&mut settings);
    Followed::new(SourceSettings::Dns(settings))
}

/// Waits for backends with these ids, in this order, and without an error.
async fn until_ids(followed: &mut Followed, ids: &[&str]) -> Arc<SourceState> {
    let are_there = |state: &SourceState| {
        let found = state.backends.iter().map(|one| &*one.id);
        state.is_synced && state.error.is_none() && found.eq(ids.iter().copied())
    };
    followed.until(&format!("{ids:?}"), are_there).await
}
