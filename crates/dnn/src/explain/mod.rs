//! The chain rule for one weight of a net, number by number.
//!
//! A weight `w` works at one or more places: a dense layer's at one node, a mask's at every pixel. There
//! `z = … + w·x + …`, so `∂E/∂w = Σ δ·x` over the places, with `δ = ∂E/∂z`. And `δ` is a product: the slope of the
//! activation times what comes back from the layer after it, which for a dense layer is a sum over its nodes.

mod chain;
mod rules;
mod weight;

pub use chain::{Link, Term};
pub use rules::{Subtracted, subtracted};
pub use weight::Weight;

use glassbox_tensor::{Matrix, Tensor};

use crate::layers::Layer;
use crate::losses::Loss;
use crate::pass::{Forward, Memory, Pass};
use crate::run::{Gradients, Loops, Trace};
use crate::{Error, Net, Real};

/// The derivative of the loss for one sample by one weight, taken apart.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The weight.
    pub weight: Weight,
    /// Its value.
    pub value: f64,
    /// The loss of the sample.
    pub loss: f64,
    /// Every place where the weight works.
    pub places: Vec<Place>,
    /// The factors of `δ` at the place that matters most, from the weight's layer to the loss. Their product is `δ`.
    pub chain: Vec<Link>,
    /// `∂E/∂w = Σ δ·x` over the places.
    pub gradient: f64,
    /// The same by a central difference: the loss is asked with the weight a little larger and a little smaller.
    pub difference: f64,
}

/// A place where a weight works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The number of the node in the output of the weight's layer.
    pub node: usize,
    /// What the weight is multiplied by: `x = ∂z/∂w`.
    pub x: f64,
    /// `δ = ∂E/∂z`.
    pub delta: f64,
}

impl Place {
    /// Its share in `∂E/∂w`.
    pub fn product(self) -> f64 {
        self.delta * self.x
    }
}

impl Explanation {
    /// The place whose share is the largest; none if the weight works nowhere.
    pub fn main_place(&self) -> Option<Place> {
        self.places.iter().copied().max_by(|a, b| a.product().abs().total_cmp(&b.product().abs()))
    }
}

/// Takes apart `∂E/∂w` for one sample, as the net predicts: nothing is dropped, running means hold.
///
/// # Shape
/// `input` `[1, inputs]`, `target` `outputs` numbers
///
/// # Errors
/// If the net has no such weight, or its layer is not a sum in which the weight is one factor.
///
/// # Panics
/// If the shapes are not these.
pub fn explain(
    net: &Net<f64>,
    input: &Matrix<f64>,
    target: &[f64],
    loss: &dyn Loss<f64>,
    weight: Weight,
) -> Result<Explanation, Error> {
    weight.check(net)?;
    let (trace, gradients) = traced(net, input, target, loss);
    let layer = weight.layer;
    let x = multiplied(net, weight, &trace)?;
    let deltas = gradients.nodes[layer + 1].as_slice();
    let places = x.iter().zip(deltas).enumerate().filter(|(_, (x, _))| **x != 0.0);
    let places: Vec<_> = places.map(|(node, (&x, &delta))| Place { node, x, delta }).collect();
    let mut explanation = Explanation {
        weight,
        value: weight.value(net),
        loss: loss.value(trace.outputs().as_slice(), target),
        gradient: places.iter().map(|place| place.product()).sum(),
        places,
        chain: Vec::new(),
        difference: central_difference(net, input, target, loss, weight),
    };
    if let Some(place) = explanation.main_place() {
        explanation.chain = chain::links(net, &trace, &gradients, layer, place.node);
    }
    Ok(explanation)
}

/// The weight or bias with the largest gradient for one sample: the one to blame. None if no layer multiplies by
/// weights.
///
/// # Panics
/// As [`explain`].
pub fn worst(net: &Net<f64>, input: &Matrix<f64>, target: &[f64], loss: &dyn Loss<f64>) -> Option<Weight> {
    let (_, gradients) = traced(net, input, target, loss);
    let layers = net.layers().iter().zip(&gradients.parameters).enumerate();
    let sums = layers.filter(|(_, (layer, _))| ["dense", "conv", "conv-transpose"].contains(&layer.entry().name));
    let all = sums.flat_map(|(layer, (_, tensors))| {
        tensors.iter().enumerate().flat_map(move |(parameter, tensor)| {
            let numbers = tensor.as_slice().iter().enumerate();
            numbers.map(move |(index, gradient)| (Weight { layer, parameter, index }, gradient.abs()))
        })
    });
    all.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(weight, _)| weight)
}

fn traced(net: &Net<f64>, input: &Matrix<f64>, target: &[f64], loss: &dyn Loss<f64>) -> (Trace<f64>, Gradients<f64>) {
    assert_eq!(input.nrows(), 1, "explain: one sample");
    let mut trace = Trace::forward(net, Pass::predict(1), input, Loops::Fast);
    let mut upstream = Matrix::zeros([1, net.outputs()]);
    loss.gradient(trace.outputs().as_slice(), target, upstream.as_mut_slice());
    let gradients = trace.backward(net, &upstream);
    (trace, gradients)
}

/// What the weight is multiplied by at each node of its layer. A layer that is a sum gives it away: from weight 0 to
/// weight 1 its output changes by just that.
fn multiplied(net: &Net<f64>, weight: Weight, trace: &Trace<f64>) -> Result<Vec<f64>, Error> {
    let layer = &net.layers()[weight.layer];
    let outputs_with = |value: f64| {
        let mut parameters = net.parameters()[weight.layer].clone();
        parameters[weight.parameter].as_mut_slice()[weight.index] = value;
        let input = trace.nodes[weight.layer].as_slice();
        let skipped = layer.skip_from().map_or(&[][..], |node| trace.nodes[node].as_slice());
        outputs(&**layer, weight.layer, 1, [input, skipped], &parameters)
    };
    let [none, once, twice] = [0.0, 1.0, 2.0].map(outputs_with);
    let is_sum = none.iter().zip(&once).zip(&twice).all(|((none, once), twice)| {
        let size = none.abs() + once.abs() + twice.abs();
        (twice - 2.0 * once + none).abs() <= 1e-9 * size
    });
    if !is_sum {
        let name = weight.name(net);
        return Err(Error::Model(format!("{name}: its layer is no sum of products with it, so it has no factors")));
    }
    Ok(once.iter().zip(&none).map(|(once, none)| once - none).collect())
}

/// The output of a layer for `samples` samples; `inputs` are what it reads and what its skip connection brings.
fn outputs<T: Real>(
    layer: &dyn Layer<T>,
    index: usize,
    samples: usize,
    [input, skipped]: [&[T]; 2],
    parameters: &[Tensor<T>],
) -> Vec<T> {
    let mut output = vec![T::zero(); samples * layer.output().len()];
    let pass = Pass { layer: index, ..Pass::predict(samples) };
    let memory = &mut Memory::default();
    layer.forward(Forward { pass, input, skipped, output: &mut output, parameters, memory });
    output
}

/// `(8·(E(w + h) − E(w − h)) − (E(w + 2h) − E(w − 2h)))/(12·h)`, exact to the fourth order.
fn central_difference(
    net: &Net<f64>,
    input: &Matrix<f64>,
    target: &[f64],
    loss: &dyn Loss<f64>,
    weight: Weight,
) -> f64 {
    let mut net = net.clone();
    let value = weight.value(&net);
    let h = 1e-3 * value.abs().max(1.0);
    let mut at = |offset: f64| {
        weight.set(&mut net, value + offset);
        loss.value(net.predict(input).as_slice(), target)
    };
    (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h)
}
