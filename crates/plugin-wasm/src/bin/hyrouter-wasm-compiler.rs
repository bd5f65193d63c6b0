//! Compiles one module for a [`hyrouter_plugin_wasm::Compiler`], which starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    hyrouter_plugin_wasm::compiler_main()
}
