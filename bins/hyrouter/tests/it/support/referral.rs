//! A router with routes for tickets.

use super::{Folder, Router, folder};

pub(crate) const PLAYER: &str = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f";
pub(crate) const SEED: &str =
    "hex:9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
pub(crate) const SECRET: &str = "for-development-only";
pub(crate) const TICKETS: &str = "for-development-only-too";

pub(crate) fn config(referral: &str) -> String {
    format!(
        r#"
listen: "127.0.0.1:0"
routing:
  routes:
    - name: arena
      match: {{ referral: {{ routes: ["arena-*"], sources: [lobby], keys: [3] }} }}
      pool: {{ backends: [{{ host: arena.example.com, port: 5523 }}] }}
    - name: back
      match: {{ hostname: play.example.com, referral: {{}} }}
      pool: {{ backends: [{{ host: back.example.com, port: 5524 }}] }}
  default: {{ backends: [{{ host: lobby.example.com, port: 5521 }}] }}
referral: {referral}
"#
    )
}

pub(crate) fn router(referral: &str) -> (Folder, Router) {
    let folder = folder().file("config.yaml", &config(referral));
    let router = folder.serve(&[]);
    (folder, router)
}

pub(crate) fn player() -> [u8; 16] {
    PLAYER.parse::<uuid::Uuid>().unwrap().into_bytes()
}
