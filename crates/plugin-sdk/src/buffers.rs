//! Memory in which the router and the plugin exchange JSON.

use crate::fault::Fault;

/// Maximum number of buffers that the router allocates and does not use. It needs one for each call. Beyond that the oldest
/// is released, so that a router which never calls cannot exhaust the memory.
const MAX_UNUSED: usize = 8;

/// Buffers that the router knows by their address. Each lives until the router gives it back, or until the call after the
/// one that used it: a router that never gives buffers back costs the memory of one request and one response.
#[derive(Debug)]
pub(crate) struct Buffers {
    /// In the order of allocation.
    list: Vec<Buffer>,
}

#[derive(Debug)]
struct Buffer {
    bytes: Vec<u8>,
    /// `true` if a call has used it.
    is_used: bool,
}

/// Address and length of bytes for the router to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferSpan {
    /// Address of the first byte.
    pub at: usize,
    /// Number of bytes.
    pub len: usize,
}

impl Buffers {
    pub(crate) const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Allocates a buffer for the router to write to. Returns its address, or `None` if there is no memory for it.
    pub(crate) fn lend(&mut self, len: usize) -> Option<usize> {
        let mut bytes = Vec::new();
        // One byte more, since an empty buffer has no address of its own.
        bytes.try_reserve_exact(len.checked_add(1)?).ok()?;
        bytes.resize(len, 0);
        if self.unused().count() >= MAX_UNUSED
            && let Some(oldest) = self.list.iter().position(|buffer| !buffer.is_used)
        {
            self.list.remove(oldest);
        }
        Some(self.push(bytes, false))
    }

    /// Takes a buffer out, and releases the buffers of earlier calls.
    ///
    /// # Errors
    /// There is no buffer at this address.
    pub(crate) fn take(&mut self, at: usize) -> Result<Vec<u8>, Fault> {
        let found = self.find(at).ok_or(Fault::UnknownBuffer { at })?;
        let bytes = self.list.remove(found).bytes;
        self.list.retain(|buffer| !buffer.is_used);
        Ok(bytes)
    }

    /// Keeps bytes of a call for the router to read.
    pub(crate) fn keep(&mut self, bytes: Vec<u8>) -> BufferSpan {
        let len = bytes.len();
        BufferSpan {
            at: self.push(bytes, true),
            len,
        }
    }

    /// Releases a buffer, if it is there.
    pub(crate) fn release(&mut self, at: usize) {
        if let Some(found) = self.find(at) {
            self.list.remove(found);
        }
    }

    fn push(&mut self, mut bytes: Vec<u8>, is_used: bool) -> usize {
        let at = address(&mut bytes);
        self.list.push(Buffer { bytes, is_used });
        at
    }

    fn find(&mut self, at: usize) -> Option<usize> {
        self.list
            .iter_mut()
            .position(|buffer| address(&mut buffer.bytes) == at)
    }

    fn unused(&self) -> impl Iterator<Item = &Buffer> {
        self.list.iter().filter(|buffer| !buffer.is_used)
    }
}

/// Returns the address of a buffer's bytes. The pointer is mutable and its provenance exposed, so that the compiler expects
/// the router's writes.
fn address(bytes: &mut [u8]) -> usize {
    bytes.as_mut_ptr().expose_provenance()
}

/// Access of the router to the memory of a module.
#[cfg(test)]
impl Buffers {
    pub(crate) fn write(&mut self, at: usize, text: &[u8]) {
        let found = self.find(at).unwrap();
        self.list[found].bytes[..text.len()].copy_from_slice(text);
    }

    pub(crate) fn read(&mut self, span: BufferSpan) -> Option<&[u8]> {
        let found = self.find(span.at)?;
        self.list[found].bytes.get(..span.len)
    }

    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffers, MAX_UNUSED};
    use crate::fault::Fault;

    #[test]
    fn every_buffer_has_an_address_of_its_own() {
        let mut buffers = Buffers::new();
        let all = [0, 0, 1, 600].map(|len| buffers.lend(len).unwrap());
        for (place, at) in all.iter().enumerate() {
            assert_ne!(*at, 0);
            assert!(!all[place + 1..].contains(at), "{all:?}");
        }
    }

    #[test]
    fn what_is_asked_for_and_never_used_does_not_pile_up() {
        let mut buffers = Buffers::new();
        let answered = buffers.keep(b"{}".to_vec());
        let mut newest = 0;
        for _ in 0..100 {
            newest = buffers.lend(10).unwrap();
        }
        assert_eq!(buffers.count(), MAX_UNUSED + 1);
        assert_eq!(buffers.read(answered), Some(&b"{}"[..]));
        assert!(buffers.take(newest).is_ok());
        assert!(matches!(buffers.take(newest), Err(Fault::UnknownBuffer { at }) if at == newest));
    }

    #[test]
    fn there_is_no_buffer_larger_than_memory() {
        let mut buffers = Buffers::new();
        assert_eq!(buffers.lend(usize::MAX), None);
        assert_eq!(buffers.lend(usize::MAX / 2 + 1), None);
        assert_eq!(buffers.count(), 0);
    }

    #[test]
    fn giving_back_twice_does_nothing() {
        let mut buffers = Buffers::new();
        let at = buffers.lend(3).unwrap();
        buffers.release(at);
        buffers.release(at);
        buffers.release(0);
        assert_eq!(buffers.count(), 0);
    }
}
