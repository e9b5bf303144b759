/// Mean and covariance of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    mean: Vec<f64>,
    /// A row a number.
    covariance: Vec<f64>,
}

impl Cloud {
    /// Those of points of `width` numbers, one after the other: `μ = Σ x/n`, `C = Σ (x − μ)(x − μ)ᵀ/(n − 1)`.
    pub fn of(points: &[f64], width: usize) -> Self {
        let count = (points.len() / width.max(1)).max(1) as f64;
        let mut mean = vec![0.0; width];
        for point in points.chunks_exact(width.max(1)) {
            mean.iter_mut().zip(point).for_each(|(mean, number)| *mean += number / count);
        }
        let mut covariance = vec![0.0; width * width];
        let mut distance = vec![0.0; width];
        for point in points.chunks_exact(width.max(1)) {
            distance.iter_mut().zip(point.iter().zip(&mean)).for_each(|(d, (number, mean))| *d = number - mean);
            for (row, &one) in covariance.chunks_exact_mut(width).zip(&distance) {
                row.iter_mut().zip(&distance).for_each(|(sum, other)| *sum += one * other);
            }
        }
        covariance.iter_mut().for_each(|sum| *sum /= (count - 1.0).max(1.0));
        Self { mean, covariance }
    }
}

/// The squared Fréchet distance of two normal distributions: `|μ − μ′|² + tr(C + C′ − 2·(C·C′)^½)`, 0 if they are the
/// same.
///
/// `C·C′` has the eigenvalues of `Lᵀ·C′·L`, which is symmetric, with `C = L·Lᵀ`.
///
/// Sources: D. Dowson, B. Landau, *The Fréchet distance between multivariate normal distributions* (1982); M. Heusel et
/// al., *GANs trained by a two time-scale update rule* (2017), for features of pictures.
///
/// # Panics
/// If the two are not of the same width.
///
/// ```
/// use glassbox_dnn::judge::{Cloud, frechet};
/// // Means 1 and 5, standard deviations √2 and 3·√2: (1 − 5)² + (√2 − 3·√2)².
/// let (near, far) = (Cloud::of(&[0.0, 2.0], 1), Cloud::of(&[2.0, 8.0], 1));
/// assert!((frechet(&near, &far) - 24.0).abs() < 1e-12);
/// ```
pub fn frechet(one: &Cloud, other: &Cloud) -> f64 {
    let width = one.mean.len();
    assert_eq!(width, other.mean.len(), "frechet: points of one width");
    let between: f64 = one.mean.iter().zip(&other.mean).map(|(a, b)| (a - b) * (a - b)).sum();
    let trace = |cloud: &Cloud| -> f64 { (0..width).map(|i| cloud.covariance[i * width + i]).sum() };
    let root = root_of(&one.covariance, width);
    let product = times(&transposed(&root, width), &times(&other.covariance, &root, width), width);
    let shared: f64 = eigenvalues(product, width).iter().map(|value| value.max(0.0).sqrt()).sum();
    (between + trace(one) + trace(other) - 2.0 * shared).max(0.0)
}

/// `L` with `C = L·Lᵀ`, zero above the diagonal. What does not vary at all gets a column of zeros.
///
/// Source: A. Cholesky (1910).
fn root_of(covariance: &[f64], width: usize) -> Vec<f64> {
    let largest = (0..width).map(|i| covariance[i * width + i]).fold(0.0, f64::max);
    let mut root = vec![0.0; width * width];
    for column in 0..width {
        let rest = |row: usize, root: &[f64]| -> f64 {
            let known = root[row * width..][..column].iter().zip(&root[column * width..][..column]);
            covariance[row * width + column] - known.map(|(a, b)| a * b).sum::<f64>()
        };
        let pivot = rest(column, &root);
        if pivot <= 1e-12 * largest {
            continue;
        }
        for row in column..width {
            root[row * width + column] = rest(row, &root) / pivot.sqrt();
        }
    }
    root
}

fn transposed(matrix: &[f64], width: usize) -> Vec<f64> {
    (0..width * width).map(|place| matrix[place % width * width + place / width]).collect()
}

