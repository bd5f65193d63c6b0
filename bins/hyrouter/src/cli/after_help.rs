//! Text below the options of each command: examples and exit codes. Lines have at most 80 columns, since clap keeps no
//! indentation when it wraps them.

#[cfg(all(feature = "wasm", feature = "grpc"))]
mod plugin;

#[cfg(all(feature = "wasm", feature = "grpc"))]
pub(super) use self::plugin::{
    PLUGIN_BENCH, PLUGIN_CALL, PLUGIN_DEV, PLUGIN_NEW, PLUGIN_RECORD, PLUGIN_TEST,
};

pub(super) const SERVE: &str = "\
Examples:
  hyrouter                               Run with ./config.yaml
  hyrouter --config hyrouter.yaml        Run with another file
  hyrouter check                         Validate ./config.yaml
  hyrouter probe play.example.com        Connect as a client, print the answer
  hyrouter explain --sni play.example.com
                                         Print how a connection is routed

Signals:
  SIGHUP           Reload the configuration
  SIGTERM, SIGINT  Drain, then exit; a second signal exits at once

Exit codes:
  0    Success
  1    Failure, such as a port in use or output that cannot be written
  64   Wrong command line or configuration
  130  A second signal interrupted the drain

Documentation: https://github.com/hyrouter/hyrouter/tree/main/docs";

pub(super) const CHECK: &str = "\
Examples:
  hyrouter check --config hyrouter.yaml
  hyrouter check --strict --no-files --json    In CI, without the router's files
  hyrouter check --live                        With the discovery providers

Exit codes:
  0   The configuration is valid
  1   A provider failed with --live, or the output cannot be written
  64  The configuration has a mistake, or a warning with --strict";

pub(super) const SCHEMA: &str = "\
Examples:
  hyrouter schema > hyrouter.schema.json
  hyrouter schema --plugin > plugin.schema.json
  hyrouter schema --backends > backends.schema.json";

pub(super) const PROBE: &str = "\
Examples:
  hyrouter probe play.example.com
  hyrouter probe 203.0.113.7:5520 --sni play.example.com
  hyrouter probe play.example.com --expect referral --timeout 2s --json

Exit codes:
  0   The router referred or disconnected the player
  1   No such answer, or not the answer of --expect
  64  Wrong command line";

pub(super) const PACKET: &str = "\
Exit codes:
  0  All lines were translated
  1  At least one line was not, or the output cannot be written";

pub(super) const ENVELOPE_OPEN: &str = "\
Examples:
  hyrouter envelope open 485952500100000000
  hyrouter envelope open --secret-file secret --key-id 1 < envelope.hex

Exit codes:
  0   The envelope is well-formed, and valid if a key was given
  1   The envelope is malformed, or its verification failed
  64  Wrong command line";

pub(super) const ENVELOPE_SEAL: &str = "\
Examples:
  hyrouter envelope seal hello
  hyrouter envelope seal --kind referral --secret-file key --route lobby hello";

pub(super) const EXPLAIN: &str = "\
Examples:
  hyrouter explain --sni play.example.com
  hyrouter explain --username Alder --verified --plugins
  hyrouter explain --admin 127.0.0.1:5580 --token-file token

Exit codes:
  0   The decision was printed, whatever it is
  1   The router does not answer or refuses the request
  64  Wrong command line or configuration";

pub(super) const BACKENDS: &str = "\
Examples:
  hyrouter backends
  hyrouter backends --provider lobbies --wide
  hyrouter backends --route default --admin 127.0.0.1:5580 --token-file token

Exit codes:
  0   The backends were listed
  1   The router has no such provider or route, or does not answer
  64  The configuration does not name a usable admin server";

pub(super) const RELOAD: &str = "\
Examples:
  hyrouter reload
  hyrouter reload --admin 127.0.0.1:5580 --token-file token

Exit codes:
  0   The configuration was reloaded
  1   The router refused the configuration or does not answer
  64  The configuration does not name a usable admin server";

pub(super) const STOP: &str = "\
Examples:
  hyrouter stop --timeout 2m
  hyrouter stop --admin 127.0.0.1:5580 --token-file token

Exit codes:
  0   The router has ended
  1   The router does not answer or has not ended in time
  64  The configuration does not name a usable admin server";

pub(super) const KEYS_GENERATE: &str = "\
Examples:
  hyrouter keys generate --out referral.key
  hyrouter keys generate --for token --out token.key --jwks jwks.json";

pub(super) const COMPLETIONS: &str = "\
Example:
  hyrouter completions bash > /etc/bash_completion.d/hyrouter";

pub(super) const MAN: &str = "\
Example:
  hyrouter man /usr/local/share/man/man1";

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory as _};

    use crate::cli::Cli;

    fn all(command: &Command, into: &mut Vec<String>) {
        into.extend(command.get_after_help().map(ToString::to_string));
        for below in command.get_subcommands() {
            all(below, into);
        }
    }

    #[test]
    fn examples_are_accepted_and_lines_are_not_wrapped() {
        let mut texts = Vec::new();
        all(&Cli::command(), &mut texts);
        assert!(texts.len() > 10);
        for text in texts {
            for line in text.lines() {
                assert!(line.len() <= 80, "{line}");
            }
            let examples = text.lines().filter_map(|line| {
                let command = line.trim().strip_prefix("hyrouter ")?;
                // Behind two spaces stands what the example does.
                Some(command.split("  ").next().unwrap_or(command))
            });
            for example in examples {
                let words = example.split_whitespace();
                let words = words.take_while(|word| !["<", ">"].contains(word));
                let parsed =
                    Cli::command().try_get_matches_from(std::iter::once("hyrouter").chain(words));
                assert!(parsed.is_ok(), "{example}: {parsed:?}");
            }
        }
    }
}
