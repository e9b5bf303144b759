//! What an answer is worth: measures against scikit-learn's (data/golden/confidence.py), and laws of the bank.

use glassbox_dnn::confidence::{Bank, auroc, calibration, confidences, energy, false_positives, typical};
use glassbox_dnn::{About, AnyNet, Dataset, Model, Net, Real, Shape, features, initialise_uniform};
use glassbox_formats::npz::Npz;
use glassbox_tensor::Batch;

/// Noisy pictures of 6×5 with a bar for each of three classes.
fn bars(n: usize) -> (Batch<u8>, Vec<u8>) {
    let pixel = |at: usize, place: usize| if place % 5 == at % 3 + 1 { 200 } else { (at * 31 + place * 17) % 90 };
    let pixels = (0..n).flat_map(|at| (0..30).map(move |place| pixel(at, place) as u8)).collect();
    (Batch::from_vec([n, 6, 5, 1], pixels).unwrap(), (0..n).map(|at| (at % 3) as u8).collect())
}

fn net<T: Real>(layers: &str) -> Net<T> {
    let mut net = Net::from_text(layers, Shape::picture(6, 5, 1)).unwrap();
    initialise_uniform(&mut net, 0.5, 3);
    net
}

const NETS: [&str; 5] = [
    "conv 4 3x3 | relu | flatten | dense 7 | tanh | dropout 0.5 | dense 3 | softmax",
    "dense 4 | sigmoid | dense 3 | sigmoid",
    // Without a hidden layer: the picture itself.
    "dense 3 | softmax",
    // Wider than a feature may be.
    "conv 40 2x2 | relu | flatten | dense 3",
    // Nothing that is trained: the picture itself.
    "conv 1 6x3 | flatten | softmax",
];

#[test]
fn measures_are_those_of_scikit_learn() {
    let mut golden = Npz::open("data/golden/confidence.npz".as_ref()).unwrap();
    let mut list = |name: &str, key: &str| golden.read::<f64>(&format!("{name}/{key}")).unwrap().into_vec();
    for name in ["apart", "mixed", "ties", "one"] {
        let (familiar, foreign) = (list(name, "familiar"), list(name, "foreign"));
        let (expected, found) = (list(name, "auroc")[0], auroc(&familiar, &foreign));
        assert!((found - expected).abs() < 1e-12, "{name}: {found}, expected {expected}");
        assert_eq!(false_positives(&familiar, &foreign, 0.95), list(name, "fpr95")[0], "{name}");
    }
    for name in ["too_sure", "borders"] {
        let (outputs, expected) = (list(name, "output"), list(name, "ece")[0]);
        let right = Npz::open("data/golden/confidence.npz".as_ref()).unwrap().read::<u8>(&format!("{name}/right"));
        let answers: Vec<(f64, bool)> =
            outputs.into_iter().zip(right.unwrap().as_slice().iter().map(|right| *right == 1)).collect();
        let found = calibration(&answers, 1).unwrap();
        assert!((found.error - expected).abs() < 1e-12, "{name}: {}, expected {expected}", found.error);
        let [low, high] = found.interval;
        assert!(low < found.error && found.error < high + 0.02 && high - low < 0.12, "{name}: {found:?}");
        // The draws are the seed's.
        assert_eq!(calibration(&answers, 1).unwrap(), found);
        assert_ne!(calibration(&answers, 2).unwrap().interval, found.interval);
    }
    assert_eq!(calibration(&[], 0), None);
    assert_eq!(calibration(&[(1.5, true)], 0), None);
}

/// Ranks between the lists do not change when both are swapped and negated, or when the order is kept.
#[test]
fn auroc_depends_on_the_order_alone() {
    let (a, b) = ([0.1, 0.4, 0.4, 0.9], [0.4, 0.2, -3.0]);
    let map = |list: &[f64], f: fn(f64) -> f64| list.iter().map(|&x| f(x)).collect::<Vec<_>>();
    let found = auroc(&a, &b);
    assert_eq!(auroc(&map(&a, f64::exp), &map(&b, f64::exp)), found);
    assert_eq!(auroc(&map(&b, |x| -x), &map(&a, |x| -x)), found);
    assert!((auroc(&b, &a) - (1.0 - found)).abs() < 1e-15);
}

#[test]
fn pictures_of_the_bank_are_as_similar_as_can_be_and_noise_is_not() {
    let (images, labels) = bars(240);
    let pictures = Dataset { images: &images, labels: &labels };
    let noise = Batch::from_vec([3, 6, 5, 1], (0..90u32).map(|i| (i * i * 7919 % 251) as u8).collect()).unwrap();
    for layers in NETS {
        let net = net::<f32>(layers);
        let bank = Bank::new(&net, pictures, None, 5).unwrap().unwrap();
        assert_eq!(bank.pictures(), 160, "{layers}");
        let own = confidences(&net, Some(&bank), pictures).unwrap();
        let passed = own.iter().filter(|found| !found.is_unfamiliar()).count();
        // A third of these are held out, and 95 % of them pass; the others are in the bank, and hardly farther from it.
        assert!(passed >= 240 * 92 / 100, "{layers}: {passed}");
        for found in &own {
            let similarity = found.similarity.unwrap();
            assert!((0.0..=1.0).contains(&similarity), "{layers}");
            assert_eq!(found.product, Some(similarity * bank.accuracy()), "{layers}");
            assert_eq!(found.output(), found.outputs[found.class()]);
        }
        let foreign = confidences(&net, Some(&bank), Dataset { images: &noise, labels: &[0; 3] }).unwrap();
        if layers == NETS[2] {
            assert!(foreign.iter().all(|found| found.is_unfamiliar()), "{foreign:?}");
        }
        // The accuracy is that of the drawn pictures, which here are all.
        let right = own.iter().zip(&labels).filter(|(found, label)| found.class() == usize::from(**label)).count();
        assert_eq!(bank.accuracy(), right as f64 / 240.0, "{layers}");
    }
}

