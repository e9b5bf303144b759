use std::path::Path;

use glassbox_formats::onnx;

use crate::onnx::{Attribute, Constant, INPUT, Node, Onnx};
use crate::{Error, Net, Shape, Stored};

impl<T: Stored> Net<T> {
    /// Writes the net as an ONNX file, atomically. Its metadata hold the model text.
    ///
    /// # Shape
    /// The graph's `input` is `[n, channels, height, width]`, or `[n, numbers]` for a net that takes a list; its
    /// `output` likewise.
    ///
    /// # Errors
    /// If a layer cannot be said in ONNX, the file would be larger than such files can be, or the system would not
    /// write it.
    pub fn save_onnx(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let (graph, output) = Onnx::of(self)?;
        let mut nodes: Vec<_> = graph.nodes.into_iter().map(node).collect();
        nodes.push(onnx::Node {
            operator: "Identity".into(),
            inputs: vec![output],
            outputs: vec!["output".into()],
            attributes: vec![],
        });
        let constants = graph.constants.into_iter().map(|(name, constant)| match constant {
            Constant::Real(tensor) => (name, T::constant(tensor)),
            Constant::Whole(numbers) => (name, onnx::Constant::I64(numbers)),
        });
        let graph = onnx::Graph {
            name: "glassbox".into(),
            nodes,
            constants: constants.collect(),
            input: port::<T>(INPUT, self.input()),
            output: port::<T>("output", self.output()),
            metadata: vec![("model".into(), self.text_with_input())],
        };
        Ok(onnx::write(path.as_ref(), &graph)?)
    }
}

fn node(node: Node) -> onnx::Node {
    onnx::Node {
        operator: node.operator.into(),
        inputs: node.inputs,
        outputs: vec![node.output],
        attributes: node.attributes.into_iter().map(|(name, value)| (name.into(), attribute(value))).collect(),
    }
}

fn attribute(attribute: Attribute) -> onnx::Attribute {
    match attribute {
        Attribute::Int(number) => onnx::Attribute::Int(number),
        Attribute::Ints(numbers) => onnx::Attribute::Ints(numbers),
        Attribute::Float(number) => onnx::Attribute::Float(number as f32),
        Attribute::Floats(numbers) => {
            onnx::Attribute::Floats(numbers.into_iter().map(|number| number as f32).collect())
        }
        Attribute::Text(text) => onnx::Attribute::Text(text.into()),
    }
}

fn port<T: Stored>(name: &str, shape: Shape) -> onnx::Port {
    let shape = if shape.is_flat() {
        vec![None, Some(shape.channels)]
    } else {
        vec![None, Some(shape.channels), Some(shape.height), Some(shape.width)]
    };
    onnx::Port { name: name.into(), shape, double: T::NAME == "f64" }
}
