//! Nets for other tools.

mod graph;
mod onnx_file;
