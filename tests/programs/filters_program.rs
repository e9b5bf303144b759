//! `filters` on real work: pictures row by row, pictures described and shown.

use std::fs;

use glassbox_formats::{Pixels, PngRows, read_picture};
use glassbox_kernels::filters::parse;
use glassbox_kernels::{Engine, Error, Filter};
use glassbox_tensor::Image;

use crate::support::pictures::{noise, write};
use crate::support::programs::{data, done, err, filters, json, text};

fn chain(labels: &[&str]) -> Vec<Filter> {
    labels.iter().map(|label| parse(label).unwrap()).collect()
}

/// Streams a picture through a chain. Returns the output and how often the rows were read; each must have been.
fn streamed(filters: &[Filter], picture: &Image<u8>, kept_bytes: usize) -> Result<(Vec<u8>, usize), Error> {
    let (line, mut next, mut looks, mut made) = (picture.line_length(), 0, 0, Vec::new());
    let read = |first: usize, rows: &mut [u8]| {
        assert!(first == next || first == 0, "row {first} after row {next}");
        rows.copy_from_slice(&picture.as_slice()[first * line..][..rows.len()]);
        next = first + rows.len() / line;
        looks += usize::from(first == 0);
        Ok(())
    };
    let write = |rows: &[u8]| {
        made.extend_from_slice(rows);
        Ok(())
    };
    let keep_alpha = picture.channels() == 4;
    Engine { kept_bytes, keep_alpha, ..Engine::default() }.stream::<u8, Error>(filters, picture.dim(), read, write)?;
    assert_eq!(next, picture.height(), "rows were read");
    Ok((made, looks))
}

#[test]
fn rows_are_read_again_only_where_that_is_needed() {
    for (labels, looks) in [
        (&["sobel", "max-pool", "median"] as &[&str], 1),
        (&["blur:border=wrap"], 2),
        (&["blur:border=wrap", "median:border=wrap", "roberts:border=wrap"], 2),
        (&["blur:border=wrap", "median", "roberts:border=wrap"], 3),
        (&["genetic-pool"], 2),
        (&["superpixel-pool"], 12),
        (&["superpixel-pool", "pixel-pyramid-pool:border=wrap"], 13),
        (&["pyramid-pool", "superpixel-pool"], 1),
    ] {
        for channels in [1, 4] {
            let (filters, picture) = (chain(labels), noise(60, 50, channels, |n| n as u8));
            assert_eq!(streamed(&filters, &picture, 0).unwrap().1, looks, "{labels:?}, {channels} channels");
            assert_eq!(streamed(&filters, &picture, 60 * 50 * channels).unwrap().1, 1, "{labels:?}, kept");
        }
    }
}

