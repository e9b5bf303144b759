use glassbox_formats::Packing;
use glassbox_kernels::Filter;

/// The work on each picture.
#[derive(Debug)]
pub struct Job {
    /// The operators, one after the other.
    pub chain: Vec<Filter>,
    /// Whether the EXIF orientation is applied to pictures.
    pub auto_orient: bool,
    /// Settings of the packers.
    pub packing: Packing,
}

impl Default for Job {
    /// No operators, orientation applied, files packed with the defaults.
    fn default() -> Self {
        Self { chain: Vec::new(), auto_orient: true, packing: Packing::default() }
    }
}
