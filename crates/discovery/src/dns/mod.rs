//! Backends of a name in DNS.

mod addresses;
mod answer;
mod client;
mod round;
mod schedule;
mod services;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use self::addresses::LastAnswers;
use self::client::{DnsClient, DnsFailure, DnsQueries};
use self::round::{DnsTarget, NoSet};
use self::schedule::LookupTimes;
use crate::{DnsRecord, DnsSettings, Follow, Provider, ProviderError, ProviderSettings, Publisher};

/// Shortest `min_ttl`.
const LEAST_TTL: Duration = Duration::from_secs(1);

/// Looks up a name in DNS again and again.
#[derive(Debug)]
pub(crate) struct DnsProvider {
    target: DnsTarget,
    times: LookupTimes,
    servers: Vec<SocketAddr>,
    max_staleness: Option<Duration>,
}

impl DnsProvider {
    /// Creates the provider of these settings.
    ///
    /// # Errors
    /// The name, the port or a time cannot be used.
    pub(crate) fn new(
        settings: &DnsSettings,
        of_all: &ProviderSettings,
    ) -> Result<Self, ProviderError> {
        let DnsSettings {
            name,
            record,
            port,
            servers,
            min_ttl,
            max_ttl,
            per_address,
        } = settings;
        if port.is_none() && matches!(record, DnsRecord::A | DnsRecord::Aaaa) {
            return Err(setting("port", "needed for A and AAAA records".to_owned()));
        }
        if *min_ttl < LEAST_TTL || min_ttl > max_ttl {
            let problem = format!("{min_ttl:?}; allowed: 1 s to max_ttl ({max_ttl:?})");
            return Err(setting("min_ttl", problem));
        }
        let target = DnsTarget {
            name: absolute(name)?,
            record: *record,
            port: *port,
            per_address: *per_address,
        };
        let (min, max) = (*min_ttl, *max_ttl);
        Ok(Self {
            target,
            times: LookupTimes { min, max },
            servers: servers.clone(),
            max_staleness: of_all.max_staleness,
        })
    }
}

impl Provider for DnsProvider {
    fn follow(&self, publisher: Publisher) -> Follow {
        let servers = self.servers.clone();
        // Made anew for each round, so that a change of the system's servers is seen.
        let client = move || DnsClient::new(&servers).map(Arc::new);
        let last = LastAnswers::new(self.max_staleness);
        let (target, times) = (self.target.clone(), self.times);
        Box::pin(follow(target, times, client, last, publisher))
    }
}

/// Looks up the target until it is dropped.
async fn follow<Q: DnsQueries>(
    target: DnsTarget,
    times: LookupTimes,
    client: impl Fn() -> Result<Arc<Q>, DnsFailure>,
    mut last: LastAnswers,
    publisher: Publisher,
) {
    let mut failures = 0_u32;
    loop {
        let found = match client() {
            Ok(client) => target.look_up(&client, &mut last).await,
            Err(failure) => Err(NoSet::Failed(failure.to_string())),
        };
        let wait = match found {
            Ok(set) => {
                failures = 0;
                let is_complete = set.problems.is_empty();
                publisher.publish(set.backends, set.problems);
                if is_complete {
                    times.after_answer(set.ttl)
                } else {
                    times.after_gap(set.ttl)
                }
            }
            // Often a mistake or a restart: the last set stays in use, and its age grows.
            Err(NoSet::Empty(text, ttl)) => {
                failures = 0;
                publisher.fail(text);
                times.after_gap(ttl)
            }
            Err(NoSet::Failed(text)) => {
                failures = failures.saturating_add(1);
                publisher.fail(text);
                LookupTimes::after_failures(failures)
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Reads a name, which is absolute with and without its final dot.
fn absolute(text: &str) -> Result<Name, ProviderError> {
    let refused = |problem: &str| {
        let problem = format!("{text:?}: {problem}");
        setting("name", problem)
    };
    if text.parse::<IpAddr>().is_ok() {
        return Err(refused(
            "an address needs no DNS; list it in `backends` of the pool",
        ));
    }
    let mut name =
        Name::from_utf8(text).map_err(|error| refused(&format!("not a name of DNS: {error}")))?;
    if name.iter().next().is_none() {
        return Err(refused("the name is empty"));
    }
    name.set_fqdn(true);
    Ok(name)
}

fn setting(key: &'static str, problem: String) -> ProviderError {
    ProviderError::Setting { key, problem }
}

#[cfg(test)]
mod tests;
