mod hosts;
pub(crate) mod name;
mod values;

use std::net::IpAddr;

use hyrouter_discovery::Selector;
use hyrouter_referral::Secret;
use hyrouter_router::BackendKey;

pub(crate) use self::hosts::without_brackets;
use self::hosts::{check_host, check_host_pattern, check_text_pattern};
pub(crate) use self::values::{
    build_range, dns_server, network, positive_duration, public_key, timestamp, uuid,
};
use crate::{duration, listen};

const DURATION: &str = "Go duration text such as 30s, 1m30s or 250ms";
const SECRET: &str = "plain text, base64:... or hex:...";
const JWKS: &str = "https://..., http://... of this machine, or a file";

/// Fault of a text, and the allowed values.
pub(crate) struct FormatError {
    pub(crate) what: String,
    pub(crate) allowed: &'static str,
}

/// Returns the values that a format allows, or `None` for a format that is only documentation.
pub(crate) fn allowed(format: &str) -> Option<&'static str> {
    match format {
        name::SECRET => Some(SECRET),
        name::JWKS => Some(JWKS),
        _ => check(format, "").err().map(|wrong| wrong.allowed),
    }
}

/// Checks a text against a `format` of the schema. Formats that are only documentation pass.
pub(crate) fn check(format: &str, text: &str) -> Result<(), FormatError> {
    match format {
        name::GO_DURATION => require(duration::parse(text).is_some(), "not a duration", DURATION),
        name::GO_DURATION_POSITIVE => {
            require(duration::parse(text).is_some(), "not a duration", DURATION)?;
            require(
                positive_duration(text).is_some(),
                "must not be zero",
                DURATION,
            )
        }
        name::LISTEN_ADDRESS => require(
            listen::parse(text).is_some(),
            "not an address to listen on",
            "host:port, where the host is an IP address (IPv6 in brackets), localhost or empty, such as :5520",
        ),
        name::ALPN => check_alpn(text),
        name::HOST => check_host(text),
        name::HOST_PATTERN => check_host_pattern(text),
        name::TEXT_PATTERN => check_text_pattern(text),
        name::BACKEND_KEY => check_backend_key(text),
        name::SECRET => check_secret(text),
        name::PUBLIC_KEY => require(
            public_key(text).is_some(),
            "not a public key",
            "32 bytes as base64:... or hex:...",
        ),
        name::NETWORK => require(
            network(text).is_some(),
            "not a network",
            "an address, or an address and the length of its prefix, such as 203.0.113.0/24",
        ),
        name::BUILD_RANGE => require(
            build_range(text).is_some(),
            "not a range of builds",
            "a number, or two with .. between them, one of which may be absent, such as 208..",
        ),
        name::TIMESTAMP => require(
            timestamp(text).is_some(),
            "not a time",
            "date, time and offset from UTC, such as 2026-12-01T00:00:00Z",
        ),
        name::UUID => require(
            uuid(text).is_some(),
            "not a UUID",
            "32 hexadecimal digits, with or without hyphens",
        ),
        name::JWKS => check_jwks(text),
        name::HTTP_URL => require(
            is_http_url(text),
            "not an address",
            "http://host[:port][/path] or https://...",
        ),
        name::PLUGIN_NAME => require(
            text.chars().count() <= 64 && !text.contains(char::is_control),
            "not a name",
            "1 to 64 characters, none of which is a control character",
        ),
        name::LABEL_SELECTOR => match text.parse::<Selector>() {
            Ok(_) => Ok(()),
            Err(error) => Err(wrong(
                &format!("not a label expression ({error})"),
                "requirements such as a=b,c!=d,e in (x,y),f notin (z),g,!h",
            )),
        },
        name::DNS_SERVER => require(
            dns_server(text).is_some(),
            "not a DNS server",
            "an IP address, or an IP address and a port, such as 10.0.0.53 or 10.0.0.53:53",
        ),
        name::DOCKER_SOCKET => require(
            is_docker_socket(text),
            "not an address of the Docker API",
            "unix:///path or tcp://host:port",
        ),
        name::ANNOTATION_SELECTOR => require(
            text.split(',').all(is_annotation),
            "not a list of annotations",
            "key=value,key=value",
        ),
        _ => Ok(()),
    }
}

