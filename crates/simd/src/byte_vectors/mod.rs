//! As many numbers of 8 bits at a time as a register holds, for the few loops in which the compiler does not find the instructions that fit: it
//! widens 8-bit numbers by one that is slow on some processors, and does not find products of pairs and high halves of products.

mod bytes;
mod words;

use std::marker::PhantomData;

pub use bytes::{Bytes, Mask};
pub use words::Words;

use crate::Level;
use crate::level::Instructions;
use crate::registers::{Register, Register256, Register512};

/// Proof that the processor has the instructions for a kind of registers: [`Bytes`] and [`Words`] come into being by it only.
#[derive(Clone, Copy, Debug)]
pub struct ByteVectors<R>(PhantomData<R>);

/// Evaluates an expression with the widest [`ByteVectors`] that a level has, or another one if it has none.
#[macro_export]
macro_rules! with_byte_vectors {
    ($level:expr, $vectors:ident => $then:expr, else $otherwise:expr) => {{
        let level: $crate::Level = $level;
        if let Some($vectors) = level.byte_vectors512() {
            $then
        } else if let Some($vectors) = level.byte_vectors256() {
            $then
        } else {
            $otherwise
        }
    }};
}

impl Level {
    /// ByteVectors of 512 bits, if this level has them.
    #[inline(always)]
    pub fn byte_vectors512(self) -> Option<ByteVectors<Register512>> {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => Some(ByteVectors(PhantomData)),
            _ => None,
        }
    }

    /// ByteVectors of 256 bits, if this level has them.
    #[inline(always)]
    pub fn byte_vectors256(self) -> Option<ByteVectors<Register256>> {
        (self > Level::BASELINE).then_some(ByteVectors(PhantomData))
    }

    /// Whether this level has any lanes.
    #[inline(always)]
    pub fn has_byte_vectors(self) -> bool {
        self.byte_vectors256().is_some()
    }
}

/// What a register does.
macro_rules! register {
    ($instructions:expr) => {{
        #[allow(unsafe_code, reason = "instructions that the compiler does not find by itself")]
        // SAFETY: there is a `ByteVectors`, which is made only where the processor has the instructions; pointers come from references to arrays
        // that are long enough.
        unsafe {
            $instructions
        }
    }};
}
use register;

impl<R: Register> ByteVectors<R> {
    /// Numbers of 8 bits in a register.
    pub const COUNT: usize = R::BYTES;

    /// The first numbers of a list.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub fn load(self, from: &[u8]) -> Bytes<R> {
        let from = &from[..Self::COUNT];
        register!(Bytes(R::load(from.as_ptr())))
    }

    /// The first numbers of a list, in the list's order.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub fn load_words(self, from: &[u16]) -> Words<R> {
        let (low, high) = from[..Self::COUNT].split_at(Self::COUNT / 2);
        register!(Words([R::load(low.as_ptr().cast()), R::load(high.as_ptr().cast())]))
    }

    /// Zero in every lane.
    #[inline(always)]
    pub fn zeros(self) -> Bytes<R> {
        register!(Bytes(R::zeros()))
    }

    /// Of every lane the same number.
    #[inline(always)]
    pub fn splat(self, number: u8) -> Bytes<R> {
        register!(Bytes(R::splat8(number as i8)))
    }

    /// Of every lane the same number.
    #[inline(always)]
    pub fn splat_words(self, number: i16) -> Words<R> {
        register!(Words([R::splat16(number); 2]))
    }
}
