//! Formats: pictures, metadata, npz.

mod npz_files;
mod picture_files;
mod picture_metadata;
mod tiff_files;
