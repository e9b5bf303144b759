//! Formats: pictures, metadata, npz, data sets.

mod data_arrays;
mod data_files;
mod mutations;
mod npz_files;
mod picture_files;
mod picture_metadata;
mod tiff_files;
