//! Blocks of pixels as channels of one pixel, and back.

mod depth_to_space;
mod space_to_depth;

pub use depth_to_space::DepthToSpace;
pub use space_to_depth::SpaceToDepth;

use crate::{Real, Shape};

/// Pairs of indices of the same numbers: in a picture of this shape, and in the deep one whose pixels are its blocks of
/// `side`×`side`. The numbers of a row of a block stand side by side in both: `side·channels` of them from each
/// index on.
fn pairs(picture: Shape, side: usize) -> impl Iterator<Item = (usize, usize)> {
    let (run, columns) = (side * picture.channels, picture.width / side);
    (0..picture.height / side).flat_map(move |i| {
        (0..side).flat_map(move |dy| {
            (0..columns).map(move |j| {
                let in_picture = ((i * side + dy) * columns + j) * run;
                let in_deep = ((i * columns + j) * side + dy) * run;
                (in_picture, in_deep)
            })
        })
    })
}

/// Copies a picture into a deep one.
fn to_depth<T: Real>(picture: Shape, side: usize, from: &[T], to: &mut [T]) {
    let run = side * picture.channels;
    for (in_picture, in_deep) in pairs(picture, side) {
        to[in_deep..][..run].copy_from_slice(&from[in_picture..][..run]);
    }
}

/// Copies a deep picture into one of less depth.
fn to_space<T: Real>(picture: Shape, side: usize, from: &[T], to: &mut [T]) {
    let run = side * picture.channels;
    for (in_picture, in_deep) in pairs(picture, side) {
        to[in_picture..][..run].copy_from_slice(&from[in_deep..][..run]);
    }
}
