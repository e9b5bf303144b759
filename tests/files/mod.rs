//! Formats: pictures, metadata, npz.

mod mutations;
mod npz_files;
mod picture_files;
mod picture_metadata;
mod tiff_files;
