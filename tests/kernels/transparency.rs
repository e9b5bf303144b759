//! The colours of transparent pixels do not count in any operator.

use glassbox_kernels::filters::parse;
use glassbox_kernels::{Border, Depth, Engine, Filter, Picture, Pixel, Window};
use glassbox_simd::Level;
use glassbox_tensor::Image;

use crate::support::operators::{DRAWN, operators};

/// Colours and alpha that have nothing to do with each other; much of it wholly transparent, much hardly visible.
fn picture<T: Pixel>(height: usize, width: usize, channels: usize) -> Image<T> {
    let mut state = 7u32;
    Image::from_fn([height, width, channels], |(y, x, c)| {
        state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        let noise = f64::from(state >> 8) / f64::from(1 << 24);
        let unit = match (c + 1 < channels, state % 5) {
            (true, _) => noise,
            // A part in which nothing can be seen.
            _ if y < 12 && x < 12 => 0.0,
            (false, 0) => 0.0,
            (false, 1) => 1.0 / 255.0,
            (false, 2) => noise / 2.0,
            (false, 3) => noise,
            (false, _) => 1.0,
        };
        let depth = Depth::of::<T>();
        T::from_real(depth.store(unit * depth.full) as f32)
    })
}

/// `n + min(1, 2a/ā)²·(c − n)`, one pixel at a time.
fn covered<T: Pixel>(picture: &Image<T>, window: Window, border: &str) -> Image<T> {
    let (height, width, channels) = picture.dim();
    let (last, full) = (channels - 1, Depth::of::<T>().full);
    let border = Border::from_name(border).unwrap();
    let at = |y: usize, x: usize, c: usize| -> f64 { picture[[y, x, c]].into() };
    Image::from_fn([height, width, channels], |(y, x, c)| {
        let (own, alpha) = (at(y, x, c), at(y, x, last));
        let (mut visible, mut squares, mut colour) = (0.0, 0.0, 0.0);
        for row in -(window.above as isize)..=window.below as isize {
            for column in -(window.left as isize)..=window.right as isize {
                let row = border.place(y as isize + row, height);
                if let (Some(row), Some(column)) = (row, border.place(x as isize + column, width)) {
                    visible += at(row, column, last);
                    squares += at(row, column, last).powi(2);
                    colour += at(row, column, last) * at(row, column, c);
                }
            }
        }
        if c == last || alpha >= full / 2.0 || visible == 0.0 {
            return picture[[y, x, c]];
        }
        let near = colour / visible;
        let share = f64::min(1.0, 2.0 * alpha * visible / squares).powi(2);
        T::from_real((near + share * (own - near)) as f32)
    })
}

fn check_against_naive<T: Pixel>(label: &str, border: &str) {
    let chain = [parse(label).unwrap()];
    let picture = picture::<T>(33, 41, 4);
    let seen = chain[0].window().unwrap();
    let is_pool = label.contains("-pool");
    let window = if is_pool {
        let (rows, columns) = (seen.height() - 1, seen.width() - 1);
        Window { above: rows, below: rows, left: columns, right: columns, stride: 1 }
    } else {
        Window { above: seen.below, below: seen.above, left: seen.right, right: seen.left, stride: 1 }
    };
    let expected = Engine::default().run(&chain, &covered(&picture, window, border)).unwrap();
    let found = Engine { keep_alpha: true, ..Engine::default() }.run(&chain, &picture).unwrap();
    for channel in 0..if is_pool { 4 } else { 3 } {
        let (found, expected) = (found.channel(channel), expected.channel(channel));
        for (&found, &expected) in found.as_slice().iter().zip(expected.as_slice()) {
            let allowed = if Depth::of::<T>().is_whole { 0.0 } else { 1e-4 };
            let (found, expected): (f64, f64) = (found.into(), expected.into());
            assert!((found - expected).abs() <= allowed, "{label} of {}: {found:?} {expected:?}", T::NAME);
        }
    }
}

