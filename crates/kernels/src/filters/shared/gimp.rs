//! GIMP's Convolution Matrix, which is GEGL's `convolution-matrix`: in linear light, colours weighted with their alpha.
//!
//! Source: what the program gegl 0.4 does; data/golden/gimp.py asks it, and holds a definition in NumPy against its answers.

use std::sync::OnceLock;

use glassbox_tensor::Image;
use rayon::prelude::*;

use super::parameters::{Parameter, Values};
use crate::filters::Arguments;
use crate::{Border, Error, Filter, PictureOperator, Pixel};

pub(in crate::filters) const GIMP: Parameter = Parameter {
    name: "gimp",
    default: "no",
    values: Values::Choice(&["no", "yes"]),
    help: "do exactly what GIMP's Convolution Matrix does: in linear light, with alpha as a channel that comes out too, \
           1, 3 or 5 rows and columns of weights, normalized unless --normalize=no, offset only if not normalized, borders clamp, wrap, \
           zero (transparent), black, white, reflect and mirror",
};

pub(in crate::filters) const ALPHA_WEIGHTING: Parameter = Parameter {
    name: "alpha-weighting",
    default: "yes",
    values: Values::Choice(&["no", "yes"]),
    help: "with --gimp: whether a colour counts as much as it is opaque",
};

pub(in crate::filters) const CHANNELS: Parameter = Parameter {
    name: "channels",
    default: "rgba",
    values: Values::Letters("rgba"),
    help: "with --gimp: the channels that are worked on; the others are copied",
};

/// Largest side of the matrix.
const SIDE: usize = 5;

/// The filter with a matrix that was read.
pub(in crate::filters) fn build(arguments: &Arguments, weights: &[Vec<f32>]) -> Result<Filter, Error> {
    let (rows, columns) = (weights.len(), weights[0].len());
    if [rows, columns].iter().any(|side| *side > SIDE || side % 2 == 0) {
        let allowed = format!("with gimp 1, 3 or 5 rows and columns; there are {rows} and {columns}");
        return Err(Error::parameter("kernel", arguments.text("kernel"), allowed));
    }
    let (border, fill) = match arguments.text("border") {
        "black" => (Border::Zero, [0.0, 0.0, 0.0, 1.0]),
        "white" => (Border::Zero, [1.0; 4]),
        "crop" => return Err(Error::parameter("border", "crop", "with gimp any but crop")),
        name => (Border::from_name(name)?, [0.0; 4]),
    };
    arguments.refuse(&["signed"], "gimp=yes")?;
    let sum: f32 = weights.iter().flatten().sum();
    let given = (arguments.real("divisor").unwrap_or(1.0), arguments.real("offset").unwrap_or(0.0));
    let (divisor, offset) = match arguments.text("normalize") {
        "no" => given,
        // Of a divisor of 0 the picture is a copy, whatever the sum.
        _ if given.0 == 0.0 => given,
        _ if sum > 0.0 => (sum, 0.0),
        _ if sum < 0.0 => (-sum, 1.0),
        _ => (1.0, 0.5),
    };
    let letters = arguments.text("channels");
    let gimp = Gimp {
        weights: weights.to_vec(),
        divisor,
        offset,
        alpha_weighted: arguments.text("alpha-weighting") == "yes",
        channels: ['r', 'g', 'b', 'a'].map(|letter| letters.contains(letter)),
        border,
        fill,
    };
    Ok(Filter::picture(arguments.operator(), gimp))
}

#[derive(Debug)]
struct Gimp {
    weights: Vec<Vec<f32>>,
    divisor: f32,
    offset: f32,
    alpha_weighted: bool,
    /// Which of red, green, blue and alpha are worked on.
    channels: [bool; 4],
    border: Border,
    /// What stands beyond the edge where the border is zero.
    fill: [f32; 4],
}

impl Gimp {
    /// Whether what was grey stays grey.
    fn keeps_grey(&self) -> bool {
        self.channels[0] == self.channels[1] && self.channels[1] == self.channels[2]
    }

    /// Red, green, blue in linear light, and alpha, at place `(y, x)` of which the window is taken.
    fn at(&self, source: &[[f32; 4]], (height, width): (usize, usize), y: isize, x: isize) -> [f32; 4] {
        match (self.border.place(y, height), self.border.place(x, width)) {
            (Some(y), Some(x)) => source[y * width + x],
            _ => self.fill,
        }
    }

