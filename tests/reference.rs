//! The operators written the most obvious way: one pixel at a time, in f64, no thought given to speed.

use glassbox_kernels::Pixel;
use glassbox_kernels::filters::split_label;
use glassbox_tensor::Image;

use crate::reference_pools;

/// What a picture's numbers stand for: rounding, saturation and half of the range follow from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Depth {
    pub(crate) most: Option<f64>,
    pub(crate) half: f64,
}

/// An element type together with its depth.
pub(crate) trait Sample: Pixel {
    const DEPTH: Depth;
    fn value(self) -> f64;
    fn sample(value: f64) -> Self;
}

impl Sample for u8 {
    const DEPTH: Depth = Depth { most: Some(255.0), half: 128.0 };
    fn value(self) -> f64 {
        self.into()
    }
    fn sample(value: f64) -> u8 {
        value as u8
    }
}

impl Sample for u16 {
    const DEPTH: Depth = Depth { most: Some(65535.0), half: 32768.0 };
    fn value(self) -> f64 {
        self.into()
    }
    fn sample(value: f64) -> u16 {
        value as u16
    }
}

impl Sample for f32 {
    const DEPTH: Depth = Depth { most: None, half: 0.5 };
    fn value(self) -> f64 {
        self.into()
    }
    fn sample(value: f64) -> f32 {
        value as f32
    }
}

/// Index `i` of a row of `n`, which may lie outside; none for zero.
pub(crate) fn place(border: &str, mut i: i64, n: i64) -> Option<usize> {
    while i < 0 || i >= n {
        i = match border {
            "clamp" => i.max(0).min(n - 1),
            "reflect" => {
                if i < 0 {
                    -1 - i
                } else {
                    2 * n - 1 - i
                }
            }
            "mirror" if n == 1 => 0,
            "mirror" => {
                if i < 0 {
                    -i
                } else {
                    2 * n - 2 - i
                }
            }
            "wrap" => {
                if i < 0 {
                    i + n
                } else {
                    i - n
                }
            }
            _ => return None,
        };
    }
    Some(i as usize)
}

pub(crate) struct Given<'a>(pub(crate) &'a str, Vec<(&'a str, &'a str)>);

impl Given<'_> {
    pub(crate) fn text<'b>(&'b self, name: &str, default: &'b str) -> &'b str {
        self.1.iter().find(|(known, _)| *known == name).map_or(default, |(_, value)| value)
    }

    pub(crate) fn number(&self, name: &str, default: usize) -> usize {
        self.text(name, &default.to_string()).parse().unwrap()
    }

    pub(crate) fn real(&self, name: &str, default: f64) -> f64 {
        self.text(name, &default.to_string()).parse().unwrap()
    }
}

/// The weights of an operator that has a matrix, without any trick.
fn matrix(name: &str, given: &Given) -> Option<Vec<Vec<f64>>> {
    let square = |size: usize, weight: &dyn Fn(f64, f64) -> f64| -> Vec<Vec<f64>> {
        let offset = |i: usize| i as f64 - (size / 2) as f64;
        (0..size).map(|y| (0..size).map(|x| weight(offset(y), offset(x))).collect()).collect()
    };
    match name {
        "blur" => {
            let size = given.number("size", 3);
            Some(square(size, &|_, _| 1.0 / (size * size) as f64))
        }
        "gaussian" | "unsharp" => {
            let sigma = given.real("sigma", 1.0);
            let size = given.number("size", 2 * (3.0 * sigma).ceil() as usize + 1);
            let bell = square(size, &|y, x| (-(y * y + x * x) / (2.0 * sigma * sigma)).exp());
            let sum: f64 = bell.iter().flatten().sum();
            Some(bell.iter().map(|row| row.iter().map(|weight| weight / sum).collect()).collect())
        }
        "laplacian" if given.text("neighbours", "4") == "8" => {
            Some(square(3, &|y, x| if y == 0.0 && x == 0.0 { -8.0 } else { 1.0 }))
        }
        "laplacian" => Some(square(3, &|y, x| match y.abs() + x.abs() {
            0.0 => -4.0,
            1.0 => 1.0,
            _ => 0.0,
        })),
        "convolve" => {
            let text = given.text("kernel", "0 -1 0; -1 5 -1; 0 -1 0").to_string();
            let rows = text.split(';').map(|row| row.split_whitespace().map(|n| n.parse().unwrap()).collect());
            let mut rows: Vec<Vec<f64>> = rows.collect();
            if given.text("flip", "no") == "yes" {
                rows = rows.iter().rev().map(|row| row.iter().rev().copied().collect()).collect();
            }
            Some(rows)
        }
        _ => None,
    }
}

