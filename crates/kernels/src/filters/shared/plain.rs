//! What formulas are made of: the plainest ways to make one number out of several.

/// Σ a / n
pub(in crate::filters) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// Σ w·a / Σ w
pub(in crate::filters) fn weighted_mean(weights: &[f64], numbers: &[f64]) -> f64 {
    let sum: f64 = weights.iter().zip(numbers).map(|(weight, a)| weight * a).sum();
    sum / weights.iter().sum::<f64>()
}

/// The greatest number.
pub(in crate::filters) fn greatest(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// The smallest number.
pub(in crate::filters) fn smallest(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The numbers in order, the smallest first.
pub(in crate::filters) fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers
}
