//! Nets for other tools.

mod onnx_file;