    fn pixel(&self, source: &[[f32; 4]], shape: (usize, usize), y: usize, x: usize) -> [f32; 4] {
        let before = source[y * shape.1 + x];
        if self.divisor == 0.0 {
            return before;
        }
        let (above, left) = (self.weights.len() / 2, self.weights[0].len() / 2);
        let (mut sums, mut opaque, mut all) = ([0.0; 4], 0.0, 0.0);
        for (dy, row) in self.weights.iter().enumerate() {
            for (dx, &weight) in row.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
                let (yy, xx) = ((y + dy) as isize - above as isize, (x + dx) as isize - left as isize);
                let [r, g, b, alpha] = self.at(source, shape, yy, xx);
                let colour = if self.alpha_weighted { weight * alpha } else { weight };
                let terms = [colour * r, colour * g, colour * b, weight * alpha];
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
                opaque += weight.abs() * alpha;
                all += weight.abs();
            }
        }
        let mut out = sums.map(|sum| sum / self.divisor);
        if self.alpha_weighted {
            out[3] = if opaque > 0.0 { out[3] * all / opaque } else { 0.0 };
        }
        [0, 1, 2, 3].map(|i| if self.channels[i] { out[i] + self.offset } else { before[i] })
    }
}

impl PictureOperator for Gimp {
    fn shape(&self, (height, width, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        Ok((height, width, if channels <= 2 && self.keeps_grey() { 2 } else { 4 }))
    }

    fn reach(&self) -> Option<usize> {
        Some(self.weights.len() / 2)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn minds_alpha(&self) -> bool {
        true
    }

    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T> {
        let (height, width, channels) = picture.dim();
        let light = Light::of::<T>();
        let pixels = picture.as_slice().par_chunks_exact(channels).map(|pixel| match *pixel {
            [grey] => [light.linear(grey), light.linear(grey), light.linear(grey), 1.0],
            [grey, alpha] => [light.linear(grey), light.linear(grey), light.linear(grey), alpha.to_real() / T::FULL],
            [r, g, b] => [light.linear(r), light.linear(g), light.linear(b), 1.0],
            [r, g, b, alpha, ..] => [light.linear(r), light.linear(g), light.linear(b), alpha.to_real() / T::FULL],
            [] => [0.0; 4],
        });
        let source: Vec<[f32; 4]> = pixels.collect();
        let shape = self.shape(picture.dim()).expect("any shape will do");
        let mut out = Image::zeros(shape);
        let lines = out.as_mut_slice().par_chunks_exact_mut(width * shape.2);
        lines.enumerate().for_each(|(y, line)| {
            for (x, pixel) in line.chunks_exact_mut(shape.2).enumerate() {
                let [r, g, b, alpha] = self.pixel(&source, (height, width), y, x);
                let alpha = T::from_real(alpha * T::FULL);
                match pixel {
                    [grey, last] => (*grey, *last) = (encoded(r), alpha),
                    [red, green, blue, last] => {
                        (*red, *green, *blue, *last) = (encoded(r), encoded(g), encoded(b), alpha);
                    }
                    _ => unreachable!("two or four channels come out"),
                }
            }
        });
        out
    }
}

/// Linear light of every value, where there are not too many.
struct Light(Option<&'static [f32]>);

impl Light {
    fn of<T: Pixel>() -> Self {
        static TABLES: [OnceLock<Vec<f32>>; 2] = [const { OnceLock::new() }; 2];
        let table = |index: usize| {
            let values = || (0..T::BINS).map(|bin| linear(T::from_bin(bin).to_real() / T::FULL)).collect();
            TABLES[index].get_or_init(values).as_slice()
        };
        Self(T::BINS_ARE_EXACT.then(|| table(usize::from(T::BINS > 256))))
    }

    fn linear<T: Pixel>(&self, value: T) -> f32 {
        self.0.map_or_else(|| linear(value.to_real() / T::FULL), |table| table[value.bin()])
    }
}

/// Linear light of an sRGB value, both from 0 to 1 (IEC 61966-2-1).
fn linear(value: f32) -> f32 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The sRGB value of linear light.
fn encoded<T: Pixel>(light: f32) -> T {
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    T::from_real(value * T::FULL)
}
