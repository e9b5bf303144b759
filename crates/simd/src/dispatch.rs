//! One loop, compiled for every level.

use crate::Level;
use crate::level::Instructions;

/// A loop with its arguments, to be compiled for each level.
pub trait Task {
    /// The loop's result.
    type Output;

    /// Runs the loop. Mark it, and every function it calls in the loop, `#[inline(always)]`: only code that is inlined
    /// into [`dispatch`] is compiled for the level. The level is a constant there, so a branch on it costs nothing.
    fn run(self, level: Level) -> Self::Output;
}

/// Runs `task` with the instructions of `level`.
///
/// ```
/// use glassbox_simd::{Level, Task, dispatch};
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
#[inline(always)]
pub fn dispatch<K: Task>(level: Level, task: K) -> K::Output {
    dispatch_with::<K, K>(level, task)
}

/// As [`dispatch`], and the loop is compiled in the module of `Owner`: the type whose loop the task runs.
///
/// A task that serves many types (one for every row function, say) stands in one module. Its copies would all be
/// compiled there, in one piece; so each is compiled where its owner stands, and a change of one recompiles that one.
#[inline(always)]
pub fn dispatch_with<Owner, K: Task>(level: Level, task: K) -> K::Output {
    let copies = ([], task);
    match level.0 {
        Instructions::Baseline => Copies::<Owner>::baseline(copies),
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "calls a function compiled for more than the baseline")]
        // SAFETY: only `Level::all` makes this level, after it found each of the features.
        Instructions::Avx2 => unsafe { Copies::<Owner>::avx2(copies) },
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "calls a function compiled for more than the baseline")]
        // SAFETY: as above.
        Instructions::Avx512 => unsafe { Copies::<Owner>::avx512(copies) },
    }
}

/// The copies of a task.
///
/// They are methods because the compiler puts a method into the codegen unit of its `Self` type, and a generic function
/// into that of its own module. Of the tuple `Self` it takes the first type, the owner.
#[allow(unsafe_code, reason = "functions compiled for more than the baseline")]
pub(crate) trait Copies<Owner> {
    type Output;

    fn baseline(self) -> Self::Output;

    /// # Safety
    /// The processor must have these instructions.
    #[cfg(target_arch = "x86_64")]
    unsafe fn avx2(self) -> Self::Output;

    /// # Safety
    /// The processor must have these instructions.
    #[cfg(target_arch = "x86_64")]
    unsafe fn avx512(self) -> Self::Output;
}

#[allow(unsafe_code, reason = "functions compiled for more than the baseline")]
impl<Owner, K: Task> Copies<Owner> for ([Owner; 0], K) {
    type Output = K::Output;

    #[inline(never)]
    fn baseline(self) -> K::Output {
        self.1.run(Level::BASELINE)
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn avx2(self) -> K::Output {
        self.1.run(Level(Instructions::Avx2))
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512cd,avx512vbmi")]
    unsafe fn avx512(self) -> K::Output {
        self.1.run(Level(Instructions::Avx512))
    }
}
