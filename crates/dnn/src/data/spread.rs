use std::cmp::Reverse;

use super::shuffled;

/// Chooses `count` of the pictures with these labels, drawn by `seed` and spread over the classes: of each its share,
/// rounded so that the sum is right, and never all of a class if others can give.
///
/// ```
/// let chosen = glassbox_dnn::spread(&[7, 7, 7, 7, 8, 8], 3, 0);
/// let of = |class| chosen.iter().zip([7, 7, 7, 7, 8, 8]).filter(|(is, label)| **is && *label == class).count();
/// assert_eq!((of(7), of(8)), (2, 1));
/// ```
///
/// # Panics
/// If there are fewer than `count` labels.
pub fn spread(labels: &[u8], count: usize, seed: u64) -> Vec<bool> {
    let n = labels.len();
    assert!(count <= n, "{count} of {n}");
    let mut sizes = [0usize; 256];
    labels.iter().for_each(|&label| sizes[usize::from(label)] += 1);
    let share = |size: usize| size as u128 * count as u128;
    let mut quotas = sizes.map(|size| (share(size) / n.max(1) as u128) as usize);
    let missing = count - quotas.iter().sum::<usize>();
    // Those that keep a picture come first, and of them those to which most is missing.
    let mut classes: Vec<usize> = (0..256).filter(|&class| quotas[class] < sizes[class]).collect();
    classes.sort_by_key(|&class| Reverse((sizes[class] - quotas[class] > 1, share(sizes[class]) % n.max(1) as u128)));
    classes.into_iter().take(missing).for_each(|class| quotas[class] += 1);
    let mut chosen = vec![false; n];
    for index in shuffled(n, seed, 0) {
        let quota = &mut quotas[usize::from(labels[index as usize])];
        chosen[index as usize] = *quota > 0;
        *quota = quota.saturating_sub(1);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn each_class_gives_its_share_whatever_the_order() {
        let sorted: Vec<u8> = [vec![0; 500], vec![1; 300], vec![2; 199], vec![3]].concat();
        for count in [0, 1, 7, 100, 333, 996, 1000] {
            let chosen = spread(&sorted, count, 5);
            let of = |class| chosen.iter().zip(&sorted).filter(|(is, label)| **is && **label == class).count();
            assert_eq!((0..4).map(of).sum::<usize>(), count);
            for (class, size) in [(0, 500), (1, 300), (2, 199), (3, 1)] {
                assert!(of(class).abs_diff(size * count / 1000) <= 1, "{count} {class}");
                assert!(count == 1000 || of(class) < size, "{count} leaves none of {class}");
            }
        }
        assert_ne!(spread(&sorted, 100, 1), spread(&sorted, 100, 2));
    }
}
