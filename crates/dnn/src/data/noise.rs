use glassbox_tensor::Batch;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Pictures of noise in the size of `pictures`, which must not be none: by turns of four kinds, so that a net that
/// learns them as a class does not learn one kind.
///
/// - uniform: each number 0 … 255;
/// - Gaussian: around a mean of 0 … 127 with a deviation of 25 … 102, cut off at 0 and 255;
/// - blurred: uniform, one to four times averaged over 3×3, then stretched to 0 … 255;
/// - shuffled: the pixels of one of the pictures in a random order.
///
/// The draws depend on `seed`, `part` and the number of the picture alone.
///
/// # Panics
/// If there are no pictures.
pub(crate) fn noise_like(pictures: &Batch<u8>, count: usize, seed: u64, part: u64) -> Batch<u8> {
    let (n, height, width, channels) = pictures.dim();
    assert!(n > 0, "noise_like: no pictures");
    let numbers = height * width * channels;
    let mut pixels = Vec::with_capacity(count * numbers);
    for index in 0..count {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(part << 32 | index as u64);
        let mut draw = Draw(generator);
        pixels.extend(match index % 4 {
            0 => (0..numbers).map(|_| draw.byte()).collect(),
            1 => gaussian(&mut draw, numbers),
            2 => blurred(&mut draw, [height, width, channels]),
            _ => {
                let chosen = draw.below(n);
                shuffled(&mut draw, &pictures.as_slice()[chosen * numbers..(chosen + 1) * numbers], channels)
            }
        });
    }
    Batch::from_vec([count, height, width, channels], pixels).expect("whole pictures")
}

struct Draw(ChaCha8Rng);

impl Draw {
    /// 0 … 1, without 1.
    fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32
    }

    fn byte(&mut self) -> u8 {
        (self.0.next_u32() >> 24) as u8
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }
}

/// A normal number is the sum of twelve uniform ones less six, which has the same bits on every machine.
fn gaussian(draw: &mut Draw, numbers: usize) -> Vec<u8> {
    let (mean, deviation) = (127.0 * draw.unit(), 25.0 + 77.0 * draw.unit());
    let mut normal = || (0..12).map(|_| draw.unit()).sum::<f32>() - 6.0;
    (0..numbers).map(|_| (mean + deviation * normal()).round() as u8).collect()
}

fn blurred(draw: &mut Draw, [height, width, channels]: [usize; 3]) -> Vec<u8> {
    let times = 1 + draw.below(4);
    let mut picture: Vec<f32> = (0..height * width * channels).map(|_| draw.unit()).collect();
    for _ in 0..times {
        let mean = |place: usize| {
            let (y, x, c) = (place / (width * channels), place / channels % width, place % channels);
            let (mut sum, mut count) = (0.0, 0.0);
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                for x in x.saturating_sub(1)..(x + 2).min(width) {
                    sum += picture[(y * width + x) * channels + c];
                    count += 1.0;
                }
            }
            sum / count
        };
        picture = (0..picture.len()).map(mean).collect();
    }
    let low = picture.iter().copied().fold(f32::INFINITY, f32::min);
    let range = picture.iter().copied().fold(f32::NEG_INFINITY, f32::max) - low;
    let scale = if range > 0.0 { 255.0 / range } else { 0.0 };
    picture.into_iter().map(|x| ((x - low) * scale).round() as u8).collect()
}

/// Whole pixels change places, so that their colours stay.
fn shuffled(draw: &mut Draw, picture: &[u8], channels: usize) -> Vec<u8> {
    let mut pixels: Vec<&[u8]> = picture.chunks_exact(channels).collect();
    for last in (1..pixels.len()).rev() {
        pixels.swap(last, draw.below(last + 1));
    }
    pixels.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_drawn_by_its_seed_and_shuffled_pixels_are_a_pictures_own() {
        let pictures = Batch::from_vec([2, 3, 4, 3], (0..72).collect()).unwrap();
        let drawn = |count, seed, part| noise_like(&pictures, count, seed, part);
        let few = drawn(8, 5, 0);
        assert_eq!(few.as_slice(), &drawn(12, 5, 0).as_slice()[..8 * 36]);
        assert_ne!(few, drawn(8, 6, 0));
        assert_ne!(few, drawn(8, 5, 1));
        for shuffled in [3, 7] {
            let found = &few.as_slice()[shuffled * 36..(shuffled + 1) * 36];
            let mut sorted: Vec<&[u8]> = found.chunks(3).collect();
            sorted.sort();
            assert!(pictures.as_slice().chunks(36).any(|picture| picture == sorted.concat()), "{found:?}");
            assert_ne!(found, sorted.concat());
        }
        // The blurred one is smoother than the uniform one, and reaches both ends.
        let rough = |at: usize| -> u32 {
            few.as_slice()[at * 36..(at + 1) * 36]
                .chunks(12)
                .flat_map(|row| row.windows(4))
                .map(|w| u32::from(w[0].abs_diff(w[3])))
                .sum()
        };
        assert!(rough(2) < rough(0), "{} {}", rough(2), rough(0));
        let blurred = &few.as_slice()[2 * 36..3 * 36];
        assert_eq!((blurred.iter().min(), blurred.iter().max()), (Some(&0), Some(&255)));
    }
}
