//! Formats: pictures, metadata, npz.

mod damaged_pictures;
mod npz_files;
mod other_readers;
mod picture_files;
mod picture_metadata;
mod pixel_density;
mod tiff_files;
