//! Laws over every filter and layer, goldens of other programs, files, and the command lines.

mod files;
mod kernels;
mod module_circles;
mod nets;
mod programs;
mod support;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// The same cases in each run, unless PROPTEST_RNG_SEED is set: a failure must repeat.
fn same_cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = if default.rng_seed == RngSeed::Random { RngSeed::Fixed(1) } else { default.rng_seed };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..default }
}