#[test]
fn rows_one_after_the_other_make_the_same_picture() {
    let chains: [&[&str]; 28] = [
        &[],
        &["sharpen"],
        &["median:size=3", "sobel", "avg-pool:size=4"],
        &["avg-pool:size=2,stride=5", "blur:size=4,border=crop"],
        &["median:size=31,border=mirror"],
        &["gaussian:sigma=3,border=reflect", "roberts:border=zero", "max-pool:size=3"],
        &["gray", "noise:seed=4", "stochastic-pool:size=3"],
        &["min-pool:size=7,stride=3"],
        &["convolve:kernel=1; 2; 3; 4,divisor=10"],
        &["convolve:kernel=1 2 1; 2 4 2; 1 2 0,gimp=yes,border=reflect", "gray"],
        &["pixel-pyramid-pool:sizes=2 9 6,reduce=mean,border=mirror", "max-pool:size=5"],
        &["sobel", "edge-pyramid-pool:sizes=1 4 8,threshold=0.3"],
        &["adaptive-pool:height=3,width=900", "blur"],
        &["adaptive-pool:height=1500,width=4,reduce=mean", "max-pool"],
        &["median", "fractional-pool:ratio=1.3,overlap=yes,reduce=mean", "sobel:border=reflect"],
        &["blur", "global-pool:reduce=mean"],
        &["pyramid-pool:levels=3 1 7", "sharpen", "fractional-pool:draw=random", "fractional-pool:ratio=3"],
        &["roi-pool:y=299,x=20,bins=4,width=100", "erode"],
        &["blur:border=wrap"],
        &["roberts:border=wrap", "median:size=7,border=wrap", "max-pool", "dilate:border=wrap,size=4"],
        &[
            "sobel",
            "median:size=1,border=wrap",
            "convolve:kernel=1; 2; 0; 4,divisor=7,border=wrap",
            "adaptive-pool:height=2",
        ],
        &["convolve:gimp=yes,border=wrap", "gaussian:border=wrap"],
        &["pixel-pyramid-pool:sizes=4 2,border=wrap", "sharpen"],
        &["edge-pyramid-pool:sizes=1 40,threshold=0.5", "pixel-pyramid-pool:sizes=51"],
        &["genetic-pool:size=3", "blur"],
        &["blur:border=wrap", "genetic-pool:size=2,seed=3", "genetic-pool"],
        &["superpixel-pool:segments=30"],
        &["fractional-pool:draw=random,seed=4", "superpixel-pool:segments=9,compactness=2", "erode:border=wrap"],
    ];
    for labels in chains {
        let filters = chain(labels);
        // An analysis of a whole picture takes long: little more than the 1 MiB that is read at a time.
        let has_analysis = labels.iter().any(|label| label.contains("genetic") || label.contains("superpixel"));
        let large = if has_analysis { [(370, 3001, 1), (180, 2000, 3)] } else { [(700, 3001, 1), (301, 2000, 3)] };
        for (height, width, channels) in [(1, 300, 1), (40, 40, 3)].into_iter().chain(large) {
            let picture = noise(height, width, channels, |n| n as u8);
            let (expected, found) = (Engine::default().run(&filters, &picture), streamed(&filters, &picture, 0));
            match expected {
                Ok(expected) => assert!(found.unwrap().0 == expected.as_slice(), "{labels:?} {height}"),
                Err(error) => assert_eq!(found, Err(error), "{labels:?}"),
            }
        }
    }
    // Rows longer than one read, and far more regions than columns.
    let odd: [(&[&str], _); 2] = [
        (&["blur:size=5", "median", "fractional-pool:ratio=3"], (30, 1_200_000, 1)),
        (&["adaptive-pool:height=1,width=900,reduce=mean"], (9000, 1, 4)),
    ];
    for (labels, (height, width, channels)) in odd {
        let (filters, picture) = (chain(labels), noise(height, width, channels, |n| n as u8));
        let expected = Engine::default().run(&filters, &picture).unwrap();
        assert!(streamed(&filters, &picture, 0).unwrap().0 == expected.as_slice(), "{labels:?}");
    }
    let spectral = chain(&["blur", "spectral-pool"]);
    let refused = Engine::default().stream::<u8, Error>(&spectral, (5, 5, 1), |_, _| Ok(()), |_| Ok(()));
    assert_eq!(refused, Err(Error::NotByRows { operator: "spectral-pool".into() }));
}

#[test]
fn a_png_row_by_row_is_the_picture_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (png, tiff) = (folder.path().join("in.png"), folder.path().join("in.tif"));
    let grey16 = Pixels::U16(noise(150, 400, 1, |n| n as u16));
    let pictures = [Pixels::U8(noise(300, 500, 1, |n| n as u8)), Pixels::U8(noise(99, 77, 3, |n| n as u8)), grey16];
    for pixels in pictures {
        write(&png, pixels.clone());
        write(&tiff, pixels.clone());
        assert!(PngRows::open(&png, true).is_some(), "is read row by row");
        assert_eq!(read_picture(&png, true).unwrap().pixels, pixels);
        // The second chain must read the picture more than once.
        for chain in ["median:size=3 | sobel | avg-pool:size=4", "blur:border=wrap | genetic-pool | superpixel-pool"] {
            for threads in ["1", "2", "3"] {
                for input in ["in.png", "in.tif"] {
                    let output = format!("{input}.{threads}.png");
                    done(filters(folder.path(), &["chain", chain, input, &output, "--threads", threads]));
                }
            }
            let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
            for name in ["in.png.2.png", "in.png.3.png", "in.tif.1.png", "in.tif.2.png"] {
                assert!(bytes(name) == bytes("in.png.1.png"), "{name}: the same file, byte for byte");
            }
        }
    }
}

#[test]
fn a_large_png_is_read_again_where_its_ends_meet() {
    let folder = tempfile::tempdir().unwrap();
    // Too large to be kept in memory.
    let (height, width) = (9000, 8000);
    let row = |y: usize| {
        if y == 0 {
            100
        } else if y == height - 1 {
            200
        } else {
            0
        }
    };
    write(&folder.path().join("in.png"), Pixels::U8(Image::from_fn([height, width, 1], |(y, _, _)| row(y))));
    for threads in ["1", "2"] {
        done(filters(folder.path(), &["dilate", "in.png", "out.png", "--border", "wrap", "--threads", threads]));
        let out = read_picture(&folder.path().join("out.png"), true).unwrap().pixels;
        let Pixels::U8(out) = out else { panic!("of 8 bits") };
        for (y, expected) in [(0, 200), (1, 100), (2, 0), (height - 3, 0), (height - 2, 200), (height - 1, 200)] {
            assert!(out.line(y).iter().all(|pixel| *pixel == expected), "row {y}: {expected}");
        }
    }
}

