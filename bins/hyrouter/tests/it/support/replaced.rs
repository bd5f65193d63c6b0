//! Configurations and plugins that tests replace.

use std::fs;

use hyrouter_client::ExchangeOutcome;

use super::admin::Admin;
use super::players::{Player, refusal};
use super::{Folder, Router, folder};

pub(crate) const BEGIN: &str = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
"#;

/// Returns a configuration that refers all players to `host`.
pub(crate) fn config(host: &str) -> String {
    format!("{BEGIN}routing: {{ default: {{ backends: [{{ host: {host}, port: 5520 }}] }} }}\n")
}

pub(crate) fn serve(config: &str, args: &[&str]) -> (Folder, Router, Admin) {
    let folder = folder().file("config.yaml", config);
    let (router, admin) = folder.serve_with_admin(args);
    (folder, router, admin)
}

pub(crate) fn write(folder: &Folder, name: &str, text: &str) {
    fs::write(folder.path(name), text).unwrap();
}

/// A certificate with its key, by a library that is not the router's.
pub(crate) fn certificate(folder: &Folder, name: &str) {
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["play.example.com".to_owned()];
    let cert = rcgen::CertificateParams::new(names)
        .unwrap()
        .self_signed(&key)
        .unwrap();
    write(folder, &format!("{name}.crt"), &cert.pem());
    write(folder, &format!("{name}.key"), &key.serialize_pem());
}

/// Refuses everybody, with a text of its name and a letter from A to P that moves on with every call of this instance.
pub(crate) fn counting_plugin(folder: &Folder, name: &str) {
    let text = format!("{{\\\"deny\\\":true,\\\"deny_reason\\\":\\\"{name} @\\\"}}");
    let length = text.replace('\\', "").len();
    let letter = 1024 + length - 3;
    let module = format!(
        r#"(module
  (memory (export "memory") 2)
  (data (i32.const 1024) "{text}")
  (func (export "alloc") (param i32) (result i32) (i32.const 16384))
  (func (export "on_connect") (param i32 i32) (result i64)
    (i32.store8 (i32.const {letter})
      (i32.add (i32.const 65) (i32.and (i32.const 15) (i32.sub (i32.load8_u (i32.const {letter})) (i32.const 64)))))
    (i64.or (i64.shl (i64.const 1024) (i64.const 32)) (i64.const {length}))))"#
    );
    fs::write(folder.path("plugin.wasm"), wat::parse_str(module).unwrap()).unwrap();
}

/// Traps when it is asked.
pub(crate) fn trapping_plugin(folder: &Folder) {
    let module = r#"(module
  (memory (export "memory") 2)
  (func (export "alloc") (param i32) (result i32) (i32.const 16384))
  (func (export "on_connect") (param i32 i32) (result i64) (unreachable)))"#;
    fs::write(folder.path("plugin.wasm"), wat::parse_str(module).unwrap()).unwrap();
}

pub(crate) fn host(outcome: &ExchangeOutcome) -> &str {
    match outcome {
        ExchangeOutcome::Referral { host, .. } => host,
        other => panic!("not referred: {other:?}"),
    }
}

/// Comes until referred there. Players may be refused until a discovery provider has its first set.
pub(crate) async fn referred_to(player: &Player, wanted: &str) {
    let is_there = |outcome: &ExchangeOutcome| match outcome {
        ExchangeOutcome::Referral { host, .. } => host == wanted,
        other => refusal(other).is_none(),
    };
    while !is_there(&player.comes().await) {}
}

/// Comes until referred there.
pub(crate) async fn comes_until(player: &Player, wanted: &str) {
    while host(&player.comes().await) != wanted {}
}
