//! Nets for other tools.

mod edges;
mod example;
mod graph;
mod onnx_file;
mod sheets;
mod sql;

pub use example::Example;
