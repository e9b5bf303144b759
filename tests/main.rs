//! What holds for the whole workspace: laws over every filter and layer, goldens made by others, the command lines.

mod bad_input;
mod batches;
mod checkpoints;
mod command_lines;
mod contradictions;
mod drawn_laws;
mod every_number;
mod filter_laws;
mod filters_program;
mod goldens;
mod layer_goldens;
mod layer_laws;
mod model_texts;
mod module_circles;
mod nets;
mod nets_program;
mod npz_files;
mod onnx_cases;
mod picture_files;
mod picture_measures;
mod picture_metadata;
mod plain_layers;
mod reference;
mod reference_pools;
mod schedules;
mod simd_numbers;
mod tiff_files;
mod training;
mod training_laws;
mod training_sessions;
mod transparency;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// The same cases in each run, unless PROPTEST_RNG_SEED says otherwise: what fails once must fail again.
fn same_cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = if default.rng_seed == RngSeed::Random { RngSeed::Fixed(1) } else { default.rng_seed };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..default }
}
