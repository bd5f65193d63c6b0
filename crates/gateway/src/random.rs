//! The process's random numbers, in a form that an `async` function can hold.

use std::convert::Infallible;

use rand::{Rng as _, TryCryptoRng, TryRng};

/// Random numbers of the current thread's generator.
///
/// [`rand::rng`] itself belongs to one thread and cannot be held by a future that moves between threads. This value
/// takes the generator of the thread on which it is used.
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

/// The generator behind it is cryptographically secure.
impl TryCryptoRng for ThreadRandom {}
