//! Bounds on the parts of a module that take memory in each instance: imports, globals and exports.

use wasmer::sys::wasmparser::{Parser, Payload};

use crate::error::LoadReason;

/// Maximum number of imports. A Go guest has 30. Each costs an instance about 0.4 KB.
const MAX_IMPORTS: u32 = 1_000;
/// Maximum number of globals, and of exports. Guests have some tens; one that exports every function has thousands.
const MAX_GLOBALS: u32 = 10_000;
const MAX_EXPORTS: u32 = 10_000;

/// Checks a module before anything of it is compiled. Bytes that are no module pass: the compiler's message is better.
///
/// # Errors
/// Names the bound that is exceeded.
pub(crate) fn check(wasm: &[u8]) -> Result<(), LoadReason> {
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        let (what, count, max) = match payload {
            Payload::ImportSection(imports) => ("imports", imports.count(), MAX_IMPORTS),
            Payload::GlobalSection(globals) => ("globals", globals.count(), MAX_GLOBALS),
            Payload::ExportSection(exports) => ("exports", exports.count(), MAX_EXPORTS),
            Payload::CodeSectionStart { .. } => break,
            _ => continue,
        };
        if count > max {
            return Err(LoadReason::Compile {
                message: format!("it has {count} {what}; at most {max} are allowed"),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    fn module(imports: usize, globals: usize, exports: usize) -> Vec<u8> {
        let import = r#"(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))"#;
        let exported: Vec<_> = (0..exports)
            .map(|n| format!(r#"(export "e{n}" (memory 0))"#))
            .collect();
        let exported = exported.concat();
        let text = format!(
            "(module {} (memory 1) {} {exported})",
            import.repeat(imports),
            "(global i32 (i32.const 0))".repeat(globals)
        );
        wat::parse_str(text).unwrap()
    }

    #[test]
    fn imports_globals_and_exports_are_counted() {
        assert!(check(&module(1_000, 10_000, 10_000)).is_ok());
        for (wasm, message) in [
            (
                module(1_001, 0, 0),
                "it has 1001 imports; at most 1000 are allowed",
            ),
            (
                module(60_000, 0, 0),
                "it has 60000 imports; at most 1000 are allowed",
            ),
            (
                module(0, 10_001, 0),
                "it has 10001 globals; at most 10000 are allowed",
            ),
            (
                module(0, 0, 10_001),
                "it has 10001 exports; at most 10000 are allowed",
            ),
        ] {
            let error = check(&wasm).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn bytes_that_are_no_module_are_left_to_the_compiler() {
        for bytes in [&b""[..], b"\0asm", b"no module"] {
            assert!(check(bytes).is_ok());
        }
    }
}