/// The operator of a label on a picture; none if nothing would be left.
pub(crate) fn apply<T: Sample>(label: &str, picture: &Image<T>) -> Option<Image<T>> {
    let (name, given) = split_label(label).unwrap();
    let given = Given(name, given);
    match name {
        "gray" => return Some(gray(picture)),
        _ if name.ends_with("-pool") => return reference_pools::apply(&given, picture),
        _ => {}
    }
    let matrix = matrix(name, &given);
    // Rows and columns before and behind the place.
    let around = |size: usize| (size as i64 / 2, size as i64 - 1 - size as i64 / 2);
    let (rows, columns) = match (&matrix, name) {
        (Some(matrix), _) => (around(matrix.len()), around(matrix[0].len())),
        (_, "roberts") => ((0, 1), (0, 1)),
        (_, "median" | "erode" | "dilate" | "rank") => {
            (around(given.number("size", 3)), around(given.number("size", 3)))
        }
        _ => ((1, 1), (1, 1)),
    };
    let full = T::DEPTH.most.unwrap_or(1.0);
    let border = given.text("border", "clamp");
    let (height, width, channels) = picture.dim();
    let cropped = border == "crop";
    let lost = |(before, after): (i64, i64)| if cropped { (before + after) as usize } else { 0 };
    let shift = |(before, _): (i64, i64)| if cropped { before } else { 0 };
    if height <= lost(rows) || width <= lost(columns) {
        return None;
    }
    Some(Image::from_fn([height - lost(rows), width - lost(columns), channels], |(y, x, c)| {
        let at = |dy: i64, dx: i64| {
            let y = place(border, y as i64 + shift(rows) + dy, height as i64);
            let x = place(border, x as i64 + shift(columns) + dx, width as i64);
            y.zip(x).map_or(0.0, |(y, x)| picture[[y, x, c]].value())
        };
        let response = match name {
            "sharpen" => 5.0 * at(0, 0) - at(-1, 0) - at(1, 0) - at(0, -1) - at(0, 1),
            "emboss" if given.text("method", "shadow") == "light" => {
                let [azimuth, elevation] =
                    [("azimuth", 135.0), ("elevation", 45.0)].map(|(n, d)| given.real(n, d).to_radians());
                let columns = |dx: i64| at(-1, dx) + at(0, dx) + at(1, dx);
                let rows = |dy: i64| at(dy, -1) + at(dy, 0) + at(dy, 1);
                let depth = given.real("depth", 1.0);
                let normal = [depth * (columns(-1) - columns(1)), depth * (rows(1) - rows(-1)), 6.0 * full];
                let light = [azimuth.cos() * elevation.cos(), azimuth.sin() * elevation.cos(), elevation.sin()];
                let product: f64 = normal.iter().zip(light).map(|(n, l)| n * l).sum();
                let length = normal.iter().map(|n| n * n).sum::<f64>().sqrt();
                return store(full * (product / length).max(0.0));
            }
            "emboss" => {
                let azimuth = (given.real("azimuth", 135.0) / 45.0 + 0.5).floor() * 45.0;
                let mut sum = 0.0;
                for (dy, dx) in [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)] {
                    // Degrees from the right, counter-clockwise, rows running down.
                    let direction = (-dy as f64).atan2(dx as f64).to_degrees();
                    let apart = (direction - azimuth).rem_euclid(360.0);
                    let apart = apart.min(360.0 - apart);
                    sum += ((apart / 45.0).round() - 2.0) * at(dy, dx);
                }
                return store(given.real("depth", 1.0) * sum + full / 2.0);
            }
            "roberts" => edges(&given, at(0, 0) - at(1, 1), at(0, 1) - at(1, 0)),
            "sobel" | "prewitt" | "scharr" => {
                let (side, middle) = match name {
                    "sobel" => (1.0, 2.0),
                    "prewitt" => (1.0, 1.0),
                    _ => (3.0, 10.0),
                };
                let (ne, nw, sw, se) = (at(-1, 1), at(-1, -1), at(1, -1), at(1, 1));
                let a = side * (ne - nw + se - sw) + middle * (at(0, 1) - at(0, -1));
                let b = side * (sw - nw + se - ne) + middle * (at(1, 0) - at(-1, 0));
                edges(&given, a, b)
            }
            "median" | "erode" | "dilate" | "rank" => {
                let offsets = || -rows.0..=rows.1;
                let mut all: Vec<f64> =
                    offsets().flat_map(|dy| offsets().map(move |dx| (dy, dx))).map(|(dy, dx)| at(dy, dx)).collect();
                all.sort_by(f64::total_cmp);
                return T::sample(match name {
                    "erode" => all[0],
                    "dilate" => all[all.len() - 1],
                    "rank" => {
                        let share = given.real("percent", 50.0) / 100.0;
                        all[(share * (all.len() - 1) as f64 + 0.5).floor() as usize]
                    }
                    _ => all[all.len() / 2],
                });
            }
            _ => {
                let matrix = matrix.as_ref().unwrap_or_else(|| panic!("no reference for {name}: write one here"));
                let mut sum = 0.0;
                for (dy, weights) in (-rows.0..).zip(matrix) {
                    for (dx, weight) in (-columns.0..).zip(weights) {
                        sum += weight * at(dy, dx);
                    }
                }
                match name {
                    "unsharp" if (at(0, 0) - sum).abs() < given.real("threshold", 0.0) * full => at(0, 0),
                    "unsharp" => at(0, 0) + given.real("amount", 1.0) * (at(0, 0) - sum),
                    "convolve" => {
                        let total: f64 = matrix.iter().flatten().sum();
                        let divisor = match given.text("normalize", "no") {
                            "yes" if total == 0.0 => 1.0,
                            "yes" => total,
                            _ => given.real("divisor", 1.0),
                        };
                        // The offset comes after what is negative has been dealt with.
                        let offset = given.real("offset", 0.0) * full;
                        let response = sum / divisor;
                        return store(
                            offset
                                + match given.text("signed", "clamp") {
                                    "absolute" => response.abs(),
                                    "offset" => response + T::DEPTH.half,
                                    _ => response,
                                },
                        );
                    }
                    _ => sum,
                }
            }
        };
        let default =
            if matches!(name, "roberts" | "sobel" | "prewitt" | "scharr" | "laplacian") { "absolute" } else { "clamp" };
        store(match given.text("signed", default) {
            "absolute" => response.abs(),
            "offset" => response + T::DEPTH.half,
            _ => response,
        })
    }))
}

fn edges(given: &Given, a: f64, b: f64) -> f64 {
    match (given.text("direction", "both"), given.text("combine", "sum")) {
        ("x", _) => a,
        ("y", _) => b,
        (_, "magnitude") => (a * a + b * b).sqrt(),
        (_, "max") => a.abs().max(b.abs()),
        (_, "signed") => a + b,
        _ => a.abs() + b.abs(),
    }
}

pub(crate) fn store<T: Sample>(value: f64) -> T {
    match T::DEPTH.most {
        Some(most) => T::sample((value + 0.5).floor().clamp(0.0, most)),
        None => T::sample(value),
    }
}

fn gray<T: Sample>(picture: &Image<T>) -> Image<T> {
    let (height, width, channels) = picture.dim();
    if channels < 3 {
        return picture.clone();
    }
    Image::from_fn([height, width, channels - 2], |(y, x, c)| {
        let [r, g, b] = [0, 1, 2].map(|c| picture[[y, x, c]].value());
        // In thousandths, so that halves are exact.
        if c == 1 { picture[[y, x, 3]] } else { store((299.0 * r + 587.0 * g + 114.0 * b) / 1000.0) }
    })
}
