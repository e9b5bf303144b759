//! Laws over every layer, answers of others, training.

mod confidence;
mod digit_pictures;
mod explanations;
mod flows;
mod layer_goldens;
mod layer_laws;
mod model_texts;
mod onnx_cases;
mod plain_layers;
mod pytorch_weights;
mod restoring;
mod restoring_training;
mod schedules;
mod sizes;
mod spreadsheet_exports;
mod sql_exports;
mod training;
mod training_laws;
mod training_sessions;
