//! Equal to SciPy and OpenCV: data/golden/make.py says what was asked of them and how their conventions map to ours.

use glassbox_formats::npz::{Npz, Source, Value};
use glassbox_kernels::filters::parse;
use glassbox_kernels::{Depth, Engine, Pixel};
use glassbox_tensor::Image;
use glassbox_tensor::Ix3;

use crate::support::operators::rounds_otherwise;

type Goldens = Npz<Box<dyn Source>>;

fn image<T: Value>(goldens: &mut Goldens, name: &str) -> Image<T> {
    let tensor = goldens.read::<T>(name).unwrap();
    let shape: [usize; 3] = tensor.shape().try_into().unwrap();
    tensor.reshape::<Ix3>(shape).unwrap()
}

fn check<T: Pixel + Value>(goldens: &mut Goldens, name: &str, title: &str, label: &str) {
    let (picture, expected) = (image::<T>(goldens, &format!("in/{title}")), image::<T>(goldens, name));
    let found = Engine::default().run(&[parse(label).unwrap()], &picture).unwrap();
    assert_eq!(found.dim(), expected.dim(), "{name}");
    for (&found, &expected) in found.as_slice().iter().zip(expected.as_slice()) {
        let (found, expected): (f64, f64) = (found.into(), expected.into());
        // Weights that are not whole numbers may tip a half to either side.
        let allowed = match (Depth::of::<T>().is_whole, rounds_otherwise(label)) {
            (true, true) => 1.0,
            (true, false) => 0.0,
            (false, _) => 4e-6 * (1.0 + expected.abs()),
        };
        assert!((found - expected).abs() <= allowed, "{name}: found {found}, expected {expected}");
    }
}

#[test]
fn kernels_equal_scipy_and_opencv() {
    let mut goldens = Npz::open("data/golden/kernels.npz".as_ref()).unwrap();
    let names = goldens.names();
    let mut checked = 0;
    for name in names.iter().filter(|name| name.starts_with("out/")) {
        let (title, label) = name["out/".len()..].split_once('/').unwrap();
        match title.rsplit_once('_').unwrap().1 {
            "u8" => check::<u8>(&mut goldens, name, title, label),
            "u16" => check::<u16>(&mut goldens, name, title, label),
            _ => check::<f32>(&mut goldens, name, title, label),
        }
        checked += 1;
    }
    assert!(checked > 2800, "only {checked} goldens");
}

#[test]
fn gimps_matrix_is_gimps() {
    let mut goldens = Npz::open("data/golden/gimp.npz".as_ref()).unwrap();
    let names: Vec<_> =
        goldens.names().iter().filter(|name| name.starts_with("out/")).map(ToString::to_string).collect();
    assert!(names.len() > 280, "only {} goldens", names.len());
    for name in names {
        let (title, label) = name["out/".len()..].split_once('/').unwrap();
        let (picture, expected) = (image::<u8>(&mut goldens, &format!("in/{title}")), image::<u8>(&mut goldens, &name));
        let found = Engine::default().run(&[parse(label).unwrap()], &picture).unwrap();
        // What was grey comes out as grey and alpha where gegl says it in colour.
        let channels = if found.channels() == 2 { [0, 0, 0, 1] } else { [0, 1, 2, 3] };
        let (height, width, _) = picture.dim();
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let [found, expected] =
                [channels.map(|c| i32::from(found[[y, x, c]])), [0, 1, 2, 3].map(|c| i32::from(expected[[y, x, c]]))];
            // What cannot be seen has no colour.
            let seen = if expected[3] > 0 { 0..4 } else { 3..4 };
            assert!(
                seen.into_iter().all(|c| (found[c] - expected[c]).abs() <= 1),
                "{name}: ({y}, {x}) {found:?} {expected:?}"
            );
        }
    }
}
