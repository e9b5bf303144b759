//! The SIMD room: the only place in the workspace where `unsafe` may stand.
//!
//! Kernels are plain safe loops. The compiler turns them into vector instructions, once for each [`Level`]: the
//! baseline that every processor of the target has, and the wider sets that are looked for at run time. A [`Task`]
//! is such a loop with its arguments; [`dispatch`] runs it at a level.
//!
//! A task gives the same bits at every level: Rust never reorders or fuses floating-point operations by itself, so
//! wider registers only do more of the same operations at a time. Tasks that work by [`Eights`] are the exception.

mod aligned;
mod eights;
mod lanes;
mod pages;
mod registers;
mod vectors;

use crate::Pixel;
use crate::wide::{greater, smaller};

pub use aligned::Aligned;
pub(crate) use aligned::CACHE_LINE;
pub(crate) use aligned::OnLines;
pub use eights::{Eights, EightsTask, InEights};
pub(crate) use lanes::{Bytes, Lanes, Words, with_lanes};
pub use pages::LargePages;
pub(crate) use registers::Register;
pub use vectors::{Arrays, Vectors};

/// A set of vector instructions that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(Instructions);

// Private, so that a `Level` above the baseline is proof that the processor was asked: `dispatch` relies on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Instructions {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The instructions that every processor of the target has (SSE2 on x86-64, NEON on AArch64).
    pub const BASELINE: Level = Level(Instructions::Baseline);

    /// Every level that this processor has, narrowest first.
    pub fn all() -> Vec<Level> {
        #[allow(unused_mut, reason = "only x86-64 has more than one level")]
        let mut levels = vec![Level::BASELINE];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") && has!("fma") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt") {
                levels.push(Level(Instructions::Avx2));
                if has!("avx512f")
                    && has!("avx512bw")
                    && has!("avx512vl")
                    && has!("avx512dq")
                    && has!("avx512cd")
                    && has!("avx512vbmi")
                {
                    levels.push(Level(Instructions::Avx512));
                }
            }
        }
        levels
    }

    /// The widest level that this processor has.
    pub fn best() -> Level {
        static BEST: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
        *BEST.get_or_init(|| Level::all().into_iter().next_back().unwrap_or(Level::BASELINE))
    }

    /// The level's name: `baseline`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Instructions::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => "avx512",
        }
    }
}

/// A loop with its arguments, to be compiled for each level.
pub trait Task {
    /// What the loop gives back.
    type Output;

    /// Runs the loop. Mark it, and every function it calls that should be vectorised, `#[inline(always)]`: only what is
    /// inlined into [`dispatch`] is compiled for the level, which is a constant there: what depends on it costs nothing.
    fn run(self, level: Level) -> Self::Output;
}

/// Runs `task` with the instructions of `level`.
///
/// ```
/// use glassbox_kernels::simd::{Level, Task, dispatch};
/// struct Sum<'a>(&'a [u32]);
/// impl Task for Sum<'_> {
///     type Output = u32;
///     #[inline(always)]
///     fn run(self, _: Level) -> u32 {
///         self.0.iter().sum()
///     }
/// }
/// for level in Level::all() {
///     assert_eq!(dispatch(level, Sum(&[1, 2, 3])), 6);
/// }
/// ```
pub fn dispatch<K: Task>(level: Level, task: K) -> K::Output {
    match level.0 {
        Instructions::Baseline => task.run(Level::BASELINE),
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "calling code compiled for more than the baseline")]
        // SAFETY: this level is only ever made by `Level::all`, after the processor reported each feature.
        Instructions::Avx2 => unsafe { avx2(task) },
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "calling code compiled for more than the baseline")]
        // SAFETY: as above.
        Instructions::Avx512 => unsafe { avx512(task) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<K: Task>(task: K) -> K::Output {
    task.run(Level(Instructions::Avx2))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512cd,avx512vbmi")]
fn avx512<K: Task>(task: K) -> K::Output {
    task.run(Level(Instructions::Avx512))
}

/// The whole number from 0 to `most` that is nearest to `real`, rounded half up; 0 for NaN.
#[inline(always)]
pub(crate) fn nearest_whole(real: f32, most: u16) -> u32 {
    let within = smaller(greater(real, 0.0), f32::from(most)) + 0.5;
    #[allow(unsafe_code, reason = "the safe conversion, which saturates, is not turned into vector instructions")]
    // SAFETY: `within` is from 0.5 to 65535.5, whatever `real` is: of a number that cannot be compared `greater` keeps the 0.
    unsafe {
        within.to_int_unchecked::<i32>() as u32
    }
}

/// How many of sixteen numbers are at most `most`.
#[inline(always)]
pub(crate) fn count_at_most(numbers: &[u16; 16], most: u16) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{
            __m128i, _mm_cmpeq_epi16, _mm_loadu_si128, _mm_movemask_epi8, _mm_packs_epi16, _mm_set1_epi16,
            _mm_setzero_si128, _mm_subs_epu16,
        };
        // Taken from a number that is at least as large, nothing is left.
        let from = numbers.as_ptr().cast::<__m128i>();
        #[allow(unsafe_code, reason = "a comparison written as a loop is taken apart into its bits one by one")]
        // SAFETY: every x86-64 processor has these instructions; both loads lie within the sixteen numbers.
        let mask = unsafe {
            let most = _mm_set1_epi16(most as i16);
            let is_at_most = |number| _mm_cmpeq_epi16(_mm_subs_epu16(number, most), _mm_setzero_si128());
            let (low, high) = (_mm_loadu_si128(from), _mm_loadu_si128(from.add(1)));
            _mm_movemask_epi8(_mm_packs_epi16(is_at_most(low), is_at_most(high)))
        };
        mask.count_ones() as usize
    }
    #[cfg(not(target_arch = "x86_64"))]
    numbers.iter().filter(|number| **number <= most).count()
}

