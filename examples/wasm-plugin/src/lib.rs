//! A lobby for VIPs: players whose name has a prefix go to a separate lobby, and each player carries referral data with
//! the name of the lobby.

mod config;
mod handler;

use hyrouter_plugin_sdk::plugin;

pub use crate::config::{Lobby, LobbyAddress};
pub use crate::handler::on_connect;

plugin!(on_connect, config: Lobby, check: Lobby::check);
