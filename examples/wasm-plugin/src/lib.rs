//! A lobby for VIPs: players whose name has a prefix go to a lobby of their own, and every player carries referral data
//! that says which lobby it is.

mod config;
mod handler;

use hyrouter_plugin_sdk::plugin;

pub use crate::config::{Lobby, LobbyAddress};
pub use crate::handler::on_connect;

plugin!(on_connect, config: Lobby, check: Lobby::check);
