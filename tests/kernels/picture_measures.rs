//! What is measured of pictures: by hand, on pictures of a few pixels, and by others.

use glassbox_dnn::Draws;
use glassbox_formats::npz::Npz;
use glassbox_formats::read_picture;
use glassbox_kernels::{PoolingContrast, Texture, histogram, immerkaer, noise_level, ssim};
use glassbox_tensor::{Image, Ix3};

#[test]
fn the_texture_of_flat_grey_is_none() {
    let flat = Texture::of(&Image::from_fn([5, 5, 1], |_| 128.0));
    assert_eq!(flat, Texture { entropy: 0.0, noise: Some(0.0), deviation: 0.0 });
    assert_eq!(flat.chaos(), None);
    // Immerkær's mask needs 3×3 pixels.
    assert_eq!(Texture::of(&Image::from_fn([2, 5, 1], |_| 128.0)).noise, None);
}

#[test]
fn a_checkerboard_is_chaos() {
    // Each of the mask's answers is 16 · 5 = 80: noise √(π/2) · 80 / 6, deviation 5.
    let board = Image::from_fn([8, 8, 1], |(y, x, _)| [100.0, 110.0][(y + x) % 2]);
    let texture = Texture::of(&board);
    let noise = (std::f64::consts::PI / 2.0).sqrt() * 80.0 / 6.0;
    assert!((texture.noise.unwrap() - noise).abs() < 1e-9 && texture.deviation == 5.0 && texture.entropy == 1.0);
    assert!((texture.chaos().unwrap() - noise / 5.0).abs() < 1e-9);
    // Crops of an even side look as the whole does.
    let crops = Texture::of_crops(&board, 4);
    assert!((crops.noise.unwrap() - noise).abs() < 1e-9 && crops.deviation == 5.0);
}

#[test]
fn crops_tell_less_than_the_whole() {
    // Two flat halves: no crop of three pixels meets both.
    let halves = Image::from_fn([3, 6, 1], |(_, x, _)| [10.0, 50.0][x / 3]);
    assert_eq!(Texture::of_crops(&halves, 3), Texture { entropy: 0.0, noise: Some(0.0), deviation: 0.0 });
    assert_eq!((Texture::of(&halves).deviation, Texture::of(&halves).entropy), (20.0, 1.0));
}

#[test]
fn brightness_is_counted_in_bins() {
    let picture = Image::from_vec([1, 6, 1], vec![-3.0, 0.0, 63.4, 63.5, 255.0, 300.0]).unwrap();
    assert_eq!(histogram::<4>(&picture), [3, 1, 0, 2]);
}

#[test]
fn pooling_keeps_what_it_is_asked_to() {
    let whole = Image::from_vec([1, 5, 1], vec![100u8, 200, 100, 50, 100]).unwrap();
    let pooled = |values: [u8; 2]| Image::from_vec([1, 2, 1], values.to_vec()).unwrap();
    let (max, average) = (pooled([200, 100]), pooled([150, 75]));
    let of = |pooled: &Image<u8>| PoolingContrast::of(&whole, pooled, Some(&average));
    let (max, average) = (of(&max), of(&average));
    assert_eq!((max.mean, max.light, max.dark), (150.0, Some(1.0), Some(0.0)));
    assert_eq!((average.mean, average.light, average.dark), (112.5, Some(0.5), Some(0.5)));
    // (50² + 25²) / 2 = 1562.5, and 255² over it is 16.2 dB; nothing is like itself.
    assert!((max.psnr.unwrap() - 10.0 * (65025.0f64 / 1562.5).log10()).abs() < 1e-12 && average.psnr.is_none());
    let flat = Image::from_fn([1, 4, 1], |_| 7u8);
    let none = PoolingContrast::of(&flat, &flat, None);
    assert_eq!((none.light, none.dark, none.edges, none.psnr), (None, None, None, None));
}

/// data/golden/restoration.py asks scikit-image.
#[test]
fn similarity_is_that_of_scikit_image() {
    let mut goldens = Npz::open("data/golden/restoration.npz".as_ref()).unwrap();
    let names: Vec<String> = goldens.names().iter().map(ToString::to_string).collect();
    let mut checked = 0;
    for name in names.iter().filter_map(|name| name.strip_prefix("similar/")?.strip_suffix("/value")) {
        let [a, b] = ["a", "b"].map(|which| {
            let picture = goldens.read::<u8>(&format!("similar/{name}/{which}")).unwrap();
            let sides = [picture.shape()[0], picture.shape()[1], 1];
            picture.reshape::<Ix3>(sides).unwrap()
        });
        let expected = goldens.read::<f64>(&format!("similar/{name}/value")).unwrap().as_slice()[0];
        let found = ssim(&a, &b).unwrap();
        assert!((found - expected).abs() < 1e-12, "{name}: {found}, expected {expected}");
        checked += 1;
    }
    assert_eq!(checked, 6);
}

/// Where a picture has structure, quiet blocks tell its noise better than the whole of it.
#[test]
fn quiet_blocks_tell_the_noise() {
    let cat = read_picture("data/chelsea.png".as_ref(), false).unwrap().pixels.luma_over(1.0);
    for sigma in [0.0, 5.0, 10.0, 25.0, 50.0] {
        let mut noise = Image::zeros(cat.dim());
        Draws::seeded(1, 0).normal(noise.as_mut_slice());
        let noisy = Image::from_fn(cat.dim(), |place| cat[place] + sigma / 255.0 * noise[place]);
        let [quiet, whole] = [noise_level(&noisy), immerkaer(&noisy)].map(|level| 255.0 * level.unwrap());
        let sigma = f64::from(sigma);
        assert!((quiet - sigma).abs() < 1.0 + 0.03 * sigma, "{sigma}: {quiet}");
        assert!(sigma > 10.0 || (quiet - sigma).abs() < (whole - sigma).abs(), "{sigma}: {quiet} {whole}");
    }
    // A cut-off half does not count; in small pictures all does.
    let mut half = Image::zeros([64, 128, 1]);
    Draws::seeded(2, 0).normal(half.as_mut_slice());
    let half = Image::from_fn([64, 128, 1], |(y, x, _)| if x < 64 { 1.0 } else { 0.5 + 0.1 * half[[y, x, 0]] });
    assert!((noise_level(&half).unwrap() - 0.1).abs() < 0.01);
    let small = Image::from_fn([20, 20, 1], |(y, x, _)| half[[y, 64 + x, 0]]);
    assert_eq!(noise_level(&small), immerkaer(&small));
    assert_eq!(noise_level(&Image::zeros([2, 90, 1])), None);
}
