//! Validation of the settings beside routing: rates and the admin server.

use serde_json::Value;

use super::Report;
use crate::path::Path;
use crate::problem::message;
use crate::{AdminSettings, LimitSettings};

/// Reports a rate without a burst, which admits no client.
pub(super) fn check_rates(limits: &LimitSettings, report: &mut Report<'_>) {
    let path = Path::of("limits");
    let (rate, source_rate) = (&limits.rate, &limits.source_rate);
    for (key, per_second, burst) in [
        ("rate", rate.per_second, rate.burst),
        ("source_rate", source_rate.per_second, source_rate.burst),
    ] {
        if per_second > 0 && burst == 0 {
            let message = message("out of range", &Value::from(0), "1 or more");
            report
                .problems
                .add_if_clear(&path.key(key).key("burst"), message);
        }
    }
}

/// Requires a token if other machines can reach the admin server, since its callers can stop the router.
pub(super) fn check_admin(admin: &AdminSettings, report: &mut Report<'_>) {
    let listen = admin.listen.filter(|listen| !listen.ip().is_loopback());
    if let Some(listen) = listen.filter(|_| admin.token_file.is_none()) {
        let message = message(
            "reachable from other machines, and `token_file` is missing",
            &Value::from(listen.to_string()),
            "127.0.0.1:PORT, [::1]:PORT, or any with a token",
        );
        report
            .problems
            .add_if_clear(&Path::of("admin.listen"), message);
    }
}
