//! Reads what a module imports and exports.

use anyhow::{Context as _, ensure};

use super::Product;

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// Fails unless the module has the exports of the product, and imports WASI and the router's log alone.
pub(super) fn check(bytes: &[u8], product: &Product) -> anyhow::Result<()> {
    let module = Module::read(bytes)?;
    for name in product.exports {
        ensure!(
            module.exports.iter().any(|export| export == name),
            "it does not export `{name}`, only {}",
            module.exports.join(", ")
        );
    }
    let logs = module.imports.iter().any(|from| from == "hyrouter");
    ensure!(
        logs == product.logs,
        "it {} `hyrouter.log`",
        if logs { "imports" } else { "does not import" }
    );
    let mut imports = module.imports.iter();
    let other =
        imports.find(|from| !["wasi_snapshot_preview1", "hyrouter"].contains(&from.as_str()));
    ensure!(
        other.is_none(),
        "it imports from `{}`",
        other.map_or("", |from| from)
    );
    Ok(())
}

/// The names in a module.
#[derive(Debug, Default, PartialEq)]
struct Module {
    /// The module that each import comes from.
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Module {
    fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let mut module = Self::default();
        let mut rest = Reader(
            bytes
                .strip_prefix(b"\0asm\x01\0\0\0")
                .context("it is no WebAssembly module")?,
        );
        while !rest.0.is_empty() {
            let section = rest.byte()?;
            let len = rest.number()?;
            let mut content = Reader(rest.take(len)?);
            match section {
                IMPORTS => {
                    for _ in 0..content.number()? {
                        module.imports.push(content.name()?);
                        content.name()?;
                        content.import_type()?;
                    }
                }
                EXPORTS => {
                    for _ in 0..content.number()? {
                        module.exports.push(content.name()?);
                        content.byte()?;
                        content.number()?;
                    }
                }
                _ => {}
            }
        }
        Ok(module)
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> anyhow::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len).context("it is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> anyhow::Result<u8> {
        self.take(1)?.first().copied().context("it is cut off")
    }

    /// An unsigned LEB128 of 32 bits.
    fn number(&mut self) -> anyhow::Result<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        anyhow::bail!("it has a number of more than 32 bits")
    }

    fn name(&mut self) -> anyhow::Result<String> {
        let len = self.number()?;
        Ok(String::from_utf8(self.take(len)?.to_vec())?)
    }

    fn import_type(&mut self) -> anyhow::Result<()> {
        match self.byte()? {
            0 => drop(self.number()?),
            1 => {
                self.byte()?;
                self.limits()?;
            }
            2 => self.limits()?,
            3 => drop(self.take(2)?),
            other => anyhow::bail!("it imports a thing of kind {other}"),
        }
        Ok(())
    }

    fn limits(&mut self) -> anyhow::Result<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{EXPORTS, IMPORTS, Module, check};
    use crate::plugins::Product;

    const MAGIC: &[u8] = b"\0asm\x01\0\0\0";
    const PRODUCT: Product = Product {
        name: "x.wasm",
        exports: &["memory", "alloc"],
        logs: true,
    };

    /// A section of these entries.
    fn section(id: u8, entries: &[&[u8]]) -> Vec<u8> {
        let content = entries.concat();
        let mut bytes = vec![id, u8::try_from(content.len()).unwrap() + 1];
        bytes.push(u8::try_from(entries.len()).unwrap());
        bytes.extend(content);
        bytes
    }

    fn exports() -> Vec<u8> {
        let alloc = b"\x05alloc\x00\x81\x00";
        section(EXPORTS, &[b"\x06memory\x02\x00", alloc])
    }

    /// A module that imports one function from there.
    fn importing(from: &str) -> Vec<u8> {
        let mut import = vec![u8::try_from(from.len()).unwrap()];
        import.extend(from.as_bytes());
        import.extend(b"\x01f\x00\x00");
        [MAGIC, &section(IMPORTS, &[&import]), &exports()].concat()
    }

    #[test]
    fn reads_the_names() {
        let imports: [&[u8]; 5] = [
            b"\x08hyrouter\x03log\x00\x00",
            b"\x01a\x01t\x01\x70\x00\x01",
            b"\x01b\x01m\x02\x00\x01",
            b"\x01c\x01m\x02\x01\x01\x02",
            b"\x01d\x01g\x03\x7f\x00",
        ];
        let types = section(1, &[b"\x60\0\0"]);
        let bytes = [MAGIC, &types, &section(IMPORTS, &imports), &exports()].concat();
        let module = Module::read(&bytes).unwrap();
        assert_eq!(module.imports, ["hyrouter", "a", "b", "c", "d"]);
        assert_eq!(module.exports, ["memory", "alloc"]);
    }

    #[test]
    fn what_is_cut_off_is_no_module() {
        let bytes = importing("hyrouter");
        let whole = [MAGIC.len(), bytes.len() - exports().len()];
        for len in 0..bytes.len() {
            let result = Module::read(&bytes[..len]);
            assert_eq!(result.is_ok(), whole.contains(&len), "{len} bytes");
        }
    }

    #[test]
    fn a_plugin_has_its_exports_and_no_other_imports() {
        let error = |from, product| {
            let result = check(&importing(from), product);
            result.map_err(|error| error.to_string())
        };
        let quiet = &Product {
            logs: false,
            ..PRODUCT
        };
        assert_eq!(error("hyrouter", &PRODUCT), Ok(()));
        assert_eq!(error("wasi_snapshot_preview1", quiet), Ok(()));
        let more = &Product {
            exports: &["dealloc"],
            ..PRODUCT
        };
        for (from, product, message) in [
            ("hyrouter", quiet, "it imports `hyrouter.log`"),
            ("env", quiet, "it imports from `env`"),
            (
                "wasi_snapshot_preview1",
                &PRODUCT,
                "it does not import `hyrouter.log`",
            ),
            (
                "hyrouter",
                more,
                "it does not export `dealloc`, only memory, alloc",
            ),
        ] {
            assert_eq!(error(from, product), Err(message.to_owned()));
        }
    }
}