/// Bytes between what is in hand and what is asked for.
const AHEAD: usize = 2048;

/// Asks for what lies some way behind a chunk of a row that nobody has looked at yet, to read it or to overwrite it.
#[inline(always)]
pub(crate) fn ask_ahead<T, const CHUNK: usize>(chunk: &[T]) {
    for line in (0..size_of::<[T; CHUNK]>()).step_by(CACHE_LINE) {
        prefetch(chunk, AHEAD + line);
    }
}

/// Where chunks of `n` numbers of `out` begin: the first where it does, the others at cache lines as far as that can be, so that no vector is written
/// across two. The second and the last may overlap the one before: what is made twice is made alike, and nothing is left over to be made one by one.
/// None if there are fewer numbers.
#[inline(always)]
pub(crate) fn chunk_starts<T>(n: usize, out: &[T]) -> impl Iterator<Item = usize> + use<T> {
    let length = out.len();
    let to_line = to_line(out) % n;
    let overlap = if to_line == 0 { 0 } else { n - to_line };
    let count = if length < n { 0 } else { (length + overlap).div_ceil(n) };
    (0..count).map(move |index| (index * n).saturating_sub(overlap).min(length - n))
}

/// Numbers before the first that begins at a cache line.
#[inline(always)]
pub(crate) fn to_line<T>(numbers: &[T]) -> usize {
    numbers.as_ptr().addr().wrapping_neg() % CACHE_LINE / size_of::<T>()
}

/// Asks for the cache line that lies `ahead` bytes behind the first of `numbers`, in them or behind their end: it will be read soon.
#[inline(always)]
fn prefetch<T>(numbers: &[T], ahead: usize) {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code, reason = "no safe function asks for a cache line")]
    // SAFETY: a prefetch is a hint, which reads nothing, wherever it points.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(numbers.as_ptr().cast::<i8>().wrapping_add(ahead));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (numbers, ahead);
}

/// Copies numbers past the caches, without reading first what is overwritten; as usual, what is less than a cache line, or does not begin at one.
/// Before another thread may look at them there must be a [`fence`].
///
/// # Panics
/// If there are not as many places as numbers.
#[inline(always)]
pub(crate) fn stream<T: Pixel>(level: Level, from: &[T], to: &mut [T]) {
    assert_eq!(from.len(), to.len(), "stream: expected as many places as numbers");
    let lines = if to_line(to) == 0 { size_of_val(to) / CACHE_LINE } else { 0 };
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
        use std::arch::x86_64::{__m256i, _mm256_loadu_si256, _mm256_stream_si256};
        use std::arch::x86_64::{__m512i, _mm512_loadu_si512, _mm512_stream_si512};
        let (from, to) = (from.as_ptr().cast::<u8>(), to.as_mut_ptr().cast::<u8>());
        // Whole registers, however long they are.
        let (is_line, is_half) = (level.lanes512().is_some(), level.lanes256().is_some());
        let step = match (is_line, is_half) {
            (true, _) => size_of::<__m512i>(),
            (_, true) => size_of::<__m256i>(),
            _ => size_of::<__m128i>(),
        };
        for i in (0..lines * CACHE_LINE).step_by(step) {
            #[allow(unsafe_code, reason = "no safe function writes past the caches")]
            // SAFETY: both slices are of the same length, which is at least as many whole cache lines and so registers; the target is aligned;
            // pixels have no padding and any bits that were a pixel are one; the level is proof of the longer registers.
            unsafe {
                let (from, to) = (from.add(i), to.add(i));
                if is_line {
                    _mm512_stream_si512(to.cast(), _mm512_loadu_si512(from.cast()));
                } else if is_half {
                    _mm256_stream_si256(to.cast(), _mm256_loadu_si256(from.cast()));
                } else {
                    _mm_stream_si128(to.cast(), _mm_loadu_si128(from.cast()));
                }
            }
        }
    }
    let rest = if cfg!(target_arch = "x86_64") { lines * (CACHE_LINE / size_of::<T>()) } else { 0 };
    if rest < to.len() {
        to[rest..].copy_from_slice(&from[rest..]);
    }
}

/// Makes what [`stream`] wrote visible to other threads before anything that this thread writes later.
pub(crate) fn fence() {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code, reason = "no safe function waits for such writes")]
    // SAFETY: every x86-64 processor has this instruction, which touches no memory.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
