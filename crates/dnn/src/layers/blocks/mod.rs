//! Blocks of pixels as channels of one pixel, and back.

mod depth_to_space;
mod space_to_depth;

pub use depth_to_space::DepthToSpace;
pub use space_to_depth::SpaceToDepth;

use crate::{Real, Shape};

/// Pairs of places that hold the same numbers: in a picture of shape `wide`, and in the one whose pixels are its blocks
/// of `side`×`side`. The numbers of a row of a block stand side by side in both: `side·channels` of them from each
/// place on.
fn places(wide: Shape, side: usize) -> impl Iterator<Item = (usize, usize)> {
    let (run, columns) = (side * wide.channels, wide.width / side);
    (0..wide.height / side).flat_map(move |i| {
        (0..side).flat_map(move |dy| {
            (0..columns).map(move |j| {
                let in_wide = ((i * side + dy) * columns + j) * run;
                let in_deep = ((i * columns + j) * side + dy) * run;
                (in_wide, in_deep)
            })
        })
    })
}

/// Copies a wide sample into a deep one.
fn to_depth<T: Real>(wide: Shape, side: usize, from: &[T], to: &mut [T]) {
    let run = side * wide.channels;
    for (in_wide, in_deep) in places(wide, side) {
        to[in_deep..][..run].copy_from_slice(&from[in_wide..][..run]);
    }
}

/// Copies a deep sample into a wide one.
fn to_space<T: Real>(wide: Shape, side: usize, from: &[T], to: &mut [T]) {
    let run = side * wide.channels;
    for (in_wide, in_deep) in places(wide, side) {
        to[in_wide..][..run].copy_from_slice(&from[in_deep..][..run]);
    }
}
