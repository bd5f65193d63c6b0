//! Settings of gRPC plugins.

use hyrouter_config::{GrpcPluginSettings, PluginSettings};
use hyrouter_plugin_grpc::{ClientTls, GrpcSettings, PluginAddress, PluginAddressError};

pub(super) fn grpc_settings(
    plugin: &PluginSettings,
    grpc: &GrpcPluginSettings,
) -> Result<GrpcSettings, PluginAddressError> {
    let address = PluginAddress::parse(&grpc.address)?;
    let tls = grpc.tls.as_ref().map(|files| {
        let mut tls = ClientTls::default();
        tls.ca_file.clone_from(&files.ca_file);
        tls.cert_file.clone_from(&files.cert_file);
        tls.key_file.clone_from(&files.key_file);
        tls.domain.clone_from(&files.domain);
        tls
    });
    Ok(GrpcSettings::new(address)
        .with_config(plugin.config.clone())
        .with_tls(tls))
}
