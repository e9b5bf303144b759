//! Data sets as arrays: names, types, axes and labels as people have them.

use std::path::{Path, PathBuf};

use glassbox_formats::data::open;

use crate::support::npz::{archive, npy};
use crate::support::sets::{is_set as is, label_array as labels, read_set as read, set};

/// Arrays of the set's two parts, made of bytes by `x` and `y`.
fn arrays(
    folder: &Path,
    names: [&str; 4],
    x: impl Fn(&[u8], usize) -> Vec<u8>,
    y: impl Fn(&[u8]) -> Vec<u8>,
) -> PathBuf {
    let (set, path) = (set(), folder.join("a.npz"));
    let [(x_train, y_train), (x_test, y_test)] = [&set.train, &set.test].map(|(p, l)| (x(p, l.len()), y(l)));
    archive(&path, &[(names[0], x_train), (names[1], y_train), (names[2], x_test), (names[3], y_test)]);
    path
}

const KERAS: [&str; 4] = ["x_train", "y_train", "x_test", "y_test"];

fn bytes(x: &[u8], n: usize) -> Vec<u8> {
    npy("'|u1'", false, &format!("({n}, 4, 4)"), x)
}

#[test]
fn arrays_are_found_by_names_that_people_use() {
    let folder = tempfile::tempdir().unwrap();
    for names in [
        KERAS,
        ["train_images", "train_labels", "test_images", "test_labels"],
        ["X_train", "Y_train", "X_test", "Y_test"],
        ["trainX", "trainY", "testX", "testY"],
        ["images_train", "labels_train", "images_test", "labels_test"],
        ["training_data", "training_targets", "testing_data", "testing_targets"],
    ] {
        is(&read(&arrays(folder.path(), names, bytes, labels)), &set());
    }
    // One part, beside arrays that are none of it.
    let path = folder.path().join("one.npz");
    for [x, y] in [["images", "labels"], ["X", "y"], ["x", "y"], ["data", "target"]] {
        let (pixels, classes) = set().train;
        let other = npy("'<f4'", false, "(1,)", &[0; 4]);
        archive(&path, &[(x, bytes(&pixels, classes.len())), (y, labels(&classes)), ("feature_scale", other)]);
        let found = read(&path);
        assert_eq!((found.train.unwrap().labels, found.test), (classes, None), "{x}");
        assert!(found.understood.iter().any(|said| said == "left aside are feature_scale"), "{:?}", found.understood);
    }
}

#[test]
fn numbers_of_every_type_become_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = |descr: &'static str, number: fn(u8) -> Vec<u8>| {
        let array = move |x: &[u8], n: usize| {
            let data: Vec<u8> = x.iter().flat_map(|&byte| number(byte)).collect();
            npy(descr, false, &format!("({n}, 4, 4)"), &data)
        };
        is(&read(&arrays(folder.path(), KERAS, array, labels)), &set());
    };
    numbers("'<u2'", |byte| u16::from(byte).to_le_bytes().into());
    numbers("'>u2'", |byte| (257 * u16::from(byte)).to_be_bytes().into());
    numbers("'<i8'", |byte| i64::from(byte).to_le_bytes().into());
    numbers("'>i4'", |byte| i32::from(byte).to_be_bytes().into());
    numbers("'<f4'", |byte| (f32::from(byte) / 255.0).to_le_bytes().into());
    numbers("'<f8'", |byte| (f64::from(byte) / 255.0).to_le_bytes().into());
    numbers("'>f8'", |byte| f64::from(byte).to_be_bytes().into());
    // The nearest to k/255 of 16 bits: below 2⁻⁵ for k = 7 (np.float16(7 / 255).view('u2')), 1 for k = 255.
    let half = |byte: u8| if byte == 255 { 0x3c00u16 } else { 0x2707 };
    let (pixels, path) = ([255u8, 7, 255, 7], folder.path().join("half.npz"));
    let data: Vec<u8> = pixels.iter().flat_map(|&byte| half(byte).to_le_bytes()).collect();
    archive(&path, &[("x", npy("'<f2'", false, "(1, 2, 2)", &data)), ("y", labels(&[0]))]);
    assert_eq!(read(&path).train.unwrap().images.as_slice(), pixels);
    archive(&path, &[("x", npy("'|b1'", false, "(1, 2, 2)", &[1, 0, 0, 1])), ("y", labels(&[0]))]);
    assert_eq!(read(&path).train.unwrap().images.as_slice(), [255, 0, 0, 255]);
    // scikit-learn's digits, 0 … 16 as f8 in lists of 64.
    let digits: Vec<u8> = (0..64).flat_map(|at| f64::from(at % 17).to_le_bytes()).collect();
    archive(&path, &[("data", npy("'<f8'", false, "(1, 64)", &digits)), ("target", labels(&[3]))]);
    let found = read(&path);
    // np.rint(np.arange(17) * 255 / 16)
    let scale = [0, 16, 32, 48, 64, 80, 96, 112, 128, 143, 159, 175, 191, 207, 223, 239, 255];
    let train = found.train.unwrap();
    assert_eq!((train.images.dim(), &train.images.as_slice()[..17]), ((1, 8, 8, 1), &scale[..]));
    assert!(found.understood.contains(&"pixels are 0 … 16; 16 is taken for white (255)".to_string()));
}

