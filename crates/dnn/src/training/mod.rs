//! Training in batches: recipes, schedules, presets.

mod presets;
mod schedule;
mod trainer;

pub use presets::{Preset, preset, presets};
pub use schedule::Schedule;
pub use trainer::{Recipe, Trainer};
