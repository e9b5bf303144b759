//! Formats: pictures, metadata, npz, data sets.

mod damaged_pictures;
mod data_arrays;
mod data_files;
mod mutations;
mod npz_files;
mod other_readers;
mod picture_files;
mod picture_metadata;
mod pixel_density;
mod tiff_files;
