//! A digit drawn by gradient: a net that learned to tell digits is asked what a 3 looks like.
//!
//! `cargo run --release --example draw_digit -- 3`

use std::ops::ControlFlow;

use glassbox_dnn::generate::{Drawing, Method, Wish, noise};
use glassbox_dnn::training::{Data, Plan, Session, Settings};
use glassbox_draw::terminal_picture;
use glassbox_tensor::Image;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let class: usize = std::env::args().nth(1).map_or(Ok(3), |text| text.parse())?;

    // Two epochs of LeNet are enough to ask.
    let data = Data::open("data/mnist.npz")?;
    let settings = Settings { preset: Some("lenet5".into()), epochs: Some(2), ..Settings::default() };
    let plan = Plan::new(&settings, &data)?;
    let net = Session::new(&plan, &data).run(&mut |_| ControlFlow::Continue(()))?.net.to_f64();

    // Not the weights are changed but the input: up the gradient of log o, from a little noise.
    let start = noise(784, 1);
    let mut drawing = Drawing::new(net, Wish::for_class(class), Method::Gradient, start, 1)?;
    while !drawing.broken().is_empty() && !drawing.is_stuck() {
        let answer = drawing.propose();
        let step = if answer.taken { "taken" } else { "reversed" };
        println!(
            "step {:3}: J = {:8.3}, the net says {:.3}, {step}",
            answer.number, answer.objective[0], answer.outputs[class]
        );
    }
    let pixels = drawing.picture().iter().map(|ink| (255.0 * ink).round() as u8).collect();
    print!("{}", terminal_picture(&Image::from_vec([28, 28, 1], pixels)?, true));
    Ok(())
}
