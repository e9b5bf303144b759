//! Operators whose every case there is can be tried.

use glassbox_kernels::filters::parse;
use glassbox_kernels::{Engine, Pixel};
use glassbox_simd::Level;
use glassbox_tensor::Image;

fn run<T: Pixel>(level: Level, label: &str, picture: &Image<T>) -> Image<T> {
    Engine { level, ..Engine::default() }.run(&[parse(label).unwrap()], picture).unwrap()
}

#[test]
fn means_of_bytes_are_the_nearest() {
    for size in 2..=12 {
        // Windows side by side, each with the next sum.
        let count = size * size;
        let windows = 255 * count + 1;
        let picture = Image::from_fn([size, size * windows, 1], |(y, x, _)| {
            let (sum, place) = (x / size, y * size + x % size);
            (sum / count + usize::from(place < sum % count)) as u8
        });
        for level in Level::all() {
            let means = run(level, &format!("avg-pool:size={size}"), &picture);
            for (sum, &mean) in means.as_slice().iter().enumerate() {
                assert_eq!(usize::from(mean), (2 * sum + count) / (2 * count), "{sum} / {count}, {}", level.name());
            }
        }
    }
}

/// Windows side by side of `size` pixels, one for each pair of numbers up to 255: what an edge filter makes of them.
fn magnitudes(label: &str, size: usize, window: impl Fn(i32, i32) -> [[i32; 3]; 3], squares: impl Fn(i32, i32) -> i32) {
    let pair = |x: usize| ((x / size / 256) as i32, (x / size % 256) as i32);
    let picture = Image::from_fn([size, size * 256 * 256, 1], |(y, x, _)| {
        let (a, b) = pair(x);
        window(a, b)[y][x % size] as u8
    });
    for level in Level::all() {
        let found = run(level, label, &picture);
        for (index, &found) in found.as_slice().iter().step_by(size).enumerate() {
            let (a, b) = pair(index * size);
            let expected = f64::from(squares(a, b)).sqrt().round().min(255.0);
            assert_eq!(f64::from(found), expected, "{label} of {a} and {b}, {}", level.name());
        }
    }
}

#[test]
fn magnitudes_are_the_nearest_roots() {
    magnitudes("roberts:combine=magnitude,border=crop", 2, |a, b| [[a, 0, 0], [b, 0, 0], [0; 3]], |a, b| a * a + b * b);
    // Of Sobel's two responses both are even or both odd.
    for odd in [0, 1] {
        magnitudes(
            "sobel:combine=magnitude,border=crop",
            3,
            |a, b| [[0; 3], [0, 0, a], [0, b, odd]],
            |a, b| (2 * a + odd).pow(2) + (2 * b + odd).pow(2),
        );
    }
}

#[test]
fn fractional_windows_cover_a_side_and_none_is_empty() {
    for (draw, overlap) in [("pseudo", "no"), ("pseudo", "yes"), ("random", "no"), ("random", "yes")] {
        for seed in 0..20 {
            for (side, ratio, count) in
                [(1, 1.5, 1), (2, 1.5, 1), (3, 1.5, 2), (25, 1.4, 17), (100, 1.0, 100), (7, 64.0, 1)]
            {
                // Each pixel its place: the greatest and the mean of a window say where it ends and begins.
                let places = Image::from_fn([1, side, 1], |(_, x, _)| x as f32);
                let [last, mean] = ["max", "mean"].map(|reduce| {
                    let label = format!(
                        "fractional-pool:ratio={ratio},draw={draw},overlap={overlap},seed={seed},reduce={reduce}"
                    );
                    run(Level::best(), &label, &places).as_slice().to_vec()
                });
                let first: Vec<_> = last.iter().zip(&mean).map(|(last, mean)| (2.0 * mean - last).round()).collect();
                let what = format!("{side} / {ratio}, {draw}, overlap {overlap}: {first:?} to {last:?}");
                assert!(last.len() == count && first[0] == 0.0 && last[count - 1] == side as f32 - 1.0, "{what}");
                assert!(first.iter().zip(&last).all(|(first, last)| first <= last), "{what}");
                for (last, next) in last.iter().zip(&first[1..]) {
                    let shared = if overlap == "yes" { 1.0 } else { 0.0 };
                    assert_eq!(*last, (next + shared - 1.0).min(side as f32 - 1.0), "{what}");
                }
            }
        }
    }
}

#[test]
fn medians_of_every_size_are_found() {
    fn check<T: Pixel>() {
        let picture = Image::from_fn([5, 9, 1], |(y, x, _)| T::from_real((y * 53 % 17 * (x * 31 % 13)) as f32));
        for size in (1..=61).step_by(2) {
            let label = format!("median:size={size}");
            let median = parse(&label).unwrap();
            let formula = median.formula(&picture).unwrap();
            let expected = Image::from_fn([5, 9, 1], |(y, x, _)| T::from_real(formula.number(y, x, 0) as f32));
            for level in Level::all() {
                assert_eq!(run(level, &label, &picture).as_slice(), expected.as_slice(), "{label}, {}", level.name());
            }
        }
    }
    check::<u8>();
    check::<u16>();
    check::<f32>();
}