#[test]
fn colours_count_as_much_as_they_are_seen() {
    let cases = [
        ("sharpen", "clamp"),
        ("roberts", "clamp"),
        ("sobel:border=mirror", "mirror"),
        ("blur:size=5,border=zero", "zero"),
        ("blur:size=4,border=reflect", "reflect"),
        ("median:size=7,border=wrap", "wrap"),
        ("dilate:size=5", "clamp"),
        ("convolve:kernel=1 2 0 -1", "clamp"),
        ("max-pool:size=5", "zero"),
        ("avg-pool:size=3,stride=2", "zero"),
    ];
    for (label, border) in cases {
        check_against_naive::<u8>(label, border);
        check_against_naive::<u16>(label, border);
        check_against_naive::<f32>(label, border);
    }
}

/// Parts of a side, as the registry's formula says.
fn parts(side: usize, count: usize) -> Vec<std::ops::Range<usize>> {
    (0..count).map(|i| i * side / count..((i + 1) * side).div_ceil(count)).collect()
}

fn check_parts<T: Pixel>(channels: usize) {
    let picture = picture::<T>(33, 41, channels);
    let depth = Depth::of::<T>();
    let at = |y: usize, x: usize, c: usize| -> f64 { picture[[y, x, c]].into() };
    for reduce in ["max", "mean"] {
        let label = format!("adaptive-pool:height=5,width=7,reduce={reduce}");
        let found = run(&[parse(&label).unwrap()], &picture);
        for ((y, x, c), found) in found.indexed_iter() {
            let (rows, columns) = (parts(33, 5)[y].clone(), parts(41, 7)[x].clone());
            // Each number and how well it is seen: alpha itself in full.
            let part: Vec<_> = rows
                .flat_map(|y| columns.clone().map(move |x| (y, x)))
                .map(|(y, x)| (at(y, x, c), (2.0 * at(y, x, channels - 1) / depth.full).min(1.0)))
                .map(|(number, seen)| (number, if c == channels - 1 { 1.0 } else { seen }))
                .collect();
            let octave = |seen: f64| if seen < 1.0 { seen.log2().floor() } else { 1.0 };
            let best = part.iter().map(|part| octave(part.1)).fold(f64::NEG_INFINITY, f64::max);
            let greatest = part.iter().filter(|part| octave(part.1) == best).map(|part| part.0).fold(0.0, f64::max);
            let seen: f64 = part.iter().map(|part| part.1).sum();
            let mean = match seen {
                0.0 => part.iter().map(|part| part.0).sum::<f64>() / part.len() as f64,
                _ => part.iter().map(|part| part.0 * part.1).sum::<f64>() / seen,
            };
            let expected = if reduce == "max" { greatest } else { mean };
            // What is half-way between two whole numbers may go either way here, where weights are not whole.
            let allowed = if depth.is_whole { 0.5 + 1e-6 } else { 1e-6 };
            let found: f64 = (*found).into();
            assert!((found - expected).abs() <= allowed, "{label} of {}: {found:?} {expected}", T::NAME);
        }
    }
}

#[test]
fn parts_take_colours_as_much_as_they_are_seen() {
    for channels in [2, 4] {
        check_parts::<u8>(channels);
        check_parts::<u16>(channels);
        check_parts::<f32>(channels);
    }
}

fn run<T: Pixel>(chain: &[Filter], picture: &Image<T>) -> Image<T> {
    Engine { keep_alpha: true, ..Engine::default() }.run(chain, picture).unwrap()
}

#[test]
fn colours_that_cannot_be_seen_change_nothing() {
    for (channels, hidden) in [(2, 0), (4, 0), (2, 60), (4, 60)] {
        // Noise all over, and a part in which nothing can be seen far and wide.
        let noise = picture::<u8>(44, 50 + hidden, channels);
        let plain =
            Image::from_fn(noise.dim(), |(y, x, c)| if x < hidden && c + 1 == channels { 0 } else { noise[[y, x, c]] });
        let other = Image::from_fn(plain.dim(), |(y, x, c)| match plain[[y, x, channels - 1]] {
            0 if c + 1 < channels => !plain[[y, x, c]],
            _ => plain[[y, x, c]],
        });
        for entry in operators() {
            let chain = [parse(entry.name).unwrap(), parse("blur:size=5").unwrap()];
            let (plain, other) = (run(&chain, &plain), run(&chain, &other));
            let pixels = plain.as_slice().chunks_exact(channels).zip(other.as_slice().chunks_exact(channels));
            let seen = pixels.filter(|(plain, _)| plain[channels - 1] > 0);
            assert!(seen.clone().count() > 0, "{}", entry.name);
            seen.for_each(|(plain, other)| assert_eq!(plain, other, "{}", entry.name));
        }
    }
}

