//! A digit prepared from pictures as people make them, against the same digit on clean paper.

use glassbox_dnn::prepare;
use glassbox_tensor::Image;

/// Pixels a side of a drawing.
const SIDE: usize = 140;

/// How much ink a 7 of straight strokes with round ends leaves at a place: 0 … 1.
fn seven(y: f32, x: f32) -> f32 {
    let distance = |[y0, x0]: [f32; 2], [y1, x1]: [f32; 2]| {
        let (dy, dx) = (y1 - y0, x1 - x0);
        let along = (((y - y0) * dy + (x - x0) * dx) / (dy * dy + dx * dx)).clamp(0.0, 1.0);
        (y - y0 - along * dy).hypot(x - x0 - along * dx)
    };
    let nearest = distance([35.0, 42.0], [33.0, 95.0]).min(distance([33.0, 95.0], [108.0, 60.0]));
    (5.5 - nearest).clamp(0.0, 1.0)
}

/// A picture of the 7 with ink 0.15 on paper 0.9, and what `change` makes of each pixel.
fn drawn(change: impl Fn(f32, f32, f32) -> f32) -> Image<f32> {
    Image::from_fn([SIDE, SIDE, 1], |(y, x, _)| {
        let (y, x) = (y as f32, x as f32);
        change(y, x, 0.9 - 0.75 * seven(y, x))
    })
}

/// Mean difference, of 255, from the digit of clean paper.
fn off(picture: &Image<f32>) -> f64 {
    let clean = prepare(&drawn(|_, _, value| value)).unwrap().digit;
    let got = prepare(picture).unwrap().digit;
    let differences = clean.iter().zip(got.iter()).map(|(a, b)| f64::from(a.abs_diff(*b)));
    differences.sum::<f64>() / clean.len() as f64
}

fn from_rim(y: f32, x: f32) -> f32 {
    let last = SIDE as f32 - 1.0;
    y.min(last - y).min(x).min(last - x)
}

#[test]
fn a_clean_digit_is_made_like_mnist() {
    let prepared = prepare(&drawn(|_, _, value| value)).unwrap();
    let inked = prepared.digit.indexed_iter().filter(|(_, ink)| **ink > 64).map(|((_, y, x, _), _)| (y, x));
    let (rows, columns): (Vec<_>, Vec<_>) = inked.unzip();
    let tall = rows.iter().max().unwrap() - rows.iter().min().unwrap() + 1;
    assert!((19..=20).contains(&tall) && columns.len() > 40, "{tall} {}", columns.len());
    assert!(!prepared.is_light && !prepared.has_rival);
    assert_eq!(prepared.digit[[0, 0, 0, 0]], 0);
}

#[test]
fn what_is_no_digit_is_left_out() {
    let min = f32::min;
    let box_line = |y: f32, x: f32| {
        // Four lines of 3 pixels, 1.5° askew, from rim to rim; the right one touches the end of the bar.
        let t = 0.026;
        let lines = [y - 12.0 - t * x, y - 126.0 - t * x, x - 14.0 + t * y, x - 101.0 + t * y];
        lines.iter().any(|line| line.abs() < 1.5)
    };
    let cases: [(&str, Image<f32>); 10] = [
        ("light on dark", drawn(|_, _, v| 1.0 - v)),
        ("frame at the rim", drawn(|y, x, v| if from_rim(y, x) < 3.0 { 0.1 } else { v })),
        ("frame inside", drawn(|y, x, v| if (from_rim(y, x) - 9.0).abs() < 1.5 { 0.1 } else { v })),
        ("sheet on a desk", drawn(|y, x, v| if from_rim(y, x) < 22.0 { 0.3 } else { v })),
        ("light that falls off", drawn(|y, x, v| v * (1.0 - 0.003 * x) * (1.0 - 0.002 * y))),
        ("ruled paper", drawn(|y, _, v| if y % 24.0 < 1.0 { min(v, 0.7) } else { v })),
        ("squared paper", drawn(|y, x, v| if y % 24.0 < 1.0 || x % 24.0 < 1.0 { min(v, 0.75) } else { v })),
        ("speck", drawn(|y, x, v| if y > 120.0 && y < 125.0 && (15.0..20.0).contains(&x) { 0.0 } else { v })),
        ("mark cut at the rim", drawn(|y, x, v| if x < 12.0 && (30.0..100.0).contains(&y) { 0.1 } else { v })),
        ("lines of a box", drawn(|y, x, v| if box_line(y, x) { 0.2 } else { v })),
    ];
    for (name, picture) in &cases {
        // The digits themselves differ from blank paper by some 40.
        let off = off(picture);
        assert!(off < 6.0, "{name}: {off}");
    }
}

#[test]
fn faint_ink_is_as_good_as_black() {
    let pencil = drawn(|_, _, value| 0.8 + 0.1 * value);
    assert!(off(&pencil) < 4.0, "{}", off(&pencil));
}

#[test]
fn a_second_digit_is_told() {
    let two = Image::from_fn([SIDE, 2 * SIDE, 1], |(y, x, _)| 0.9 - 0.75 * seven(y as f32, (x % SIDE) as f32));
    assert!(prepare(&two).unwrap().has_rival);
}

#[test]
fn any_picture_is_prepared_or_refused() {
    for [height, width] in [[1, 1], [1, 900], [2, 3], [900, 2], [28, 28], [401, 399]] {
        for seed in 0..4u32 {
            let value = |y: usize, x: usize| {
                let hash = (y as u32 * 7919 + x as u32 * 104_729 + seed).wrapping_mul(2_654_435_761) >> 8;
                [f32::NAN, hash as f32 / 16_777_216.0, (hash % 2) as f32, if y > x { 1.0 } else { 0.0 }][seed as usize]
            };
            // Neither panics nor takes long.
            let _ = prepare(&Image::from_fn([height, width, 1], |(y, x, _)| value(y, x)));
        }
    }
}
