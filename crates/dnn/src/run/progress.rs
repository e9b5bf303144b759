/// The progress of an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Samples seen.
    pub seen: usize,
    /// Samples whose largest output was the label's, counted before each update.
    pub hits: usize,
    /// Mean over the samples seen of the mean squared error, before each update.
    pub loss: f64,
}
