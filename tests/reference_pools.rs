//! The poolings written the most obvious way, as tests/reference.rs does the filters.

use glassbox_tensor::Image;

use crate::reference::{self, Given, Sample, store};

type Pixels = Vec<f64>;

/// The pooling of a label on a picture; none if nothing would be left.
pub(crate) fn apply<T: Sample>(given: &Given, picture: &Image<T>) -> Option<Image<T>> {
    let (height, width, channels) = picture.dim();
    let whole = |side: usize| 0..side;
    match given.0 {
        "adaptive-pool" => {
            let (h, w) = (given.number("height", 7), given.number("width", 7));
            Some(bins(given, picture, [h, w], [whole(height), whole(width)]))
        }
        "global-pool" => Some(bins(given, picture, [1, 1], [whole(height), whole(width)])),
        "roi-pool" => {
            let (y, x, n) = (given.number("y", 0), given.number("x", 0), given.number("bins", 7));
            let bottom = y + given.number("height", height.saturating_sub(y).max(1));
            let right = x + given.number("width", width.saturating_sub(x).max(1));
            (bottom <= height && right <= width).then(|| bins(given, picture, [n, n], [y..bottom, x..right]))
        }
        "pyramid-pool" => {
            let levels = list(given.text("levels", "1 2 4"));
            let side = *levels.iter().max().unwrap();
            let panels: Vec<_> =
                levels.iter().map(|&n| bins(given, picture, [n, n], [whole(height), whole(width)])).collect();
            Some(Image::from_fn([side, side * levels.len(), channels], |(y, x, c)| {
                let n = levels[x / side];
                panels[x / side][[y * n / side, (x % side) * n / side, c]]
            }))
        }
        "pixel-pyramid-pool" => {
            let (sizes, border) = (list(given.text("sizes", "1 3 9")), given.text("border", "clamp"));
            let operator = if given.text("reduce", "max") == "max" { "dilate" } else { "blur" };
            let panels: Vec<_> = sizes
                .iter()
                .map(|size| reference::apply(&format!("{operator}:size={size},border={border}"), picture).unwrap())
                .collect();
            Some(Image::from_fn([height, width * sizes.len(), channels], |(y, x, c)| {
                panels[x / width][[y, x % width, c]]
            }))
        }
        "edge-pyramid-pool" => Some(edge_pyramid(given, picture)),
        "spectral-pool" => spectral(given, picture),
        _ => windows(given, picture),
    }
}

