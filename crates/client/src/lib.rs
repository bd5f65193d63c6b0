//! A Hytale game client, up to the answer of an entrypoint.
//!
//! ```no_run
//! use hyrouter_client::{GameClient, Dial};
//! use hyrouter_protocol::Generation;
//!
//! # async fn probe() -> Result<(), Box<dyn std::error::Error>> {
//! let client = GameClient::bind("127.0.0.1:0".parse()?)?;
//! let dial = Dial::new("127.0.0.1:5520".parse()?).host("play.example.com");
//! let hello = hyrouter_client::Hello::of(Generation::G4);
//! let exchange = client.exchange(&dial, &hello).await;
//! println!("{:?} after {:?}", exchange.outcome, exchange.answer);
//! # Ok(())
//! # }
//! ```
//!
//! Basis of `hyrouter probe`, the load generator and the tests: a peer that reports the end of a connection as
//! precisely as QUIC does.

mod dial;
mod error;
mod game_client;
mod hello;
mod outcome;
mod session;
mod tls;

pub use self::dial::{Dial, PreparedDial};
pub use self::error::GameClientError;
pub use self::game_client::GameClient;
pub use self::hello::Hello;
pub use self::outcome::{ClientExchange, Ending, ExchangeOutcome};
pub use self::session::Session;
pub use self::tls::{ClientCert, quic_config};
