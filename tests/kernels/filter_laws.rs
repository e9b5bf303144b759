//! What holds for every operator of the registry.

use std::collections::HashSet;
use std::sync::LazyLock;

use glassbox_kernels::filters::{ENTRIES, parse};
use glassbox_kernels::{Border, Engine, Error, Filter, Pixel, output_shape};
use glassbox_simd::Level;
use glassbox_tensor::Image;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::support::operators::{chain, depends_on_other_channels, is_multi_pass, labels, operators, picture};

/// Pools of 1, 2 and 5 threads.
static POOLS: LazyLock<[ThreadPool; 3]> =
    LazyLock::new(|| [1, 2, 5].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()));

/// Every height of strips with the widest vectors, some of them, others each time, with the narrower ones.
fn levels_and_strips() -> impl Iterator<Item = (Level, usize)> {
    let strips = [1, 2, 7, 60, usize::MAX].into_iter().enumerate();
    let pairs =
        Level::all().into_iter().enumerate().flat_map(move |level| strips.clone().map(move |strip| (level, strip)));
    let chosen = pairs.filter(|((i, level), (j, _))| *level == Level::best() || (i + j) % 3 == 0);
    chosen.map(|((_, level), (_, strip))| (level, strip))
}

/// The same bits, whatever the vector instructions, the strips and the threads.
fn check_sameness<T: Pixel>(label: &str, chain: &[Filter]) {
    // An analysis takes long, and how long a picture is matters little to it.
    let (height, width) = if is_multi_pass(label) { (31, 27) } else { (61, 83) };
    let picture = picture::<T>(height, width, 3, 5);
    let whole =
        Engine { level: Level::BASELINE, strip: Some(usize::MAX), ..Engine::default() }.run(chain, &picture).unwrap();
    let same = |found: Image<T>, how: &str| {
        assert!(found.dim() == whole.dim() && found.as_slice() == whole.as_slice(), "{label} of {}: {how}", T::NAME);
    };
    for (level, strip) in levels_and_strips() {
        let engine = Engine { level, strip: Some(strip), ..Engine::default() };
        // On one thread: waking others for strips of a row would take most of the time.
        let found = POOLS[0].install(|| engine.run(chain, &picture)).unwrap();
        same(found, &format!("{} with strips of {strip}", level.name()));
    }
    for pool in POOLS.iter() {
        let found = pool.install(|| Engine::default().run(chain, &picture)).unwrap();
        same(found, &format!("{} threads", pool.current_num_threads()));
    }
}

#[test]
fn levels_strips_and_threads_change_no_bit() {
    for label in operators().into_iter().flat_map(labels) {
        check_sameness::<u8>(&label, &chain(&label));
        // Large medians of f32 take long. A border stands in for bytes as it does for them.
        if !(label.starts_with("median:size=") && label.contains(",border=")) {
            check_sameness::<f32>(&label, &chain(&label));
        }
    }
    for entry in operators() {
        check_sameness::<u16>(entry.name, &chain(entry.name));
    }
    // Of whole pictures, but made of some rows at a time.
    for border in ["clamp", "reflect", "mirror", "wrap", "zero"] {
        for label in
            ["pixel-pyramid-pool:sizes=1 12 31,border=", "convolve:kernel=3 1 0; 0 2 0; 1 0 0,gimp=yes,border="]
        {
            let label = format!("{label}{border}");
            check_sameness::<u8>(&label, &chain(&label));
        }
    }
    check_sameness::<f32>("edge-pyramid-pool", &chain("edge-pyramid-pool:sizes=4 1 15,threshold=0.4"));
}

#[test]
fn a_picture_larger_than_the_caches_is_made_as_a_small_one_is() {
    // 16.1 MiB of output, which is written past the caches; its upper rows alone are not. Rows of many chunks, and of
    // hardly more than one.
    for (height, width) in [(2060, 2730), (56300, 100)] {
        let picture = picture::<u8>(height, width, 3, 8);
        let upper = Image::from_vec([50, width, 3], picture.as_slice()[..50 * 3 * width].to_vec()).unwrap();
        let edges = ["roberts", "sobel", "sobel:direction=x,border=crop"];
        for label in edges.into_iter().chain(["sharpen", "sharpen:signed=offset", "median", "dilate", "erode:size=4"]) {
            let upper = Engine::default().run(&chain(label), &upper).unwrap();
            for level in Level::all() {
                let engine = Engine { level, ..Engine::default() };
                let whole = engine.run(&chain(label), &picture).unwrap();
                let line = whole.line_length();
                assert!(
                    whole.as_slice()[..47 * line] == upper.as_slice()[..47 * line],
                    "{label} of {height}×{width}, {}",
                    level.name()
                );
            }
        }
    }
}

