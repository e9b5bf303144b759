//! How well a number tells pictures of one kind from those of another.

/// The area under the ROC curve: the chance that a familiar picture has a higher score than a foreign one; a tie counts
/// half.
///
/// `AUROC = (Σ ranks of the familiar − n·(n + 1)/2) / (n·m)` with the ranks 1, 2, … of all scores from the lowest up,
/// and the mean rank where scores are equal.
///
/// ```
/// use glassbox_dnn::confidence::auroc;
/// assert_eq!(auroc(&[0.9, 0.8, 0.4], &[0.3, 0.6]), 5.0 / 6.0);
/// assert_eq!(auroc(&[1.0], &[1.0]), 0.5);
/// ```
///
/// # Panics
/// If a list is empty.
///
/// Source: J. Hanley, B. McNeil, *The meaning and use of the area under a receiver operating characteristic curve*
/// (1982).
#[track_caller]
pub fn auroc(familiar: &[f64], foreign: &[f64]) -> f64 {
    let (n, m) = counts(familiar, foreign);
    let mut all: Vec<(f64, bool)> = familiar.iter().map(|&score| (score, true)).collect();
    all.extend(foreign.iter().map(|&score| (score, false)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum, mut before) = (0.0, 0);
    for equal in all.chunk_by(|a, b| a.0 == b.0) {
        let mean_rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        sum += mean_rank * equal.iter().filter(|(_, is_familiar)| *is_familiar).count() as f64;
        before += equal.len();
    }
    (sum - n * (n + 1.0) / 2.0) / (n * m)
}

/// The share of foreign pictures that pass at the highest level that at least `share` of the familiar ones pass: for
/// 0.95, the "FPR at 95 % TPR". A picture passes a level that its score reaches.
///
/// ```
/// use glassbox_dnn::confidence::false_positives;
/// // Three of four familiar scores are at least 0.4, and so is one of two foreign ones.
/// assert_eq!(false_positives(&[0.9, 0.8, 0.4, 0.1], &[0.3, 0.6], 0.75), 0.5);
/// ```
///
/// # Panics
/// If a list is empty.
#[track_caller]
pub fn false_positives(familiar: &[f64], foreign: &[f64], share: f64) -> f64 {
    let (n, m) = counts(familiar, foreign);
    let mut sorted = familiar.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let needed = ((share * n).ceil() as usize).clamp(1, familiar.len());
    let level = sorted[needed - 1];
    foreign.iter().filter(|score| **score >= level).count() as f64 / m
}

#[track_caller]
fn counts(familiar: &[f64], foreign: &[f64]) -> (f64, f64) {
    assert!(!familiar.is_empty() && !foreign.is_empty(), "both lists need a score");
    (familiar.len() as f64, foreign.len() as f64)
}
