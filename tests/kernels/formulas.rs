//! Every operator equals the formula in front of it.

use glassbox_kernels::filters::parse;
use glassbox_kernels::{Depth, Engine, Error, Pixel};
use glassbox_tensor::Image;
use proptest::prelude::*;
use rayon::prelude::*;

use crate::same_cases;
use crate::support::operators::{chain, is_multi_pass, labels, operators, picture, rounds_otherwise, within_a_hair};

/// Every number equals that of the formula, or of one of the formulas within a hair: exactly if it is whole, for f32 up
/// to the rounding of sums of a few numbers.
fn check_against_formula<T: Pixel>(label: &str, picture: &Image<T>) {
    let what = format!("{label} of {:?} {}", picture.dim(), T::NAME);
    let filters: Vec<_> = within_a_hair(label).iter().flat_map(|label| chain(label)).collect();
    let found = Engine::default().run(&filters[..1], picture);
    let formulas = filters.iter().map(|filter| filter.formula(picture)).collect::<Result<Vec<_>, _>>();
    let (found, formulas) = match (found, formulas) {
        (Ok(found), Ok(formulas)) => (found, formulas),
        (Err(Error::TooSmall { .. }), Err(Error::TooSmall { .. })) => return,
        (found, formulas) => panic!("{what}: found {found:?}, formula {:?}", formulas.err()),
    };
    assert_eq!(found.dim(), formulas[0].shape(), "{what}: shape");
    let rounded = rounds_otherwise(label);
    let allowed = |expected: f64| match Depth::of::<T>().is_whole {
        true if rounded => 1.0,
        true => 0.0,
        // Near black a step in linear light is thirteen steps in sRGB.
        false if label.contains("gimp=yes") => 4e-4 * (1.0 + expected.abs()),
        // Sums of many terms of either sign.
        false => 3e-5 * (1.0 + expected.abs()),
    };
    // Of large windows some numbers, other ones in each channel: their formulas take longest.
    let every = filters[0].window().map_or(1, |window| (window.height() * window.width()).div_ceil(200));
    for (index, ((y, x, c), &found)) in found.indexed_iter().enumerate() {
        if !(index + c).is_multiple_of(every) {
            continue;
        }
        let found: f64 = found.into();
        let mut near = formulas.iter().map(|formula| formula.number(y, x, c));
        assert!(
            near.any(|expected| (found - expected).abs() <= allowed(expected)),
            "{what}, ({y}, {x}, {c}): found {found}, expected {}",
            formulas[0].number(y, x, c)
        );
    }
}

fn check_all_against_formulas<T: Pixel>(height: usize, width: usize, channels: usize, seed: u64) {
    let picture = picture::<T>(height, width, channels, seed);
    let labels: Vec<_> = operators().into_iter().flat_map(labels).filter(|label| !is_multi_pass(label)).collect();
    labels.par_iter().for_each(|label| check_against_formula(label, &picture));
}

#[test]
fn every_operator_equals_its_formula() {
    let sizes = [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (2, 3), (5, 4), (17, 33)];
    for (seed, (height, width)) in (0..).zip(sizes) {
        for channels in 1..=4 {
            check_all_against_formulas::<u8>(height, width, channels, seed);
        }
        check_all_against_formulas::<u16>(height, width, 1, seed);
        check_all_against_formulas::<f32>(height, width, 1, seed);
    }
    check_all_against_formulas::<u8>(40, 71, 1, 8);
    check_all_against_formulas::<u8>(40, 71, 3, 8);
    check_all_against_formulas::<u16>(40, 71, 1, 8);
    check_all_against_formulas::<f32>(40, 71, 1, 8);
    check_all_against_formulas::<u16>(21, 14, 3, 1);
    check_all_against_formulas::<f32>(21, 14, 4, 1);
    // More rows than are made at a time.
    check_all_against_formulas::<u8>(150, 6, 2, 5);
    // Wide enough for whole cache lines between the edges.
    check_all_against_formulas::<u8>(4, 700, 1, 2);
    check_all_against_formulas::<u8>(3, 640, 3, 3);
    check_all_against_formulas::<f32>(3, 577, 1, 4);
    // A difference that is the threshold, but for rounding.
    check_all_against_formulas::<f32>(15, 102, 2, 7914936877710671729);
}

#[test]
fn operators_of_several_passes_equal_their_formulas() {
    for label in operators().into_iter().flat_map(labels).filter(|label| is_multi_pass(label)) {
        check_against_formula(&label, &picture::<u8>(17, 33, 3, 1));
        check_against_formula(&label, &picture::<u8>(1, 9, 1, 2));
        check_against_formula(&label, &picture::<u16>(9, 14, 1, 3));
        check_against_formula(&label, &picture::<f32>(14, 9, 2, 4));
    }
}

proptest! {
    #![proptest_config(same_cases(16))]

    #[test]
    fn every_operator_equals_its_formula_at_any_size(
        height in 1usize..12, width in 1usize..150, channels in 1usize..5, seed in any::<u64>(), depth in 0..3
    ) {
        match depth {
            0 => check_all_against_formulas::<u8>(height, width, channels, seed),
            1 => check_all_against_formulas::<u16>(height, width, channels, seed),
            _ => check_all_against_formulas::<f32>(height, width, channels, seed),
        }
    }
}

#[test]
fn formulas_say_what_they_read() {
    let picture = Image::from_vec([2, 2, 1], vec![10u8, 20, 30, 40]).unwrap();
    let terms = |label: &str, y, x| parse(label).unwrap().formula(&picture).unwrap().terms(y, x, 0);
    let (value, read) = terms("roberts:direction=x", 1, 1);
    // The border repeats the last row and column.
    let read: Vec<_> = read.iter().filter(|term| term.weight.is_some_and(|weight| weight != 0.0)).collect();
    let places: Vec<_> = read.iter().map(|term| (term.y, term.x, term.number, term.weight.unwrap())).collect();
    assert_eq!((value, &places[..2]), (0.0, &[(1, 1, 40.0, 1.0), (2, 2, 40.0, -1.0)][..]));
    let (value, read) = terms("avg-pool", 0, 0);
    assert_eq!((value, read.iter().map(|term| term.number).sum::<f64>()), (25.0, 100.0));
    let picture = self::picture::<u8>(20, 30, 3, 1);
    for entry in operators().iter().filter(|entry| !is_multi_pass(entry.name)) {
        let (_, read) = parse(entry.name).unwrap().formula(&picture).unwrap().terms(0, 0, 0);
        assert!(!read.is_empty(), "{}", entry.name);
    }
}
