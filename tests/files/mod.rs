//! Formats: pictures, metadata, npz, data sets.

mod data_files;
mod npz_files;
mod picture_files;
mod picture_metadata;
mod tiff_files;
