//! The thread-local random number generator, in a form that an `async` function can hold.

use std::convert::Infallible;

use rand::{Rng as _, TryCryptoRng, TryRng};

/// Random numbers of the current thread's generator.
///
/// [`rand::rng`] belongs to one thread, so a future that moves between threads cannot hold it. This value looks up the
/// generator of the current thread at each use.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadRandom;

impl TryRng for ThreadRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(rand::rng().next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(rand::rng().next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        rand::rng().fill_bytes(bytes);
        Ok(())
    }
}

/// The thread's generator is cryptographically secure.
impl TryCryptoRng for ThreadRandom {}
