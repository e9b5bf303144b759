use std::f64::consts::TAU;

use super::shared::parameters::{Parameter, Values};
use super::shared::random::{Draws, SEED};
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// The pixel plus `amount` times a random number, or black or white instead of the pixel.
fn formula(around: &Neighbourhood, kind: Kind, amount: f64, seed: usize) -> f64 {
    let ((y, x, channel), full, pixel) = (around.output(), around.depth().full, around.at(0, 0));
    let unit = |index: usize| Draws::of(seed, y, channel, index).unit();
    match kind {
        Kind::Gaussian => {
            // Box and Muller: two uniform numbers make two normal ones, for two neighbours.
            let first = x - x % 2;
            let (radius, angle) = ((-2.0 * (1.0 - unit(first)).ln()).sqrt(), TAU * unit(first + 1));
            pixel + amount * full * radius * if x == first { angle.cos() } else { angle.sin() }
        }
        Kind::Uniform => pixel + amount * full * (2.0 * unit(x) - 1.0),
        Kind::SaltPepper if unit(x) < amount / 2.0 => 0.0,
        Kind::SaltPepper if unit(x) < amount => full,
        Kind::SaltPepper => pixel,
    }
}

pub(super) static ENTRY: Entry = Entry {
    name: "noise",
    summary: "adds noise, the same for the same seed: to test medians and nets",
    formula: "a + amount · full · N(0, 1), a + amount · full · U(-1, 1), or 0 or full with the probability amount / 2 \
              each",
    source: "G. Box, M. Muller, A note on the generation of random normal deviates (1958)",
    parameters: &[KIND, AMOUNT, SEED],
    variants: &["kind=salt-pepper"],
    build,
};

const KIND: Parameter = Parameter {
    name: "kind",
    default: "gaussian",
    values: Values::Choice(&["gaussian", "uniform", "salt-pepper"]),
    help: "gaussian, uniform, or salt-pepper (some numbers become 0, some the full range)",
};

const AMOUNT: Parameter = Parameter {
    name: "amount",
    default: "0.1",
    values: Values::Real(0.0, 1.0),
    help: "standard deviation, or half the width if uniform, as part of the range; salt-pepper: the share of numbers",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let kind = match arguments.text("kind") {
        "uniform" => Kind::Uniform,
        "salt-pepper" => Kind::SaltPepper,
        _ => Kind::Gaussian,
    };
    let (amount, seed) = (arguments.real("amount").unwrap_or(0.1), arguments.whole("seed").unwrap_or(0));
    Ok(Filter::rows(arguments.operator(), Noise { kind, amount, seed }, move |around| {
        formula(around, kind, amount, seed)
    }))
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

    fn kernel<T: Pixel>(&self, channels: usize) -> NoiseRow {
        NoiseRow { kind: self.kind, amount: self.amount, channels, draws: Draws::new(self.seed) }
    }
}

struct NoiseRow {
    kind: Kind,
    amount: f64,
    channels: usize,
    draws: Draws,
}

impl<T: Pixel> Kernel<T> for NoiseRow {
    // Not inlined, because nothing in it is vectorised: it is compiled once for all levels.
    #[inline(never)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { kind, amount, channels, draws } = self;
        let full = f64::from(T::FULL);
        let sum = |a: T, noise: f64| T::from_real((f64::from(a.to_real()) + *amount * full * noise) as f32);
        for channel in 0..*channels {
            draws.begin(rows.y(), channel);
            let from = rows.get(0).iter().skip(channel).step_by(*channels);
            let numbers = out.iter_mut().skip(channel).step_by(*channels).zip(from);
            match kind {
                Kind::Gaussian => {
                    // Two draws make two numbers.
                    let mut second = None;
                    for (out, &from) in numbers {
                        let normal = second.take().unwrap_or_else(|| {
                            let (radius, angle) = ((-2.0 * (1.0 - draws.unit()).ln()).sqrt(), TAU * draws.unit());
                            second = Some(radius * angle.sin());
                            radius * angle.cos()
                        });
                        *out = sum(from, normal);
                    }
                }
                Kind::Uniform => numbers.for_each(|(out, &from)| *out = sum(from, 2.0 * draws.unit() - 1.0)),
                Kind::SaltPepper => {
                    for (out, &from) in numbers {
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
}
