//! What holds for the operators that draw, evolve or iterate, and so have no formula for each number.

use glassbox_kernels::Engine;
use glassbox_kernels::filters::parse;
use glassbox_tensor::Image;

fn run(label: &str, picture: &Image<u8>) -> Image<u8> {
    Engine::default().run(&[parse(label).unwrap()], picture).unwrap()
}

fn ramp(height: usize, width: usize, channels: usize) -> Image<u8> {
    Image::from_fn([height, width, channels], |(y, x, c)| ((y * 5 + x * 3 + c * 70) % 256) as u8)
}

fn moments(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (count, sum) = numbers.clone().fold((0.0, 0.0), |(count, sum), x| (count + 1.0, sum + x));
    let mean = sum / count;
    (mean, (numbers.map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt())
}

#[test]
fn noise_is_as_strong_as_it_should_be() {
    let grey = Image::from_fn([300, 301, 2], |_| 100u8);
    let difference = |label: &str| run(label, &grey).map(|a| f32::from(a) - 100.0);
    for (label, deviation, most) in
        [("noise:amount=0.05", 0.05 * 255.0, 90.0), ("noise:kind=uniform,amount=0.1", 0.1 * 255.0 / 3f64.sqrt(), 26.0)]
    {
        let noise = difference(label);
        let (mean, found) = moments(noise.as_slice().iter().map(|&a| f64::from(a)));
        assert!(mean.abs() < 0.2 && (found / deviation - 1.0).abs() < 0.02, "{label}: {mean} ± {found}");
        assert!(noise.as_slice().iter().all(|a| a.abs() <= most), "{label}");
    }
    let specks = run("noise:kind=salt-pepper,amount=0.2", &grey);
    let share = |value: u8| specks.as_slice().iter().filter(|&&a| a == value).count() as f64 / specks.len() as f64;
    assert!((share(0) - 0.1).abs() < 0.005 && (share(255) - 0.1).abs() < 0.005 && (share(100) - 0.8).abs() < 0.005);
    // Another seed, other noise; another row, other noise.
    assert_ne!(run("noise", &grey), run("noise:seed=1", &grey));
    let noise = run("noise", &grey);
    assert_ne!(noise.line(0), noise.line(1));
    assert_eq!(run("noise:amount=0", &grey), grey);
}

#[test]
fn what_is_drawn_from_a_window_is_of_the_window() {
    let picture = ramp(240, 240, 1);
    let [max, mean, drawn] = ["max-pool:size=4", "avg-pool:size=4", "mixed-pool:size=4,draw=yes,lambda=0.25"]
        .map(|label| run(label, &picture));
    let mut greatest = 0;
    for ((&max, &mean), &drawn) in max.as_slice().iter().zip(mean.as_slice()).zip(drawn.as_slice()) {
        assert!(drawn == max || drawn == mean);
        greatest += usize::from(drawn == max);
    }
    let share = greatest as f64 / drawn.len() as f64;
    assert!((share - 0.25).abs() < 0.03, "{share}");
    // Over many seeds a draw is what the form for tests says it is.
    let small = Image::from_vec([2, 2, 1], vec![10u8, 40, 50, 100]).unwrap();
    let (mut counts, draws) = ([0.0; 256], 4000);
    (0..draws)
        .for_each(|seed| counts[usize::from(run(&format!("stochastic-pool:seed={seed}"), &small)[[0, 0, 0]])] += 1.0);
    for (value, share) in [(10, 0.05), (40, 0.2), (50, 0.25), (100, 0.5)] {
        assert!((counts[value] / f64::from(draws) - share).abs() < 0.03, "{value}: {}", counts[value]);
    }
    let black = Image::<u8>::zeros([4, 4, 1]);
    assert_eq!(run("stochastic-pool", &black).as_slice(), [0; 4]);
}

#[test]
fn a_channel_is_drawn_for_whatever_others_there_are() {
    let picture = ramp(20, 30, 4);
    let first = |picture: &Image<u8>, channels: usize| {
        let (height, width, _) = picture.dim();
        Image::from_fn([height, width, channels], |(y, x, c)| picture[[y, x, c]])
    };
    for label in
        ["noise", "noise:kind=uniform", "noise:kind=salt-pepper", "stochastic-pool:stride=1", "mixed-pool:draw=yes"]
    {
        let all = run(label, &picture);
        for channels in 1..4 {
            assert_eq!(run(label, &first(&picture, channels)), first(&all, channels), "{label}");
        }
        // The same numbers in, not the same out.
        let grey = run(label, &Image::from_fn([20, 30, 2], |(y, x, _)| picture[[y, x, 0]]));
        assert!(grey.as_slice().chunks(2).any(|pixel| pixel[0] != pixel[1]), "{label}");
    }
}

#[test]
fn fractional_pooling_takes_whole_windows() {
    let picture = ramp(50, 71, 3);
    for flags in ["", ",draw=random", ",overlap=yes", ",draw=random,overlap=yes,reduce=mean"] {
        let pooled = run(&format!("fractional-pool:ratio=1.5{flags}"), &picture);
        assert_eq!(pooled.dim(), (33, 47, 3));
    }
    assert_eq!(run("fractional-pool:ratio=1", &picture), picture);
    // Windows side by side hold every pixel once: their greatest is the picture's.
    let brightest = |picture: &Image<u8>| picture.as_slice().iter().copied().max();
    assert_eq!(brightest(&run("fractional-pool:ratio=3", &picture)), brightest(&picture));
    assert_ne!(run("fractional-pool:draw=random", &picture), run("fractional-pool:draw=random,seed=1", &picture));
}

#[test]
fn superpixels_are_few_and_follow_edges() {
    // Two flat halves with a slanted edge between them.
    let picture = Image::from_fn([60, 90, 3], |(y, x, c)| if 2 * x > y + 60 { 40 + c as u8 } else { 200 - c as u8 });
    assert_eq!(run("superpixel-pool:segments=24,compactness=1", &picture), picture);
    let out = run("superpixel-pool:segments=24", &ramp(60, 90, 3));
    let mut colours: Vec<_> = out.as_slice().chunks(3).collect();
    colours.sort();
    colours.dedup();
    assert!((12..=24).contains(&colours.len()), "{}", colours.len());
    assert_eq!(
        run("superpixel-pool:segments=1", &ramp(9, 9, 1)).as_slice()[1..],
        [run("global-pool:reduce=mean", &ramp(9, 9, 1))[[0, 0, 0]]; 80]
    );
    let dot = ramp(1, 1, 1);
    assert_eq!(run("superpixel-pool", &dot), dot);
}

#[test]
fn evolution_finds_a_blend_that_keeps_edges() {
    let mut state = 3u32;
    // Of so little contrast that no response saturates.
    let picture = Image::from_fn([90, 90, 1], |(y, x, _)| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let disc = (y as i32 - 40).pow(2) + (x as i32 - 50).pow(2) < 700;
        (if disc { 100 } else { 80 }) + (state >> 29) as u8
    });
    let expected = run("max-pool:size=3", &run("sobel", &picture));
    let error = |pooled: &Image<u8>| {
        let found = run("sobel", pooled);
        let squares =
            found.as_slice().iter().zip(expected.as_slice()).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
        squares.sum::<f64>()
    };
    let evolved = run("genetic-pool:size=3", &picture);
    for pool in ["max-pool", "avg-pool", "min-pool", "median-pool"] {
        let pooled = run(&format!("{pool}:size=3"), &picture);
        assert!(error(&evolved) <= error(&pooled) * 1.02, "{pool}: {} {}", error(&evolved), error(&pooled));
    }
    let (max, min) = (run("max-pool:size=3", &picture), run("min-pool:size=3", &picture));
    let between = evolved.as_slice().iter().zip(max.as_slice()).zip(min.as_slice());
    assert!(between.into_iter().all(|((found, max), min)| (min..=max).contains(&found)));
}
