//! Convolution, max-pooling and batch normalisation against the definition, written the obvious way, over random sizes, strides, pads, dilations and
//! groups.

use glassbox_dnn::{Net, Pass, Shape};
use glassbox_simd::Level;
use proptest::prelude::*;

use crate::nets::{filled, numbers, run};
use crate::same_cases;

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

    /// Windows below one another and side by side; none if not even one fits.
    fn count(&self) -> Option<[usize; 2]> {
        let sides = [self.input.height + self.pads[0] + self.pads[2], self.input.width + self.pads[1] + self.pads[3]];
        let mut count = [0; 2];
        for axis in 0..2 {
            let extent = (self.size[axis] - 1) * self.dilation[axis] + 1;
            count[axis] = sides[axis].checked_sub(extent)? / self.stride[axis] + 1;
        }
        Some(count)
    }

    /// The pixel that place (k, l) of window (i, j) shows; none outside the picture.
    fn pixel(&self, [i, j]: [usize; 2], [k, l]: [usize; 2]) -> Option<usize> {
        let y =
            (i * self.stride[0] + k * self.dilation[0]).checked_sub(self.pads[0]).filter(|&y| y < self.input.height)?;
        let x =
            (j * self.stride[1] + l * self.dilation[1]).checked_sub(self.pads[1]).filter(|&x| x < self.input.width)?;
        Some((y * self.input.width + x) * self.input.channels)
    }

    fn places(&self) -> impl Iterator<Item = [usize; 2]> {
        let [rows, columns] = self.size;
        (0..rows).flat_map(move |k| (0..columns).map(move |l| [k, l]))
    }
}

