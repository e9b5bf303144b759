use std::f64::consts::TAU;

use super::draws::{Draws, SEED};
use super::parameters::{Parameter, Values};
use super::{Arguments, Entry};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "noise",
    summary: "adds noise, the same for the same seed: what medians and nets are tried on",
    formula: "a + amount · N(0, 1), a + amount · U(-1, 1), or 0 or full with the probability amount / 2 each",
    source: "G. Box, M. Muller, A note on the generation of random normal deviates (1958)",
    parameters: &[KIND, AMOUNT, SEED],
    variants: &["kind=salt-pepper"],
    build,
};

const KIND: Parameter = Parameter {
    name: "kind",
    default: "gaussian",
    values: Values::Choice(&["gaussian", "uniform", "salt-pepper"]),
    help: "gaussian, uniform, or salt-pepper (some numbers become the smallest or the greatest there is)",
};

const AMOUNT: Parameter = Parameter {
    name: "amount",
    default: "0.1",
    values: Values::Real(0.0, 1.0),
    help: "standard deviation or half the width as part of the range; of salt-pepper the share of numbers",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let kind = match arguments.text("kind") {
        "uniform" => Kind::Uniform,
        "salt-pepper" => Kind::SaltPepper,
        _ => Kind::Gaussian,
    };
    let amount = arguments.text("amount").parse().unwrap_or(0.1);
    Ok(Filter::rows(arguments.operator(), Noise { kind, amount, seed: arguments.whole("seed").unwrap_or(0) }))
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Gaussian,
    Uniform,
    SaltPepper,
}

#[derive(Debug)]
struct Noise {
    kind: Kind,
    amount: f64,
    seed: usize,
}

impl Operator for Noise {
    type Kernel<T: Pixel> = NoiseRow;

    fn window(&self) -> Window {
        Window::centred(1)
    }

    fn border(&self) -> Border {
        Border::Clamp
    }

    fn kernel<T: Pixel>(&self, _channels: usize) -> NoiseRow {
        NoiseRow { kind: self.kind, amount: self.amount, draws: Draws::new(self.seed) }
    }
}

struct NoiseRow {
    kind: Kind,
    amount: f64,
    draws: Draws,
}

impl<T: Pixel> Kernel<T> for NoiseRow {
    // Nothing in it is vectorised: once is enough for all levels.
    #[inline(never)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { kind, amount, draws } = self;
        draws.begin(rows.y());
        let full = f64::from(T::FULL);
        let sum = |a: T, noise: f64| T::from_real((f64::from(a.to_real()) + *amount * full * noise) as f32);
        match kind {
            Kind::Gaussian => {
                // Two draws make two numbers.
                for (out, from) in out.chunks_mut(2).zip(rows.get(0).chunks(2)) {
                    let (radius, angle) = ((-2.0 * (1.0 - draws.unit()).ln()).sqrt(), TAU * draws.unit());
                    for ((out, &from), turn) in out.iter_mut().zip(from).zip([angle.cos(), angle.sin()]) {
                        *out = sum(from, radius * turn);
                    }
                }
            }
            Kind::Uniform => {
                for (out, &from) in out.iter_mut().zip(rows.get(0)) {
                    *out = sum(from, 2.0 * draws.unit() - 1.0);
                }
            }
            Kind::SaltPepper => {
                for (out, &from) in out.iter_mut().zip(rows.get(0)) {
                    let draw = draws.unit();
                    *out = match () {
                        () if draw < *amount / 2.0 => T::from_real(0.0),
                        () if draw < *amount => T::from_real(T::FULL),
                        () => from,
                    };
                }
            }
        }
    }
}
