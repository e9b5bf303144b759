//! The sets of vector instructions.

/// A set of vector instructions that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(pub(crate) Instructions);

// Private to the crate, so that a `Level` above the baseline proves that the processor has the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Instructions {
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
