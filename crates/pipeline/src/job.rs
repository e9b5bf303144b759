use glassbox_formats::Packing;
use glassbox_kernels::Filter;

/// What is to be done with each picture.
#[derive(Debug)]
pub struct Job {
    /// The operators, one after the other.
    pub chain: Vec<Filter>,
    /// Whether pictures are turned as their EXIF orientation says.
    pub auto_orient: bool,
    /// How files are packed.
    pub packing: Packing,
}

impl Default for Job {
    /// No operators, pictures turned, files packed as usual.
    fn default() -> Self {
        Self { chain: Vec::new(), auto_orient: true, packing: Packing::default() }
    }
}
