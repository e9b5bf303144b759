//! A layer of your own: `y = x·|x|`, which bends and keeps the sign. Forward, backward, and a check of the gradient.
//!
//! `cargo run --release --example custom_layer`

use std::sync::Arc;

use glassbox_dnn::layers::{Dense, Entry, Layer};
use glassbox_dnn::losses::MeanSquaredError;
use glassbox_dnn::{Backward, Forward, Init, Net, Real, Recipe, Shape, Trainer, initialise};
use glassbox_tensor::Matrix;

/// `y = x·|x|`, so `y′ = 2·|x|`.
#[derive(Debug)]
struct SignedSquare {
    shape: Shape,
}

static ENTRY: Entry = Entry {
    name: "signed-square",
    usage: "signed-square",
    summary: "bends and keeps the sign",
    formula: "y = x·|x|",
    is_activation: true,
};

impl<T: Real> Layer<T> for SignedSquare {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        output.iter_mut().zip(input).for_each(|(y, &x)| *y = x * x.abs());
    }

    fn backward(&self, Backward { input, gradient, input_gradient, .. }: Backward<'_, T>) {
        let known = input.iter().zip(gradient);
        input_gradient.iter_mut().zip(known).for_each(|(slope, (&x, &g))| *slope = g * (x.abs() + x.abs()));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut net = Net::<f64>::begin(2);
    net.push(Arc::new(Dense { input: 2.into(), outputs: 8, bias: true }))?;
    net.push(Arc::new(SignedSquare { shape: 8.into() }))?;
    net.push(Arc::new(Dense { input: 8.into(), outputs: 1, bias: true }))?;
    initialise(&mut net, Init::Xavier, 1);

    // The gradient, and the difference quotient of the loss.
    let (input, target) = (Matrix::from_vec([1, 2], vec![0.6, -0.4])?, Matrix::from_vec([1, 1], vec![0.5])?);
    let gradient = net.gradient(&input, &target, &MeanSquaredError)[0][0].as_slice()[3];
    let mut loss_at = |change: f64| {
        net.parameters_mut()[0][0].as_mut_slice()[3] += change;
        let error = net.predict(&input).as_slice()[0] - 0.5;
        net.parameters_mut()[0][0].as_mut_slice()[3] -= change;
        error * error
    };
    let difference = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
    println!("gradient of a weight: {gradient:.9}, by differences: {difference:.9}");

    // A use: x·y is a sum of such squares.
    let points: Vec<(f64, f64)> =
        (0..400).map(|i| (f64::from(i % 20) / 10.0 - 1.0, f64::from(i / 20) / 10.0 - 1.0)).collect();
    let input: Vec<f64> = points.iter().flat_map(|&(x, y)| [x, y]).collect();
    let target: Vec<f64> = points.iter().map(|(x, y)| x * y).collect();
    let recipe = Recipe { rate: 0.01, batch: 400, ..Recipe::default() };
    let mut trainer = Trainer::new(net, Box::new(MeanSquaredError), recipe, 400);
    for step in 1..=2000 {
        let loss = trainer.step(&input, &target)?;
        if step == 1 || step % 500 == 0 {
            println!("step {step}: mean squared error of x·y {loss:.6}");
        }
    }
    Ok(())
}
