//! ONNX: nets as graphs of operators, which many runtimes execute. Written only.
//!
//! Format: <https://github.com/onnx/onnx/blob/main/docs/IR.md>; operators:
//! <https://github.com/onnx/onnx/blob/main/docs/Operators.md>.

mod message;
#[cfg(test)]
mod tests;

use std::path::Path;

use glassbox_tensor::{Tensor, shown};
use prost::Message;

use crate::{Error, array::Value, write_atomically};

/// Version of the operator set: ONNX 1.15, which runtimes since 2023 read.
pub const OPSET: i64 = 20;

/// Version of the file format that came with [`OPSET`].
const IR_VERSION: i64 = 9;

/// Most bytes of a message: readers of protocol buffers count them in 31 bits.
const MOST_BYTES: usize = i32::MAX as usize;

/// Name of every axis of unknown length: it is always the batch.
const BATCH: &str = "n";

/// A setting of an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A whole number: `axis`.
    Int(i64),
    /// Whole numbers: `kernel_shape`.
    Ints(Vec<i64>),
    /// A number: `alpha`.
    Float(f32),
    /// Numbers: `scales`.
    Floats(Vec<f32>),
    /// A word: `auto_pad`.
    Text(String),
}

/// An operator with its inputs and outputs, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// ONNX's name of the operator: `Gemm`.
    pub operator: String,
    /// The graph's input, constants, and outputs of earlier nodes; an empty name for one that is left out.
    pub inputs: Vec<String>,
    /// Names that are unique in the graph.
    pub outputs: Vec<String>,
    /// Settings that differ from the operator's defaults.
    pub attributes: Vec<(String, Attribute)>,
}

/// Where a value enters or leaves the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The value's name.
    pub name: String,
    /// Lengths of the axes; none for the batch.
    pub shape: Vec<Option<usize>>,
    /// Whether its numbers are `f64`; otherwise they are `f32`.
    pub double: bool,
}

/// Numbers that are part of the graph.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// Weights.
    F32(Tensor<f32>),
    /// Weights in double precision.
    F64(Tensor<f64>),
    /// A list: a shape, axes.
    I64(Vec<i64>),
    /// A single number, without axes.
    I64Scalar(i64),
}

/// A net as ONNX sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// The operators, each after those whose outputs it takes.
    pub nodes: Vec<Node>,
    /// Weights and other constants by name.
    pub constants: Vec<(String, Constant)>,
    /// The input.
    pub input: Port,
    /// The output.
    pub output: Port,
    /// The graph's name.
    pub name: String,
    /// Metadata: keys and texts.
    pub metadata: Vec<(String, String)>,
}

/// Writes a model file, atomically, the same bytes for the same graph.
///
/// ```
/// use glassbox_formats::onnx::{self, Constant, Graph, Node, Port};
/// use glassbox_tensor::Tensor;
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("net.onnx");
/// // y = x·w for any number of rows x.
/// let w = Tensor::from_vec([2, 3], vec![1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap().into_dyn();
/// let port = |name: &str, features| Port { name: name.into(), shape: vec![None, Some(features)], double: false };
/// let graph = Graph {
///     nodes: vec![Node {
///         operator: "MatMul".into(),
///         inputs: vec!["x".into(), "w".into()],
///         outputs: vec!["y".into()],
///         attributes: vec![],
///     }],
///     constants: vec![("w".into(), Constant::F32(w))],
///     input: port("x", 2),
///     output: port("y", 3),
///     name: "net".into(),
///     metadata: vec![],
/// };
/// onnx::write(&path, &graph).unwrap();
/// assert!(std::fs::read(&path).unwrap().starts_with(&[8, 9])); // field 1, the format's version: 9
/// ```
///
/// # Errors
/// If the model is larger than 2147483647 bytes, or the system reports an error. The graph itself is not checked.
pub fn write(path: &Path, graph: &Graph) -> Result<(), Error> {
    let model = model(graph);
    let bytes = model.encoded_len();
    if bytes > MOST_BYTES {
        let problem = format!("needs {bytes} bytes; an ONNX file holds at most {MOST_BYTES}");
        return Err(Error::invalid(&shown(path), problem));
    }
    write_atomically(path, |file| file.write_all(&model.encode_to_vec()))?;
    Ok(())
}

