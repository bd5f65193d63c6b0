//! Bounds on memory and tables of a guest.
#![allow(
    unsafe_code,
    reason = "two functions of the trait are unsafe to call; they only hand on what they are given"
)]

use std::ptr::NonNull;

use wasmer::sys::vm::{VMConfig, VMMemory, VMMemoryDefinition, VMTable, VMTableDefinition};
use wasmer::sys::{BaseTunables, Tunables};
use wasmer::{MemoryError, MemoryStyle, MemoryType, Pages, TableStyle, TableType};

/// Maximum number of entries of a table: 8 bytes each, and a Go guest has some thousands.
const MAX_TABLE: u32 = 100_000;
/// Stack of a guest in bytes, beside the one in its memory. Recursion beyond it is a trap.
const STACK: usize = 512 << 10;

pub(crate) struct Bounds {
    base: BaseTunables,
    max_pages: Pages,
    config: VMConfig,
}

impl Bounds {
    pub(crate) fn new(max_pages: u32) -> Self {
        Self {
            base: BaseTunables::new(),
            max_pages: Pages(max_pages),
            config: VMConfig {
                wasm_stack_size: Some(STACK),
            },
        }
    }

    fn bounded_memory(&self, memory: &MemoryType) -> Result<MemoryType, MemoryError> {
        if memory.minimum > self.max_pages {
            return Err(MemoryError::MinimumMemoryTooLarge {
                min_requested: memory.minimum,
                max_allowed: self.max_pages,
            });
        }
        let maximum = memory
            .maximum
            .map_or(self.max_pages, |maximum| maximum.min(self.max_pages));
        Ok(MemoryType {
            maximum: Some(maximum),
            ..*memory
        })
    }
}

fn bounded_table(table: &TableType) -> Result<TableType, String> {
    if table.minimum > MAX_TABLE {
        return Err(format!(
            "a table of {} entries; at most {MAX_TABLE} are allowed",
            table.minimum
        ));
    }
    let maximum = table
        .maximum
        .map_or(MAX_TABLE, |maximum| maximum.min(MAX_TABLE));
    Ok(TableType {
        maximum: Some(maximum),
        ..*table
    })
}

impl Tunables for Bounds {
    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        self.base.memory_style(memory)
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        self.base.table_style(table)
    }

    fn create_host_memory(
        &self,
        memory: &MemoryType,
        style: &MemoryStyle,
    ) -> Result<VMMemory, MemoryError> {
        self.base
            .create_host_memory(&self.bounded_memory(memory)?, style)
    }

    unsafe fn create_vm_memory(
        &self,
        memory: &MemoryType,
        style: &MemoryStyle,
        definition: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let memory = self.bounded_memory(memory)?;
        // SAFETY: the caller vouches for the location.
        unsafe { self.base.create_vm_memory(&memory, style, definition) }
    }

    fn create_host_table(&self, table: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        self.base.create_host_table(&bounded_table(table)?, style)
    }

    unsafe fn create_vm_table(
        &self,
        table: &TableType,
        style: &TableStyle,
        definition: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        let table = bounded_table(table)?;
        // SAFETY: the caller vouches for the location.
        unsafe { self.base.create_vm_table(&table, style, definition) }
    }

    fn vmconfig(&self) -> &VMConfig {
        &self.config
    }
}
