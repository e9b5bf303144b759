use super::convolve::Convolve;
use super::shared::convolution::{Finish, Matrix};
use super::shared::parameters::{BORDER, Parameter, Values};
use super::shared::signed::Signed;
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// Half the range, plus the neighbours away from the light minus those towards it. With the light at the top left:
///
/// ```text
/// -2 -1  0
/// -1  0  1
///  0  1  2
/// ```
fn shadow(around: &Neighbourhood, azimuth: f64, depth: f64) -> f64 {
    let azimuth = (azimuth / 45.0 + 0.5).floor() * 45.0;
    let mut sum = 0.0;
    for (dy, dx) in [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)] {
        // Degrees from the right, counter-clockwise, while rows run downwards.
        let direction = (-dy as f64).atan2(dx as f64).to_degrees();
        let apart = (direction - azimuth).rem_euclid(360.0);
        let apart = apart.min(360.0 - apart);
        sum += ((apart / 45.0).round() - 2.0) * around.at(dy, dx);
    }
    around.depth().full / 2.0 + depth * sum
}

/// A surface as high as the picture is light: the cosine of the angle between its normal and the light, as part of the
/// range.
fn light(around: &Neighbourhood, azimuth: f64, elevation: f64, depth: f64) -> f64 {
    let full = around.depth().full;
    let column = |dx: isize| around.at(-1, dx) + around.at(0, dx) + around.at(1, dx);
    let row = |dy: isize| around.at(dy, -1) + around.at(dy, 0) + around.at(dy, 1);
    let normal = [depth * (column(-1) - column(1)), depth * (row(1) - row(-1)), 6.0 * full];
    let light = [azimuth.cos() * elevation.cos(), azimuth.sin() * elevation.cos(), elevation.sin()];
    let product: f64 = normal.iter().zip(light).map(|(n, l)| n * l).sum();
    let length = normal.iter().map(|n| n * n).sum::<f64>().sqrt();
    full * (product / length).max(0.0)
}

pub(super) static ENTRY: Entry = Entry {
    name: "emboss",
    summary: "the picture as a relief: with shadows, or lit from one side",
    formula: "shadow: half the range + depth · [-2 -1 0; -1 0 1; 0 1 2], turned to the azimuth; \
              light: full · max(0, N·L / |N|), N = (depth · (west - east), depth · (south - north), 6 · full) \
              from sums of three pixels, L towards the light",
    source: "light: J. Schlag, Fast embossing effects on raster image data, Graphics Gems IV (1994)",
    parameters: &[METHOD, AZIMUTH, ELEVATION, DEPTH, BORDER],
    variants: &["method=light"],
    build,
};

const METHOD: Parameter = Parameter {
    name: "method",
    default: "shadow",
    values: Values::Choice(&["shadow", "light"]),
    help: "shadow (a matrix and half the range) or light (a surface lit from one side)",
};

const AZIMUTH: Parameter = Parameter {
    name: "azimuth",
    default: "135",
    values: Values::Real(0.0, 360.0),
    help: "where the light comes from, in degrees from the right, counter-clockwise; shadow takes the nearest of eight \
           directions",
};

const ELEVATION: Parameter = Parameter {
    name: "elevation",
    default: "45",
    values: Values::Real(0.0, 90.0),
    help: "how high the light stands, in degrees; not used by shadow",
};

const DEPTH: Parameter =
    Parameter { name: "depth", default: "1", values: Values::Real(0.01, 100.0), help: "how high the relief is" };

/// The neighbours, counter-clockwise from the right: row and column of the matrix.
const RING: [[usize; 2]; 8] = [[1, 2], [0, 2], [0, 1], [0, 0], [1, 0], [2, 0], [2, 1], [2, 2]];

/// Their weights, counted from the direction of the light.
const WEIGHTS: [f64; 8] = [-2.0, -1.0, 0.0, 1.0, 2.0, 1.0, 0.0, -1.0];

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (name, border) = (arguments.operator(), arguments.border()?);
    let real = |name: &str, default: f64| f64::from(arguments.real(name).unwrap_or(default) as f32);
    let (azimuth, depth) = (real("azimuth", 135.0), real("depth", 1.0));
    if arguments.text("method") == "light" {
        let (azimuth, elevation) = (azimuth.to_radians(), real("elevation", 45.0).to_radians());
        let flat = elevation.cos();
        let towards = [azimuth.cos() * flat, azimuth.sin() * flat, elevation.sin()].map(|part| part as f32);
        let lit = Lit { light: towards, depth: depth as f32, border };
        return Ok(Filter::rows(name, lit, move |around| light(around, azimuth, elevation, depth)));
    }
    arguments.refuse(&["elevation"], "method=shadow")?;
    let towards = (azimuth as f32 / 45.0 + 0.5).floor() as usize % 8;
    let mut weights = vec![vec![0.0; 3]; 3];
    for (direction, [y, x]) in RING.into_iter().enumerate() {
        weights[y][x] = depth * WEIGHTS[(direction + 8 - towards) % 8];
    }
    let finish = Finish { divisor: 1.0, offset: 0.5, signed: Signed::Clamp };
    let relief = Convolve { matrix: Matrix::new(&weights), finish, border };
    Ok(Filter::rows(name, relief, move |around| shadow(around, azimuth, depth)))
}

#[derive(Clone, Copy, Debug)]
struct Lit {
    /// The direction towards the light: right, up, out of the picture; of length 1.
    light: [f32; 3],
    depth: f32,
    border: Border,
}

impl Operator for Lit {
    type Kernel<T: Pixel> = LitRow;

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> LitRow {
        LitRow { lit: *self, channels }
    }
}

struct LitRow {
    lit: Lit,
    channels: usize,
}

impl<T: Pixel> Kernel<T> for LitRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (n, c) = (out.len(), self.channels);
        let columns = |y: usize| [0, 1, 2].map(|x| &rows.get(y)[x * c..x * c + n]);
        let ([nw, north, ne], [west, _, east], [sw, south, se]) = (columns(0), columns(1), columns(2));
        let Lit { light: [right, up, towards], depth, .. } = self.lit;
        let height = 6.0 * T::FULL;
        for i in 0..n {
            let [nw, ne, sw, se] = [nw[i], ne[i], sw[i], se[i]].map(T::to_real);
            let x = depth * ((nw + west[i].to_real() + sw) - (ne + east[i].to_real() + se));
            let y = depth * ((sw + south[i].to_real() + se) - (nw + north[i].to_real() + ne));
            let shade = (x * right + y * up + height * towards) / (x * x + y * y + height * height).sqrt();
            out[i] = T::from_real(T::FULL * shade.max(0.0));
        }
    }
}
