//! Hyrouter plugins in WebAssembly files: in the router's process, and not trusted.
//!
//! ```no_run
//! use std::time::Duration;
//! use hyrouter_plugin_api::{ConnectRequest, Plugin};
//! use hyrouter_plugin_wasm::{WasmHost, WasmPlugin, WasmSettings};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let host = WasmHost::new();
//! let settings = WasmSettings::new("lobby", "lobby.wasm");
//! let plugin = tokio::task::spawn_blocking(move || WasmPlugin::load(&host, &settings)).await??;
//!
//! let mut request = ConnectRequest::default();
//! request.event.username = Some("deny".into());
//! let answer = plugin.on_connect(&request, Duration::from_secs(1)).await?;
//! assert!(answer.response.deny);
//! # Ok(())
//! # }
//! ```
//!
//! # The ABI, version 0
//!
//! A module exports `memory`, `alloc(len: u32) -> u32` and `on_connect(ptr: u32, len: u32) -> u64`, whose result holds
//! the address of the response in its high half and the length in its low half. Request and response are JSON. An
//! exported `_initialize` is called once.
//!
//! Each of these is optional: `dealloc(ptr: u32, len: u32)` gets the request's buffer back after the call and the
//! response's after it was copied. `configure(ptr: u32, len: u32) -> i32` is called once for each instance with the
//! operator's `config` as JSON (`null` when there is none), and refuses it by anything but 0. `hyrouter_abi_v1` is a
//! marker. The import `hyrouter.log(level: u32, ptr: u32, len: u32)` writes a log line, 0 for trace to 4 for error.
//!
//! # Capabilities of a guest
//!
//! A guest computes, and reads clocks and random numbers. Standard output becomes log lines of level info, standard
//! error of level warn. There are no files, no network, no arguments and no environment. A module that imports anything
//! other than WASI preview 1 and `hyrouter.log` is not loaded.
//!
//! Memory, tables, stack, fuel, output, length of answers and length of the module are bounded ([`WasmSettings`]). A
//! guest that traps, returns bad pointers or is late loses its instance only: another one stands by.
//!
//! # Compiling
//!
//! A malicious small module can take minutes and gigabytes to compile. So a [`Compiler`] runs in a process of its own
//! with bounds on memory and time ([`CompileLimits`]): either this program itself, with arguments for which its `main`
//! calls only [`compiler_main`], or the program `hyrouter-wasm-compiler` of this crate.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use hyrouter_plugin_wasm::{Compiler, WasmHost, compiler_main};
//!
//! fn main() -> ExitCode {
//!     if std::env::args().nth(1).as_deref() == Some("compile-wasm") {
//!         return compiler_main();
//!     }
//!     let compiler = Compiler::this_program(["compile-wasm"]);
//!     # let runtime = tokio::runtime::Runtime::new().unwrap();
//!     # let _inside = runtime.enter();
//!     let host = WasmHost::new().with_compiler(compiler);
//!     // Load plugins with it.
//!     # drop(host);
//!     ExitCode::SUCCESS
//! }
//! ```
//!
//! The same content is compiled once at a time in a [`Compiler`], and not again after it failed. A [`WasmHost`] without
//! one compiles in the process itself, for which only static bounds hold: on the depth of blocks, and on instructions,
//! locals and functions.
//!
//! # Threads
//!
//! Each instance has a thread of its own, which waits at the plugin's queue. A guest can never hold up a thread that
//! serves players, and plugins do not share threads.

mod artifact;
mod bounds;
mod cache;
mod compiler;
mod counts;
mod engine;
mod error;
mod fuel;
mod guest;
mod host;
mod module;
mod output;
mod plugin;
mod pool;
mod settings;
mod trial;
mod tunables;
mod wasi_runtime;

pub use compiler::{CompileLimits, Compiler, compiler_main};
pub use error::{LoadError, LoadReason};
pub use host::WasmHost;
pub use output::{OutputLevel, OutputSink, TracingSink};
pub use plugin::{CallStats, MeasuredAnswer, PoolStatus, WasmPlugin};
pub use settings::{MAX_MEMORY, MAX_MODULE_LEN, MAX_RESPONSE_LEN, MIN_MEMORY, WasmSettings};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
