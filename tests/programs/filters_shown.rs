//! `filters info`, `animate` and `compare`: pictures described and shown.

use std::fs;

use glassbox_formats::{Pixels, read_picture};
use glassbox_tensor::Image;

use crate::support::pictures::write;
use crate::support::programs::{data, done, err, filters, json, text};

#[test]
fn info_describes_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    let all = json(filters(folder.path(), &["info", text(&chelsea), "--json"])).remove(0);
    assert_eq!(
        (&all["width"], &all["height"], &all["channels"], &all["dtype"]),
        (&451.into(), &300.into(), &3.into(), &"u8".into())
    );
    let counted: u64 = all["histogram"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(counted, 451 * 300);
    // The article's point: the smaller the crop, the greater the share of noise.
    let chaos: Vec<_> = all["crops"].as_array().unwrap().iter().map(|crop| crop["chaos"].as_f64().unwrap()).collect();
    assert!(chaos.len() == 5 && chaos.is_sorted_by(|a, b| a > b), "{chaos:?}");
    // Noise of a known strength on flat grey is measured.
    write(&folder.path().join("grey.png"), Pixels::U8(Image::from_fn([400, 400, 1], |_| 128)));
    done(filters(folder.path(), &["noise", "grey.png", "noisy.png", "--amount", "0.05"]));
    let noisy = json(filters(folder.path(), &["info", "noisy.png", "--json"])).remove(0);
    let found = noisy["noise"].as_f64().unwrap();
    assert!((found - 0.05 * 255.0).abs() < 0.3, "{found}");
    let flat = json(filters(folder.path(), &["info", "grey.png", "--json"])).remove(0);
    assert!(flat["noise"] == 0.0 && flat["entropy"] == 0.0 && flat["chaos"].is_null());
    assert!(done(filters(folder.path(), &["info", text(&chelsea)])).contains("451×300, colour, u8"));
}

#[test]
fn a_mask_slides_over_a_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    let slide = |arguments: &[&str]| filters(folder.path(), &[&["animate", "slide.gif"], arguments].concat());
    done(slide(&["--matrix", "1 2 3 4; 5 6 7 8; 9 10 11 12", "--kernel", "1 0; 0 -1"]));
    let bytes = fs::read(folder.path().join("slide.gif")).unwrap();
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(image::AnimationDecoder::into_frames(decoder).count(), 2 * 3);
    done(slide(&["--picture", text(&data("chelsea.png")), "--x", "440", "--y", "100", "--side", "8"]));
    let size = |arguments: &[&str]| {
        let line = json(slide(&[arguments, &["--json"]].concat())).remove(0);
        ["frames", "height", "width"].map(|key| line[key].as_u64().unwrap())
    };
    // Cells grow with their numbers: two of the input, one of the mask and two of the result are side by side.
    let [short, long] =
        ["1 2; 3 4", "100000 2; 3 -9.125"].map(|matrix| size(&["--matrix", matrix, "--kernel", "1000"]));
    assert!(short[0] == 4 && long[0] == 4, "{short:?} {long:?}");
    assert_eq!(5 * (long[1] - short[1]), 2 * (long[2] - short[2]));
    assert!(long[1] > short[1], "{short:?} {long:?}");
    // Long terms need more lines, the same in each frame, and the printed size is the size of the frames.
    let ends = "1 1 1 1 12345.12345 12345.12345 12345.12345 12345.12345";
    let long = json(slide(&["--matrix", ends, "--kernel", "1.12345 1.12345 1.12345 1.12345", "--json"]));
    let decoder =
        image::codecs::gif::GifDecoder::new(std::io::Cursor::new(fs::read(folder.path().join("slide.gif")).unwrap()));
    for frame in image::AnimationDecoder::into_frames(decoder.unwrap()) {
        let (frame, (width, height)) = (frame.unwrap(), (&long[0]["width"], &long[0]["height"]));
        let buffer = frame.buffer();
        assert!(*width == buffer.width() && *height == buffer.height() && (frame.left(), frame.top()) == (0, 0));
    }
    // Given numbers are shown with all their decimals.
    let [exact, short] = ["0.00625", "0.25"].map(|kernel| size(&["--matrix", "4 8; 12 16", "--kernel", kernel]));
    assert!(exact[1] > short[1], "{exact:?} {short:?}");
    let cases: [(&[&str], &str); 9] = [
        (&["--picture", text(&chelsea), "--side", "31"], "--side: 841 places of the mask"),
        (&["--kernel", "1 2; 3"], "--kernel"),
        (&["--kernel", "1 2 3 4 5 6 7"], "does not fit into 6×6 numbers"),
        (&["--picture", text(&chelsea), "--x", "450"], "--x 450"),
        (&["--picture", "none.png"], "none.png"),
        (&["--delay", "0"], "--delay"),
        (&["--pool", "max", "--size", "7"], "--size: 7×7 does not fit into 6×6 numbers"),
        (&["--size", "2"], "--pool"),
        (&["--pool", "max", "--kernel", "1"], "--kernel"),
    ];
    for (arguments, expected) in cases {
        assert!(err(&slide(arguments)).contains(expected), "{arguments:?}: {}", err(&slide(arguments)));
    }
    assert!(err(&filters(folder.path(), &["animate", "slide.png"])).contains("needs the suffix .gif"));
}

