//! Pictures mended by nets: sizes against MATLAB's and Pillow's, tiles against the whole, any kind of picture.

use glassbox_dnn::Draws;
use glassbox_dnn::restore::{Damage, Denoise, Enlarge, Mender, Restorer, Trial, enlarged, shrunk};
use glassbox_dnn::{About, AnyNet, Drawing, Model, Net, Pass, Purpose, Restoration, Shape, Workspace};
use glassbox_formats::Pixels;
use glassbox_formats::npz::Npz;
use glassbox_tensor::{Image, Ix3};

use crate::support::nets::filled;
use crate::support::pictures::noise;

/// Reaches ten pixels to each side.
const HALF_SIZE: &str = "space-to-depth 2 | conv 6 3x3 same no-bias | relu | conv 6 3x3 same no-bias | relu \
                         | conv 6 3x3 same no-bias | relu | conv 6 3x3 same no-bias | relu \
                         | conv 4 3x3 same no-bias | depth-to-space 2";
const TWICE: &str = "conv 4 5x5 same | prelu | conv 4 3x3 same | prelu | conv 4 3x3 same | depth-to-space 2";

/// A net with weights between −0.2 and 0.2: its answers are of the size of its input.
fn small(text: &str, planes: usize) -> Net<f32> {
    let mut net = filled::<f32>(text, Shape::picture(16, 16, planes));
    net.parameters_mut().iter_mut().flatten().for_each(|tensor| {
        tensor.as_mut_slice().iter_mut().for_each(|weight| *weight *= 0.25);
    });
    net
}

fn model(task: Restoration) -> Model {
    let (text, planes) = if task == Restoration::Enlarge { (TWICE, 1) } else { (HALF_SIZE, 2) };
    let about = About { purpose: Purpose::Restore(task), ..About::of_loss("mean-squared-error") };
    Model { net: AnyNet::F32(small(text, planes)), about, bank: None }
}

fn picture(height: usize, width: usize) -> Image<f32> {
    noise(height, width, 1, |n| n as f32 / 65536.0)
}