fn check_alpn(text: &str) -> Result<(), FormatError> {
    let text = text.trim();
    let fits = (1..=255).contains(&text.len()) && (text == "hytale/*" || !text.contains('*'));
    require(
        fits,
        "not an application protocol",
        "hytale/*, or a name of 1 to 255 bytes without *",
    )
}

fn check_backend_key(text: &str) -> Result<(), FormatError> {
    let fits = text.trim().parse::<BackendKey>().is_ok();
    require(
        fits,
        "not a key",
        "host, port, weight, label:<k>, annotation:<k>, counter:<k> or the name of a meta entry",
    )
}

/// Checks a secret. An empty text is the same as no secret; a text of blanks is an error.
fn check_secret(text: &str) -> Result<(), FormatError> {
    if text.is_empty() {
        return Ok(());
    }
    match Secret::parse(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(&error.to_string(), SECRET)),
    }
}

/// Returns whether a text is `http://` or `https://` and a rest without whitespace. The HTTP client checks the rest.
fn is_http_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with(['/', ':', '?', '#'])
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// Checks a source of keys. Over plain HTTP to another machine, anyone on the network could replace the keys and admit
/// any player.
fn check_jwks(text: &str) -> Result<(), FormatError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok(());
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_local = host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    require(
        !authority.contains('@'),
        "an address with a user or a password",
        JWKS,
    )?;
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let is_port = |port: &str| port.ends_with(']') || port.parse::<u16>().is_ok();
    require(
        port.is_none_or(is_port),
        "an address with an invalid port",
        JWKS,
    )?;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => require(!host.is_empty(), "an address without a host", JWKS),
        "http" => require(is_local, "plain HTTP to another machine", JWKS),
        _ => Err(wrong("not an address or a file", JWKS)),
    }
}

fn is_docker_socket(text: &str) -> bool {
    if let Some(path) = text.strip_prefix("unix://") {
        return path.starts_with('/') && path.len() > 1;
    }
    let host_and_port = text
        .strip_prefix("tcp://")
        .and_then(|rest| rest.rsplit_once(':'));
    host_and_port.is_some_and(|(host, port)| {
        let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
        is_port && hyrouter_router::check_host(without_brackets(host)).is_ok()
    })
}

fn is_annotation(text: &str) -> bool {
    let is_named = |(key, value): (&str, &str)| !key.trim().is_empty() && !value.trim().is_empty();
    text.trim().is_empty() || text.split_once('=').is_some_and(is_named)
}

fn require(fits: bool, what: &str, allowed: &'static str) -> Result<(), FormatError> {
    if fits {
        Ok(())
    } else {
        Err(wrong(what, allowed))
    }
}

fn wrong(what: &str, allowed: &'static str) -> FormatError {
    FormatError {
        what: what.to_owned(),
        allowed,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Collects the formats of all texts of a schema.
    fn collect(schema: &Value, formats: &mut BTreeSet<String>) {
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            formats.insert(format.to_owned());
        }
        match schema {
            Value::Object(map) => map.values().for_each(|value| collect(value, formats)),
            Value::Array(list) => list.iter().for_each(|value| collect(value, formats)),
            _ => {}
        }
    }

    #[test]
    fn each_format_of_the_schema_has_a_check() {
        let mut formats = BTreeSet::new();
        collect(&crate::schema(), &mut formats);
        assert!(formats.remove(name::PLUGIN_ADDRESS));
        assert!(formats.len() > 10, "{formats:?}");
        for format in formats {
            let refused = [" ", "\u{1}", "[", "x://y"].map(|text| check(&format, text).is_err());
            assert!(refused.contains(&true), "{format} has no check");
        }
    }
}