#[test]
fn axes_in_every_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let pixels: Vec<u8> = (0..75).map(|at| 3 * at).collect();
    let read = |shape: &str, fortran: bool, data: &[u8]| {
        archive(&path, &[("x", npy("'|u1'", fortran, shape, data)), ("y", labels(&[0]))]);
        read(&path).train.unwrap().images
    };
    let last = read("(1, 5, 5, 3)", false, &pixels);
    assert_eq!((last.dim(), last.as_slice()), ((1, 5, 5, 3), &pixels[..]));
    // np.moveaxis(x, 3, 1)
    let first: Vec<u8> = (0..75).map(|at| pixels[at % 25 * 3 + at / 25]).collect();
    assert_eq!(read("(1, 3, 5, 5)", false, &first), last);
    let grey: Vec<u8> = (0..24).map(|at| 10 * at).collect();
    // np.asfortranarray(x) of (1, 4, 6) lies column by column.
    let columns: Vec<u8> = (0..24).map(|at| grey[at % 4 * 6 + at / 4]).collect();
    assert_eq!(read("(1, 4, 6)", true, &columns).as_slice(), grey);
    assert_eq!(read("(1, 16)", false, &grey[..16]).dim(), (1, 4, 4, 1));
    assert_eq!(read("(1, 1, 4, 6)", false, &grey).dim(), (1, 4, 6, 1));
}

#[test]
fn labels_of_every_kind() {
    let folder = tempfile::tempdir().unwrap();
    let is = |y: &dyn Fn(&[u8]) -> Vec<u8>, names: &[&str]| {
        let found = read(&arrays(folder.path(), KERAS, bytes, y));
        self::is(&found, &set());
        assert_eq!(found.class_names, names);
    };
    let of = |descr: &str, wide: usize, y: &[u8], label: &dyn Fn(u8) -> Vec<u8>| {
        let data: Vec<u8> = y.iter().flat_map(|&number| label(number)).collect();
        let shape = if wide == 1 { format!("({},)", y.len()) } else { format!("({}, {wide})", y.len()) };
        npy(descr, false, &shape, &data)
    };
    let hot = |class: u8, label: u8| u8::from(class == label);
    is(&|y| of("'<f8'", 1, y, &|label| f64::from(label).to_le_bytes().into()), &[]);
    is(&|y| of("'|u1'", 3, y, &|label| (0..3).map(|class| hot(class, label)).collect()), &[]);
    is(
        &|y| of("'<f4'", 3, y, &|label| (0..3).flat_map(|class| f32::from(hot(class, label)).to_le_bytes()).collect()),
        &[],
    );
    // Text in the order of the alphabet.
    let name = |label: u8| ["ant", "bee", "cat"][usize::from(label)];
    is(&|y| of("'|S3'", 1, y, &|label| name(label).into()), &["ant", "bee", "cat"]);
    let wide = |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<_>>();
    is(&|y| of("'<U3'", 1, y, &|label| wide(name(label))), &["ant", "bee", "cat"]);
    // Numbers as text, as OpenML has MNIST's.
    is(&|y| of("'<U1'", 1, y, &|label| wide(&label.to_string())), &[]);
    // Names in an array of their own.
    let (pixels, classes) = set().train;
    let names = npy("'<U3'", false, "(3,)", &["ant", "bee", "cat"].map(wide).concat());
    let path = folder.path().join("named.npz");
    let x = bytes(&pixels, classes.len());
    archive(&path, &[("x", x.clone()), ("y", labels(&classes)), ("class_names", names)]);
    assert_eq!(read(&path).class_names, ["ant", "bee", "cat"]);
    let few = npy("'<U3'", false, "(1,)", &wide("ant"));
    archive(&path, &[("x", x), ("y", labels(&classes)), ("class_names", few)]);
    let message = open(&path).unwrap_err().to_string();
    assert!(message.ends_with("names 1 classes, but label 2 is found, counted from 0"), "{message}");
}

#[test]
fn classes_are_whole_numbers_of_any_type() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let read = |descr: &str, number: &[u8]| {
        let labels = [vec![0; number.len()], number.to_vec()].concat();
        archive(
            &path,
            &[("x_test", npy("'|u1'", false, "(2, 1, 1)", &[7, 8])), ("y_test", npy(descr, false, "(2,)", &labels))],
        );
        open(&path).map(|set| set.test.unwrap().labels).map_err(|error| error.to_string())
    };
    for (descr, number, class) in [
        ("'|u1'", &[255u8][..], 255),
        ("'|i1'", &[127], 127),
        ("'<u2'", &[200, 0], 200),
        ("'>u2'", &[0, 200], 200),
        ("'<i2'", &[200, 0], 200),
        ("'>i4'", &[0, 0, 0, 9], 9),
        ("'<u4'", &[9, 0, 0, 0], 9),
        ("'<i8'", &[129, 0, 0, 0, 0, 0, 0, 0], 129),
        ("'>u8'", &[0, 0, 0, 0, 0, 0, 0, 3], 3),
    ] {
        assert_eq!(read(descr, number), Ok(vec![0, class]), "{descr}");
    }
    for (descr, number, found) in [
        ("'|i1'", &[255u8][..], "-1"),
        ("'<u2'", &[0, 1], "256"),
        ("'>i2'", &[255, 254], "-2"),
        ("'<i4'", &[0, 0, 0, 128], "-2147483648"),
        ("'<i8'", &[255; 8], "-1"),
        ("'<u8'", &[255; 8], "18446744073709551615"),
    ] {
        let message = read(descr, number).unwrap_err();
        let expected = format!("y_test holds {found} at 1; a class is a number from 0 to 255");
        assert!(message.ends_with(&expected), "{descr}: {message}");
    }
}
