//! Sources other than an API server of Kubernetes.

use hyrouter_discovery::{
    DnsRecord, DnsSettings, DockerAddress, DockerSettings, FileSettings, HttpSettings,
};

use super::super::{Report, missing, tls};
use crate::format::without_brackets;
use crate::model::{Dns, DnsRecordType, Docker, DockerAddressSource, File, Http};
use crate::path::Path;
use crate::problem::message;

pub(super) fn file(file: &File) -> FileSettings {
    FileSettings {
        path: file.path.clone(),
    }
}

pub(super) fn dns(path: &Path, dns: &Dns, report: &mut Report<'_>) -> DnsSettings {
    let needs_port = matches!(dns.record, DnsRecordType::A | DnsRecordType::Aaaa);
    if needs_port && dns.port == 0 {
        let message = missing(&format!("record `{}`", dns.record.as_str()));
        report.problems.add_if_clear(&path.key("port"), message);
    }
    if dns.min_ttl > dns.max_ttl {
        report.problems.add_if_clear(
            &path.key("min_ttl"),
            "longer than `max_ttl`; allowed: at most `max_ttl`",
        );
    }
    let name = hyrouter_router::check_host(&dns.name);
    if let Err(problem) = name {
        let message = message(
            &format!("not a name in DNS ({problem})"),
            &dns.name.as_str().into(),
            "a complete name such as lobby.example.com",
        );
        report.problems.add_if_clear(&path.key("name"), message);
    }
    DnsSettings {
        name: dns.name.clone(),
        record: match dns.record {
            DnsRecordType::Auto => DnsRecord::Auto,
            DnsRecordType::A => DnsRecord::A,
            DnsRecordType::Aaaa => DnsRecord::Aaaa,
            DnsRecordType::Srv => DnsRecord::Srv,
        },
        port: (dns.port > 0).then_some(dns.port),
        servers: dns.servers.clone(),
        min_ttl: dns.min_ttl,
        max_ttl: dns.max_ttl,
        per_address: dns.per_address,
    }
}

pub(super) fn http(http: &Http) -> HttpSettings {
    HttpSettings {
        url: http.url.clone(),
        interval: http.interval,
        timeout: http.timeout,
        token_file: http.token_file.clone(),
        ca_file: http.ca_file.clone(),
        max_bytes: http.max_bytes,
    }
}

pub(super) fn docker(
    path: &Path,
    section: Option<&Docker>,
    report: &mut Report<'_>,
) -> DockerSettings {
    let built_in = Docker::default();
    let docker = section.unwrap_or(&built_in);
    tls::check_pair(
        path,
        docker.cert_file.is_some(),
        docker.key_file.is_some(),
        report.problems,
    );
    let is_published = docker.address == DockerAddressSource::Published;
    if is_published && docker.host.is_none() {
        let message = missing("address `published`");
        report.problems.add_if_clear(&path.key("host"), message);
    }
    if !is_published && docker.host.is_some() {
        report.warn(
            &path.key("host"),
            "not used, except with address `published`",
        );
    }
    if docker.network.is_some() && docker.address != DockerAddressSource::Container {
        report.warn(
            &path.key("network"),
            "not used, except with address `container`",
        );
    }
    let host = docker.host.as_deref().map(without_brackets);
    DockerSettings {
        socket: docker.socket.clone(),
        ca_file: docker.ca_file.clone(),
        cert_file: docker.cert_file.clone(),
        key_file: docker.key_file.clone(),
        selector: docker.selector.clone().unwrap_or_default(),
        address: match docker.address {
            DockerAddressSource::Container => DockerAddress::Container {
                network: docker.network.clone(),
            },
            DockerAddressSource::Published => DockerAddress::Published {
                host: host.unwrap_or_default().to_owned(),
            },
            DockerAddressSource::Label => DockerAddress::Label,
        },
    }
}