fn times(a: &[f64], b: &[f64], width: usize) -> Vec<f64> {
    let mut product = vec![0.0; width * width];
    for (sums, row) in product.chunks_exact_mut(width.max(1)).zip(a.chunks_exact(width.max(1))) {
        for (factor, line) in row.iter().zip(b.chunks_exact(width)) {
            sums.iter_mut().zip(line).for_each(|(sum, other)| *sum += factor * other);
        }
    }
    product
}

/// Most passes of rotations; each about squares what is left beside the diagonal.
const PASSES: usize = 30;

/// The eigenvalues of a symmetric matrix: rotations make one number beside the diagonal zero after the other.
///
/// Source: C. Jacobi, *Über ein leichtes Verfahren* (1846); G. Golub, C. Van Loan, *Matrix computations*, 8.5.
fn eigenvalues(mut matrix: Vec<f64>, width: usize) -> Vec<f64> {
    let all: f64 = matrix.iter().map(|number| number * number).sum();
    for _ in 0..PASSES {
        let beside = |(place, number): (usize, &f64)| if place % (width + 1) == 0 { 0.0 } else { number * number };
        if matrix.iter().enumerate().map(beside).sum::<f64>() <= 1e-20 * all {
            break;
        }
        for p in 0..width {
            for q in p + 1..width {
                let off = matrix[p * width + q];
                if off == 0.0 {
                    continue;
                }
                let theta = (matrix[q * width + q] - matrix[p * width + p]) / (2.0 * off);
                let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let cosine = 1.0 / tangent.hypot(1.0);
                let sine = tangent * cosine;
                for k in 0..width {
                    let (a, b) = (matrix[p * width + k], matrix[q * width + k]);
                    (matrix[p * width + k], matrix[q * width + k]) = (cosine * a - sine * b, sine * a + cosine * b);
                }
                for k in 0..width {
                    let (a, b) = (matrix[k * width + p], matrix[k * width + q]);
                    (matrix[k * width + p], matrix[k * width + q]) = (cosine * a - sine * b, sine * a + cosine * b);
                }
            }
        }
    }
    (0..width).map(|i| matrix[i * width + i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_are_those_of_a_matrix_made_of_them() {
        // Turned by 30° in the plane of the first two axes: 1, 4, and 9 alone.
        let (c, s) = (0.75f64.sqrt(), 0.5);
        let (first, second, beside) = (c * c + 4.0 * s * s, s * s + 4.0 * c * c, -3.0 * c * s);
        let matrix = vec![first, beside, 0.0, beside, second, 0.0, 0.0, 0.0, 9.0];
        let mut found = eigenvalues(matrix, 3);
        found.sort_by(f64::total_cmp);
        for (found, expected) in found.iter().zip([1.0, 4.0, 9.0]) {
            assert!((found - expected).abs() < 1e-12, "{found}");
        }
    }

    #[test]
    fn the_distance_of_clouds_along_the_same_axes_is_that_of_their_deviations() {
        let cloud = |deviations: [f64; 2], mean: [f64; 2]| {
            let [a, b] = deviations;
            Cloud { mean: mean.to_vec(), covariance: vec![a * a, 0.0, 0.0, b * b] }
        };
        let found = frechet(&cloud([1.0, 5.0], [0.0, 0.0]), &cloud([3.0, 2.0], [1.0, 2.0]));
        assert!((found - (1.0 + 4.0 + 4.0 + 9.0)).abs() < 1e-9, "{found}");
        // One number of the first does not vary.
        let found = frechet(&cloud([0.0, 5.0], [0.0, 0.0]), &cloud([3.0, 2.0], [0.0, 0.0]));
        assert!((found - 18.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn the_distance_is_the_same_both_ways_and_none_from_itself() {
        let points = |seed: u64| -> Vec<f64> {
            let mut numbers = vec![0.0f32; 600];
            crate::Draws::seeded(seed, 0).normal(&mut numbers);
            // Each number is mixed with its neighbour.
            (0..600).map(|i| f64::from(numbers[i]) + 0.5 * f64::from(numbers[(i + 1) % 600])).collect()
        };
        let (one, other) = (Cloud::of(&points(1), 6), Cloud::of(&points(2), 6));
        assert!(frechet(&one, &one) < 1e-9);
        let both = [frechet(&one, &other), frechet(&other, &one)];
        assert!(both[0] > 0.01 && (both[0] - both[1]).abs() < 1e-9, "{both:?}");
    }
}