#[test]
fn outputs_and_energies_are_the_nets_own() {
    let (images, labels) = bars(70);
    let pictures = Dataset { images: &images, labels: &labels };
    for layers in NETS {
        let net = net::<f64>(layers);
        let expected = net.predict(&features(&images));
        let before = ["softmax", "sigmoid"].iter().any(|last| layers.ends_with(last));
        let logits = net.up_to(net.layers().len() - usize::from(before)).predict(&features(&images));
        for (at, found) in confidences(&net, None, pictures).unwrap().into_iter().enumerate() {
            let row = |all: &glassbox_tensor::Matrix<f64>| all.row(at).to_vec();
            for (found, expected) in found.outputs.iter().zip(row(&expected)) {
                assert!((found - expected).abs() < 1e-12, "{layers}");
            }
            assert!((found.energy - row(&logits).iter().map(|z| z.exp()).sum::<f64>().ln()).abs() < 1e-9, "{layers}");
            assert_eq!((found.similarity, found.product, found.is_unfamiliar()), (None, None, false));
        }
    }
    assert_eq!(energy(&[f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
}

#[test]
fn a_bank_has_the_same_bits_for_any_number_of_threads_and_held_out_pictures_stay_out() {
    let (images, labels) = bars(300);
    let pictures = Dataset { images: &images, labels: &labels };
    let net = net::<f32>(NETS[0]);
    let on = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Bank::new(&net, pictures, None, seed)).unwrap().unwrap()
    };
    let one = on(1, 4);
    assert!(on(3, 4) == one && on(7, 4) == one);
    assert_ne!(on(1, 5), one);
    // With pictures that were held out, all others may be in the bank.
    let (more, more_labels) = bars(30);
    let held_out = Dataset { images: &more, labels: &more_labels };
    assert_eq!(Bank::new(&net, pictures, Some(held_out), 4).unwrap().unwrap().pictures(), 300);
    // Of fewer than two pictures there is none.
    for (count, expected) in [(0, None), (1, None), (2, Some(1)), (3, Some(2))] {
        let (images, labels) = bars(count);
        let bank = Bank::new(&net, Dataset { images: &images, labels: &labels }, None, 4).unwrap();
        assert_eq!(bank.map(|bank| bank.pictures()), expected, "{count}");
    }
}

#[test]
fn a_bank_is_read_as_it_was_written() {
    let (images, labels) = bars(90);
    let pictures = Dataset { images: &images, labels: &labels };
    let folder = tempfile::tempdir().unwrap();
    for layers in NETS {
        let nets = [AnyNet::F32(net(layers)), AnyNet::F64(net(layers))];
        for (net, suffix) in nets.into_iter().zip(["npz", "safetensors"]) {
            let path = folder.path().join(format!("model.{suffix}"));
            let bank = net.bank(pictures, None, 1).unwrap();
            let about = About { picture: Some(Shape::picture(6, 5, 1)), ..About::of_loss("cross-entropy") };
            let model = Model { net, about, bank };
            model.save(&path).unwrap();
            let read = Model::load(&path).unwrap();
            assert!(read.bank.is_some() && read.bank == model.bank && read.about == model.about, "{layers}");
            let picture = Batch::from_vec([1, 6, 5, 1], images.as_slice()[..30].to_vec()).unwrap();
            assert_eq!(read.confidence(&picture).unwrap(), model.confidence(&picture).unwrap(), "{layers}");
            // A file of the net alone is whole, too.
            model.net.save(&path, &model.about).unwrap();
            assert_eq!(Model::load(&path).unwrap().bank, None);
        }
    }
}

#[test]
fn the_most_typical_picture_has_the_greatest_output() {
    let (images, labels) = bars(120);
    let pictures = Dataset { images: &images, labels: &labels };
    for layers in NETS {
        let net = net::<f64>(layers);
        let outputs = net.predict(&features(&images));
        for class in 0..3 {
            let found = typical(&net, pictures, class).unwrap();
            assert_eq!(found.len(), 40, "{layers}");
            for seen in &found {
                assert_eq!(usize::from(labels[seen.index]), class);
                assert!((seen.output - outputs[[seen.index, class]]).abs() < 1e-12, "{layers}");
            }
            assert!(found.windows(2).all(|pair| pair[0].output >= pair[1].output - 1e-12), "{layers}");
        }
        assert_eq!(typical(&net, Dataset { images: &images, labels: &[0; 120] }, 2).unwrap(), []);
    }
    // Where every output is 1, the order is still that of the logits.
    let mut sure = Net::<f32>::from_text("flatten | dense 2 | softmax", Shape::picture(1, 1, 1)).unwrap();
    sure.parameters_mut()[1][0].as_mut_slice().copy_from_slice(&[200.0, 0.0]);
    let images = Batch::from_vec([3, 1, 1, 1], vec![200, 255, 230]).unwrap();
    let found = typical(&sure, Dataset { images: &images, labels: &[0; 3] }, 0).unwrap();
    assert_eq!(found.iter().map(|seen| (seen.index, seen.output)).collect::<Vec<_>>(), [(1, 1.0), (2, 1.0), (0, 1.0)]);
}
