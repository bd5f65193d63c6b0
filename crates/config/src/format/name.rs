//! Names of the formats in the schema.

pub(crate) const SECRET: &str = "secret";
pub(crate) const JWKS: &str = "jwks";
pub(crate) const GO_DURATION: &str = "go-duration";
pub(crate) const GO_DURATION_POSITIVE: &str = "go-duration-positive";
pub(crate) const LISTEN_ADDRESS: &str = "listen-address";
pub(crate) const ALPN: &str = "alpn";
pub(crate) const HOST: &str = "host";
pub(crate) const HOST_PATTERN: &str = "host-pattern";
pub(crate) const TEXT_PATTERN: &str = "text-pattern";
pub(crate) const BACKEND_KEY: &str = "backend-key";
pub(crate) const PUBLIC_KEY: &str = "public-key";
pub(crate) const NETWORK: &str = "network";
pub(crate) const BUILD_RANGE: &str = "build-range";
pub(crate) const TIMESTAMP: &str = "timestamp";
pub(crate) const UUID: &str = "uuid";
pub(crate) const HTTP_URL: &str = "http-url";
pub(crate) const PLUGIN_NAME: &str = "plugin-name";
pub(crate) const LABEL_SELECTOR: &str = "label-selector";
pub(crate) const DNS_SERVER: &str = "dns-server";
pub(crate) const DOCKER_SOCKET: &str = "docker-socket";
pub(crate) const ANNOTATION_SELECTOR: &str = "annotation-selector";
/// Documentation only: the plugin client checks the address.
pub(crate) const PLUGIN_ADDRESS: &str = "plugin-address";
