//! Settings of gRPC plugins.

use hyrouter_config::{GrpcPluginSettings, GrpcTlsFiles, PluginSettings};
use hyrouter_plugin_grpc::{ClientTls, GrpcSettings, PluginAddress, PluginAddressError};

pub(super) fn grpc_settings(
    plugin: &PluginSettings,
    grpc: &GrpcPluginSettings,
) -> Result<GrpcSettings, PluginAddressError> {
    let address = PluginAddress::parse(&grpc.address)?;
    Ok(GrpcSettings::new(address)
        .with_config(plugin.config.clone())
        .with_tls(grpc.tls.as_ref().map(client_tls)))
}

fn client_tls(files: &GrpcTlsFiles) -> ClientTls {
    ClientTls {
        ca_file: files.ca_file.clone(),
        cert_file: files.cert_file.clone(),
        key_file: files.key_file.clone(),
        domain: files.domain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_configuration_are_those_of_the_client() {
        assert_eq!(client_tls(&GrpcTlsFiles::default()), ClientTls::default());
    }
}
