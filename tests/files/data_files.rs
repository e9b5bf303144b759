//! Data sets: whatever the container, the same pictures and labels; what is none is refused with what was found.

use std::fs;
use std::path::{Path, PathBuf};

use glassbox_dnn::training::Data;
use glassbox_formats::data::{DataSet, open};

use crate::support::npz::{archive, npy};
use crate::support::sets::{Set, set};

fn read(path: &Path) -> DataSet {
    open(path).unwrap_or_else(|error| panic!("{error}"))
}

/// The pixels and labels of both parts of a set.
fn is(found: &DataSet, set: &Set) {
    for (found, (pixels, labels)) in [(&found.train, &set.train), (&found.test, &set.test)] {
        let found = found.as_ref().unwrap();
        assert_eq!(found.images.dim(), (labels.len(), 4, 4, 1));
        assert_eq!((found.images.as_slice(), &found.labels), (&pixels[..], labels));
    }
}

#[test]
fn every_container_holds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let set = set();
    for (path, container) in set.write_all(folder.path()) {
        let found = read(&path);
        assert_eq!(found.container, container, "{}", path.display());
        is(&found, &set);
        assert!(found.class_names.is_empty(), "{:?}", found.class_names);
    }
}

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

fn labels(y: &[u8]) -> Vec<u8> {
    npy("'|u1'", false, &format!("({},)", y.len()), y)
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
    let of = |descr: &'static str, wide: usize, label: &'static dyn Fn(u8) -> Vec<u8>| {
        move |y: &[u8]| {
            let data: Vec<u8> = y.iter().flat_map(|&label_of| label(label_of)).collect();
            let shape = if wide == 1 { format!("({},)", y.len()) } else { format!("({}, {wide})", y.len()) };
            npy(descr, false, &shape, &data)
        }
    };
    is(&of("'<f8'", 1, &|label| f64::from(label).to_le_bytes().into()), &[]);
    is(&of("'|u1'", 3, &|label| (0..3).map(|class| u8::from(class == label)).collect()), &[]);
    is(&of("'<f4'", 3, &|label| (0..3u8).flat_map(|class| f32::from(u8::from(class == label)).to_le_bytes()).collect()), &[]);
    // Text in the order of the alphabet.
    let name = |label: u8| ["ant", "bee", "cat"][usize::from(label)];
    is(&of("'|S3'", 1, &move |label| name(label).into()), &["ant", "bee", "cat"]);
    let wide = |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<_>>();
    is(&of("'<U3'", 1, &move |label| wide(name(label))), &["ant", "bee", "cat"]);
    // Numbers as text, as OpenML has MNIST's.
    is(&of("'<U1'", 1, &move |label| wide(&label.to_string())), &[]);
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

#[test]
fn csv_files_as_people_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let labels = |text: &str| {
        fs::write(&path, text).unwrap();
        let set = open(&path).map_err(|error| error.to_string())?;
        let train = set.train.unwrap();
        assert_eq!(train.images.as_slice(), [200, 1, 2, 3, 4, 5, 6, 255], "{text}");
        Ok::<_, String>((train.labels, set.class_names))
    };
    let numbers = |a: u8, b: u8| Ok((vec![a, b], Vec::new()));
    assert_eq!(labels("label,a,b,c,d\n7,200,1,2,3\n1,4,5,6,255\n"), numbers(7, 1));
    assert_eq!(labels("7,200,1,2,3\r\n1,4,5,6,255"), numbers(7, 1));
    assert_eq!(labels("\u{feff}a;b;c;d;class\n200;1;2;3;7\n4;5;6;255;1\n\n"), numbers(7, 1));
    // The last column, if the first says nothing; counters of rows are left aside.
    fs::write(&path, "0\t1\t2\t30\t7\n0\t5\t6\t255\t1\n").unwrap();
    let train = read(&path).train.unwrap();
    assert_eq!((train.images.as_slice(), &train.labels[..]), (&[0, 1, 2, 30, 0, 5, 6, 255][..], &[7, 1][..]));
    assert_eq!(labels(",label,a,b,c,d\n0,7,200,1,2,3\n1,1,4,5,6,255\n"), numbers(7, 1));
    assert_eq!(labels("label,0,1,2,3\n7,200,1,2,3\n1,4,5,6,255\n"), numbers(7, 1));
    // Text, with a comma in quotes.
    let names = |a: u8, b: u8, names: &[&str]| Ok((vec![a, b], names.iter().map(ToString::to_string).collect()));
    assert_eq!(labels("zebra,200,1,2,3\n\"ant, red\",4,5,6,255\n"), names(1, 0, &["ant, red", "zebra"]));
    assert_eq!(labels("a,b,c,d,class\n200,1,2,3,b\n4,5,6,255,c\n"), names(0, 1, &["b", "c"]));
    let refused = |text: &str, expected: &str| {
        let message = labels(text).unwrap_err();
        assert!(message.ends_with(expected), "{message:?} should say {expected:?}");
    };
    refused("1,2,3,4,5\n1,2,3,4\n", "line 2 has 4 fields; 5 as in the first line are needed");
    refused("1,2,3,4,5\n1,2,x,4,5\n", "line 2 has \"x\" in column 3, no number");
    refused("label,a,b,c,d\n", "holds no rows; label,pixel0,… is needed");
    refused("label,a,b,c,d\n0.5,1,2,3,4\n", "has label 0.5 in row 1; a class is a whole number from 0 to 255");
    refused("label,a,b,c,d\n1,-1,2,3,4\n", "holds -1 at 0; pixels are numbers from 0 up to 1, 16, 255 or the white of 10 to 16 bits");
    refused("label,a,b\n1,1,2\n", "which make no square picture; [n, height, width] or [n, height, width, channels] says what they are");
    refused("1,2,3,4\n5,6,7,8\n", "pixels without labels; label,pixel0,… is needed");
    // A folder as Kaggle has it: its test file has no labels.
    let kaggle = folder.path().join("kaggle");
    fs::create_dir(&kaggle).unwrap();
    fs::write(kaggle.join("train.csv"), "label,a,b,c,d\n7,200,1,2,3\n").unwrap();
    fs::write(kaggle.join("test.csv"), "a,b,c,d\n200,1,2,3\n").unwrap();
    let found = read(&kaggle);
    assert_eq!((found.train.unwrap().labels, found.test), (vec![7], None));
    assert!(found.understood.iter().any(|said| said.ends_with("test.csv has no labels and is left aside")));
}

