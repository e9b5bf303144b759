//! The SIMD room: the only place in the workspace where `unsafe` may stand.
//!
//! Kernels are plain safe loops. The compiler turns them into vector instructions, once for each [`Level`]: the
//! baseline that every processor of the target has, and the wider sets that are looked for at run time. A [`Task`]
//! is such a loop with its arguments; [`dispatch`] runs it at a level.
//!
//! A task gives the same bits at every level: Rust never reorders or fuses floating-point operations by itself, so
//! wider registers only do more of the same operations at a time.

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
                if has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512dq") && has!("avx512cd") {
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
    /// inlined into [`dispatch`] is compiled for the level.
    fn run(self) -> Self::Output;
}

/// Runs `task` with the instructions of `level`.
///
/// ```
/// use glassbox_kernels::simd::{Level, Task, dispatch};
/// struct Sum<'a>(&'a [u32]);
/// impl Task for Sum<'_> {
///     type Output = u32;
///     #[inline(always)]
///     fn run(self) -> u32 {
///         self.0.iter().sum()
///     }
/// }
/// for level in Level::all() {
///     assert_eq!(dispatch(level, Sum(&[1, 2, 3])), 6);
/// }
/// ```
pub fn dispatch<K: Task>(level: Level, task: K) -> K::Output {
    match level.0 {
        Instructions::Baseline => task.run(),
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
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512cd")]
fn avx512<K: Task>(task: K) -> K::Output {
    task.run()
}
