use glassbox_tensor::Image;

/// The side of the windows.
const SIDE: usize = 7;

/// `(K₁·255)²` and `(K₂·255)²`, which keep the quotient whole where pictures are dark or flat; K₁ = 0.01, K₂ = 0.03.
const STABLE: [f64; 2] = [2.55 * 2.55, 7.65 * 7.65];

/// Structural similarity of two pictures: 1 if they are equal, near 0 if they have nothing in common.
///
/// The mean over all windows of 7×7 pixels of
/// `(2·μₐ·μ_b + c₁)·(2·σₐ_b + c₂) / ((μₐ² + μ_b² + c₁)·(σₐ² + σ_b² + c₂))`, with means μ, sample variances σ² and
/// sample covariances σₐ_b; none of less than 7×7 pixels. These are the defaults of scikit-image's
/// `structural_similarity`.
///
/// # Shape
/// Both `[height, width, 1]`
///
/// ```
/// use glassbox_kernels::ssim;
/// use glassbox_tensor::Image;
/// let flat = |value: u8| Image::from_fn([7, 7, 1], |_| value);
/// // Flat pictures differ in their means alone: c₁ / (100² + c₁), c₁ = 2.55².
/// let found = ssim(&flat(0), &flat(100)).unwrap();
/// assert!((found - 6.5025 / 10006.5025).abs() < 1e-9);
/// ```
///
/// # Panics
/// If their shapes differ, or they have more than one channel.
///
/// Source: Z. Wang et al., *Image quality assessment: from error visibility to structural similarity* (2004).
#[track_caller]
pub fn ssim(a: &Image<u8>, b: &Image<u8>) -> Option<f64> {
    assert_eq!((a.dim(), a.channels()), (b.dim(), 1), "ssim: two pictures of one shape and one channel");
    let (height, width, _) = a.dim();
    if height < SIDE || width < SIDE {
        return None;
    }
    let (mut columns, mut sum) = (vec![Sums::default(); width], 0.0);
    for y in 0..height {
        for (x, column) in columns.iter_mut().enumerate() {
            column.add(Sums::of(a.line(y)[x], b.line(y)[x]));
            if y >= SIDE {
                column.subtract(Sums::of(a.line(y - SIDE)[x], b.line(y - SIDE)[x]));
            }
        }
        if y + 1 < SIDE {
            continue;
        }
        let mut window = Sums::default();
        for x in 0..width {
            window.add(columns[x]);
            if x >= SIDE {
                window.subtract(columns[x - SIDE]);
            }
            if x + 1 >= SIDE {
                sum += window.similarity();
            }
        }
    }
    Some(sum / ((height - SIDE + 1) * (width - SIDE + 1)) as f64)
}

/// Sums over some pixels: a, b, a², b², a·b. They are whole, so that pixels can be taken away again.
#[derive(Clone, Copy, Default)]
struct Sums([u32; 5]);

impl Sums {
    fn of(a: u8, b: u8) -> Self {
        let (a, b) = (u32::from(a), u32::from(b));
        Self([a, b, a * a, b * b, a * b])
    }

    fn add(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, term)| *sum += term);
    }

    fn subtract(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, term)| *sum -= term);
    }

    /// The similarity of a window.
    fn similarity(self) -> f64 {
        let count = (SIDE * SIDE) as f64;
        let [a, b, aa, bb, ab] = self.0.map(|sum| f64::from(sum) / count);
        let covariance = |mean_of_product: f64, product: f64| count / (count - 1.0) * (mean_of_product - product);
        let (of_a, of_b, of_both) = (covariance(aa, a * a), covariance(bb, b * b), covariance(ab, a * b));
        let [c1, c2] = STABLE;
        (2.0 * a * b + c1) * (2.0 * of_both + c2) / ((a * a + b * b + c1) * (of_a + of_b + c2))
    }
}