#[test]
fn half_and_twice_the_size_are_those_of_matlab_and_pillow() {
    let mut goldens = Npz::open("data/golden/restoration.npz".as_ref()).unwrap();
    let names: Vec<String> = goldens.names().iter().map(ToString::to_string).collect();
    let sides = |shape: &[usize]| [shape[0], shape[1], 1];
    let mut checked = 0;
    for name in names.iter().filter_map(|name| name.strip_prefix("size/")?.strip_suffix("/in")) {
        let input = goldens.read::<f32>(&format!("size/{name}/in")).unwrap();
        let input = input.clone().reshape::<Ix3>(sides(input.shape())).unwrap();
        for (way, found) in [("half", shrunk(&input)), ("double", enlarged(&input))] {
            let expected = goldens.read::<f64>(&format!("size/{name}/{way}")).unwrap();
            assert_eq!([found.height(), found.width()], expected.shape(), "{name} {way}");
            for (found, expected) in found.as_slice().iter().zip(expected.as_slice()) {
                assert!((f64::from(*found) - expected).abs() < 1e-6, "{name} {way}: {found} {expected}");
            }
            checked += 1;
            // Pillow leaves out what lies beyond the edge; inside it does the same.
            let Ok(expected) = goldens.read::<f32>(&format!("size/{name}/pillow_{way}")) else { continue };
            let rim = if way == "half" { 2 } else { 4 };
            for y in rim..found.height() - rim {
                for x in rim..found.width() - rim {
                    assert!((found[[y, x, 0]] - expected[[y, x].as_slice()]).abs() < 1e-6, "{name} {way}: {y} {x}");
                }
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 14);
}

#[test]
fn tiles_are_the_whole() {
    let pyramid = "as a | max-pool 2 | conv 4 3x3 same | relu | as b | max-pool 2 | conv 4 3x3 same | relu | up 2 \
                   | concat b | conv 4 3x3 same | up 2 | concat a | conv 1 3x3 same";
    let deep = ["conv 3 5x5 same | tanh | "; 9].concat() + "conv 1 5x5 same";
    let noise: &dyn Damage = &Denoise::USUAL;
    let cases: [(&str, &dyn Damage, usize); 4] =
        [(HALF_SIZE, noise, 2), (TWICE, &Enlarge, 1), (pyramid, noise, 4), (&deep, noise, 1)];
    for (text, damage, step) in cases {
        let net = small(text, damage.planes());
        let damaged = picture(427, 258);
        let found = Restorer::new(&net, damage).unwrap().plane(damage, &damaged).unwrap();
        // The whole picture at once, its rim going on to sides that the net takes.
        let (height, width) = (427usize.next_multiple_of(step), 258usize.next_multiple_of(step));
        let scale = damage.scale();
        let mut input = Vec::new();
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut shown = vec![0.0; damage.planes()];
            damage.show(damaged[[y.min(426), x.min(257), 0]], &mut shown);
            input.extend(shown);
        }
        let whole = net.rebuilt::<f32>(Shape::picture(height, width, damage.planes())).unwrap();
        let mut workspace = Workspace::new(&whole, 1);
        let (added, base) = (workspace.forward(&whole, Pass::predict(1), &input), damage.base(&damaged));
        let (mut furthest, mut largest) = (0.0f32, 0.0f32);
        for (y, x) in (0..427 * scale).flat_map(|y| (0..258 * scale).map(move |x| (y, x))) {
            let added = added[y * width * scale + x];
            largest = largest.max(added.abs());
            furthest = furthest.max((found[[y, x, 0]] - base[[y, x, 0]] - added).abs());
        }
        assert!(furthest < 1e-4 && largest > 0.01, "{text}: {furthest} of {largest}");
    }
}

#[test]
fn what_is_shown_and_the_target_make_the_clean_patch() {
    let clean = picture(16, 16);
    for scale in [1, 2] {
        let damage: &dyn Damage = if scale == 1 { &Denoise::USUAL } else { &Enlarge };
        let (side, planes) = (16 / scale, damage.planes());
        let (mut input, mut target) = (vec![0.0; side * side * planes], vec![0.0; 256]);
        damage.spoil(clean.as_slice(), side, &mut Draws::seeded(3, 0), &mut input, &mut target);
        let shown: Vec<f32> = input.iter().copied().step_by(planes).collect();
        let base = damage.base(&Image::from_vec([side, side, 1], shown).unwrap());
        for ((base, target), clean) in base.as_slice().iter().zip(&target).zip(clean.as_slice()) {
            assert!((base + target - clean).abs() < 1e-6);
        }
        assert!(target.iter().any(|difference| difference.abs() > 1e-3), "{damage:?}");
    }
}

#[test]
fn pictures_of_any_size_are_mended() {
    for (task, times) in [(Restoration::Denoise, 1), (Restoration::Enlarge, 2)] {
        let mender = Mender::new(&model(task), None).unwrap();
        let sizes = (1..=9).flat_map(|height| (1..=9).map(move |width| (height, width)));
        for (height, width) in sizes.chain([(1, 400), (400, 1), (3, 193)]) {
            let pixels = Pixels::U8(noise(height, width, 1, |n| n as u8));
            let mended = mender.mend(&pixels).unwrap();
            assert_eq!(mended.pixels.dim(), (times * height, times * width, 1));
            assert!(mended.sigmas.iter().all(|sigma| (0.0..=55.0).contains(sigma)), "{:?}", mended.sigmas);
        }
        assert_eq!(mender.mend(&Pixels::U8(Image::zeros([0, 5, 3]))).unwrap().pixels.dim().2, 3);
    }
}

#[test]
fn every_depth_is_mended_alike_and_each_colour_alone() {
    let mender = Mender::new(&model(Restoration::Denoise), Some(20.0)).unwrap();
    let colours: Image<u8> = noise(11, 14, 4, |n| n as u8);
    let mended = |pixels: Pixels| mender.mend(&pixels).unwrap().pixels;
    let Pixels::U8(all) = mended(Pixels::U8(colours.clone())) else { panic!("8 bits") };
    let Pixels::U16(deep) = mended(Pixels::U16(colours.map(|value| 257 * u16::from(value)))) else { panic!("16 bits") };
    let Pixels::F32(real) = mended(Pixels::F32(colours.map(|value| f32::from(value) / 255.0))) else {
        panic!("floats")
    };
    for channel in 0..4 {
        let alone = Image::from_fn([11, 14, 1], |(y, x, _)| colours[[y, x, channel]]);
        let Pixels::U8(grey) = mended(Pixels::U8(alone.clone())) else { panic!("8 bits") };
        for (y, x) in (0..11).flat_map(|y| (0..14).map(move |x| (y, x))) {
            let (found, place) = (all[[y, x, channel]], [y, x, channel]);
            // Alpha stays.
            assert_eq!(found, if channel == 3 { alone[[y, x, 0]] } else { grey[[y, x, 0]] });
            assert!((f32::from(deep[place]) / 257.0 - f32::from(found)).abs() <= 0.51);
            assert!((255.0 * real[place].clamp(0.0, 1.0) - f32::from(found)).abs() <= 0.51);
        }
    }
}

#[test]
fn what_is_no_number_is_named() {
    for task in [Restoration::Denoise, Restoration::Enlarge] {
        for wrong in [f32::NAN, f32::INFINITY] {
            let mut floats = picture(20, 20);
            floats.as_mut_slice()[77] = wrong;
            let error = Mender::new(&model(task), None).unwrap().mend(&Pixels::F32(floats)).unwrap_err();
            assert_eq!(error.to_string(), format!("holds {wrong} where finite numbers are needed"));
        }
    }
}

#[test]
fn models_for_something_else_are_refused() {
    let with = |purpose| Model {
        about: About { purpose, ..model(Restoration::Denoise).about },
        ..model(Restoration::Denoise)
    };
    for (purpose, said) in [
        (Purpose::Classify, "is for: classify"),
        (Purpose::Draw(Drawing::Flow), "is for: draw flow"),
        (Purpose::Restore(Restoration::Enlarge), "takes 16×16×2; 1 numbers a pixel are needed"),
    ] {
        for error in [Mender::new(&with(purpose), None).unwrap_err(), Trial::new(&with(purpose), 25.0, 0).unwrap_err()]
        {
            assert!(error.to_string().contains(said), "{error}");
        }
    }
    let shrinks = small("conv 1 3x3", 2);
    let error = Restorer::new(&shrinks, &Denoise::USUAL).unwrap_err().to_string();
    assert!(error.contains("makes 14×14×1 of 16×16×2"), "{error}");
}

/// The net adds nothing: its way is the damaged picture, but for what is cut off.
#[test]
fn a_trial_measures_as_papers_do() {
    let nothing = |task| {
        let mut model = model(task);
        let AnyNet::F32(net) = &mut model.net else { panic!("f32") };
        net.parameters_mut().iter_mut().flatten().for_each(|tensor| tensor.as_mut_slice().fill(0.0));
        model
    };
    let grey = Image::from_fn([200, 200, 1], |_| 128u8);
    let trial = Trial::new(&nothing(Restoration::Denoise), 25.0, 0).unwrap();
    let ways = trial.attempts(0, &trial.clean(&Pixels::U8(grey.clone()))).unwrap();
    let names: Vec<_> = ways.iter().map(|attempt| attempt.way).collect();
    assert_eq!(names, ["noisy", "median 3", "median 5", "bilateral", "net"]);
    // 20·log₁₀(255 / 25), and nothing is lost by clipping here.
    assert!((ways[0].psnr - 20.17).abs() < 0.1 && (ways[4].psnr - ways[0].psnr).abs() < 0.01, "{}", ways[0].psnr);
    assert!(ways[1..4].iter().all(|attempt| attempt.psnr > ways[0].psnr + 5.0 && attempt.ssim > ways[0].ssim));
    // Other pictures and seeds get other noise.
    let of = |seed, index| {
        Trial::new(&nothing(Restoration::Denoise), 25.0, seed)
            .unwrap()
            .attempts(index, &grey)
            .unwrap()
            .remove(0)
            .picture
    };
    assert!(of(0, 0) == ways[0].picture && of(0, 1) != ways[0].picture && of(1, 0) != ways[0].picture);
    let trial = Trial::new(&nothing(Restoration::Enlarge), 25.0, 0).unwrap();
    // White's luma is 235 in video, red's 16 + 65.481; grey stays. Odd sides lose a row or column.
    let colours = Image::from_fn([7, 9, 3], |(_, x, c)| if x < 4 || c == 0 { 255u8 } else { 0 });
    let clean = trial.clean(&Pixels::U8(colours));
    assert_eq!((clean.dim(), clean[[0, 0, 0]], clean[[0, 7, 0]]), ((6, 8, 1), 235, 81));
    assert_eq!(trial.clean(&Pixels::U8(grey))[[0, 0, 0]], 128);
    let ways = trial.attempts(0, &clean).unwrap();
    assert_eq!(
        ways.iter().map(|attempt| (attempt.way, attempt.ssim)).collect::<Vec<_>>(),
        [("bicubic", None), ("net", None)]
    );
    let error = trial.attempts(0, &Image::zeros([4, 40, 1])).unwrap_err().to_string();
    assert_eq!(error, "has 40×4 pixels; at least 5×5 are needed");
}