#[test]
fn a_pooling_window_slides_over_a_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let frames = |arguments: &[&str]| {
        let all = [&["animate", "pool.gif", "--json"], arguments].concat();
        json(filters(folder.path(), &all)).remove(0)["frames"].as_u64().unwrap()
    };
    // Six by six numbers: windows side by side, then windows that overlap, then every second place.
    assert_eq!(frames(&["--pool", "max"]), 3 * 3);
    assert_eq!(frames(&["--pool", "average", "--size", "3", "--stride", "1"]), 4 * 4);
    assert_eq!(frames(&["--pool", "max", "--size", "4"]), 1);
    assert_eq!(frames(&["--stride", "2"]), 2 * 2);
    // The last frame of a pooling whose results differ is not the first.
    let decoder =
        image::codecs::gif::GifDecoder::new(std::io::Cursor::new(fs::read(folder.path().join("pool.gif")).unwrap()));
    let all: Vec<_> =
        image::AnimationDecoder::into_frames(decoder.unwrap()).map(|frame| frame.unwrap().into_buffer()).collect();
    assert!(all[0] != all[3] && all[0].dimensions() == all[3].dimensions());
}

#[test]
fn compare_takes_any_methods_and_operators() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    let lines = json(filters(
        folder.path(),
        &["compare", text(&chelsea), "all.png", "--methods", "all", "--on", "median:size=3 | laplacian", "--json"],
    ));
    let methods: Vec<_> = lines.iter().filter(|line| line["source"] == "picture").map(|line| &line["method"]).collect();
    assert!(methods.len() == 22 && methods.contains(&&"superpixel".into()), "{methods:?}");
    assert!(lines.iter().any(|line| line["source"] == "median:size=3 | laplacian" && line["edges"].as_f64().is_some()));
    let lines = json(filters(
        folder.path(),
        &["compare", text(&chelsea), "p.png", "--methods", "lp:p=1,average,lp:p=64,stride=8,max", "--json"],
    ));
    let psnr = |method: &str| lines.iter().find(|line| line["method"] == method).unwrap()["psnr_to_average"].as_f64();
    // The power mean is average at one end and close to max at the other.
    assert!(psnr("lp:p=1").is_none_or(|decibels| decibels > 50.0), "{:?}", psnr("lp:p=1"));
    let [power, max] = ["lp:p=64,stride=8", "max"].map(|method| psnr(method).unwrap());
    assert!(power < 30.0 && (power - max).abs() < 6.0, "{power} {max}");
    for (arguments, expected) in [
        (["--methods", "Mox-pool"], "--methods: found \"Mox-pool\"; did you mean max?"),
        (["--on", "sobbel"], "did you mean sobel?"),
    ] {
        let output = filters(folder.path(), &[&["compare", text(&chelsea), "p.png"], &arguments[..]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(expected), "{}", err(&output));
    }
    let lines = json(filters(
        folder.path(),
        &["compare", text(&chelsea), "p.png", "--methods", "max:size=3,average,global", "--size", "4", "--json"],
    ));
    let size = |method: &str| lines.iter().find(|line| line["method"] == method).unwrap()["size"].as_u64();
    assert_eq!(["max:size=3", "average", "global"].map(size), [Some(3), Some(4), None]);
    // A long picture is shown as wide as a tile may be.
    write(&folder.path().join("strip.png"), Pixels::U8(Image::zeros([8, 6000, 1])));
    done(filters(folder.path(), &["compare", "strip.png", "s.png", "--size", "2"]));
    assert!(read_picture(&folder.path().join("s.png"), true).unwrap().pixels.dim().1 < 3 * 700);
    // No notes where nothing is lost.
    let output = filters(folder.path(), &["compare", text(&chelsea), "none.png", "--on", "max-pool:size=100"]);
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{}", err(&output));
    assert!(!folder.path().join("none.png").exists());
}