#[test]
fn idx_files_under_each_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let of = |shape: &[u8], data: &[u8]| {
        let mut bytes = vec![0, 0, 8, shape.len() as u8];
        shape.iter().for_each(|&side| bytes.extend([0, 0, 0, side]));
        [bytes, data.to_vec()].concat()
    };
    let (x, y) = (of(&[2, 1, 2], &[9, 8, 7, 255]), of(&[2], &[4, 1]));
    let pair = |images: &str, labels: &str, x: &[u8], y: &[u8]| {
        let _ = fs::remove_dir_all(folder.path().join("set"));
        let set = folder.path().join("set");
        fs::create_dir(&set).unwrap();
        fs::write(set.join(images), x).unwrap();
        fs::write(set.join(labels), y).unwrap();
        open(&set).map_err(|error| error.to_string())
    };
    for end in ["", ".gz"] {
        // What is packed is told by its content.
        for name in ["train-images-idx3-ubyte", "train-images.idx3-ubyte"] {
            let labels = name.replace("images", "labels").replace("idx3", "idx1");
            let found = pair(&format!("{name}{end}"), &format!("{labels}{end}"), &x, &y).unwrap();
            let train = found.train.unwrap();
            assert_eq!((train.images.as_slice(), &train.labels[..], found.test), (&[9, 8, 7, 255][..], &[4, 1][..], None));
        }
    }
    let (images, labels) = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
    assert_eq!(pair(images, labels, &x, &y).unwrap().test.unwrap().labels, [4, 1]);
    // Either of a pair stands for both.
    for one in [images, labels] {
        assert_eq!(open(&folder.path().join("set").join(one)).unwrap().test.unwrap().labels, [4, 1]);
    }
    let refused = |x: &[u8], y: &[u8], expected: &str| {
        let message = pair(images, labels, x, y).unwrap_err();
        assert!(message.contains(expected), "{message:?} should say {expected:?}");
    };
    refused(&x[..18], &y, "images-idx3-ubyte: announces 4 bytes (u1 of [2, 1, 2]) but holds only 2");
    refused(&[&x[..], &[0]].concat(), &y, "holds more than 4");
    refused(&x, &of(&[3], &[4, 1, 0]), "holds 2 pictures, t10k-labels-idx1-ubyte 3 labels");
    refused(&[0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 1], &y, "claims shape [4294967295, 4294967295, 1]");
    refused(&[0, 0, 8, 3, 0, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 1], &y, "claims shape [16777215, 28, 1], but is of 16 bytes");
    refused(b"hello, this is no IDX", &y, "is not an IDX file");
    refused(&x[..7], &y, "is cut short: an IDX header is not there");
}

