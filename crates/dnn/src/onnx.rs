//! Nets as ONNX graphs, for other tools.
//!
//! ONNX puts the channels of a picture before its rows: `[n, c, h, w]`. A sample of one pixel is a list here and so
//! `[n, c]` there.

use glassbox_tensor::{IxDyn, Tensor};

use crate::{Real, Shape};

/// A graph in the making.
#[derive(Clone, Debug, Default)]
pub struct Onnx<T: Real> {
    /// The operators, each after those whose outputs it reads.
    pub nodes: Vec<Node>,
    /// The constants, by name.
    pub constants: Vec<(String, Constant<T>)>,
}

/// An operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name in ONNX: `Conv`.
    pub operator: &'static str,
    /// The names of its inputs.
    pub inputs: Vec<String>,
    /// The name of its output.
    pub output: String,
    /// Its attributes.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// An attribute of an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// A number.
    Float(f64),
    /// Numbers.
    Floats(Vec<f64>),
    /// A word.
    Text(&'static str),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant<T: Real> {
    /// Numbers that the net computes with.
    Real(Tensor<T>),
    /// Whole numbers: shapes, axes.
    Whole(Vec<i64>),
}

/// The name of what goes into a net.
pub const INPUT: &str = "input";

impl<T: Real> Onnx<T> {
    /// Adds an operator and returns the name of its output.
    pub fn add(
        &mut self,
        operator: &'static str,
        inputs: &[&str],
        attributes: Vec<(&'static str, Attribute)>,
    ) -> String {
        let output = format!("{}_{}", operator.to_lowercase(), self.nodes.len());
        let inputs = inputs.iter().map(|input| (*input).into()).collect();
        self.nodes.push(Node { operator, inputs, output: output.clone(), attributes });
        output
    }

    /// Numbers of a shape.
    ///
    /// # Panics
    /// If the shape holds another number of them.
    pub fn real(&mut self, shape: &[usize], numbers: Vec<T>) -> String {
        self.constant(Constant::Real(
            Tensor::from_vec(IxDyn(shape), numbers).expect("as many numbers as the shape holds"),
        ))
    }

    /// A number.
    pub fn scalar(&mut self, number: f64) -> String {
        self.real(&[], vec![T::from_f64(number)])
    }

    /// Whole numbers.
    pub fn whole(&mut self, numbers: Vec<i64>) -> String {
        self.constant(Constant::Whole(numbers))
    }

    /// A parameter as it is.
    pub fn parameter(&mut self, tensor: &Tensor<T>) -> String {
        self.constant(Constant::Real(tensor.clone()))
    }

    /// Masks `[outputs, rows, columns, channels]` in ONNX's order, `[outputs, channels, rows, columns]`.
    pub fn masks(&mut self, tensor: &Tensor<T>) -> String {
        let turned = tensor.view().permuted_axes(IxDyn(&[0, 3, 1, 2]));
        self.constant(Constant::Real(Tensor::from_array(turned.to_owned())))
    }

    /// A sample of this shape as `[n, c, h, w]`, also where it is a list.
    pub fn picture(&mut self, value: &str, shape: Shape) -> String {
        if !shape.is_flat() {
            return value.into();
        }
        let axes = self.whole(vec![2, 3]);
        self.add("Unsqueeze", &[value, &axes], vec![])
    }

    /// The output of an operator on pictures, as a list if its shape is one.
    pub fn settle(&mut self, value: String, shape: Shape) -> String {
        if shape.is_flat() { self.add("Flatten", &[&value], vec![]) } else { value }
    }

    /// A sample as the list of its numbers in our order, `[n, h·w·c]`.
    pub fn list(&mut self, value: &str, shape: Shape) -> String {
        if shape.is_flat() {
            return value.into();
        }
        let turned = match shape.channels {
            1 => value.to_string(),
            _ => self.add("Transpose", &[value], vec![("perm", Attribute::Ints(vec![0, 2, 3, 1]))]),
        };
        self.add("Flatten", &[&turned], vec![])
    }

    fn constant(&mut self, constant: Constant<T>) -> String {
        let name = format!("constant_{}", self.constants.len());
        self.constants.push((name.clone(), constant));
        name
    }
}

/// Whole numbers as an attribute.
pub fn ints(numbers: &[usize]) -> Attribute {
    Attribute::Ints(numbers.iter().map(|&number| number as i64).collect())
}
