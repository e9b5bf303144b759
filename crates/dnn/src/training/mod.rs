//! Training in batches: recipes, schedules, presets.

mod presets;
mod recipe;
mod schedule;
mod trainer;

pub use presets::{Preset, preset, presets};
pub use recipe::Recipe;
pub use schedule::Schedule;
pub use trainer::Trainer;
