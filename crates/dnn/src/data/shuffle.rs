use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The numbers 0 … `n` − 1 in a random order that depends on `seed` and `epoch` alone, the same on every machine and in
/// every release.
///
/// Fisher–Yates from the back with ChaCha8, the stream chosen by the epoch; an index below `bound` is the upper half of
/// `bound` times 64 random bits.
///
/// ```
/// let order = glassbox_dnn::shuffled(5, 0, 0);
/// let mut sorted = order.clone();
/// sorted.sort();
/// assert_eq!(sorted, [0, 1, 2, 3, 4]);
/// assert_ne!(glassbox_dnn::shuffled(100, 0, 0), glassbox_dnn::shuffled(100, 0, 1));
/// ```
///
/// # Panics
/// If `n` does not fit in 32 bits.
pub fn shuffled(n: usize, seed: u64, epoch: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(n).expect("at most 2³² samples")).collect();
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    // Stream 0 is where initial weights come from.
    generator.set_stream(epoch + 1);
    for last in (1..n).rev() {
        let chosen = (u128::from(generator.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, chosen as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_place_gets_every_number() {
        // 20 000 shuffles of 4: each of the 16 (place, number) pairs is due 5000 times, give or take 5 deviations.
        let mut counts = [[0u32; 4]; 4];
        for epoch in 0..20_000 {
            for (place, &number) in super::shuffled(4, 7, epoch).iter().enumerate() {
                counts[place][number as usize] += 1;
            }
        }
        assert!(counts.iter().flatten().all(|&count| count.abs_diff(5000) < 310), "{counts:?}");
    }
}