#[test]
fn a_chain_equals_its_operators_one_by_one() {
    let picture = picture::<u8>(90, 41, 3, 3);
    for border in Border::NAMES {
        let labels = [
            format!("median:size=5,border={border}"),
            "gray".into(),
            format!("sobel:border={border}"),
            "max-pool:size=3".into(),
            "sharpen".into(),
        ];
        let filters = labels.each_ref().map(|label| parse(label).unwrap());
        let mut expected = picture.clone();
        for label in &labels {
            expected = Engine::default().run(&chain(label), &expected).unwrap();
        }
        check_sameness::<u8>(&labels.join(" | "), &filters);
        for strip in [1, 3, 10, 100] {
            let engine = Engine { strip: Some(strip), ..Engine::default() };
            assert_eq!(engine.run(&filters, &picture).unwrap(), expected, "{border}, strips of {strip}");
        }
    }
}

#[test]
fn any_channel_count_equals_each_channel_alone() {
    let picture = picture::<u8>(20, 30, 5, 9);
    for label in
        operators().into_iter().flat_map(labels).filter(|label| label != "gray" && !depends_on_other_channels(label))
    {
        let whole = Engine::default().run(&chain(&label), &picture);
        for channel in 0..5 {
            let alone = Engine::default().run(&chain(&label), &picture.channel(channel));
            assert_eq!(
                whole.as_ref().ok().map(|whole| whole.channel(channel)),
                alone.ok(),
                "{label}, channel {channel}"
            );
        }
    }
}

#[test]
fn medians_of_pixels_with_many_channels_are_those_of_each_channel() {
    // Rows of more than a block, and pixels too wide for the planes of the unrolled networks, or just not.
    for channels in [8, 9, 16, 17, 33] {
        let picture = picture::<u8>(11, 300, channels, 4);
        for size in [3, 5, 7, 9, 15] {
            let median = chain(&format!("median:size={size}"));
            let whole = Engine::default().run(&median, &picture).unwrap();
            for channel in [0, channels - 1] {
                let alone = Engine::default().run(&median, &picture.channel(channel)).unwrap();
                assert_eq!(whole.channel(channel), alone, "size {size}, channel {channel} of {channels}");
            }
        }
    }
}

#[test]
fn alpha_is_copied_by_filters_and_pooled_by_pooling() {
    let picture = picture::<u8>(12, 15, 4, 2);
    let engine = Engine { keep_alpha: true, ..Engine::default() };
    // Poolings that look at all channels at once or draw are another matter.
    for entry in operators().iter().filter(|entry| !depends_on_other_channels(entry.name) || entry.name == "noise") {
        let out = engine.run(&chain(entry.name), &picture).unwrap();
        let alpha = out.channel(out.channels() - 1);
        if entry.name.ends_with("-pool") {
            assert_eq!(
                alpha,
                Engine::default().run(&chain(entry.name), &picture.channel(3)).unwrap(),
                "{}",
                entry.name
            );
        } else {
            assert_eq!(alpha, picture.channel(3), "{}", entry.name);
        }
    }
    let cropped = engine.run(&chain("median:size=5,border=crop"), &picture).unwrap();
    assert_eq!(cropped[[0, 0, 3]], picture[[2, 2, 3]]);
}

