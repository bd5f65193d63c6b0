//! Counts the fuel of a guest and stops it when the fuel is spent.
//!
//! A guest that loops cannot be stopped from outside: wasmer's interrupt aborts the process when it meets a guest that
//! calls the host. So its code is changed as it is compiled: each run of instructions subtracts its length from a
//! global of the module, and loops and calls trap when that is below zero. Bulk operations, whose single instruction
//! may move gigabytes, pay by length, and calls of imported functions pay a fixed price.

mod meter;

use wasmer::{AsStoreMut, ExportError, Global, Instance, Value};

pub(crate) use self::meter::FuelMeter;

/// Version of the prices, part of the cache key. Change it with every change of prices, so that old modules are not
/// reused.
pub(crate) const SCHEME: &str = "fuel-2";

/// Name of the exported global. No toolchain makes such a name.
const EXPORT: &str = "hyrouter:fuel";

/// Maximum fuel of starting: the start function, `_initialize` and `configure` together. A Go guest needs 0.7 million.
pub(crate) const START: i64 = 50_000_000;

/// Price of a call that leaves the guest, which takes at least about 0.1 us.
pub(crate) const HOST_CALL: i64 = 500;
/// Remaining fuel of an instance.
#[derive(Debug, Clone)]
pub(crate) struct Fuel(Global);

impl Fuel {
    pub(crate) fn of(instance: &Instance) -> Result<Self, ExportError> {
        instance.exports.get_global(EXPORT).cloned().map(Self)
    }

    /// Below zero when the guest was stopped.
    pub(crate) fn left(&self, store: &mut impl AsStoreMut) -> i64 {
        match self.0.get(store) {
            Value::I64(left) => left,
            _ => 0,
        }
    }

    pub(crate) fn set(&self, store: &mut impl AsStoreMut, fuel: i64) {
        // `FuelMeter` makes the global: of that type and mutable.
        let set = self.0.set(store, Value::I64(fuel));
        debug_assert!(set.is_ok(), "{set:?}");
    }

    /// Takes fuel for work of the host. The guest is stopped at its next loop or call.
    pub(crate) fn charge(&self, store: &mut impl AsStoreMut, price: i64) {
        let left = self.left(store);
        self.set(store, left.saturating_sub(price));
    }
}
