//! Pictures of any size in a folder and its folders, without labels.

use std::path::{Path, PathBuf};

use glassbox_tensor::Image;
use rayon::prelude::*;

use super::folder::{entries, is_picture};
use super::{MOST_BYTES, MOST_PICTURES, too_large};
use crate::{Error, Pixels, read_picture};

/// Deepest folder within folders.
const DEEPEST: usize = 16;

/// The brightness of every picture in a folder and its folders, in the order of their names; none if there are no
/// files with the suffix of a picture.
///
/// # Shape
/// Each `[height, width, 1]`, 0 … 255
///
/// # Errors
/// If one cannot be read, or they are more than a few GB.
pub fn loose_pictures(folder: &Path) -> Result<Vec<Image<u8>>, Error> {
    let files = picture_files(folder)?;
    let bytes: u64 = files.iter().map(|file| crate::picture_size(file)).sum();
    if bytes > MOST_BYTES {
        return Err(too_large(&folder.display().to_string(), bytes));
    }
    files.par_iter().map(|file| Ok(Pixels::F32(read_picture(file, true)?.pixels.luma_over(1.0)).to_u8())).collect()
}

/// The files with the suffix of a picture in a folder and its folders, in the order of their names.
///
/// # Errors
/// If a folder cannot be read, or there are more than a data set may have.
pub fn picture_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    collect(folder, DEEPEST, &mut files)?;
    Ok(files)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let (folders, mut own) = entries(folder)?;
    own.retain(|file| is_picture(file));
    files.extend(own);
    if files.len() > MOST_PICTURES {
        let problem = format!("holds more than {MOST_PICTURES} pictures");
        return Err(Error::invalid(&folder.display().to_string(), problem));
    }
    match depth {
        0 => Ok(()),
        _ => folders.iter().try_for_each(|inner| collect(inner, depth - 1, files)),
    }
}