fn window() -> impl Strategy<Value = Window> {
    let pair = |most: usize| [1..=most, 1..=most];
    // Few channels most of the time, and about as many as are worked on at a time.
    let channels = proptest::sample::select(vec![1, 1, 1, 2, 2, 3, 8, 9, 17, 40]);
    // Rows shorter and longer than the vectors that they are worked on in.
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

/// Gradients two of five of which are zero, as they are behind poolings and rectifiers.
fn slopes(count: usize) -> Vec<f64> {
    numbers::<f64>(count, 2).into_iter().enumerate().map(|(i, slope)| if i * 7 % 5 < 2 { 0.0 } else { slope }).collect()
}

fn near(found: &[f64], wanted: &[f64], what: &str) -> Result<(), TestCaseError> {
    within(1e-12, found, wanted, what)
}

fn within(tolerance: f64, found: &[f64], wanted: &[f64], what: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), wanted.len(), "{}", what);
    for (index, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        prop_assert!(
            (found - wanted).abs() <= tolerance * (1.0 + wanted.abs()),
            "{what}[{index}]: found {found}, wanted {wanted}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(same_cases(300))]

    #[test]
    fn convolution_is_its_definition(
        mut window in window(),
        groups in 1..=3usize,
        share in proptest::sample::select(vec![1, 1, 2, 2, 3, 5, 6, 8, 9, 16, 17, 70]),
        bias: bool,
    ) {
        window.input.channels *= groups;
        let masks = groups * share;
        let text = format!("conv {masks} {} groups {groups}{}", window.text(), if bias { "" } else { " no-bias" });
        let Some([high, wide]) = window.count() else {
            prop_assert!(Net::<f64>::from_text(&text, window.input).is_err());
            return Ok(());
        };
        let net = filled::<f64>(&text, window.input);
        prop_assert_eq!(net.output(), Shape::picture(high, wide, masks));
        let input = numbers::<f64>(SAMPLES * window.input.len(), 1);
        let upstream = slopes(SAMPLES * net.outputs());
        let weight = net.parameters()[0][0].as_slice();
        let per_group = window.input.channels / groups;
        let mut outputs = vec![0.0; upstream.len()];
        let (mut weight_gradient, mut bias_gradient) = (vec![0.0; weight.len()], vec![0.0; masks]);
        let mut input_gradient = vec![0.0; input.len()];
        for (at, output) in outputs.iter_mut().enumerate() {
            let (mask, window_at) = (at % masks, at / masks % (high * wide));
            let sample = at / masks / (high * wide) * window.input.len();
            if bias {
                *output = net.parameters()[0][1].as_slice()[mask];
                bias_gradient[mask] += upstream[at];
            }
            for [k, l] in window.places() {
                let Some(pixel) = window.pixel([window_at / wide, window_at % wide], [k, l]) else { continue };
                for c in 0..per_group {
                    let x = sample + pixel + mask / share * per_group + c;
                    let w = ((mask * window.size[0] + k) * window.size[1] + l) * per_group + c;
                    *output += weight[w] * input[x];
                    weight_gradient[w] += upstream[at] * input[x];
                    input_gradient[x] += upstream[at] * weight[w];
                }
            }
        }
        for level in Level::all() {
            let found = run(&net, Pass { level, ..Pass::train(SAMPLES, 0, 0) }, &input, Some(&upstream));
            near(&found.outputs, &outputs, "output")?;
            near(&found.input_gradient, &input_gradient, "input gradient")?;
            near(found.parameter_gradients[0][0].as_slice(), &weight_gradient, "weight gradient")?;
            if bias {
                near(found.parameter_gradients[0][1].as_slice(), &bias_gradient, "bias gradient")?;
            }
        }
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
        let input: Vec<f32> = slopes(samples * window.input.len()).into_iter().map(|x| x as f32).collect();
        let upstream: Vec<f32> = slopes(samples * net.outputs()).into_iter().map(|x| x as f32).collect();
        let at = |level| {
            let found = run(&net, Pass { level, ..Pass::train(samples, 0, 0) }, &input, Some(&upstream));
            let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let gradients: Vec<_> = found.parameter_gradients.iter().flatten().map(|tensor| bits(tensor.as_slice())).collect();
            (bits(&found.outputs), bits(&found.input_gradient), gradients)
        };
        // Below, products are rounded before they are added to.
        let above: Vec<_> = Level::all().into_iter().filter(|&level| level > Level::BASELINE).map(at).collect();
        for pair in above.windows(2) {
            prop_assert!(pair[0] == pair[1], "{text} on {}: levels differ", window.input);
        }
    }

    #[test]
    fn max_pooling_is_its_definition(window in window()) {
        let text = format!("max-pool {}", window.text());
        let count = window.count();
        // A window that sees nothing but padding has no greatest number: what then is the layer's own business, so it is left out.
        let seen = |at: [usize; 2]| window.places().any(|place| window.pixel(at, place).is_some());
        let full = |[high, wide]: [usize; 2]| (0..high).all(|i| (0..wide).all(|j| seen([i, j])));
        let Some([high, wide]) = count.filter(|&count| full(count)) else { return Ok(()) };
        let net = filled::<f64>(&text, window.input);
        let channels = window.input.channels;
        prop_assert_eq!(net.output(), Shape::picture(high, wide, channels));
        let input = numbers::<f64>(SAMPLES * window.input.len(), 1);
        let upstream = numbers::<f64>(SAMPLES * net.outputs(), 2);
        let mut input_gradient = vec![0.0; input.len()];
        let mut outputs = Vec::new();
        for (at, slope) in upstream.iter().enumerate() {
            let (c, window_at) = (at % channels, at / channels % (high * wide));
            let sample = at / channels / (high * wide) * window.input.len();
            let pixels = window.places().filter_map(|place| window.pixel([window_at / wide, window_at % wide], place));
            let greatest = pixels.map(|pixel| sample + pixel + c).max_by(|&a, &b| input[a].total_cmp(&input[b])).unwrap();
            outputs.push(input[greatest]);
            input_gradient[greatest] += slope;
        }
        for level in Level::all() {
            let found = run(&net, Pass { level, ..Pass::train(SAMPLES, 0, 0) }, &input, Some(&upstream));
            near(&found.outputs, &outputs, "output")?;
            near(&found.input_gradient, &input_gradient, "input gradient")?;
        }
    }

    #[test]
    fn batch_normalisation_is_its_definition(
        samples in 2..7usize,
        (height, width) in (1..8usize, 1..8usize),
        // About as many channels as are gone through at a time, and numbers of them that do not divide it.
        c in proptest::sample::select(vec![1, 2, 3, 7, 8, 32, 33, 64, 65, 100, 127, 128, 129, 200, 300]),
        far in proptest::sample::select(vec![0.0, 0.0, 30.0]),
    ) {
        let shape = Shape::picture(height, width, c);
        let net = filled::<f64>("batch-norm", shape);
        let count = samples * shape.len();
        let input: Vec<f64> = numbers::<f64>(count, 1).into_iter().map(|x| x + far).collect();
        let upstream = numbers::<f64>(count, 2);
        let (n, [weight, bias]) = ((count / c) as f64, [0, 1].map(|index: usize| net.parameters()[0][index].as_slice()));
        let (mut outputs, mut input_gradient) = (vec![0.0; count], vec![0.0; count]);
        let (mut weight_gradient, mut bias_gradient) = (vec![0.0; c], vec![0.0; c]);
        for channel in 0..c {
            let places = || (channel..count).step_by(c);
            let mean = places().map(|i| input[i]).sum::<f64>() / n;
            let variance = places().map(|i| (input[i] - mean).powi(2)).sum::<f64>() / n;
            let z = |i: usize| (input[i] - mean) / (variance + 1e-5).sqrt();
            weight_gradient[channel] = places().map(|i| upstream[i] * z(i)).sum();
            bias_gradient[channel] = places().map(|i| upstream[i]).sum();
            for i in places() {
                outputs[i] = weight[channel] * z(i) + bias[channel];
                let kept = upstream[i] - bias_gradient[channel] / n - z(i) * weight_gradient[channel] / n;
                input_gradient[i] = weight[channel] * kept / (variance + 1e-5).sqrt();
            }
        }
        let found = run(&net, Pass::train(samples, 0, 0), &input, Some(&upstream));
        within(1e-9, &found.outputs, &outputs, "output")?;
        within(1e-9, &found.input_gradient, &input_gradient, "input gradient")?;
        within(1e-9, found.parameter_gradients[0][0].as_slice(), &weight_gradient, "weight gradient")?;
        within(1e-9, found.parameter_gradients[0][1].as_slice(), &bias_gradient, "bias gradient")?;
    }
}
