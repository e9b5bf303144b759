//! Fast layers against their plain loops ([`Plain`](glassbox_dnn::layers::Plain)), over random sizes, strides, pads,
//! dilations and groups.

use glassbox_dnn::{Net, Pass, Shape};
use glassbox_simd::Level;
use proptest::prelude::*;

use crate::same_cases;
use crate::support::nets::{filled, numbers, run, run_plain};

/// A window and the picture that it slides over.
#[derive(Clone, Debug)]
struct Window {
    input: Shape,
    size: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    /// Above, left, below, right.
    pads: [usize; 4],
}

impl Window {
    fn text(&self) -> String {
        let [top, left, bottom, right] = self.pads;
        format!(
            "{}x{} pad {top},{left},{bottom},{right} stride {}x{} dilation {}x{}",
            self.size[0], self.size[1], self.stride[0], self.stride[1], self.dilation[0], self.dilation[1]
        )
    }

    /// Rows and columns of windows; none if not even one fits.
    fn count(&self) -> Option<[usize; 2]> {
        let padded = [self.input.height + self.pads[0] + self.pads[2], self.input.width + self.pads[1] + self.pads[3]];
        let mut count = [0; 2];
        for axis in 0..2 {
            let extent = (self.size[axis] - 1) * self.dilation[axis] + 1;
            count[axis] = padded[axis].checked_sub(extent)? / self.stride[axis] + 1;
        }
        Some(count)
    }

    /// Whether windows may lie in the padding alone, which poolings refuse.
    fn may_miss_the_picture(&self) -> bool {
        let [top, left, bottom, right] = self.pads;
        // A dilated window may also lie on both sides of a small picture.
        let extent = [0, 1].map(|axis: usize| if self.dilation[axis] > 1 { 1 } else { self.size[axis] });
        top.max(bottom) >= extent[0] || left.max(right) >= extent[1]
    }
}

fn window() -> impl Strategy<Value = Window> {
    let pair = |most: usize| [1..=most, 1..=most];
    // Few channels most of the time, and about as many as the loops take at a time.
    let channels = proptest::sample::select(vec![1, 1, 1, 2, 2, 3, 8, 9, 17, 40]);
    // Rows shorter and longer than the vectors of the loops.
    let sides = (1..12usize, 1..40usize, channels);
    (sides, pair(5), pair(3), pair(3), [0..4usize, 0..4usize, 0..4usize, 0..4usize]).prop_map(
        |((height, width, channels), size, stride, dilation, pads)| Window {
            input: Shape::picture(height, width, channels),
            size,
            stride,
            dilation,
            pads,
        },
    )
}

const SAMPLES: usize = 2;

/// Gradients two of five of which are zero, as they are after poolings and rectifiers.
fn gradient(count: usize) -> Vec<f64> {
    numbers::<f64>(count, 2).into_iter().enumerate().map(|(i, g)| if i * 7 % 5 < 2 { 0.0 } else { g }).collect()
}

fn near(tolerance: f64, found: &[f64], expected: &[f64], what: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len(), "{}", what);
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        prop_assert!(
            (found - expected).abs() <= tolerance * (1.0 + expected.abs()),
            "{what}[{index}]: found {found}, by plain loops {expected}"
        );
    }
    Ok(())
}

