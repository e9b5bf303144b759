//! Vectors of 8-bit and 16-bit numbers, one register at a time.
//!
//! They are for the few loops in which the compiler misses the best instructions. It widens bytes by an instruction
//! that is slow on some processors, and it finds neither products of pairs nor high halves of products.

mod bytes;
mod words;

use std::marker::PhantomData;

use crate::Level;
use crate::level::Instructions;
use crate::registers::{Register, Register256, Register512};

/// Proof that the processor has registers of the kind `R`. Only through it are [`Bytes`] and [`Words`] made.
#[derive(Clone, Copy, Debug)]
pub struct ByteVectors<R>(PhantomData<R>);

/// A register of 8-bit numbers without a sign.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<R>(R);

/// Two registers of 16-bit numbers, as many as a register has bytes.
///
/// Words that were made from [`Bytes`] are interleaved; [`saturate`](Words::saturate) and [`store`](Words::store)
/// restore the order.
#[derive(Clone, Copy, Debug)]
pub struct Words<R>([R; 2]);

/// The result of a comparison: true or false for each 8-bit number.
#[derive(Clone, Copy)]
pub struct Mask<R: Register>(R::Mask);

/// Evaluates the first expression with the widest [`ByteVectors`] of a level, or the second if the level has none.
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
    /// Byte vectors of 512 bits, if this level has them.
    #[inline(always)]
    pub fn byte_vectors512(self) -> Option<ByteVectors<Register512>> {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => Some(ByteVectors(PhantomData)),
            _ => None,
        }
    }

    /// Byte vectors of 256 bits, if this level has them.
    #[inline(always)]
    pub fn byte_vectors256(self) -> Option<ByteVectors<Register256>> {
        (self > Level::BASELINE).then_some(ByteVectors(PhantomData))
    }

    /// Whether this level has byte vectors of any width.
    #[inline(always)]
    pub fn has_byte_vectors(self) -> bool {
        self.byte_vectors256().is_some()
    }
}

/// Evaluates an operation of a register.
macro_rules! register {
    ($instructions:expr) => {{
        #[allow(unsafe_code, reason = "the compiler does not find these instructions by itself")]
        // SAFETY: a `ByteVectors`, through which every vector is made, proves that the processor has the instructions;
        // pointers come from slices of a whole register.
        unsafe {
            $instructions
        }
    }};
}
use register;

impl<R: Register> ByteVectors<R> {
    /// How many numbers of 8 bits a register holds.
    pub const COUNT: usize = R::BYTES;

    /// Loads the first numbers of a list.
    ///
    /// # Panics
    /// If the list is shorter than a register.
    #[inline(always)]
    pub fn load(self, from: &[u8]) -> Bytes<R> {
        let from = &from[..Self::COUNT];
        register!(Bytes(R::load(from.as_ptr())))
    }

    /// Loads the first numbers of a list, in the list's order.
    ///
    /// # Panics
    /// If the list is shorter than [`COUNT`](Self::COUNT).
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

    /// The same number in every lane.
    #[inline(always)]
    pub fn splat(self, number: u8) -> Bytes<R> {
        register!(Bytes(R::splat8(number as i8)))
    }

    /// The same number in every lane.
    #[inline(always)]
    pub fn splat_words(self, number: i16) -> Words<R> {
        register!(Words([R::splat16(number); 2]))
    }
}
