//! GIMP's Convolution Matrix, which is GEGL's `convolution-matrix`: in linear light, with colours weighted by alpha.
//!
//! Source: the output of gegl 0.4, which data/golden/gimp.py compares with a definition in NumPy.

use std::sync::OnceLock;

use glassbox_tensor::Image;
use rayon::prelude::*;

use super::parameters::{Parameter, Values};
use crate::filters::Arguments;
use crate::operator::Neighbourhood;
use crate::{Border, Error, Filter, PictureOperator, Pixel};

/// Red, green, blue or alpha of one pixel.
fn formula(around: &Neighbourhood, gimp: &Gimp) -> f64 {
    let ((_, _, channels), (y, x, output)) = (around.shape(), around.output());
    let (full, around) = (around.depth().full, around.moved_to(y, x));
    // Number `i` of red, green, blue and alpha, from 0 to 1: grey is all three, and a picture without alpha is opaque.
    let at = |dy: isize, dx: isize, i: usize| {
        let channel = match (channels, i) {
            (1 | 3, 3) => None,
            (2, 3) => Some(1),
            (1 | 2, _) => Some(0),
            _ => Some(i),
        };
        match around.in_channel(channel.unwrap_or(0)).get(dy, dx) {
            None => f64::from(gimp.fill[i]),
            Some(_) if channel.is_none() => 1.0,
            Some(alpha) if i == 3 => alpha / full,
            Some(value) if value / full <= 0.04045 => value / full / 12.92,
            Some(value) => ((value / full + 0.055) / 1.055).powf(2.4),
        }
    };
    // A grey picture becomes grey and alpha.
    let channel = if gimp.channels_of(channels) == 2 && output == 1 { 3 } else { output };
    let (mut sum, mut opaque, mut all) = (0.0, 0.0, 0.0);
    for (dy, row) in (-(gimp.weights.len() as isize / 2)..).zip(&gimp.weights) {
        for (dx, &weight) in (-(row.len() as isize / 2)..).zip(row) {
            let (weight, alpha) = (f64::from(weight), at(dy, dx, 3));
            let visible = if gimp.alpha_weighted && channel < 3 { alpha } else { 1.0 };
            sum += weight * visible * at(dy, dx, channel);
            opaque += weight.abs() * alpha;
            all += weight.abs();
        }
    }
    let mut light = sum / f64::from(gimp.divisor);
    if gimp.alpha_weighted && channel == 3 {
        light = if opaque > 0.0 { light * all / opaque } else { 0.0 };
    }
    light += f64::from(gimp.offset);
    if gimp.divisor == 0.0 || !gimp.channels[channel] {
        light = at(0, 0, channel);
    }
    match () {
        () if channel == 3 => full * light,
        () if light <= 0.003_130_8 => full * 12.92 * light,
        () => full * (1.055 * light.powf(1.0 / 2.4) - 0.055),
    }
}

pub(in crate::filters) const GIMP: Parameter = Parameter {
    name: "gimp",
    default: "no",
    values: Values::Choice(&["no", "yes"]),
    help: "do exactly what GIMP's Convolution Matrix does: in linear light, with alpha in the output; 1, 3 or 5 rows \
           and columns of weights; normalized unless --normalize=no; offset only if not normalized; borders clamp, \
           wrap, zero (transparent), black, white, reflect and mirror",
};

pub(in crate::filters) const ALPHA_WEIGHTING: Parameter = Parameter {
    name: "alpha-weighting",
    default: "yes",
    values: Values::Choice(&["no", "yes"]),
    help: "with --gimp: whether colours are weighted by their alpha",
};

pub(in crate::filters) const CHANNELS: Parameter = Parameter {
    name: "channels",
    default: "rgba",
    values: Values::Letters("rgba"),
    help: "with --gimp: the channels to filter; the others are copied",
};

/// Largest side of the matrix.
const SIDE: usize = 5;

/// The filter with a matrix that was read.
pub(in crate::filters) fn build(arguments: &Arguments, weights: &[Vec<f64>]) -> Result<Filter, Error> {
    let (rows, columns) = (weights.len(), weights[0].len());
    if [rows, columns].iter().any(|side| *side > SIDE || side % 2 == 0) {
        let allowed = format!("1, 3 or 5 rows and columns with gimp; there are {rows} and {columns}");
        return Err(Error::parameter("kernel", arguments.text("kernel"), allowed));
    }
    let (border, fill) = match arguments.text("border") {
        "black" => (Border::Zero, [0.0, 0.0, 0.0, 1.0]),
        "white" => (Border::Zero, [1.0; 4]),
        "crop" => return Err(Error::parameter("border", "crop", "any border but crop with gimp")),
        name => (Border::from_name(name)?, [0.0; 4]),
    };
    arguments.refuse(&["signed"], "gimp=yes")?;
    let weights: Vec<Vec<_>> = weights.iter().map(|row| row.iter().map(|weight| *weight as f32).collect()).collect();
    let sum: f32 = weights.iter().flatten().sum();
    let real = |name: &str, default: f64| arguments.real(name).unwrap_or(default) as f32;
    let given = (real("divisor", 1.0), real("offset", 0.0));
    let (divisor, offset) = match arguments.text("normalize") {
        "no" => given,
        // With a divisor of 0 GIMP copies the picture, whatever the sum.
        _ if given.0 == 0.0 => given,
        _ if sum > 0.0 => (sum, 0.0),
        _ if sum < 0.0 => (-sum, 1.0),
        _ => (1.0, 0.5),
    };
    let letters = arguments.text("channels");
    let gimp = Gimp {
        weights,
        divisor,
        offset,
        alpha_weighted: arguments.text("alpha-weighting") == "yes",
        channels: ['r', 'g', 'b', 'a'].map(|letter| letters.contains(letter)),
        border,
        fill,
    };
    Ok(Filter::picture(arguments.operator(), gimp.clone(), move |around| formula(around, &gimp)))
}

#[derive(Clone, Debug)]
struct Gimp {
    weights: Vec<Vec<f32>>,
    divisor: f32,
    offset: f32,
    alpha_weighted: bool,
    /// Which of red, green, blue and alpha are filtered.
    channels: [bool; 4],
    border: Border,
    /// The pixel beyond the edge if the border is zero.
    fill: [f32; 4],
}

impl Gimp {
    /// Channels of the output: grey and alpha if the picture was grey and stays grey, else four.
    fn channels_of(&self, channels: usize) -> usize {
        let [r, g, b, _] = self.channels;
        if channels <= 2 && r == g && g == b { 2 } else { 4 }
    }

    /// Red, green and blue in linear light, and alpha, at `(y, x)`, which may lie beyond the edge.
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
        Ok((height, width, self.channels_of(channels)))
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
                    _ => unreachable!("the output has two or four channels"),
                }
            }
        });
        out
    }
}

/// A table of the linear light of every value, for 8 and 16 bits.
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

/// The linear light of an sRGB value, both from 0 to 1 (IEC 61966-2-1).
fn linear(value: f32) -> f32 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The sRGB value of linear light.
fn encoded<T: Pixel>(light: f32) -> T {
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    T::from_real(value * T::FULL)
}