/// Compares a net of one layer with its plain loops, at every level of instructions.
fn equals_plain(
    tolerance: f64,
    net: &Net<f64>,
    samples: usize,
    input: &[f64],
    upstream: &[f64],
) -> Result<(), TestCaseError> {
    prop_assert!(net.layers()[0].plain().is_some(), "{} has plain loops", net.text());
    let pass = Pass::train(samples, 0, 0);
    let plain = run_plain(net, pass, input, Some(upstream));
    for level in Level::all() {
        let found = run(net, Pass { level, ..pass }, input, Some(upstream));
        near(tolerance, &found.outputs, &plain.outputs, "output")?;
        near(tolerance, &found.input_gradient, &plain.input_gradient, "input gradient")?;
        let gradients = found.parameter_gradients[0].iter().zip(&plain.parameter_gradients[0]);
        for (parameter, (found, plain)) in net.list().iter().zip(gradients).filter(|(parameter, _)| parameter.trained) {
            near(tolerance, found.as_slice(), plain.as_slice(), &parameter.name)?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(same_cases(300))]

    #[test]
    fn convolution_equals_its_plain_loops(
        mut window in window(),
        groups in 1..=3usize,
        share in proptest::sample::select(vec![1, 1, 2, 2, 3, 5, 6, 8, 9, 16, 17, 70]),
        bias: bool,
    ) {
        window.input.channels *= groups;
        let masks = groups * share;
        let text = format!("conv {masks} {} groups {groups}{}", window.text(), if bias { "" } else { " no-bias" });
        let Some([rows, columns]) = window.count() else {
            prop_assert!(Net::<f64>::from_text(&text, window.input).is_err());
            return Ok(());
        };
        let net = filled::<f64>(&text, window.input);
        prop_assert_eq!(net.output(), Shape::picture(rows, columns, masks));
        let input = numbers::<f64>(SAMPLES * window.input.len(), 1);
        equals_plain(1e-12, &net, SAMPLES, &input, &gradient(SAMPLES * net.outputs()))?;
    }

    #[test]
    fn transposed_convolution_equals_its_plain_loops(
        mut window in window(),
        groups in 1..=3usize,
        share in proptest::sample::select(vec![1, 2, 3, 9, 17]),
        bias: bool,
    ) {
        window.input.channels *= groups;
        let no_bias = if bias { "" } else { " no-bias" };
        let text = format!("conv-transpose {} {} groups {groups}{no_bias}", groups * share, window.text());
        // The padding may cut everything off.
        prop_assume!(Net::<f64>::from_text(&text, window.input).is_ok());
        let net = filled::<f64>(&text, window.input);
        let input = gradient(SAMPLES * window.input.len());
        equals_plain(1e-12, &net, SAMPLES, &input, &numbers::<f64>(SAMPLES * net.outputs(), 1))?;
    }

    #[test]
    fn wider_registers_change_no_bit(
        window in window(),
        masks in proptest::sample::select(vec![3, 6, 8, 16, 20, 70]),
        nodes in proptest::sample::select(vec![9, 33, 140]),
    ) {
        let text = format!("conv {masks} {} | relu | dense {nodes} | relu | dense 7", window.text());
        prop_assume!(window.count().is_some());
        let net = filled::<f32>(&text, window.input);
        let samples = 13;
        let input: Vec<f32> = gradient(samples * window.input.len()).into_iter().map(|x| x as f32).collect();
        let upstream: Vec<f32> = gradient(samples * net.outputs()).into_iter().map(|x| x as f32).collect();
        let at = |level| {
            let found = run(&net, Pass { level, ..Pass::train(samples, 0, 0) }, &input, Some(&upstream));
            let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let tensors = found.parameter_gradients.iter().flatten();
            let gradients: Vec<_> = tensors.map(|tensor| bits(tensor.as_slice())).collect();
            (bits(&found.outputs), bits(&found.input_gradient), gradients)
        };
        // The baseline rounds products before it adds them.
        let above: Vec<_> = Level::all().into_iter().filter(|&level| level > Level::BASELINE).map(at).collect();
        for pair in above.windows(2) {
            prop_assert!(pair[0] == pair[1], "{text} on {}: levels differ", window.input);
        }
    }

    #[test]
    fn max_and_average_pooling_equal_their_plain_loops(
        window in window(),
        kind in proptest::sample::select(vec!["max-pool", "avg-pool", "avg-pool count-pad"]),
    ) {
        let text = kind.replacen("pool", &format!("pool {}", window.text()), 1);
        let Some([rows, columns]) = window.count() else { return Ok(()) };
        if let Err(error) = Net::<f64>::from_text(&text, window.input) {
            prop_assert!(window.may_miss_the_picture(), "{}: {}", text, error);
            return Ok(());
        }
        let net = filled::<f64>(&text, window.input);
        prop_assert_eq!(net.output(), Shape::picture(rows, columns, window.input.channels));
        let input = numbers::<f64>(SAMPLES * window.input.len(), 1);
        equals_plain(1e-12, &net, SAMPLES, &input, &numbers::<f64>(SAMPLES * net.outputs(), 2))?;
    }

    #[test]
    fn batch_normalisation_equals_its_plain_loops(
        samples in 2..7usize,
        (height, width) in (1..8usize, 1..8usize),
        // About as many channels as the loops take at a time, and numbers of them that do not divide it.
        c in proptest::sample::select(vec![1, 2, 3, 7, 8, 32, 33, 64, 65, 100, 127, 128, 129, 200, 300]),
        far in proptest::sample::select(vec![0.0, 0.0, 30.0]),
    ) {
        let shape = Shape::picture(height, width, c);
        let net = filled::<f64>("batch-norm", shape);
        let input: Vec<f64> = numbers::<f64>(samples * shape.len(), 1).into_iter().map(|x| x + far).collect();
        equals_plain(1e-9, &net, samples, &input, &numbers::<f64>(samples * shape.len(), 2))?;
    }
}
