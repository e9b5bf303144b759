use crate::pass::{Backward, Forward, Memory, Pass};
use crate::run::{Gradients, Trace};
use crate::{Net, Real};

use super::outputs;

/// A factor of the chain rule: how a layer, or the loss, answers a change of one number that goes in.
#[derive(Clone, Debug)]
pub struct Link {
    /// The layer; none for the loss.
    pub layer: Option<usize>,
    /// The number of the node that goes into it.
    pub node: usize,
    /// The factor: the slope, if one node of the layer depends on it; otherwise the sum of the products of the terms.
    pub value: f64,
    /// The nodes of the layer that depend on the number, each with its slope. Empty for the loss, for a node that
    /// several layers read, and where nothing depends on it.
    pub terms: Vec<Term>,
}

/// A node of a layer that depends on a number that goes in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// The number of the node in the layer's output.
    pub node: usize,
    /// ∂E/∂(that node).
    pub outer: f64,
    /// ∂(that node)/∂(the number that goes in): the weight of a dense layer, the slope of an activation.
    pub inner: f64,
}

impl Link {
    /// Whether the link is a sum over several nodes, where the chain ends.
    pub fn is_sum(&self) -> bool {
        self.terms.len() > 1
    }
}

/// How far a number is moved to see which nodes depend on it.
const STEP: f64 = 1e-3;

/// Nodes whose slopes are asked for at a time.
const AT_ONCE: usize = 64;

/// The links from node `node` of the output of `layer` to the loss, up to the first that is a sum.
pub(super) fn links(
    net: &Net<f64>,
    trace: &Trace<f64>,
    gradients: &Gradients<f64>,
    layer: usize,
    mut node: usize,
) -> Vec<Link> {
    let mut links = Vec::new();
    for next in layer + 1..net.layers().len() {
        let whole = gradients.nodes[next].as_slice()[node];
        // A node that other layers read as well gets a share from each.
        if net.layers().iter().any(|layer| layer.skip_from() == Some(next)) {
            links.push(Link { layer: Some(next), node, value: whole, terms: Vec::new() });
            return links;
        }
        let terms = terms(net, trace, gradients, next, node);
        match terms[..] {
            [Term { node: only, inner, .. }] => {
                links.push(Link { layer: Some(next), node, value: inner, terms });
                node = only;
            }
            _ => {
                let value = terms.iter().map(|term| term.outer * term.inner).sum();
                links.push(Link { layer: Some(next), node, value, terms });
                return links;
            }
        }
    }
    let last = net.layers().len();
    links.push(Link { layer: None, node, value: gradients.nodes[last].as_slice()[node], terms: Vec::new() });
    links
}

/// The nodes of a layer that depend on number `node` of its input, with their slopes.
fn terms(net: &Net<f64>, trace: &Trace<f64>, gradients: &Gradients<f64>, layer: usize, node: usize) -> Vec<Term> {
    let outer = gradients.nodes[layer + 1].as_slice();
    let depend = dependent(net, trace, layer, node);
    let mut terms = Vec::new();
    for nodes in depend.chunks(AT_ONCE) {
        let inner = slopes(net, trace, layer, nodes, node);
        terms.extend(nodes.iter().zip(inner).map(|(&node, inner)| Term { node, outer: outer[node], inner }));
    }
    terms.retain(|term| term.inner != 0.0);
    terms
}

/// The nodes of a layer that change when a number that goes in changes.
fn dependent(net: &Net<f64>, trace: &Trace<f64>, layer: usize, node: usize) -> Vec<usize> {
    let outputs_with = |offset: f64| {
        let mut input = trace.nodes[layer].as_slice().to_vec();
        input[node] += offset;
        outputs(&*net.layers()[layer], layer, 1, [&input, skipped(net, trace, layer)], &net.parameters()[layer])
    };
    let (less, as_is, more) = (outputs_with(-STEP), trace.nodes[layer + 1].as_slice(), outputs_with(STEP));
    (0..as_is.len()).filter(|&node| less[node] != as_is[node] || more[node] != as_is[node]).collect()
}

/// ∂(each of `nodes`)/∂(number `node` that goes in): the layer's own chain rule, from 1 at one of the nodes and 0 at
/// all others.
fn slopes(net: &Net<f64>, trace: &Trace<f64>, index: usize, nodes: &[usize], node: usize) -> Vec<f64> {
    let (layer, parameters) = (&net.layers()[index], &net.parameters()[index]);
    let samples = nodes.len();
    let pass = Pass { layer: index, ..Pass::predict(samples) };
    let repeated = |numbers: &[f64]| numbers.repeat(samples);
    let (input, skipped) = (repeated(trace.nodes[index].as_slice()), repeated(skipped(net, trace, index)));
    let (inputs, outputs) = (input.len() / samples, layer.output().len());
    let mut output = vec![0.0; samples * outputs];
    let mut memory = Memory::default();
    layer.forward(Forward {
        pass,
        input: &input,
        skipped: &skipped,
        output: &mut output,
        parameters,
        memory: &mut memory,
    });
    let mut gradient = vec![0.0; output.len()];
    nodes.iter().enumerate().for_each(|(sample, node)| gradient[sample * outputs + node] = 1.0);
    let mut input_gradient = vec![0.0; input.len()];
    layer.backward(Backward {
        pass,
        input: &input,
        skipped: &skipped,
        output: &output,
        gradient: &gradient,
        input_gradient: &mut input_gradient,
        skipped_gradient: &mut vec![0.0; skipped.len()],
        parameters,
        parameter_gradients: &mut parameters.clone(),
        memory: &mut memory,
    });
    input_gradient.chunks(inputs).map(|gradient| gradient[node]).collect()
}

/// What a layer's skip connection brings.
fn skipped<'a, T: Real>(net: &Net<T>, trace: &'a Trace<T>, layer: usize) -> &'a [T] {
    net.layers()[layer].skip_from().map_or(&[], |node| trace.nodes[node].as_slice())
}
