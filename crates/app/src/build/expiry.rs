//! Warnings about expired and soon expiring parts of a configuration.

use std::time::{Duration, SystemTime};

use hyrouter_config::{Settings, Warning};
use hyrouter_proxy::{CertificateValidity, ServerCertificate};

use super::Assembly;
use crate::timestamp;

/// Time before the end of a certificate at which a warning begins: 14 days, less than the third of its life that a
/// certificate of 90 days has left when it is usually replaced.
pub(crate) const NOTICE: Duration = Duration::from_hours(14 * 24);

impl Assembly {
    /// Everything that the operator should know at this time, though the configuration works.
    pub(crate) fn warnings(&self, now: SystemTime) -> Vec<String> {
        let lasting = self.settings.warnings.iter().map(ToString::to_string);
        let expired = self.expired(now).into_iter();
        lasting
            .chain(expired.map(|warning| warning.to_string()))
            .collect()
    }

    /// Returns the warnings that depend on the time.
    pub fn expired(&self, now: SystemTime) -> Vec<Warning> {
        let validity = self.certificate.as_ref().map(ServerCertificate::validity);
        let certificate = validity.and_then(|validity| certificate(validity, now));
        certificate
            .into_iter()
            .chain(maintenances(&self.settings, now))
            .collect()
    }
}

/// Returns a warning about a certificate that is not valid at this time, or ends soon.
fn certificate(validity: CertificateValidity, now: SystemTime) -> Option<Warning> {
    let (from, until) = (
        timestamp::text(validity.not_before),
        timestamp::text(validity.not_after),
    );
    let what = if now < validity.not_before {
        format!("the certificate is not valid before {from}; check the clock, or replace the file")
    } else if validity.not_after < now {
        format!("the certificate ended at {until}; replace the file")
    } else if validity.not_after < now + NOTICE {
        format!("the certificate ends at {until}, in less than 14 days; replace the file")
    } else {
        return None;
    };
    Some(Warning::new("tls.cert_file", what))
}

/// Maintenances of the configuration that are over. They are no mistakes: a restart with the file of last week must not
/// fail.
fn maintenances(settings: &Settings, now: SystemTime) -> Vec<Warning> {
    let routing = &settings.routing;
    let routes = routing.routes.iter();
    let routes = routes.map(|route| (&*route.name, route.pool.maintenance.as_ref()));
    let default = routing.default.iter();
    let default = default.map(|pool| ("default", pool.maintenance.as_ref()));
    let all = routes.chain(default);
    let over =
        all.filter_map(|(route, rule)| Some((route, rule?.until.filter(|until| *until <= now)?)));
    over.map(|(route, until)| {
        let (until, now) = (timestamp::text(until), timestamp::text(now));
        Warning::new("routing", format!("the maintenance of route {route} ended at {until} and it is {now} now; correct `until` or remove the maintenance"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_warned_of_outside_of_its_time_and_14_days_before_its_end() {
        let at = |days: u64| SystemTime::UNIX_EPOCH + Duration::from_hours(24 * days);
        let second = Duration::from_secs(1);
        let validity = CertificateValidity {
            not_before: at(100),
            not_after: at(200),
        };
        for (now, wanted) in [
            (
                at(100) - second,
                Some("not valid before 1970-04-11T00:00:00Z"),
            ),
            (at(100), None),
            (at(186), None),
            (at(186) + second, Some("ends at 1970-07-20T00:00:00Z")),
            (at(200), Some("ends at")),
            (at(200) + second, Some("ended at 1970-07-20T00:00:00Z")),
        ] {
            let warning = certificate(validity, now);
            match wanted {
                None => assert_eq!(warning, None, "{now:?}"),
                Some(text) => assert!(warning.unwrap().message.contains(text), "{now:?}"),
            }
        }
    }
}