fn list(text: &str) -> Vec<usize> {
    text.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn reals(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn greatest(window: &[f64]) -> f64 {
    window.iter().copied().fold(f64::MIN, f64::max)
}

fn mean(window: &[f64]) -> f64 {
    window.iter().sum::<f64>() / window.len() as f64
}

/// Poolings of a window that goes over the picture.
fn windows<T: Sample>(given: &Given, picture: &Image<T>) -> Option<Image<T>> {
    let kernel: Vec<Vec<f64>> = given.text("kernel", "1 2 1; 2 4 2; 1 2 1").split(';').map(reals).collect();
    let size = given.number("size", 2);
    let (rows, columns) = if given.0 == "weighted-pool" { (kernel.len(), kernel[0].len()) } else { (size, size) };
    let stride = given.number("stride", rows.max(columns));
    let (height, width, channels) = picture.dim();
    if height < rows || width < columns {
        return None;
    }
    let shape = [(height - rows) / stride + 1, (width - columns) / stride + 1, channels];
    Some(Image::from_fn(shape, |(y, x, c)| {
        let mut window = Vec::new();
        for dy in 0..rows {
            for dx in 0..columns {
                window.push(picture[[y * stride + dy, x * stride + dx, c]].value());
            }
        }
        reduced(given, window, &kernel)
    }))
}

fn reduced<T: Sample>(given: &Given, window: Pixels, kernel: &[Vec<f64>]) -> T {
    let n = window.len();
    let mut falling = window.clone();
    falling.sort_by(|a, b| b.total_cmp(a));
    match given.0 {
        "max-pool" => T::sample(falling[0]),
        "min-pool" => T::sample(falling[n - 1]),
        "avg-pool" => store(mean(&window)),
        "median-pool" if n % 2 == 1 => T::sample(falling[n / 2]),
        "median-pool" => store((falling[n / 2 - 1] + falling[n / 2]) / 2.0),
        "mixed-pool" => {
            let lambda = given.real("lambda", 0.5);
            store(lambda * falling[0] + (1.0 - lambda) * mean(&window))
        }
        "lp-pool" => {
            let p = given.real("p", 2.0);
            let powers: Pixels = window.iter().map(|a| a.abs().powf(p)).collect();
            store(mean(&powers).powf(1.0 / p))
        }
        "stochastic-pool" => {
            let positive: Pixels = window.iter().map(|a| a.max(0.0)).collect();
            let sum: f64 = positive.iter().sum();
            let squares: f64 = positive.iter().map(|a| a * a).sum();
            store(if sum == 0.0 { 0.0 } else { squares / sum })
        }
        "rank-pool" => store(mean(&falling[..given.number("top", 2).min(n)])),
        "ordinal-pool" => {
            let weights = match reals(given.text("weights", "")) {
                weights if weights.is_empty() => (0..n).map(|i| (n - i) as f64).collect(),
                weights => weights,
            };
            store(weighted(&weights, &falling))
        }
        "weighted-pool" => store(weighted(&kernel.concat(), &window)),
        "soft-pool" => {
            let full = T::DEPTH.most.unwrap_or(1.0);
            let weights: Pixels = window.iter().map(|a| (given.real("sharpness", 1.0) * a / full).exp()).collect();
            store(weighted(&weights, &window))
        }
        name => panic!("no reference for {name}: write one here"),
    }
}

fn weighted(weights: &[f64], numbers: &[f64]) -> f64 {
    let sum: f64 = weights.iter().zip(numbers).map(|(weight, a)| weight * a).sum();
    sum / weights.iter().sum::<f64>()
}

/// A box of the picture cut into bins.
fn bins<T: Sample>(
    given: &Given,
    picture: &Image<T>,
    [rows, columns]: [usize; 2],
    [ys, xs]: [std::ops::Range<usize>; 2],
) -> Image<T> {
    let part = |i: usize, n: usize, all: &std::ops::Range<usize>| {
        let start = (i as f64 * all.len() as f64 / n as f64).floor() as usize;
        let end = ((i + 1) as f64 * all.len() as f64 / n as f64).ceil() as usize;
        all.start + start..all.start + end
    };
    Image::from_fn([rows, columns, picture.channels()], |(y, x, c)| {
        let mut bin = Vec::new();
        for y in part(y, rows, &ys) {
            for x in part(x, columns, &xs) {
                bin.push(picture[[y, x, c]].value());
            }
        }
        if given.text("reduce", "max") == "max" { T::sample(greatest(&bin)) } else { store(mean(&bin)) }
    })
}

/// The mean of the largest square without an edge.
fn edge_pyramid<T: Sample>(given: &Given, picture: &Image<T>) -> Image<T> {
    let mut sizes = list(given.text("sizes", "1 3 5 9"));
    sizes.sort();
    let limit = given.real("threshold", 0.1) * T::DEPTH.most.unwrap_or(1.0);
    let (height, width, channels) = picture.dim();
    let at = |y: i64, x: i64, c: usize| {
        picture[[y.clamp(0, height as i64 - 1) as usize, x.clamp(0, width as i64 - 1) as usize, c]].value()
    };
    let edge = |y: i64, x: i64, c: usize| {
        let a = |dy: i64, dx: i64| at(y + dy, x + dx, c);
        let gx = a(-1, 1) + 2.0 * a(0, 1) + a(1, 1) - a(-1, -1) - 2.0 * a(0, -1) - a(1, -1);
        let gy = a(1, -1) + 2.0 * a(1, 0) + a(1, 1) - a(-1, -1) - 2.0 * a(-1, 0) - a(-1, 1);
        gx.abs().max(gy.abs()) / 4.0
    };
    Image::from_fn([height, width, channels], |(y, x, c)| {
        let mut chosen = 0.0;
        for (index, &size) in sizes.iter().enumerate() {
            let (before, after) = (size as i64 / 2, size as i64 - 1 - size as i64 / 2);
            let mut square = Vec::new();
            let mut strongest = 0.0f64;
            for yy in y as i64 - before..=y as i64 + after {
                for xx in x as i64 - before..=x as i64 + after {
                    square.push(at(yy, xx, c));
                    let (yy, xx) = (yy.clamp(0, height as i64 - 1), xx.clamp(0, width as i64 - 1));
                    strongest = strongest.max(edge(yy, xx, c));
                }
            }
            if index == 0 || strongest <= limit {
                chosen = mean(&square);
            }
        }
        store(chosen)
    })
}

/// Along each side: the sum of the low frequencies' waves, each as strong as the side has it.
fn spectral<T: Sample>(given: &Given, picture: &Image<T>) -> Option<Image<T>> {
    let size = given.number("size", 2);
    let (height, width, channels) = picture.dim();
    if height < size || width < size {
        return None;
    }
    let low = |numbers: &[f64]| -> Pixels {
        let (before, after) = (numbers.len() as f64, numbers.len() / size);
        let one = |j: usize| {
            let wave = |i: usize| {
                let turn = 2.0 * std::f64::consts::PI * (j as f64 * size as f64 - i as f64) / before;
                // A wave of half as many turns as there are places has no partner that runs the other way, unless that is folded onto it.
                let both = (1..=after / 2).map(|k| {
                    let alone = 2 * k == after && size == 1;
                    (if alone { 1.0 } else { 2.0 }) * (k as f64 * turn).cos()
                });
                1.0 + both.sum::<f64>()
            };
            numbers.iter().enumerate().map(|(i, a)| a * wave(i)).sum::<f64>() / before
        };
        (0..after).map(one).collect()
    };
    let (rows, columns) = (height / size, width / size);
    let mut out = Image::zeros([rows, columns, channels]);
    for c in 0..channels {
        let lines =
            (0..rows * size).map(|y| (0..columns * size).map(|x| picture[[y, x, c]].value()).collect::<Pixels>());
        let narrow: Vec<_> = lines.map(|line| low(&line)).collect();
        for x in 0..columns {
            let column = low(&narrow.iter().map(|line| line[x]).collect::<Pixels>());
            for (y, &a) in column.iter().enumerate() {
                out.view_mut()[[y, x, c]] = store(a);
            }
        }
    }
    Some(out)
}