#[test]
fn shapes_follow_from_window_border_and_stride() {
    let shape = (30, 41, 4);
    let same = ["sharpen", "roberts", "sobel", "laplacian", "emboss", "blur:size=8", "gaussian", "unsharp", "convolve"];
    let same = same.into_iter().chain(["median:size=43,border=wrap", "erode", "rank", "noise", "superpixel-pool"]);
    let others = [
        ("gray", (30, 41, 2)),
        ("convolve:gimp=yes", (30, 41, 4)),
        ("roberts:border=crop", (29, 40, 4)),
        ("sobel:border=crop", (28, 39, 4)),
        ("median:size=7,border=crop", (24, 35, 4)),
        ("blur:size=8,border=crop", (23, 34, 4)),
        ("convolve:kernel=1 2 3,border=crop", (30, 39, 4)),
        ("max-pool", (15, 20, 4)),
        ("avg-pool:size=3,stride=1", (28, 39, 4)),
        ("median-pool:size=2,stride=3", (10, 14, 4)),
        ("weighted-pool:kernel=1 2 1; 3 4 3", (10, 13, 4)),
        ("genetic-pool:size=4", (7, 10, 4)),
        ("spectral-pool:size=4", (7, 10, 4)),
        ("fractional-pool", (20, 27, 4)),
        ("adaptive-pool:height=3,width=50", (3, 50, 4)),
        ("global-pool", (1, 1, 4)),
        ("roi-pool:x=40,y=29", (7, 7, 4)),
        ("pyramid-pool", (4, 12, 4)),
        ("pixel-pyramid-pool", (30, 123, 4)),
        ("edge-pyramid-pool", (30, 41, 4)),
    ];
    for (label, expected) in same.map(|label| (label, shape)).chain(others) {
        assert_eq!(parse(label).unwrap().shape(shape).unwrap(), expected, "{label}");
    }
    for label in
        ["sobel:border=crop", "max-pool:size=31", "spectral-pool:size=31", "genetic-pool:size=31", "roi-pool:x=41"]
    {
        let shape = if label.starts_with("sobel") { (2, 41, 1) } else { shape };
        assert!(matches!(parse(label).unwrap().shape(shape), Err(Error::TooSmall { .. })), "{label}");
    }
}

#[test]
fn borders_stand_in_as_documented() {
    let cases = [
        ("clamp", "aaaaaaaa|abcd|dddddddd"),
        ("reflect", "abcddcba|abcd|dcbaabcd"),
        ("mirror", "cbabcdcb|abcd|cbabcdcb"),
        ("wrap", "abcdabcd|abcd|abcdabcd"),
        ("zero", "00000000|abcd|00000000"),
        ("crop", "00000000|abcd|00000000"),
        ("clamp", "aa|a|aa"),
        ("reflect", "aa|a|aa"),
        ("mirror", "aa|a|aa"),
        ("wrap", "aa|a|aa"),
        ("reflect", "abba|ab|baab"),
        ("mirror", "abab|ab|abab"),
    ];
    for (name, expected) in cases {
        let (before, length) = (expected.find('|').unwrap() as isize, expected.split('|').nth(1).unwrap().len());
        let letter = |i: isize| Border::from_name(name).unwrap().place(i, length).map_or('0', |i| b"abcd"[i] as char);
        let found: String = (-before..length as isize + before).map(letter).collect();
        assert_eq!(found, expected.replace('|', ""), "{name}");
    }
}

#[test]
fn shapes_are_as_documented() {
    for label in operators().into_iter().flat_map(labels) {
        let filter = chain(&label);
        for shape in [(1, 1, 1), (1, 7, 3), (7, 1, 1), (30, 31, 4)] {
            let picture = Image::<u8>::zeros(shape);
            match output_shape(&filter, shape) {
                Ok(shape) => assert_eq!(Engine::default().run(&filter, &picture).unwrap().dim(), shape, "{label}"),
                Err(error) => assert_eq!(Engine::default().run(&filter, &picture).unwrap_err(), error, "{label}"),
            }
        }
        assert!(output_shape(&filter, (0, 5, 1)).is_err() && output_shape(&filter, (5, 5, 0)).is_err(), "{label}");
    }
}

#[test]
fn the_registry_is_in_order() {
    let names: HashSet<_> = ENTRIES.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), ENTRIES.len(), "two operators of one name");
    for entry in ENTRIES {
        let parameters: HashSet<_> = entry.parameters.iter().map(|parameter| parameter.name).collect();
        assert_eq!(parameters.len(), entry.parameters.len(), "{}: two parameters of one name", entry.name);
        for parameter in entry.parameters.iter().filter(|parameter| !parameter.default.is_empty()) {
            let label = format!("{}:{}={}", entry.name, parameter.name, parameter.default);
            assert!(parse(&label).is_ok(), "{label}: a default outside its range");
        }
        entry.labels().iter().for_each(|label| assert!(parse(label).is_ok(), "{label}"));
        assert_eq!(parse(entry.name).unwrap().name(), entry.name);
    }
}

#[test]
fn flat_pictures_stay_flat() {
    let flat = Image::from_fn([9, 9, 1], |_| 77u8);
    for (label, value) in
        [("sharpen", 77), ("median:size=5", 77), ("sobel", 0), ("roberts", 0), ("max-pool", 77), ("avg-pool", 77)]
    {
        let out = Engine::default().run(&chain(label), &flat).unwrap();
        assert!(out.as_slice().iter().all(|&found| found == value), "{label}");
    }
}