/// Writes a grey picture by another library than ours.
fn png(path: &Path, width: u32, height: u32, value: u8) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    image::GrayImage::from_pixel(width, height, image::Luma([value])).save(path).unwrap();
}

#[test]
fn folders_of_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("set").join(name);
    png(&at("train/dog/1.png"), 3, 2, 10);
    png(&at("train/cat/a.png"), 3, 2, 20);
    png(&at("train/cat/b.png"), 3, 2, 30);
    png(&at("val/dog/9.png"), 3, 2, 40);
    fs::write(at("train/cat/notes.txt"), "none").unwrap();
    fs::write(at("train/cat/.hidden.png"), "none").unwrap();
    let found = read(&at(""));
    let (train, test) = (found.train.unwrap(), found.test.unwrap());
    assert_eq!((train.images.dim(), &train.labels[..], &test.labels[..]), ((3, 2, 3, 1), &[0, 0, 1][..], &[1][..]));
    assert_eq!(train.images.as_slice().iter().step_by(6).copied().collect::<Vec<_>>(), [20, 30, 10]);
    assert_eq!(found.class_names, ["cat", "dog"]);
    assert!(found.understood.iter().any(|said| said.starts_with("1 files without the suffix of a picture")));
    // One in colours makes all be in colours.
    image::RgbImage::from_pixel(3, 2, image::Rgb([1, 2, 3])).save(at("val/dog/8.png")).unwrap();
    let found = read(&at(""));
    assert_eq!(found.test.unwrap().images.as_slice()[..4], [1, 2, 3, 1]);
    assert_eq!(found.train.unwrap().images.as_slice()[..3], [20; 3]);
    // Another size.
    png(&at("train/dog/2.png"), 2, 2, 10);
    let message = open(&at("")).unwrap_err().to_string();
    for part in ["2.png: is 2×2 pixels", "a.png 3×2; pictures of one size are needed"] {
        assert!(message.contains(part), "{message}");
    }
    fs::write(at("train/dog/2.png"), "no picture").unwrap();
    assert!(open(&at("")).unwrap_err().to_string().contains("2.png: is not a picture of a known format"));
    let empty = folder.path().join("empty");
    fs::create_dir_all(empty.join("photos")).unwrap();
    let message = open(&empty).unwrap_err().to_string();
    assert!(message.contains("holds no data set: found photos; an npz, a CSV (label,pixel0,…), MNIST's IDX"), "{message}");
}

