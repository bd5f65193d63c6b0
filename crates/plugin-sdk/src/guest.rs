//! Implementation of a plugin's exports.

use std::cell::RefCell;
use std::fmt::Display;
use std::io::Write as _;
use std::rc::Rc;

use hyrouter_plugin_api::ConnectRequest;

use crate::answer::IntoAnswer;
use crate::buffers::{BufferSpan, Buffers};
use crate::fault::Fault;

/// One instance of a plugin. Addresses are `usize`, so that it runs on the author's machine as well.
#[derive(Debug)]
pub struct Guest<C> {
    buffers: RefCell<Buffers>,
    config: RefCell<Option<Rc<C>>>,
    read_config: fn(&[u8]) -> Result<C, String>,
}

impl<C> Guest<C> {
    /// Returns an instance before its first call.
    pub const fn new(read_config: fn(&[u8]) -> Result<C, String>) -> Self {
        Self {
            buffers: RefCell::new(Buffers::new()),
            config: RefCell::new(None),
            read_config,
        }
    }

    /// Returns the address of `len` bytes for the router to write to; 0 if there is no memory for them.
    pub fn alloc(&self, len: usize) -> usize {
        self.buffers.borrow_mut().lend(len).unwrap_or(0)
    }

    /// Releases the buffer at `at`.
    pub fn dealloc(&self, at: usize) {
        self.buffers.borrow_mut().release(at);
    }

    /// Reads the operator's configuration, which later calls use.
    ///
    /// # Errors
    ///
    /// The router passed bad memory, or the plugin refuses the configuration.
    pub fn configure(&self, at: usize, len: usize) -> Result<(), Fault> {
        let config = self.with_text(at, len, |json| {
            (self.read_config)(json).map_err(Fault::Config)
        })?;
        *self.config.borrow_mut() = Some(Rc::new(config));
        Ok(())
    }

    /// Answers the request that the router wrote to `at`. Returns where the answer is.
    ///
    /// # Errors
    ///
    /// The router passed bad memory or a bad request, or the configuration or the handler failed.
    pub fn on_connect<A: IntoAnswer>(
        &self,
        at: usize,
        len: usize,
        handler: impl FnOnce(&C, ConnectRequest) -> A,
    ) -> Result<BufferSpan, Fault> {
        let answer = self.with_text(at, len, |json| {
            let request = serde_json::from_slice(json).map_err(Fault::Request)?;
            let config = self.config()?;
            let response = handler(&config, request).into_answer();
            serde_json::to_vec(&response.map_err(Fault::Handler)?).map_err(Fault::Response)
        })?;
        Ok(self.buffers.borrow_mut().keep(answer))
    }

    /// Reads what the router wrote. The buffer is kept, since the router gives it back after the call.
    fn with_text<T>(
        &self,
        at: usize,
        len: usize,
        read: impl FnOnce(&[u8]) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let buffer = self.buffers.borrow_mut().take(at)?;
        let room = buffer.len();
        let result = match buffer.get(..len) {
            Some(text) => read(text),
            None => Err(Fault::BeyondBuffer { at, len, room }),
        };
        self.buffers.borrow_mut().keep(buffer);
        result
    }

    /// Returns the configuration; if the router never passed one, that of `{}`.
    fn config(&self) -> Result<Rc<C>, Fault> {
        let known = self.config.borrow().clone();
        if let Some(config) = known {
            return Ok(config);
        }
        let config = Rc::new((self.read_config)(b"{}").map_err(Fault::Config)?);
        *self.config.borrow_mut() = Some(Rc::clone(&config));
        Ok(config)
    }
}

/// Packs address and length into one number, as `on_connect` returns them. Both fit in 32 bits on WebAssembly.
pub fn pack(span: BufferSpan) -> u64 {
    (span.at as u64) << 32 | span.len as u64
}

/// Refuses a configuration: writes the reason to standard error, and returns the code for `configure`.
pub fn refuse(fault: &Fault) -> i32 {
    report(fault);
    1
}

/// Writes the reason to standard error, and ends the call by a trap.
pub fn trap(fault: &Fault) -> ! {
    report(fault);
    std::process::abort()
}

/// Writes to standard error. If that is closed, there is no other place to report it.
fn report(fault: &dyn Display) {
    let _ = writeln!(std::io::stderr(), "{fault}");
}

#[cfg(test)]
mod tests;
