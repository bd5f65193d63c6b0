//! Buffers in a guest's memory: of the request, of the configuration, of the answer.

use hyrouter_plugin_api::PluginError;
use wasmer::RuntimeError;

use super::GuestInstance;
use crate::settings::MAX_RESPONSE_LEN;

/// Address and length of bytes in a guest's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GuestSpan {
    pub(super) at: u32,
    pub(super) len: u32,
}

impl GuestSpan {
    /// Reads what `on_connect` returns: the address in the high half, the length in the low one.
    pub(super) fn unpack(packed: u64) -> Self {
        let low = packed & u64::from(u32::MAX);
        Self {
            at: u32::try_from(packed >> 32).unwrap_or(u32::MAX),
            len: u32::try_from(low).unwrap_or(u32::MAX),
        }
    }
}

impl GuestInstance {
    /// Copies bytes into memory that the guest allocates for them.
    pub(super) fn hand_over(
        &mut self,
        bytes: &[u8],
        budget: i64,
    ) -> Result<GuestSpan, PluginError> {
        let len = u32::try_from(bytes.len()).map_err(|_| PluginError::Oversize {
            len: bytes.len(),
            max: u32::MAX as usize,
        })?;
        let at = self
            .alloc
            .call(&mut self.store, len)
            .map_err(|error| self.trap(&error, budget))?;
        if at == 0 {
            self.is_broken = true;
            return Err(PluginError::bad_pointer(format_args!(
                "alloc({len}) returned 0"
            )));
        }
        let written = self.memory.view(&self.store).write(u64::from(at), bytes);
        written.map_err(|_| {
            self.is_broken = true;
            let size = self.memory_len();
            PluginError::bad_pointer(format_args!(
                "alloc({len}) returned {at}, which is outside of its {size} bytes of memory"
            ))
        })?;
        Ok(GuestSpan { at, len })
    }

    /// Returns whether an answer may be at this place.
    fn would_fit(&self, GuestSpan { at, len }: GuestSpan) -> bool {
        let end = u64::from(at) + u64::from(len);
        at != 0 && len as usize <= MAX_RESPONSE_LEN && end <= self.memory_len()
    }

    /// Copies the answer out of the guest's memory.
    pub(super) fn read_answer(&mut self, packed: u64) -> Result<(), PluginError> {
        let GuestSpan { at, len } = GuestSpan::unpack(packed);
        let wanted = len as usize;
        let swapped = GuestSpan { at: len, len: at };
        if at != 0 && self.would_fit(swapped) && !self.would_fit(GuestSpan { at, len }) {
            self.is_broken = true;
            return Err(PluginError::bad_pointer(format_args!(
                "on_connect returned {len} bytes at {at}: address and length are swapped; the address goes into the high half"
            )));
        }
        if wanted > MAX_RESPONSE_LEN {
            return Err(PluginError::Oversize {
                len: wanted,
                max: MAX_RESPONSE_LEN,
            });
        }
        if at == 0 {
            self.is_broken = true;
            return Err(PluginError::bad_pointer(
                "on_connect returned an answer at 0",
            ));
        }
        self.answer.resize(wanted, 0);
        let memory = self.memory.view(&self.store);
        if memory.read(u64::from(at), &mut self.answer).is_ok() {
            return Ok(());
        }
        self.is_broken = true;
        let size = self.memory_len();
        Err(PluginError::bad_pointer(format_args!(
            "on_connect returned {len} bytes at {at}, which is outside of its {size} bytes of memory"
        )))
    }

    pub(super) fn give_back(&mut self, place: GuestSpan) -> Result<(), RuntimeError> {
        match &self.dealloc {
            Some(dealloc) => dealloc.call(&mut self.store, place.at, place.len),
            None => Ok(()),
        }
    }
}