#[test]
fn what_is_everywhere_as_transparent_keeps_its_colours() {
    let opaque = picture::<u16>(30, 31, 3);
    let faint = Image::from_fn([30, 31, 4], |(y, x, c)| if c == 3 { 900 } else { opaque[[y, x, c]] });
    let draws = |name: &str| DRAWN.contains(&name) || name == "stochastic-pool";
    for entry in operators().iter().filter(|entry| !draws(entry.name)) {
        let chain = [parse(entry.name).unwrap()];
        let (expected, found) = (Engine::default().run(&chain, &opaque).unwrap(), run(&chain, &faint));
        let colours = expected.channels();
        for channel in 0..colours {
            assert_eq!(found.channel(channel), expected.channel(channel), "{}", entry.name);
        }
    }
}

fn check_sameness<T: Pixel>(labels: &[&str]) {
    let chain: Vec<_> = labels.iter().map(|label| parse(label).unwrap()).collect();
    let picture = picture::<T>(61, 83, 4);
    let whole = run(&chain, &picture);
    for level in Level::all() {
        for strip in [1, 2, 7, 60, usize::MAX] {
            let engine = Engine { level, strip: Some(strip), keep_alpha: true, ..Engine::default() };
            let found = engine.run(&chain, &picture).unwrap();
            assert!(found.as_slice() == whole.as_slice(), "{labels:?} of {}, strips of {strip}", T::NAME);
        }
    }
    for kept_bytes in [0, 1 << 26] {
        check_stream(Engine { keep_alpha: true, kept_bytes, ..Engine::default() }, &chain, &picture, &whole);
    }
}

fn check_stream<T: Pixel>(engine: Engine, chain: &[Filter], picture: &Image<T>, whole: &Image<T>) {
    let mut found = Vec::new();
    let read = |first: usize, part: &mut [T]| -> Result<(), glassbox_kernels::Error> {
        part.copy_from_slice(&picture.as_slice()[first * picture.line_length()..][..part.len()]);
        Ok(())
    };
    let write = |part: &[T]| {
        found.extend_from_slice(part);
        Ok(())
    };
    engine.stream(chain, picture.dim(), read, write).unwrap();
    assert!(found == whole.as_slice(), "{chain:?} of {}, streamed", T::NAME);
}

#[test]
fn strips_and_streams_make_the_same() {
    let chains: [&[&str]; 11] = [
        &["sobel"],
        &["median:size=5,border=wrap", "gray"],
        &["blur:size=7", "max-pool:size=4"],
        &["avg-pool:size=9,stride=2"],
        &["edge-pyramid-pool", "convolve:gimp=yes"],
        &["pixel-pyramid-pool:sizes=4 7"],
        &["blur", "adaptive-pool:height=3,width=50,reduce=mean", "sobel"],
        &["fractional-pool:ratio=1.2,overlap=yes", "pyramid-pool"],
        &["pixel-pyramid-pool:sizes=6,border=wrap", "sharpen:border=wrap"],
        &["genetic-pool:size=3", "edge-pyramid-pool:sizes=2 33"],
        &["superpixel-pool:segments=20", "blur"],
    ];
    for labels in chains {
        check_sameness::<u8>(labels);
        check_sameness::<u16>(labels);
        check_sameness::<f32>(labels);
    }
}

#[test]
fn superpixels_weigh_colours_by_alpha() {
    for channels in [2, 4] {
        let picture = picture::<u8>(40, 50, channels);
        for (segments, compactness) in [(12, 10.0), (30, 100.0)] {
            let label = format!("superpixel-pool:segments={segments},compactness={compactness}");
            let filters = [parse(&label).unwrap()];
            let (found, formula) =
                (run(&filters, &picture), filters[0].formula(Picture::from(&picture).with_alpha()).unwrap());
            let differ =
                found.indexed_iter().filter(|&((y, x, c), &found)| f64::from(found) != formula.number(y, x, c)).count();
            // What is half-way between two patches, or two grey levels, may go either way: sums are not made in the
            // same order.
            assert!(differ * 100 <= found.as_slice().len(), "{label}: {differ} of {} differ", found.as_slice().len());
        }
    }
}
