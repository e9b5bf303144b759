//! Nets with parameters, and a run through them layer by layer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use glassbox_dnn::losses::Loss;
use glassbox_dnn::{Loops, Memory, Net, Pass, Real, Shape, Trace, Workspace, initialise_uniform};
use glassbox_tensor::{Matrix, Tensor};

/// `E = Σ target·outputs`: so ∂E/∂outputs is the target.
#[derive(Debug)]
pub(crate) struct Upstream;

impl<T: Real> Loss<T> for Upstream {
    fn name(&self) -> &'static str {
        "upstream"
    }

    fn formula(&self) -> &'static str {
        "Σ lᵢ·oᵢ"
    }

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        outputs.iter().zip(target).map(|(&o, &l)| o * l).sum()
    }

    fn gradient(&self, _: &[T], target: &[T], gradient: &mut [T]) {
        gradient.copy_from_slice(target);
    }
}

/// The results of a run.
pub(crate) struct Run<T: Real> {
    pub(crate) outputs: Vec<T>,
    pub(crate) input_gradient: Vec<T>,
    pub(crate) parameter_gradients: Vec<Vec<Tensor<T>>>,
    pub(crate) memories: Vec<Memory<T>>,
}

/// Forward and backward through the layers themselves, without the workspace, with a list of nodes and one of their
/// gradients.
pub(crate) fn run<T: Real>(net: &Net<T>, pass: Pass, input: &[T], upstream: Option<&[T]>) -> Run<T> {
    run_loops(net, pass, input, upstream, Loops::Fast)
}

/// The same through the plain loops of each layer that has them.
pub(crate) fn run_plain<T: Real>(net: &Net<T>, pass: Pass, input: &[T], upstream: Option<&[T]>) -> Run<T> {
    run_loops(net, pass, input, upstream, Loops::Plain)
}

fn run_loops<T: Real>(net: &Net<T>, pass: Pass, input: &[T], upstream: Option<&[T]>, loops: Loops) -> Run<T> {
    let rows = |numbers: &[T], width: usize| Matrix::from_vec([pass.samples, width], numbers.to_vec()).unwrap();
    let mut trace = Trace::forward(net, pass, &rows(input, net.inputs()), loops);
    let outputs = trace.outputs().as_slice().to_vec();
    let gradients = upstream.map(|upstream| trace.backward(net, &rows(upstream, net.outputs())));
    let (nodes, parameters) = gradients.map(|all| (all.nodes, all.parameters)).unwrap_or_default();
    Run {
        outputs,
        input_gradient: nodes.into_iter().next().map(|node| node.as_slice().to_vec()).unwrap_or_default(),
        parameter_gradients: parameters,
        memories: trace.memories,
    }
}

/// The same by the workspace; training computes no ∂E/∂input.
pub(crate) fn work<T: Real>(net: &Net<T>, pass: Pass, input: &[T], upstream: &[T]) -> (Vec<T>, Vec<Vec<Tensor<T>>>) {
    work_in(&mut Workspace::new(net, pass.samples), net, pass, input, upstream)
}

/// The same in a workspace that may have been used before and have room for more samples.
pub(crate) fn work_in<T: Real>(
    workspace: &mut Workspace<T>,
    net: &Net<T>,
    pass: Pass,
    input: &[T],
    upstream: &[T],
) -> (Vec<T>, Vec<Vec<Tensor<T>>>) {
    let outputs = workspace.forward(net, pass, input).to_vec();
    workspace.backward(net, pass, input, upstream, &Upstream, T::one());
    (outputs, workspace.gradients().to_vec())
}

/// The net, or a message that says what is wrong.
pub(crate) fn read<T: Real>(text: &str, shape: Shape) -> Net<T> {
    Net::from_text(text, shape).unwrap_or_else(|error| panic!("{text} after {shape}: {error}"))
}

/// A net whose parameters are all different, none of them zero.
pub(crate) fn filled<T: Real>(text: &str, shape: Shape) -> Net<T> {
    let mut net = read::<T>(text, shape);
    initialise_uniform(&mut net, 0.8, 3);
    for parameter in net.parameters_mut().iter_mut().flatten() {
        for (value, i) in parameter.as_mut_slice().iter_mut().zip(1..) {
            *value += T::from_f64(0.01 * f64::from(i % 7) + 0.003);
        }
    }
    net
}

/// Numbers from −1 to 1, all different, in no visible order; `from` selects the list.
pub(crate) fn numbers<T: Real>(count: usize, from: usize) -> Vec<T> {
    let golden = 0.618_033_988_749_894_9;
    (0..count).map(|i| T::from_f64(2.0 * (((i + from * 1000 + 1) as f64 * golden).fract()) - 1.0)).collect()
}

/// Checks every case and reports all that fail.
pub(crate) fn each<C>(cases: impl IntoIterator<Item = C>, name: impl Fn(&C) -> String, mut check: impl FnMut(&C)) {
    let (mut count, mut failed) = (0, Vec::new());
    for case in cases {
        count += 1;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(&case))) {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            failed.push(format!("{}: {text}", name(&case)));
        }
    }
    println!("{count} cases");
    assert!(failed.is_empty(), "{} of {count} cases:\n{}", failed.len(), failed.join("\n"));
}