fn model(graph: &Graph) -> message::Model {
    let metadata = graph.metadata.iter().map(|(key, value)| message::Entry { key: key.into(), value: value.into() });
    message::Model {
        ir_version: IR_VERSION,
        producer_name: "glassbox".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(message::Graph {
            node: graph.nodes.iter().map(node).collect(),
            name: graph.name.clone(),
            initializer: graph.constants.iter().map(|(name, constant)| initializer(name, constant)).collect(),
            input: vec![port(&graph.input)],
            output: vec![port(&graph.output)],
        }),
        opset_import: vec![message::OperatorSet { domain: Some(String::new()), version: OPSET }],
        metadata_props: metadata.collect(),
    }
}

fn node(node: &Node) -> message::Node {
    message::Node {
        input: node.inputs.clone(),
        output: node.outputs.clone(),
        // Unique, as every output is. Viewers show it, and messages of runtimes.
        name: node.outputs.first().cloned().unwrap_or_default(),
        op_type: node.operator.clone(),
        attribute: node.attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
    }
}

fn attribute(name: &str, value: &Attribute) -> message::Attribute {
    use message::AttributeType as Type;
    let named = message::Attribute { name: name.into(), ..Default::default() };
    match value {
        Attribute::Float(f) => message::Attribute { f: Some(*f), r#type: Type::Float.into(), ..named },
        Attribute::Int(i) => message::Attribute { i: Some(*i), r#type: Type::Int.into(), ..named },
        Attribute::Text(s) => message::Attribute { s: Some(s.clone().into()), r#type: Type::String.into(), ..named },
        Attribute::Floats(floats) => {
            message::Attribute { floats: floats.clone(), r#type: Type::Floats.into(), ..named }
        }
        Attribute::Ints(ints) => message::Attribute { ints: ints.clone(), r#type: Type::Ints.into(), ..named },
    }
}

fn initializer(name: &str, constant: &Constant) -> message::Tensor {
    use message::ElementType as Type;
    let (shape, r#type, raw_data) = match constant {
        Constant::F32(tensor) => (tensor.shape(), Type::Float, little_endian(tensor)),
        Constant::F64(tensor) => (tensor.shape(), Type::Double, little_endian(tensor)),
        Constant::I64(list) => (&[list.len()][..], Type::Int64, list.iter().flat_map(|i| i.to_le_bytes()).collect()),
        Constant::I64Scalar(i) => (&[][..], Type::Int64, i.to_le_bytes().to_vec()),
    };
    let dims = shape.iter().map(|&side| side as i64).collect();
    message::Tensor { dims, data_type: r#type.into(), name: name.into(), raw_data }
}

fn little_endian<T: Value>(tensor: &Tensor<T>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size_of_val(tensor.as_slice()));
    T::encode(tensor.as_slice(), &mut bytes).expect("memory takes what is written");
    bytes
}

fn port(port: &Port) -> message::ValueInfo {
    let dim = port.shape.iter().map(|side| match side {
        Some(side) => message::Dimension { dim_value: Some(*side as i64), dim_param: None },
        None => message::Dimension { dim_value: None, dim_param: Some(BATCH.into()) },
    });
    let elem_type = if port.double { message::ElementType::Double } else { message::ElementType::Float };
    let tensor_type =
        message::TensorType { elem_type: elem_type.into(), shape: Some(message::Shape { dim: dim.collect() }) };
    message::ValueInfo { name: port.name.clone(), r#type: Some(message::Type { tensor_type: Some(tensor_type) }) }
}