#[test]
fn a_set_in_one_part_gets_test_pictures_of_each_class() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    // Sorted by class, as folders are: 20 of each of five classes, and one of a sixth.
    let classes: Vec<u8> = (0..101).map(|at| at / 20).collect();
    let pixels: Vec<u8> = (100..201).collect();
    archive(&path, &[("x", npy("'|u1'", false, "(101, 1, 1)", &pixels)), ("y", labels(&classes))]);
    let Data { train, test, understood, .. } = Data::open(&path).unwrap();
    assert_eq!((train.len(), test.len()), (81, 20));
    for class in 0..5 {
        assert_eq!(test.labels.iter().filter(|&&label| label == class).count(), 4);
    }
    let mut all = [train.images.as_slice(), test.images.as_slice()].concat();
    all.sort();
    assert_eq!(all, pixels, "each picture is in one part");
    assert_eq!(Data::open(&path).unwrap().test, test, "always the same");
    assert!(understood.last().unwrap().contains("20 of 101 pictures, a fifth of each class"), "{understood:?}");
}

#[test]
fn what_is_no_data_set_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let refused = |entries: &[(&str, Vec<u8>)], expected: &str| {
        archive(&path, entries);
        let message = open(&path).unwrap_err().to_string();
        assert!(message.contains(expected), "{message:?} should say {expected:?}");
    };
    let pictures = || npy("'|u1'", false, "(2, 2, 2)", &[0; 8]);
    let with_x = |x: Vec<u8>| [("x_train", x), ("y_train", labels(&[0, 0]))];
    let with_y = |y: Vec<u8>| [("x_train", pictures()), ("y_train", y)];
    refused(&[], "holds no pictures with labels: found no arrays at all; x_train, y_train, x_test and y_test;");
    refused(&[("x_test", pictures()), ("w", pictures())], "holds no pictures with labels: found w, x_test; x_train");
    refused(&with_y(labels(&[0; 3])), "x_train holds 2 pictures, y_train 3 labels");
    refused(&with_y(npy("'<f8'", false, "(2,)", &[1; 16])), "a class is a whole number from 0 to 255");
    refused(&with_y(npy("'|u1'", false, "(2, 2)", &[0, 1, 1, 1])), "y_train is not one-hot at 1");
    refused(&with_y(npy("'|u1'", false, "(2, 2, 2)", &[0; 8])), "y_train has shape [2, 2, 2]; [n], or [n, classes]");
    refused(&with_x(npy("'|u1'", false, "(2, 5)", &[0; 10])), "x_train holds lists of 5 numbers, which make no square");
    refused(&with_x(npy("'|u1'", false, "(2, 5, 5, 5)", &[0; 250])), "x_train has shape [2, 5, 5, 5]; [n, height·width]");
    refused(&with_x(npy("'|u1'", false, "(0, 2, 2)", &[])), "must not be empty");
    refused(&with_x(npy("'<U2'", false, "(2, 1, 1)", &[0; 16])), "x_train is of type U2; numbers are needed");
    refused(&with_x(npy("'<f4'", false, "(2, 1, 1)", &[0, 0, 192, 127, 0, 0, 0, 0])), "x_train holds NaN at 0");
    refused(&with_x(npy("'<i4'", false, "(2, 1, 1)", &[0, 0, 1, 0, 0, 0, 0, 0])), "holds a pixel of 65536; at most 65535");
    for (bytes, expected) in [
        (&b"\x89HDF and so on"[..], "is no data set; an npz, a CSV (label,pixel0,…), MNIST's IDX files or a folder"),
        (b"", "is no data set"),
        (b"PK and no more", "is not an npz file"),
        (b"some text\n", "line 1 has no comma, semicolon or tab; label,pixel0,… is needed"),
    ] {
        fs::write(&path, bytes).unwrap();
        let message = open(&path).unwrap_err().to_string();
        assert!(message.contains(expected), "{message:?} should say {expected:?}");
    }
}
