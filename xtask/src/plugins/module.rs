//! Imports and exports of a built plugin.

use anyhow::ensure;
use wasmparser::{Parser, Payload};

use super::Product;

/// Fails unless the module has the exports of the product, and imports WASI and the router's log alone.
pub(super) fn check(bytes: &[u8], product: &Product) -> anyhow::Result<()> {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imports.push(import?.module);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exports.push(export?.name);
                }
            }
            _ => {}
        }
    }
    for name in product.exports {
        ensure!(
            exports.contains(name),
            "it does not export `{name}`, only {}",
            exports.join(", ")
        );
    }
    let logs = imports.contains(&"hyrouter");
    ensure!(
        logs == product.logs,
        "it {} `hyrouter.log`",
        if logs { "imports" } else { "does not import" }
    );
    imports.retain(|from| !["wasi_snapshot_preview1", "hyrouter"].contains(from));
    ensure!(imports.is_empty(), "it imports from {}", imports.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::plugins::Product;

    const PRODUCT: Product = Product {
        name: "x.wasm",
        exports: &["memory", "alloc"],
        logs: true,
    };
    const QUIET: Product = Product {
        logs: false,
        ..PRODUCT
    };
    const MORE: Product = Product {
        exports: &["dealloc"],
        ..PRODUCT
    };

    #[test]
    fn a_plugin_has_its_exports_and_no_other_imports() {
        for (from, product, message) in [
            ("hyrouter", PRODUCT, ""),
            ("wasi_snapshot_preview1", QUIET, ""),
            ("hyrouter", QUIET, "it imports `hyrouter.log`"),
            ("env", QUIET, "it imports from env"),
            ("env", PRODUCT, "it does not import `hyrouter.log`"),
            (
                "hyrouter",
                MORE,
                "it does not export `dealloc`, only memory, alloc",
            ),
        ] {
            let text = format!(
                r#"(module (import "{from}" "f" (func)) (memory (export "memory") 1) (func (export "alloc")))"#
            );
            let module = wat::parse_str(&text).unwrap();
            let error = check(&module, &product).err();
            let found = error.map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(found, message, "{from}");
        }
        assert!(check(b"no module", &PRODUCT).is_err());
    }
}
