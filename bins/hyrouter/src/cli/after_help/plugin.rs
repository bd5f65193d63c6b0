//! Text below the options of the commands of `hyrouter plugin`.

pub(in crate::cli) const PLUGIN_CALL: &str = "\
Examples:
  hyrouter plugin call bans --username Alder
  hyrouter plugin call --wasm plugin.wasm --set event.language=de
  hyrouter plugin call --grpc 127.0.0.1:7000 --request request.json

Exit codes:
  0   The plugin answered
  1   The plugin failed or cannot be loaded
  64  Wrong command line or configuration";

pub(in crate::cli) const PLUGIN_BENCH: &str = "\
Example:
  hyrouter plugin bench --wasm plugin.wasm --calls 100000 --concurrency 8

Exit codes:
  0   The plugin answered all calls
  1   At least one call failed, or the plugin cannot be loaded
  64  Wrong command line or configuration";

pub(in crate::cli) const PLUGIN_RECORD: &str = "\
Private fields: username, uuid, remote_addr, client_cert_fingerprint,
connection_id, expires_at, referral_data. The router replaces them by
pseudonyms, also inside other texts of a call. It does not find a value in
another form, such as base64: read the files before you publish them.

Examples:
  hyrouter plugin record bans --out cases
  hyrouter plugin record bans --out cases --for 10m --keep username
  hyrouter plugin record bans --out cases --admin 127.0.0.1:5580

Exit codes:
  0   At least one case was written
  1   No player came, or the router does not answer or refuses the request
  64  Wrong command line or configuration";

pub(in crate::cli) const PLUGIN_NEW: &str = "\
Examples:
  hyrouter plugin new bans --lang python --kind grpc
  hyrouter plugin new lobby --lang rust --kind wasm --path plugins/lobby

Exit codes:
  0   The project was written
  1   There is no such template, the folder is not empty or cannot be written
  64  Wrong command line";

pub(in crate::cli) const PLUGIN_DEV: &str = "\
Examples:
  hyrouter plugin dev --wasm plugin.wasm --cases cases
  hyrouter plugin dev --grpc 127.0.0.1:7777 --cases cases --calls 100

Exit codes:
  0   Ctrl-C or SIGTERM
  1   The output cannot be written
  64  Wrong command line";

pub(in crate::cli) const PLUGIN_TEST: &str = "\
Examples:
  hyrouter plugin test --wasm plugin.wasm --cases cases
  hyrouter plugin test --grpc 127.0.0.1:7777 --cases cases --junit junit.xml
  hyrouter plugin test bans --stage deny --only fields

Exit codes:
  0   All checks and cases passed
  1   A check or case failed, or the plugin cannot be loaded
  64  Wrong command line, configuration or case";
