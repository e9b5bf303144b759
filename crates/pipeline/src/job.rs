use std::fmt;
use std::sync::Arc;

use glassbox_formats::{Packing, Pixels};
use glassbox_kernels::Filter;

/// Work on a picture as a whole: its result with notes on it, or the problem with it.
pub type Whole = Arc<dyn Fn(Pixels) -> Result<(Pixels, Vec<String>), String> + Send + Sync>;

/// The work on each picture.
pub struct Job {
    /// The operators, one after the other.
    pub chain: Vec<Filter>,
    /// What is done after them to the picture as a whole, if anything: a net.
    pub whole: Option<Whole>,
    /// Whether the EXIF orientation is applied to pictures.
    pub auto_orient: bool,
    /// Settings of the packers.
    pub packing: Packing,
}

impl Default for Job {
    /// No operators, orientation applied, files packed with the defaults.
    fn default() -> Self {
        Self { chain: Vec::new(), whole: None, auto_orient: true, packing: Packing::default() }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chain, whole, auto_orient, packing } = self;
        let whole = whole.is_some();
        write!(out, "Job {{ chain: {chain:?}, whole: {whole}, auto_orient: {auto_orient}, packing: {packing:?} }}")
    }
}