#[test]
fn what_a_png_holds_beside_its_pixels_comes_along() {
    let folder = tempfile::tempdir().unwrap();
    let metadata = read_picture(&data("chelsea.png"), true).unwrap().metadata;
    assert!(metadata.icc.is_some());
    done(filters(folder.path(), &["blur", text(&data("chelsea.png")), "colour.png"]));
    assert_eq!(read_picture(&folder.path().join("colour.png"), true).unwrap().metadata, metadata);
    // A profile for colours does not fit greys.
    for (grey, said) in [
        ("grey.png", "greys cannot use the colour profile, which is for others: left out"),
        ("grey.bmp", "BMP cannot hold a colour profile: left out"),
    ] {
        let output = filters(folder.path(), &["blur", text(&data("chelsea.png")), grey, "--gray"]);
        assert!(err(&output).contains(&format!("{grey}: {said}")), "{}", err(&output));
        let left = read_picture(&folder.path().join(grey), true).unwrap().metadata;
        assert_eq!((left.icc, left.exif), (None, None));
    }
    let output = filters(folder.path(), &["blur", text(&data("chelsea.png")), "colour.bmp"]);
    assert!(err(&output).contains("BMP cannot hold a colour profile: left out"), "{}", err(&output));
}

#[test]
fn what_is_transparent_has_no_say() {
    let folder = tempfile::tempdir().unwrap();
    // A red square on green that is transparent, or nearly: no green may appear.
    let visible = |y: usize, x: usize| (10..20).contains(&y) && (10..20).contains(&x);
    for alpha in [0, 1] {
        let pixel = |y, x| if visible(y, x) { [200, 0, 0, 255] } else { [0, 255, 0, alpha] };
        write(&folder.path().join("in.png"), Pixels::U8(Image::from_fn([30, 30, 4], |(y, x, c)| pixel(y, x)[c])));
        for operator in
            ["blur", "gaussian", "median", "dilate", "sharpen", "avg-pool", "max-pool", "sobel", "spectral-pool"]
        {
            done(filters(folder.path(), &[operator, "in.png", "out.png"]));
            let Pixels::U8(out) = read_picture(&folder.path().join("out.png"), true).unwrap().pixels else {
                panic!("8 bits")
            };
            let greenest = out.as_slice().chunks_exact(4).filter(|pixel| pixel[3] > 99).map(|pixel| pixel[1]).max();
            assert!(greenest <= Some(40 * alpha), "{operator}, alpha {alpha}: {greenest:?}");
        }
    }
}

#[test]
fn gimps_matrix_sees_even_what_is_transparent() {
    let folder = tempfile::tempdir().unwrap();
    let picture = noise(20, 30, 4, |n| if n & 7 == 0 { 0 } else { (n >> 3) as u8 });
    write(&folder.path().join("in.png"), Pixels::U8(picture.clone()));
    let kernel = ["--kernel", "1 1 1; 1 1 1; 1 1 1"];
    let asked: [(&[&str], &str); 2] = [
        (&["--gimp", "--alpha-weighting=no"], "gimp=yes,alpha-weighting=no"),
        (&["--gimp", "--channels", "ba", "--border", "white"], "gimp=yes,channels=ba,border=white"),
    ];
    for (flags, parameters) in asked {
        let label = format!("convolve:kernel={},{parameters}", kernel[1]);
        done(filters(folder.path(), &[&["convolve", "in.png", "out.png"], &kernel[..], flags].concat()));
        let expected = Engine::default().run(&chain(&[&label]), &picture).unwrap();
        assert_eq!(read_picture(&folder.path().join("out.png"), true).unwrap().pixels, Pixels::U8(expected), "{label}");
    }
}

#[test]
fn packing_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    let size = |arguments: &[&str], name: &str| {
        done(filters(folder.path(), &[&["sobel", text(&chelsea), name], arguments].concat()));
        fs::metadata(folder.path().join(name)).unwrap().len()
    };
    let pngs = ["0", "2", "6", "7", "8", "9"].map(|level| size(&["--compression", level], "out.png"));
    assert!(pngs[0] > pngs[1] && pngs[1] > pngs[2] && pngs[2..].is_sorted_by(|a, b| a >= b), "{pngs:?}");
    let jpegs = ["20", "90", "100"].map(|quality| size(&["--quality", quality], "out.jpg"));
    assert!(jpegs[0] < jpegs[1] && jpegs[1] < jpegs[2], "{jpegs:?}");
    for wrong in [["--quality", "0"], ["--compression", "10"]] {
        let output = filters(folder.path(), &["blur", text(&chelsea), "out.png", wrong[0], wrong[1]]);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(wrong[0]), "{}", err(&output));
    }
}

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
