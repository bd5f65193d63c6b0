//! Validation of the settings beside routing: rates and the admin server.

use serde_json::Value;

use super::Report;
use crate::checks::Layers;
use crate::path::Path;
use crate::problem::message;
use crate::{AdminSettings, LimitSettings, RateSettings};

/// Reports a rate without a burst, which admits no client.
pub(super) fn check_rates(limits: &LimitSettings, report: &mut Report<'_>) {
    let path = Path::of("limits");
    let source_rate = RateSettings::from(limits.source_rate);
    for (key, rate) in [("rate", limits.rate), ("source_rate", source_rate)] {
        if rate.per_second > 0 && rate.burst == 0 {
            let message = message("out of range", &Value::from(0), "1 or more");
            report
                .problems
                .add_if_clear(&path.key(key).key("burst"), message);
        }
    }
}

/// Requires a token if other machines can reach the admin server, since its callers can stop the router.
pub(super) fn check_admin(admin: &AdminSettings, layers: &Layers<'_>, report: &mut Report<'_>) {
    const LISTEN: &str = "admin.listen";
    let listen = admin.listen.filter(|listen| !listen.ip().is_loopback());
    if let Some(listen) = listen.filter(|_| admin.token_file.is_none()) {
        let message = message(
            "reachable from other machines, and `token_file` is missing",
            &layers.written_or(LISTEN, || listen.to_string()),
            "127.0.0.1:PORT, [::1]:PORT, or any with a token",
        );
        report.problems.add_if_clear(&Path::of(LISTEN), message);
    }
}
