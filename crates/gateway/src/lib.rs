//! The decision about one player of a Hytale network.
#![doc = include_str!("../README.md")]

mod admission;
mod allocation;
mod builder;
mod decision;
mod explain;
mod gateway;
mod player;
mod plugin_report;
mod plugin_request;
mod random;
mod reason;
mod referral;
mod ticket;

pub use self::allocation::{AllocationNote, AllocationSource, AllocationTurn, RouteAllocation};
pub use self::builder::GatewayBuilder;
pub use self::decision::{Decision, DecisionNote};
pub use self::explain::{
    AllocationExplanation, DecisionExplanation, ExplainOptions, PluginsExplanation,
};
pub use self::gateway::Gateway;
pub use self::plugin_report::{PluginNote, PluginReport};
pub use self::random::ThreadRandom;
pub use self::reason::{IdentityResult, Reason};
pub use self::referral::{ReferralClaims, ReferralSealer};
pub use self::ticket::TicketResult;
